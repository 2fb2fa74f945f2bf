import { describe, expect, it } from 'vitest';
import { BlockJournal } from '../../../../agent/journal/block-journal.js';
import type { JournalFact, Replay } from '../../../../agent/journal/contract.js';
import { crc32c } from '../../../../agent/journal/crc32c.js';
import { inspect } from '../../../../agent/journal/inspect.js';
import { pastsOf, readSegments, segmentName } from '../../../../agent/journal/segments.js';
import { BLOCK_BYTES } from '../../../../agent/journal/store.js';
import { bootTag } from '../../../../protocol/ids.js';
import { apply, CutDisk } from '../../../support/cut-store.js';
import { begun, delivered, identities, opened } from '../../../support/journal-facts.js';
import { smallSegments } from '../../../support/journal-model.js';

const identity = identities();
let day = Date.UTC(2026, 0, 1);

/** One start: what it found, and then these facts, each in a commit of its own. */
async function start(
  disk: CutDisk,
  facts: (boot: string) => JournalFact[] = () => [],
  blocks = 16,
  board = 'board-1',
): Promise<Replay> {
  const journal = new BlockJournal(disk.mount(), smallSegments(blocks));
  day += 86_400_000;
  const replay = await journal.open({ ...identity(board), wallMs: () => day });
  for (const fact of facts(bootTag(replay.nonce))) await journal.append(fact);
  await journal.close();
  return replay;
}

const six = (boot: string) => [
  opened(1, boot),
  begun(1, boot),
  delivered(1, boot),
  opened(2, boot),
  opened(3, boot),
  begun(3, boot),
];
/** Where the block that many before the newest stands. */
function newestBut(disk: CutDisk, back: number): { name: string; index: number } {
  const [past] = pastsOf(readSegments([...disk.files].map(([name, bytes]) => ({ name, bytes }))));
  const place = past?.blocks.at(-1 - back);
  return { name: segmentName(place?.segment ?? -1), index: place?.index ?? -1 };
}
const ends = (replay: Replay) => Object.fromEntries(replay.attempts.map((a) => [Number(a.attempt), a.delivery]));

