import type { Identity, JournalFact } from '../../agent/journal/contract.js';

export const attemptId = (n: number): string => n.toString(16).padStart(32, '0');
const orderId = (n: number): string => n.toString(16).padStart(16, '0');
const asked = (n: number, boot: string) => {
  return { attempt: attemptId(n), boot, order: orderId(n), amount: 3550 + n, currency: 'HKD' } as const;
};

export const opened = (n: number, boot: string): JournalFact => ({
  kind: 'opened',
  ...asked(n, boot),
  digest: 'd1'.repeat(16),
});
export const begun = (n: number, boot: string): JournalFact => ({ kind: 'begun', ...asked(n, boot) });
export const delivered = (n: number, boot: string): JournalFact => {
  return { kind: 'vended', attempt: attemptId(n), boot, delivery: 'delivered' };
};
export const closed = (n: number): JournalFact => ({ kind: 'closed', attempt: attemptId(n) });

/** Whose random bytes differ at each call and are the same in each run. */
export function identities(): (board?: string) => Identity {
  let calls = 0;
  return (board = 'board-1') => ({
    board,
    wallMs: () => 1_790_000_000_000,
    random: (n) => {
      calls += 1;
      const bytes = Buffer.alloc(n, calls & 0xff);
      bytes.writeUInt32BE((calls * 2_654_435_761) % 2 ** 32);
      return bytes;
    },
  });
}
