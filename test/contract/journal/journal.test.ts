import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Identity, Journal, JournalFact } from '../../../agent/journal/contract.js';
import { crc32c } from '../../../agent/journal/crc32c.js';
import { FileJournal } from '../../../agent/journal/file.js';
import { MemoryJournal } from '../../../agent/journal/memory.js';
import { bootTag } from '../../../protocol/ids.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qz-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

let seed = 0;
const identity = (board = 'board-1'): Identity => ({
  board,
  wallMs: () => 1_790_000_000_000,
  random: (n) => Buffer.alloc(n, ++seed),
});
const id = (n: number) => n.toString(16).padStart(32, '0');
const opened = (n: number, boot: string): JournalFact => ({
  kind: 'opened',
  attempt: id(n),
  boot,
  order: '01'.repeat(8),
  amount: 3550,
  currency: 'HKD',
  digest: 'd1',
});
const begun = (n: number, boot: string): JournalFact => ({
  kind: 'begun',
  attempt: id(n),
  boot,
  order: '01'.repeat(8),
  amount: 3550,
  currency: 'HKD',
});

const memory = new Map<string, MemoryJournal>();
const kinds: [string, () => Journal][] = [
  ['file', () => new FileJournal(folder)],
  [
    'memory',
    () => {
      const kept = memory.get(folder) ?? new MemoryJournal();
      memory.set(folder, kept);
      return kept;
    },
  ],
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
      { kind: 'vended', attempt: id(3), boot, delivery: 'delivered' },
      opened(4, boot),
      { kind: 'closed', attempt: id(4) },
    ]);
    const { attempts } = await restart(() => []);
    expect(attempts.map((a) => [a.attempt, a.delivery, a.closed])).toEqual([
      [id(1), 'not-delivered', false],
      [id(2), 'doubtful', false],
      [id(3), 'delivered', false],
      [id(4), 'not-delivered', true],
    ]);
  });

  it('does not need "opened" to understand "begun" (rule 8, C5)', async () => {
    const first = await restart((boot) => [begun(7, boot)]);
    const { attempts } = await restart(() => []);
    expect(attempts).toEqual([{ attempt: id(7), boot: bootTag(first.nonce), delivery: 'doubtful', closed: false }]);
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
    await restart((boot) =>
      Array.from({ length: 100 }, (_, n) => [opened(n, boot), { kind: 'closed', attempt: id(n) } as const]).flat(),
    );
    await restart((boot) => [opened(999, boot)]);
    const { attempts } = await restart(() => []);
    expect(attempts.at(-1)).toMatchObject({ attempt: id(999), closed: false });
    expect(attempts.filter((a) => a.closed).length).toBeGreaterThanOrEqual(64);
  });
});

const built = new URL('../../../dist/agent/journal/file.js', import.meta.url).href;

