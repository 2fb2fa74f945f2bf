import { describe, expect, it } from 'vitest';
import { decodeBlock } from '../../../../agent/journal/block.js';
import { BlockJournal } from '../../../../agent/journal/block-journal.js';
import type { JournalFact } from '../../../../agent/journal/contract.js';
import { diskFault } from '../../../../agent/journal/disk-fault.js';
import type { Store } from '../../../../agent/journal/store.js';
import { bootTag } from '../../../../protocol/ids.js';
import { CutDisk } from '../../../support/cut-store.js';
import { begun, closed, delivered, identities, opened } from '../../../support/journal-facts.js';
import { until } from '../../../support/wait.js';

const identity = identities();

async function started(disk: CutDisk, change: (store: Store) => Store = (store) => store) {
  const journal = new BlockJournal(change(disk.mount()));
  const { nonce } = await journal.open(identity());
  disk.writes = 0;
  return { journal, boot: bootTag(nonce) };
}

describe('closing', () => {
  it('keeps what was told before it, and tells the truth of what comes while it writes', async () => {
    const disk = new CutDisk();
    const { journal, boot } = await started(disk);
    disk.writeMs = 5;
    await journal.append(closed(1));
    const ended = journal.close();
    const late = [
      journal.append(begun(2, boot)),
      journal.append(begun(3, boot)).then(() => journal.append(begun(4, boot))),
    ];
    await ended;
    expect((await Promise.allSettled(late)).map((end) => end.status)).toEqual(['fulfilled', 'fulfilled']);
    await expect(journal.append(begun(5, boot))).rejects.toThrow('not open');
    const again = await new BlockJournal(disk.mount()).open(identity());
    expect([again.gaps, again.torn]).toEqual([0, 0]);
    expect(again.attempts.map(({ delivery }) => delivery)).toEqual(['doubtful', 'doubtful', 'doubtful']);
  });
});

describe('a commit', () => {
  it('is one block of 4,096 bytes', async () => {
    const sizes: number[] = [];
    const watched = (store: Store): Store => ({
      ...store,
      write: (name, offset, bytes) => {
        sizes.push(bytes.length);
        return store.write(name, offset, bytes);
      },
    });
    const { journal, boot } = await started(new CutDisk(), watched);
    sizes.length = 0;
    await journal.append(begun(1, boot));
    expect(sizes).toEqual([4_096]);
    await journal.close();
  });

  it('takes every record that came while the one before it ran', async () => {
    const disk = new CutDisk();
    const { journal, boot } = await started(disk);
    disk.writeMs = 20;
    const first = journal.append(begun(0, boot));
    const others = Array.from({ length: 20 }, (_, n) => journal.append(delivered(n, boot)));
    await first;
    await Promise.all(others);
    expect(disk.writes).toBe(2);
    await journal.close();
  });

  it('is as many blocks as its records need, written one after the other, and ends in the order of the calls', async () => {
    const disk = new CutDisk();
    const { journal, boot } = await started(disk);
    const ended: number[] = [];
    await Promise.all(
      Array.from({ length: 500 }, (_, n) => journal.append(opened(n, boot)).then(() => void ended.push(n))),
    );
    expect(ended).toEqual(Array.from({ length: 500 }, (_, n) => n));
    const bytes = JSON.stringify([
      'o',
      1_790_000_000_000,
      'a'.repeat(32),
      boot,
      'b'.repeat(16),
      3550,
      'HKD',
      'c'.repeat(32),
    ]).length;
    expect(disk.writes).toBe(1 + Math.ceil(499 / Math.floor(4_025 / (bytes + 1))));
    await journal.close();
  });

  it('takes three for a payment, 12,288 bytes, also over rotations: 1,000 payments', async () => {
    const disk = new CutDisk();
    const { journal, boot } = await started(disk);
    for (let n = 0; n < 1_000; n++) {
      for (const fact of [opened(n, boot), begun(n, boot), delivered(n, boot), closed(n)]) await journal.append(fact);
    }
    expect(disk.writes).toBe(3_000);
    await journal.close();
    expect(disk.writes).toBe(3_001);
  });

  it('comes of itself when closed attempts fill half a block', async () => {
    const disk = new CutDisk();
    const { journal } = await started(disk);
    for (let n = 0; n < 300; n++) await journal.append(closed(n));
    expect(disk.writes).toBeGreaterThanOrEqual(8);
    expect(disk.writes).toBeLessThanOrEqual(10);
    await journal.close();
  });
});

