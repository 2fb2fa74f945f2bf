import { expect, it } from 'vitest';
import { BlockJournal } from '../../../../agent/journal/block-journal.js';
import { CLOSED_KEPT, type JournalFact, type Replay } from '../../../../agent/journal/contract.js';
import { bootTag } from '../../../../protocol/ids.js';
import { seeded } from '../../../bench/random.js';
import { apply, CutDisk } from '../../../support/cut-store.js';
import { begun, closed, delivered, identities, opened } from '../../../support/journal-facts.js';
import { smallSegments } from '../../../support/journal-model.js';

/**
 * Payments, and the power cut again and again while a rotation copies: what is old enough to be forgotten is forgotten whole.
 * A part of it would look like an attempt that is still to be told.
 */
it.each([1, 2, 5, 17, 21, 29])(
  'an attempt that a start has read as closed is never open again, nor said otherwise, seed %i',
  async (seed) => {
    const random = seeded(seed);
    const below = (n: number): number => Math.floor(random() * n);
    const disk = new CutDisk();
    const identity = identities();
    const wasClosed = new Map<string, string>();
    const open = new Set<number>();
    let made = 0;
    let interrupted = 0;
    for (let life = 0; life < 60; life++) {
      const journal = new BlockJournal(disk.mount(), smallSegments(16));
      const replay: Replay = await journal.open(identity());
      expect(replay.gaps).toBe(0);
      const reopened = replay.attempts.filter((a) => !a.closed && wasClosed.has(a.attempt));
      expect(reopened).toEqual([]);
      for (const a of replay.attempts) {
        expect([a.attempt, a.delivery]).toEqual([a.attempt, wasClosed.get(a.attempt) ?? a.delivery]);
        if (a.closed) wasClosed.set(a.attempt, a.delivery);
      }
      open.clear();
      for (const a of replay.attempts) if (!a.closed) open.add(Number.parseInt(a.attempt, 16));
      const boot = bootTag(replay.nonce);
      disk.cutIn(1 + below(24), (files, op) => random() < 0.5 && apply(files, op));
      const cuts = disk.cuts;
      const say = (...facts: JournalFact[]) => Promise.allSettled(facts.map((fact) => journal.append(fact)));
      // Told as the start has read them: of a vend that the power cut nothing is on the disk but "begun".
      const told = replay.attempts.filter((a) => !a.closed && random() < 0.7);
      await say(...told.map((a) => ({ kind: 'closed' as const, attempt: a.attempt, delivery: a.delivery })));
      for (const a of told) open.delete(Number.parseInt(a.attempt, 16));
      while (disk.cuts === cuts) {
        await say(...[...open].filter(() => random() < 0.2).map((n) => begun(n, boot)));
        const fresh = Array.from({ length: 1 + below(24) }, () => ++made);
        await say(...fresh.map((n) => opened(n, boot)));
        const ends = [...open].filter(() => random() < 0.6);
        await say(...ends.flatMap((n) => [begun(n, boot), delivered(n, boot)]));
        await say(...ends.map((n) => ({ ...closed(n), delivery: 'delivered' as const })));
        for (const n of ends) open.delete(n);
        for (const n of fresh) open.add(n);
      }
      interrupted += 1;
    }
    expect(interrupted).toBe(60);
    expect(wasClosed.size).toBeGreaterThan(4 * CLOSED_KEPT);
  },
);