describe('a disk that said "durable" and was not', () => {
  it('is found out by every block that is missing before another one, whichever of them it lost', async () => {
    for (let lost = 0; lost < 2 ** 6; lost++) {
      const disk = new CutDisk();
      const first = await start(disk);
      disk.lies = true;
      const boot = bootTag(first.nonce);
      const journal = new BlockJournal(disk.mount(), smallSegments(16));
      await journal.open(identity());
      for (const fact of six(boot)) await journal.append(fact);
      disk.powerCut((_op, n) => n >= 1 && ((lost >> (n - 1)) & 1) === 1);
      disk.lies = false;
      const last = 31 - Math.clz32(~lost & 0b111111);
      const missing = [0, 1, 2, 3, 4, 5].filter((n) => n < last && (lost >> n) & 1).length;
      const replay = await start(disk);
      expect([lost, replay.gaps]).toEqual([lost, missing]);
    }
  });

  it('leaves its attempts doubtful where no end is known, and no boot to be silent about', async () => {
    const disk = new CutDisk();
    const before = await start(disk, six);
    // The block of begun(1) and that of begun(3) are alike to whoever lost them; here it is those two.
    for (const n of [2, 5]) disk.files.get('segment-0')?.fill(0, n * BLOCK_BYTES, (n + 1) * BLOCK_BYTES);
    const found = await start(disk);
    expect(found).toMatchObject({ gaps: 2, torn: 0, number: 2, epoch: before.epoch, chain: [found.nonce] });
    expect(ends(found)).toEqual({ 1: 'delivered', 2: 'doubtful', 3: 'doubtful' });
    const next = await start(disk, (boot) => [opened(4, boot)]);
    expect(next).toMatchObject({ gaps: 0, torn: 0, number: 3, epoch: before.epoch, chain: [next.nonce, found.nonce] });
    expect(ends(next)).toEqual(ends(found));
    expect(ends(await start(disk))).toEqual({ ...ends(found), 4: 'not-delivered' });
  });

  it('is said again by the next start when that start was cut off before it had put everything elsewhere', async () => {
    const whole = new CutDisk();
    await start(whole, (boot) => [...Array.from({ length: 60 }, (_, n) => opened(n, boot)), begun(60, boot)], 80);
    whole.files.get('segment-0')?.fill(0, 3 * BLOCK_BYTES, 4 * BLOCK_BYTES);
    const { files } = whole;
    let cuts = 0;
    for (let nth = 1; nth < 10; nth++) {
      const disk = new CutDisk(files);
      disk.cutIn(nth, (now, op) => apply(now, op));
      const first = await start(disk, undefined, 80).catch(() => undefined);
      if (first) break;
      cuts += 1;
      const { attempts, gaps, lost, chain, nonce } = await start(disk, undefined, 80);
      // Said again, and counted once.
      expect(lost.map(({ blocks }) => blocks)).toEqual([1]);
      // When the very last block of the copy was there, the copy was whole, and its boot as good as any.
      if (gaps > 0) expect(chain).toEqual([nonce]);
      expect(attempts.filter((a) => a.delivery !== 'doubtful')).toEqual([]);
      expect(attempts).toHaveLength(60);
    }
    expect(cuts).toBeGreaterThan(1);
  });

  it('is remembered by every later start, over rotations and on another board', async () => {
    const disk = new CutDisk();
    await start(disk, six);
    for (const n of [2, 5]) disk.files.get('segment-0')?.fill(0, n * BLOCK_BYTES, (n + 1) * BLOCK_BYTES);
    const found = await start(disk);
    const lost = [{ at: day, blocks: 2 }];
    expect(found).toMatchObject({ gaps: 2, lost });
    for (let n = 0; n < 10; n++) {
      const next = await start(disk, (boot) => Array.from({ length: 30 }, () => delivered(n, boot)));
      expect(next).toMatchObject({ gaps: 0, lost });
    }
    expect(await start(disk, undefined, 16, 'board-2')).toMatchObject({ gaps: 0, number: 1, lost });
    const files = [...disk.files].map(([name, bytes]) => ({ name, bytes }));
    expect(inspect(files)).toMatchObject({ gaps: 0, lost, faults: [/^2 blocks found missing by the start of 2026-/] });
  });

  it('is one of eight that are remembered, of however many', async () => {
    const disk = new CutDisk();
    const seen: number[] = [];
    for (let n = 1; n <= 12; n++) {
      await start(disk, (boot) => [opened(n, boot), begun(n, boot), delivered(n, boot)]);
      const { name, index } = newestBut(disk, 2);
      disk.files.get(name)?.fill(0, index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
      seen.push((await start(disk)).lost.length);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8, 8]);
  });

  it('shows wherever one of its blocks is damaged, but for the newest and those that are not needed any more', async () => {
    const disk = new CutDisk();
    await start(disk, (boot) => Array.from({ length: 20 }, (_, n) => delivered(n % 3, boot)));
    const { files } = disk;
    const told: number[][] = [];
    for (const name of ['segment-0', 'segment-1']) {
      for (let block = 0; block < 16; block++) {
        const damaged = new CutDisk(files);
        const bytes = damaged.files.get(name);
        if (bytes) bytes[block * BLOCK_BYTES + 70] = 1 ^ (bytes[block * BLOCK_BYTES + 70] ?? 0);
        const { gaps, torn } = await start(damaged);
        told.push([gaps, torn]);
      }
    }
    // 21 blocks: 16 in the first segment, whose content the second has taken over; then 5, and the old zeros.
    const superseded = Array.from({ length: 16 }, () => [0, 1]);
    const current = [
      [1, 0],
      [1, 0],
      [1, 0],
      [1, 0],
      [0, 1],
    ];
    expect(told).toEqual([...superseded, ...current, ...Array.from({ length: 11 }, () => [0, 1])]);
  });
});