describe('the file journal', () => {
  const path = () => join(folder, 'journal.log');

  it('opens after a cut at every byte to the records that are whole', async () => {
    const journal = new FileJournal(folder);
    const { nonce } = await journal.open(identity());
    for (let n = 0; n < 3; n++) await journal.append(opened(n, bootTag(nonce)));
    await journal.close();
    const whole = readFileSync(path());
    const lines = whole.toString().split('\n').length - 1;
    for (let cut = 0; cut <= whole.length; cut++) {
      writeFileSync(path(), whole.subarray(0, cut));
      const next = new FileJournal(folder);
      const replay = await next.open(identity());
      await next.close();
      const complete = whole.subarray(0, cut).toString().split('\n').length - 1;
      // A line that lacks only its line feed is whole.
      const ended = cut < whole.length && whole[cut] === 0x0a && cut > 0 ? 1 : 0;
      expect(replay.attempts).toHaveLength(Math.min(lines - 1, Math.max(0, complete + ended - 1)));
    }
  });

  it('reads past torn, zeroed and foreign stretches in the middle', async () => {
    const journal = new FileJournal(folder);
    const { nonce } = await journal.open(identity());
    const boot = bootTag(nonce);
    await journal.append(opened(1, boot));
    appendFileSync(path(), 'deadbeef {"kind":"opened","attempt":"x"}\n00\n');
    appendFileSync(path(), Buffer.alloc(4096));
    await journal.append(begun(2, boot));
    await journal.close();
    const next = new FileJournal(folder);
    const replay = await next.open(identity());
    await next.close();
    expect(replay.torn).toBe(2);
    expect(replay.attempts.map((a) => a.delivery)).toEqual(['not-delivered', 'doubtful']);
  });

  it('keeps what was acknowledged when its process is killed, and lets the next one in', async () => {
    const script = `
      import { FileJournal } from ${JSON.stringify(built)};
      import { randomBytes } from 'node:crypto';
      const journal = new FileJournal(${JSON.stringify(folder)});
      const { nonce } = await journal.open({ board: 'board-1', wallMs: Date.now, random: randomBytes });
      for (let n = 0; ; n++) {
        await journal.append({ kind: 'opened', attempt: n.toString(16).padStart(32, '0'), boot: nonce.slice(0, 8), order: '01', amount: 1, currency: 'HKD', digest: '' });
        process.stdout.write(n + '\\n');
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let last = -1;
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        last = Number(chunk.toString().trim().split('\n').at(-1));
        if (last >= 20) child.kill('SIGKILL');
      });
      child.on('exit', () => resolve());
    });
    const journal = new FileJournal(folder);
    const replay = await journal.open(identity());
    await journal.close();
    expect(last).toBeGreaterThanOrEqual(20);
    expect(replay.attempts.length).toBeGreaterThanOrEqual(last + 1);
    expect(replay.number).toBe(2);
  });

  it('keeps the old content when the disk takes only a part of the new', async () => {
    const journal = new FileJournal(folder);
    const { nonce } = await journal.open(identity());
    await Promise.all(Array.from({ length: 60 }, (_, n) => journal.append(begun(n, bootTag(nonce)))));
    await journal.close();
    const before = readFileSync(path());
    expect(before.length).toBeGreaterThan(8_192);
    // A file size limit makes the kernel write short and then refuse, as a full disk does.
    const script = `
      import { FileJournal } from ${JSON.stringify(built)};
      import { randomBytes } from 'node:crypto';
      process.on('SIGXFSZ', () => {});
      await new FileJournal(${JSON.stringify(folder)}).open({ board: 'board-1', wallMs: Date.now, random: randomBytes });`;
    const limited = spawnSync('bash', [
      '-c',
      'ulimit -f 8; exec "$0" --input-type=module -e "$1"',
      process.execPath,
      script,
    ]);
    expect(limited.status).not.toBe(0);
    expect(readFileSync(path())).toEqual(before);
    const next = new FileJournal(folder);
    expect((await next.open(identity())).attempts).toHaveLength(60);
    await next.close();
  });

  it('is cut down while the agent runs, and forgets nothing that is open', async () => {
    const journal = new FileJournal(folder);
    const { nonce } = await journal.open(identity());
    const boot = bootTag(nonce);
    await journal.append(begun(0, boot));
    for (let n = 1; n < 6_000; n += 500) {
      const facts = Array.from({ length: 500 }, (_, i): JournalFact[] => [
        opened(n + i, boot),
        { kind: 'closed', attempt: id(n + i) },
      ]);
      await Promise.all(facts.flat().map((f) => journal.append(f)));
    }
    await journal.append(begun(9_999, boot));
    await journal.close();
    expect(readFileSync(path()).length).toBeLessThan(1_100_000);
    const next = new FileJournal(folder);
    const { attempts, number } = await next.open(identity());
    await next.close();
    expect(number).toBe(2);
    expect(attempts.filter((a) => !a.closed).map((a) => [a.attempt, a.delivery])).toEqual([
      [id(0), 'doubtful'],
      [id(9_999), 'doubtful'],
    ]);
  });

  it('refuses a second agent on the same journal, by name of the remedy', async () => {
    const first = new FileJournal(folder);
    await first.open(identity());
    await expect(new FileJournal(folder).open(identity())).rejects.toThrow(/held by another agent.*journal\.directory/);
    await first.close();
  });

  it('accepts nothing more after a failed write', async () => {
    const journal = new FileJournal(folder);
    await journal.open(identity());
    await journal.close();
    await expect(journal.append(opened(1, '00000000'))).rejects.toThrow(/not open/);
    await expect(journal.append(opened(2, '00000000'))).rejects.toThrow(/not open/);
  });

  it('shares a commit among records that come together', async () => {
    const journal = new FileJournal(folder);
    const { nonce } = await journal.open(identity());
    await Promise.all(Array.from({ length: 200 }, (_, n) => journal.append(opened(n, bootTag(nonce)))));
    await journal.close();
    expect(readFileSync(path(), 'utf8').trim().split('\n')).toHaveLength(201);
    truncateSync(path(), 0);
  });
});

it('CRC-32C gives the check values of RFC 3720, B.4', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
});
