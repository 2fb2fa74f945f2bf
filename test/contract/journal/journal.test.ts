import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlockJournal } from '../../../agent/journal/block-journal.js';
import type { Journal, JournalFact } from '../../../agent/journal/contract.js';
import { FileStore } from '../../../agent/journal/file-store.js';
import { MemoryJournal } from '../../../agent/journal/memory.js';
import { bootTag } from '../../../protocol/ids.js';
import { CutDisk } from '../../support/cut-store.js';
import { attemptId, begun, closed, delivered, identities, opened } from '../../support/journal-facts.js';

let folder = '';
let disk = new CutDisk();
let memory = new MemoryJournal();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qz-journal-'));
  disk = new CutDisk();
  memory = new MemoryJournal();
});
afterEach(() => rmSync(folder, { recursive: true }));

const identity = identities();
const small = { segmentBytes: 65_536 };
const kinds: [string, () => Journal][] = [
  ['blocks in files', () => new BlockJournal(new FileStore(folder), small)],
  ['blocks on a disk in memory', () => new BlockJournal(disk.mount(), small)],
  ['blocks in files of the default size', () => new BlockJournal(new FileStore(folder))],
  ['memory', () => memory],
];

describe.each(kinds)('journal contract: %s', (_name, make) => {
  const restart = async (facts: (boot: string) => JournalFact[], board?: string) => {
    const journal = make();
    const replay = await journal.open(identity(board));
    await Promise.all(facts(bootTag(replay.nonce)).map((f) => journal.append(f)));
    await journal.close();
    return replay;
  };

  it('starts an epoch with boot 1 and counts on, the chain newest first and no longer than 8', async () => {
    const nonces: string[] = [];
    let epoch = '';
    for (let n = 1; n <= 10; n++) {
      const replay = await restart(() => []);
      nonces.unshift(replay.nonce);
      expect(replay.number).toBe(n);
      expect(replay.chain).toEqual(nonces.slice(0, 8));
      epoch ||= replay.epoch;
      expect(replay.epoch).toBe(epoch);
    }
  });

  it('says of an attempt: opened is not delivered, begun is doubtful, a report is itself, closed is remembered', async () => {
    await restart((boot) => [
      opened(1, boot),
      opened(2, boot),
      begun(2, boot),
      begun(3, boot),
      delivered(3, boot),
      opened(4, boot),
      closed(4),
    ]);
    const { attempts } = await restart(() => []);
    expect(attempts.map((a) => [a.attempt, a.delivery, a.closed])).toEqual([
      [attemptId(1), 'not-delivered', false],
      [attemptId(2), 'doubtful', false],
      [attemptId(3), 'delivered', false],
      [attemptId(4), 'not-delivered', true],
    ]);
  });

  it('does not need "opened" to understand "begun" (rule 8, C5)', async () => {
    const first = await restart((boot) => [begun(7, boot)]);
    const { attempts } = await restart(() => []);
    expect(attempts).toEqual([
      { attempt: attemptId(7), boot: bootTag(first.nonce), delivery: 'doubtful', closed: false },
    ]);
  });

  it('begins a new epoch on another board, and reports nothing of the other board', async () => {
    const old = await restart((boot) => [opened(1, boot)], 'board-1');
    const moved = await restart(() => [], 'board-2');
    expect(moved.epoch).not.toBe(old.epoch);
    expect(moved.chain).toEqual([moved.nonce]);
    expect(moved.attempts).toEqual([]);
  });

  it('reports nothing of the other board at any later start either, whatever was left open there', async () => {
    await restart((boot) => [opened(1, boot), opened(2, boot), begun(2, boot)], 'board-1');
    for (let start = 0; start < 3; start++) {
      expect((await restart(() => [], 'board-2')).attempts).toEqual([]);
    }
    expect((await restart(() => [], 'board-1')).attempts).toEqual([]);
  });

  it('forgets the oldest closed attempts only', async () => {
    await restart((boot) => Array.from({ length: 100 }, (_, n) => [opened(n, boot), closed(n)]).flat());
    await restart((boot) => [opened(999, boot)]);
    const { attempts } = await restart(() => []);
    expect(attempts.at(-1)).toMatchObject({ attempt: attemptId(999), closed: false });
    expect(attempts.filter((a) => a.closed).length).toBeGreaterThanOrEqual(64);
  });

  it('keeps a closed attempt until the next commit or the end, and does not make anybody wait for it', async () => {
    const journal = make();
    const { nonce } = await journal.open(identity());
    await journal.append(delivered(1, bootTag(nonce)));
    await journal.append(closed(1));
    await journal.append(closed(1));
    await journal.close();
    expect((await restart(() => [])).attempts).toMatchObject([{ delivery: 'delivered', closed: true }]);
  });

  it('says that nothing was torn and nothing is missing where nothing was', async () => {
    for (let start = 0; start < 3; start++)
      expect(await restart((boot) => [begun(start, boot)])).toMatchObject({ torn: 0, gaps: 0 });
  });

  it('keeps far more than a block holds that comes at once, in its order', async () => {
    await restart((boot) => Array.from({ length: 200 }, (_, n) => opened(n, boot)));
    const { attempts } = await restart(() => []);
    expect(attempts.map((a) => a.attempt)).toEqual(Array.from({ length: 200 }, (_, n) => attemptId(n)));
  });

  it('accepts nothing when it is closed', async () => {
    const journal = make();
    await journal.open(identity());
    await journal.close();
    await expect(journal.append(opened(1, '00000000'))).rejects.toThrow(/not open/);
    await expect(journal.append(closed(1))).rejects.toThrow(/not open/);
  });
});