describe('a record that could not be read back', () => {
  it.each<[string, JournalFact, RegExp]>([
    [
      'is too long',
      { ...opened(1, '00000000'), digest: 'd'.repeat(4_100) } as JournalFact,
      /found a record of 4\d\d\d bytes, expected at most 4025/,
    ],
    [
      'has no number',
      { ...begun(1, '00000000'), amount: Number.NaN } as JournalFact,
      /found a value in "begun" that is not of its field/,
    ],
  ])('is refused, and the journal goes on: it %s', async (_what, fact, why) => {
    const disk = new CutDisk();
    const { journal, boot } = await started(disk);
    await expect(journal.append(fact)).rejects.toThrow(why);
    await journal.append(begun(2, boot));
    await journal.close();
    const { attempts } = await new BlockJournal(disk.mount()).open(identity());
    expect(attempts).toHaveLength(1);
  });
});

describe('a disk that is full, read-only or fails', () => {
  it.each(['EIO', 'ENOSPC', 'EROFS'] as const)(
    'while the agent runs (%s): nothing more is accepted, also when it works again',
    async (code) => {
      const disk = new CutDisk();
      const { journal, boot } = await started(disk);
      await journal.append(begun(1, boot));
      disk.refuses = code;
      const ends = await Promise.allSettled([
        journal.append(begun(2, boot)),
        journal.append(begun(3, boot)),
        journal.append(begun(4, boot)),
      ]);
      expect(ends.map((e) => e.status)).toEqual(['rejected', 'rejected', 'rejected']);
      disk.refuses = undefined;
      const { writes } = disk;
      await expect(journal.append(begun(5, boot))).rejects.toThrow(code);
      await expect(journal.append(closed(1))).rejects.toThrow(code);
      await journal.close();
      expect(disk.writes).toBe(writes);
      const replay = await new BlockJournal(disk.mount()).open(identity());
      expect(replay).toMatchObject({ gaps: 0, number: 2 });
      expect(replay.attempts).toHaveLength(1);
    },
  );

  /** Its writes that carry nothing but copies fail. */
  const failingCopies = (store: Store): Store => ({
    ...store,
    write: async (name, offset, bytes) => {
      const block = decodeBlock(bytes);
      if ('fresh' in block && block.fresh.length === 0) throw Object.assign(new Error('EIO'), { code: 'EIO' });
      await store.write(name, offset, bytes);
    },
  });

  it('while it copies what an older segment held: told at once, though nobody waits for that write', async () => {
    const told: string[] = [];
    const journal = new BlockJournal(failingCopies(new CutDisk().mount()), { segmentBytes: 32_768 });
    journal.whenBroken((error) => told.push(error.message));
    const boot = bootTag((await journal.open(identity())).nonce);
    await Promise.all(Array.from({ length: 60 }, (_, n) => journal.append(opened(n, boot))));
    // A segment full of whole blocks leaves no room for copies: they need writes of their own.
    const ends = await Promise.allSettled(Array.from({ length: 400 }, () => journal.append(begun(1, boot))));
    const kept = ends.filter((e) => e.status === 'fulfilled').length;
    expect([kept > 0, kept < 400, told]).toEqual([true, true, ['EIO']]);
    await expect(journal.append(begun(2, boot))).rejects.toThrow('EIO');
    await journal.close();
    expect(told).toEqual(['EIO']);
  });

  it('in a commit of what nobody waits for: told at once', async () => {
    const disk = new CutDisk();
    const { journal } = await started(disk);
    const told: string[] = [];
    journal.whenBroken((error) => told.push(error.message));
    disk.refuses = 'ENOSPC';
    for (let n = 0; n < 60; n++) await journal.append(closed(n)).catch(() => {});
    await until('the word of it', () => told.length > 0);
    expect(told).toEqual([expect.stringContaining('ENOSPC')]);
    await journal.close();
    expect(told).toHaveLength(1);
  });

  it('in a commit that somebody waits for: told by its rejection alone', async () => {
    const disk = new CutDisk();
    const { journal, boot } = await started(disk);
    const told: string[] = [];
    journal.whenBroken((error) => told.push(error.message));
    disk.refuses = 'EIO';
    await expect(journal.append(begun(1, boot))).rejects.toThrow('EIO');
    await journal.close();
    expect(told).toEqual([]);
  });

  it.each(['EIO', 'ENOSPC', 'EROFS'] as const)(
    'at the start (%s): it does not start, and lets the next one try',
    async (code) => {
      const disk = new CutDisk();
      disk.refuses = code;
      await expect(new BlockJournal(disk.mount()).open(identity())).rejects.toThrow(code);
      disk.refuses = undefined;
      expect(await new BlockJournal(disk.mount()).open(identity())).toMatchObject({ number: 1, gaps: 0 });
    },
  );

  it('is told of with the directory and the remedy, and keeps its code', () => {
    const told = (code: string) => diskFault('/var/lib/quietzone', Object.assign(new Error('x'), { code }));
    expect(told('ENOSPC').message).toBe(
      'journal: /var/lib/quietzone: ENOSPC: the disk is full; make room on it, or put journal.directory on another',
    );
    expect(told('EROFS').message).toMatch(/read-only.*replace the card if it did/);
    expect(told('EIO')).toMatchObject({
      message: 'journal: /var/lib/quietzone: EIO: the disk fails; replace the card',
      code: 'EIO',
    });
    expect(told('EWHATEVER').message).toMatch(/EWHATEVER: x; see that journal\.directory can be written/);
    const other = new Error('not of the disk');
    expect(diskFault('/x', other)).toBe(other);
  });
});