describe('files that somebody has touched', () => {
  it('may lack the segment that is not needed, and are made whole again', async () => {
    const disk = new CutDisk();
    await start(disk, six);
    disk.files.delete('segment-1');
    expect(await start(disk)).toMatchObject({ gaps: 0, number: 2 });
    expect([...disk.files.keys()].sort()).toEqual(['segment-0', 'segment-1']);
  });

  /** 60 open attempts, and one commit in the second segment: too little room for their copies, so both are needed. */
  const halfCopied = async () => {
    const disk = new CutDisk();
    const journal = new BlockJournal(disk.mount(), smallSegments(8));
    const boot = bootTag((await journal.open(identity())).nonce);
    await Promise.all(Array.from({ length: 60 }, (_, n) => journal.append(opened(n, boot))));
    for (let n = 0; n < 5; n++) await journal.append(begun(n, boot));
    await journal.close();
    return disk;
  };

  it('may not lack the one that is', async () => {
    const disk = await halfCopied();
    disk.files.delete('segment-0');
    expect((await start(disk, undefined, 8)).gaps).toBe(8);
  });

  it('are not given up for their size while they are needed', async () => {
    const disk = await halfCopied();
    const replay = await start(disk, undefined, 12);
    expect(replay).toMatchObject({ gaps: 0, number: 2 });
    expect(replay.attempts).toHaveLength(60);
    expect(replay.attempts.filter((a) => a.delivery === 'doubtful')).toHaveLength(5);
    const many = (boot: string) => Array.from({ length: 30 }, () => delivered(7, boot));
    for (let n = 0; n < 4; n++) expect((await start(disk, many, 12)).attempts).toHaveLength(60);
    expect([...disk.files.values()].map((bytes) => bytes.length / BLOCK_BYTES)).toEqual([12, 12]);
  });

  /** A journal that has gone on to its second segment, and needs only that. */
  const rotated = async (board: string) => {
    const disk = new CutDisk();
    await start(disk, (boot) => Array.from({ length: 20 }, () => delivered(9, boot)), 16, board);
    return disk.files.get('segment-1') ?? new Uint8Array();
  };

  it('of another kiosk are never mixed with ours, and are written over in their turn', async () => {
    const disk = new CutDisk();
    const before = await start(disk, six);
    disk.files.set('segment-1', await rotated('board-2'));
    for (let number = 2; number < 12; number++) {
      const replay = await start(disk, (boot) => [delivered(4, boot), delivered(4, boot)]);
      expect(replay).toMatchObject({ gaps: 0, torn: 0, number, epoch: before.epoch });
      expect(ends(replay)).toMatchObject({ 1: 'delivered', 2: 'not-delivered', 3: 'doubtful' });
      expect(ends(replay)[9]).toBeUndefined();
    }
  });

  it('of two journals of this board are refused by name: which is the right one cannot be known', async () => {
    const disk = new CutDisk();
    await start(disk, six);
    disk.files.set('segment-1', await rotated('board-1'));
    await expect(start(disk)).rejects.toThrow(
      /2 journals in one directory \(segment-0, segment-1\), 2 of them of this board; move away all files but/,
    );
  });

  it('copied under another name say nothing', async () => {
    const disk = new CutDisk();
    await start(disk, six);
    disk.files.set('segment-1', disk.files.get('segment-0')?.slice() ?? new Uint8Array());
    disk.files.set('segment-7', disk.files.get('segment-0')?.slice(0, 2 * BLOCK_BYTES) ?? new Uint8Array());
    disk.files.set('segment-0.bak', disk.files.get('segment-0')?.slice() ?? new Uint8Array());
    expect(await start(disk)).toMatchObject({ gaps: 0, torn: 0, number: 2, attempts: [{}, {}, {}] });
    expect([...disk.files.keys()].sort()).toEqual(['segment-0', 'segment-0.bak', 'segment-1']);
  });

  it('may be of another size than is wanted now, and are changed when they are free', async () => {
    const disk = new CutDisk();
    await start(disk, six, 16);
    for (const blocks of [8, 32, 5]) {
      for (let n = 0; n < 3; n++)
        await start(disk, (boot) => Array.from({ length: 12 }, () => delivered(1, boot)), blocks);
      expect((await start(disk, undefined, blocks)).gaps).toBe(0);
      expect([...disk.files.values()].map((bytes) => bytes.length / BLOCK_BYTES)).toEqual([blocks, blocks]);
    }
    expect(ends(await start(disk))).toEqual({ 1: 'delivered', 2: 'not-delivered', 3: 'doubtful' });
  });

  it('of a newer version are left alone', async () => {
    const disk = new CutDisk();
    await start(disk, six);
    const { files } = disk;
    const bytes = Buffer.from(disk.files.get('segment-0')?.buffer ?? new ArrayBuffer(0));
    bytes.writeUInt16LE(3, 56);
    bytes.writeUInt32LE(crc32c(bytes.subarray(8, 64 + bytes.readUInt16LE(54))), 4);
    const before = new Map([...files].map(([name, content]) => [name, content.slice()]));
    await expect(start(disk)).rejects.toThrow(/newer version of the agent/);
    for (const [name, content] of before)
      expect(Buffer.compare(content, disk.files.get(name) ?? Buffer.alloc(0))).toBe(0);
  });
});
