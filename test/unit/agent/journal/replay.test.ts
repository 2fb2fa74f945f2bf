import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOSED_KEPT, type JournalRecord } from '../../../../agent/journal/contract.js';
import { entryOf } from '../../../../agent/journal/packing.js';
import { afterGap, essential, essentialOf, readPast } from '../../../../agent/journal/replay.js';
import { bootTag } from '../../../../protocol/ids.js';
import { anyHistory, anyRecords } from '../../../support/journal-arbitrary.js';
import { attemptId, begun, closed, delivered, opened } from '../../../support/journal-facts.js';

const at = (record: object): JournalRecord => ({ ...record, at: 1 }) as JournalRecord;

it('says the same when the journal is read twice: fold(J) = fold(J·J) (S10)', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      expect(readPast([...records, ...records])).toEqual(readPast(records));
    }),
  );
});

it('says the same when any part of it, copied, is read before it', () => {
  fc.assert(
    fc.property(
      anyRecords.chain((records) => fc.tuple(fc.constant(records), fc.subarray(records))),
      ([records, copied]) => {
        const [once, twice] = [readPast(records), readPast([...copied, ...records])];
        expect([twice.boots, twice.gaps]).toEqual([once.boots, once.gaps]);
        const byAttempt = (past: typeof once) => new Map(past.attempts.map((a) => [a.attempt, a]));
        expect(byAttempt(twice)).toEqual(byAttempt(once));
      },
    ),
  );
});

it('is cut down to what says the same of every attempt of its epoch, and cutting again changes nothing', () => {
  fc.assert(
    fc.property(anyHistory, (records) => {
      const cut = essential(records);
      const past = readPast(records);
      const epoch = past.boots.at(-1)?.epoch;
      const others = new Set(past.boots.filter((b) => b.epoch !== epoch).map((b) => b.nonce.slice(0, 8)));
      const own = past.attempts.filter((a) => !others.has(a.boot));
      expect(new Map(readPast(cut).attempts.map((a) => [a.attempt, a]))).toEqual(
        new Map(own.map((a) => [a.attempt, a])),
      );
      expect(readPast(cut).boots).toEqual(past.boots.filter((b) => b.epoch === epoch));
      expect(readPast(cut).gaps).toEqual(past.gaps);
      expect(essential(cut)).toEqual(cut);
      expect(cut.length).toBeLessThanOrEqual(records.length);
    }),
  );
});

it('after a gap claims no boot, takes no silence for "not delivered", and keeps every end that is known', () => {
  fc.assert(
    fc.property(anyHistory, fc.constantFrom('ea'.repeat(16), 'ec'.repeat(16)), (records, epoch) => {
      const boot = { kind: 'boot', at: 5, epoch, number: 9, nonce: '99'.repeat(16), board: 'b' } as const;
      const before = readPast(essential([...records, boot])).attempts;
      const left = afterGap(records, boot);
      const { boots, attempts, gaps } = readPast(left);
      expect([boots, gaps]).toEqual([[], readPast(records).gaps]);
      expect(attempts.map((a) => a.attempt)).toEqual(before.map((a) => a.attempt));
      for (const [n, a] of attempts.entries()) {
        const told = records.some((r) => r.kind === 'vended' && r.attempt === a.attempt);
        expect(a.delivery).toBe(told || a.closed ? before[n]?.delivery : 'doubtful');
      }
      expect(readPast(afterGap(left, boot))).toEqual(readPast(left));
    }),
  );
});

it('lists again what was closed by its doubtful and is known better since (rule 7)', () => {
  const of = { at: 1, attempt: 'a'.repeat(32), boot: 'aaaaaaaa' };
  const doubtful = { ...of, kind: 'vended', delivery: 'doubtful' } as const;
  const delivered = { ...of, kind: 'vended', delivery: 'delivered' } as const;
  const closed = { at: 1, attempt: of.attempt, kind: 'closed', delivery: 'doubtful' } as const;
  for (const records of [
    [doubtful, closed, delivered],
    [delivered, closed, doubtful],
  ]) {
    expect(readPast(records).attempts).toMatchObject([{ delivery: 'delivered', closed: false }]);
    expect(readPast(essential(records)).attempts).toMatchObject([{ delivery: 'delivered', closed: false }]);
  }
  const settled = { ...closed, delivery: 'delivered' } as const;
  expect(readPast([doubtful, closed, delivered, settled]).attempts).toMatchObject([{ closed: true }]);
});

describe('of more closed attempts than are kept', () => {
  const nonce = 'b0'.repeat(16);
  const boot = bootTag(nonce);
  const start = at({ kind: 'boot', epoch: 'e0'.repeat(16), number: 1, nonce, board: 'board-1' });
  const sold = (n: number) => [opened(n, boot), begun(n, boot), delivered(n, boot)].map(at);
  const end = (n: number, delivery: string) => at({ ...closed(n), delivery });
  const others = Array.from({ length: CLOSED_KEPT }, (_, i) => i + 1).flatMap((n) => [...sold(n), end(n, 'delivered')]);

  it('the one that was closed first is forgotten, not the one that was opened first', () => {
    const left = readPast(essential([start, ...sold(0), ...others, end(0, 'delivered')])).attempts;
    expect(left.map((a) => a.attempt)).toContain(attemptId(0));
    expect(left.map((a) => a.attempt)).not.toContain(attemptId(1));
    expect(left).toHaveLength(CLOSED_KEPT);
  });

  // Of a vend that the power cut: it was told as doubtful, which nothing but "begun" says.
  it('one of which a part is copied is never told again, nor told otherwise', () => {
    const doubtful = [at(opened(0, boot)), at(begun(0, boot)), end(0, 'doubtful')];
    const all = [start, ...doubtful, ...others];
    for (const there of [[], doubtful.slice(0, 1), doubtful.slice(0, 2), doubtful.slice(1, 2)]) {
      const begun = new Set(there.map(() => attemptId(0)));
      const rest = essentialOf(all.map(entryOf), begun).map((e) => e.record);
      const found = readPast([...there, ...rest]).attempts.filter((a) => a.attempt === attemptId(0));
      expect(found).toEqual(
        there.length === 0 ? [] : [expect.objectContaining({ delivery: 'doubtful', closed: true })],
      );
    }
  });
});