it('needs no third segment, also when full blocks leave no room for the copies', async () => {
  const disk = new CutDisk();
  const journal = new BlockJournal(disk.mount(), { segmentBytes: 32_768 });
  const boot = bootTag((await journal.open(identity())).nonce);
  await Promise.all(Array.from({ length: 60 }, (_, n) => journal.append(opened(n, boot))));
  await Promise.all(Array.from({ length: 1_200 }, () => journal.append(begun(1, boot))));
  await journal.close();
  expect([...disk.files.keys()].sort()).toEqual(['segment-0', 'segment-1']);
  expect((await new BlockJournal(disk.mount()).open(identity())).attempts).toHaveLength(60);
});

it('refuses segments that are not of whole blocks, or of too few', () => {
  const store = new CutDisk().mount();
  for (const segmentBytes of [0, 4_096, 12_288, 16_385]) {
    expect(() => new BlockJournal(store, { segmentBytes })).toThrow(
      /segmentBytes: found \d+, expected a multiple of 4096, at least 4 of it/,
    );
  }
  expect(() => new BlockJournal(store, { segmentBytes: 16_384 })).not.toThrow();
});

it('refuses more than a segment holds of open attempts, rather than forget one', async () => {
  const disk = new CutDisk();
  const journal = new BlockJournal(disk.mount(), { segmentBytes: 16_384 });
  const { nonce } = await journal.open(identity());
  const ends = await Promise.allSettled(
    Array.from({ length: 400 }, (_, n) => journal.append(opened(n, bootTag(nonce)))),
  );
  const kept = ends.filter((e) => e.status === 'fulfilled').length;
  expect(kept).toBeGreaterThan(50);
  expect(ends.at(-1)).toMatchObject({
    reason: { message: expect.stringMatching(/need \d+ blocks, a segment has 4: the relay acknowledges/) },
  });
  await journal.close();
  const { attempts } = await new BlockJournal(disk.mount()).open(identity());
  expect(attempts.length).toBeGreaterThanOrEqual(kept);
});
