import fc from 'fast-check';
import type { JournalRecord } from '../../agent/journal/contract.js';

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).toString('hex'));
/** Few, so that records meet. */
const attempt = fc.integer({ min: 1, max: 6 }).map((n) => n.toString(16).padStart(32, '0'));
const nonce = fc.integer({ min: 1, max: 5 }).map((n) => n.toString(16).padStart(8, '0').padEnd(32, '7'));
const boot = nonce.map((n) => n.slice(0, 8));
const at = fc.nat();
const asked = {
  at,
  attempt,
  boot,
  order: hex(8),
  amount: fc.nat(),
  currency: fc.constantFrom('HKD', 'JPY', 'EUR'),
} as const;
const epoch = fc.constantFrom('ea'.repeat(16), 'eb'.repeat(16));
const board = fc.constantFrom('board-1', 'board-2', '板 "x"\u0000\ud800');

/** Any record that a journal may hold. */
export const anyRecord: fc.Arbitrary<JournalRecord> = fc.oneof(
  fc.record({ kind: fc.constant('boot' as const), at, epoch, number: fc.nat(), nonce, board }),
  fc.record({ kind: fc.constant('opened' as const), ...asked, digest: hex(16) }),
  fc.record({ kind: fc.constant('begun' as const), ...asked }),
  fc.record({
    ...{ kind: fc.constant('vended' as const), at, attempt, boot },
    delivery: fc.constantFrom('not-delivered', 'delivered', 'failed', 'doubtful'),
  }),
  fc.record({ kind: fc.constant('closed' as const), at, attempt }),
  fc.record({
    kind: fc.constant('gap' as const),
    at,
    number: fc.integer({ min: 1, max: 5 }),
    blocks: fc.nat({ max: 3 }),
  }),
);

/** Whose attempts each name one boot, as they do. */
export const anyHistory = fc
  .array(anyRecord, { maxLength: 40 })
  .map((records) =>
    records.map(
      (r): JournalRecord =>
        r.kind === 'boot' || r.kind === 'closed' || r.kind === 'gap'
          ? r
          : { ...r, boot: `0000000${Number(r.attempt) % 6}` },
    ),
  );

/** Whatever they say. */
export const anyRecords = fc.array(anyRecord, { maxLength: 40 });
