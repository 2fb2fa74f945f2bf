import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlockJournal } from '../../agent/journal/block-journal.js';
import { FileStore } from '../../agent/journal/file-store.js';
import { bootTag } from '../../protocol/ids.js';
import { begun, closed, delivered, identities, opened } from '../support/journal-facts.js';

/** The journal on a real file system, by what the kernel sees, and by what is left when a process is killed. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const identity = identities();

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qz-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const journalAt = (directory: string, segmentBytes?: number) =>
  new BlockJournal(new FileStore(directory), segmentBytes === undefined ? {} : { segmentBytes });

/** A program that opens a journal as `journal`, and then does this. */
const program = (body: string) => `
  import { BlockJournal } from ${JSON.stringify(join(root, 'dist/agent/journal/block-journal.js'))};
  import { FileStore } from ${JSON.stringify(join(root, 'dist/agent/journal/file-store.js'))};
  import { randomBytes } from 'node:crypto';
  const journal = new BlockJournal(new FileStore(${JSON.stringify(folder)}));
  const { nonce } = await journal.open({ board: 'board-1', wallMs: Date.now, random: randomBytes });
  const boot = nonce.slice(0, 8);
  const begun = (n) => ({ kind: 'begun', attempt: n.toString(16).padStart(32, '0'), boot, order: '01', amount: 1, currency: 'HKD' });
  ${body}`;
const node = (body: string) => [process.execPath, '--input-type=module', '-e', program(body)] as const;

describe('by the system calls', () => {
  const strace = spawnSync('strace', ['-V']).status === 0;
  if (!strace) process.stdout.write('system calls of the journal: skipped, strace is not installed\n');

  /** What the kernel heard of the journal's directory: lines up to the first mark, between the marks, and the main thread. */
  function traced(body: string) {
    const trace = `${folder}.trace`;
    const calls =
      'openat,write,writev,pwrite64,pwritev,fsync,fdatasync,sync_file_range,ftruncate,fallocate,rename,unlink';
    const marked = `
      const mark = async (text) => { (await import('node:fs')).writeSync(1, text); };
      await mark('first mark');
      ${body}
      await mark('last mark');
      await journal.close();`;
    const options = ['-f', '-y', '-e', `trace=${calls},io_uring_enter`, '-o', trace];
    const run = spawnSync('strace', [...options, ...node(marked)], { encoding: 'utf8' });
    expect(run.status, run.stderr).toBe(0);
    // A call that another thread interrupts is told of on two lines.
    const lines = readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => !line.includes(' resumed>'));
    rmSync(trace);
    const [from, to] = ['first mark', 'last mark'].map((text) => lines.findIndex((line) => line.includes(`"${text}"`)));
    const ours = (list: string[]) => list.filter((line) => line.includes(folder));
    const main = lines[from ?? 0]?.split(' ')[0];
    return { start: ours(lines.slice(0, from)), commits: ours(lines.slice(from, to)), main };
  }

  const places = (lines: readonly string[], ...calls: RegExp[]) =>
    calls.map((call) => lines.findIndex((l) => call.test(l)));

  it.skipIf(!strace)(
    'a commit is one write of 4,096 bytes to a file opened with O_DSYNC, on another thread, and nothing else',
    () => {
      const { start, commits, main } = traced('for (let n = 0; n < 20; n++) await journal.append(begun(n));');
      expect(commits).toHaveLength(20);
      for (const line of commits) {
        expect(line).toMatch(/^\d+ +pwrite64\(\d+<.*segment-0>, "QZJB.*, 4096, \d+/);
        expect(line.split(' ')[0]).not.toBe(main);
      }
      expect(start.find((line) => /openat.*segment-0.*O_CREAT/.test(line))).toMatch(/O_RDWR\|O_CREAT\|O_EXCL\|O_DSYNC/);
    },
  );

  it.skipIf(!strace)('a start syncs what it makes, with its name, before it writes to it; and what it reads', () => {
    const made = traced('').start;
    const zeros = /pwrite64\(\d+<.*segment-1>, "(\\0)+"\.*, 1048576, 0/;
    const block = /pwrite64\(\d+<.*segment-0>, "QZJB/;
    const order = places(
      made,
      /openat.*segment-1.*O_CREAT/,
      zeros,
      /fsync\(\d+<[^>]*segment-1>/,
      /fsync\(\d+<[^>]*qz-journal-\w+>\)/,
      block,
    );
    expect(order).not.toContain(-1);
    expect(order.filter((_, n) => n !== 3)).toEqual(order.filter((_, n) => n !== 3).sort((a, b) => a - b));
    expect(made.slice(order[2], order[4]).some((line) => /fsync\(\d+<[^>]*qz-journal-\w+>/.test(line))).toBe(true);
    const found = traced('').start;
    const again = places(found, /fdatasync\(\d+<[^>]*segment-0>/, /fdatasync\(\d+<[^>]*segment-1>/, block);
    expect(again).not.toContain(-1);
    expect(again[2]).toBe(Math.max(...again));
  });
});

describe('when its process is killed', () => {
  it('keeps what was acknowledged, and lets the next one in', async () => {
    const [command, ...args] = node(
      `for (let n = 0; ; n++) { await journal.append(begun(n)); process.stdout.write(n + '\\n'); }`,
    );
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let last = -1;
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        last = Math.max(last, Number(chunk.toString().trim().split('\n').at(-1)));
        if (last >= 20) child.kill('SIGKILL');
      });
      child.on('exit', () => resolve());
    });
    expect(last).toBeGreaterThanOrEqual(20);
    const journal = journalAt(folder);
    const replay = await journal.open(identity());
    await journal.close();
    expect(replay.attempts.length).toBeGreaterThanOrEqual(last + 1);
    expect(replay).toMatchObject({ number: 2, gaps: 0 });
  });
});

describe('on a disk that is full, read-only, or allows no such files', () => {
  /** A small disk of its own. */
  function mounted<T>(
    size: string,
    work: (disk: string, remount: (how: string) => void) => Promise<T>,
  ): Promise<T> | undefined {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]).status !== 0) {
      process.stdout.write('a full and a read-only disk: skipped, no right to mount a small one\n');
      return undefined;
    }
    const remount = (how: string) => expect(spawnSync('mount', ['-o', `remount,${how}`, folder]).status).toBe(0);
    return work(folder, remount).finally(() => spawnSync('umount', [folder]));
  }

  it('does not start where its segments do not fit, says so, and takes no room there', async () => {
    await mounted('1536k', async (disk) => {
      await expect(journalAt(disk).open(identity())).rejects.toThrow(
        `journal: ${disk}: ENOSPC: the disk is full; make room on it`,
      );
      expect(readdirSync(disk)).toEqual(['segment-0']);
      const journal = journalAt(disk, 262_144);
      expect(await journal.open(identity())).toMatchObject({ number: 1, torn: 0 });
      await journal.close();
      expect(readdirSync(disk).map((name) => statSync(join(disk, name)).size)).toEqual([262_144, 262_144]);
    });
  });

  it('goes on for ever on a disk that became full: it has taken its room at the start', async () => {
    await mounted('2200k', async (disk) => {
      const journal = journalAt(disk);
      const boot = bootTag((await journal.open(identity())).nonce);
      expect(() => writeFileSync(join(disk, 'filler'), Buffer.alloc(1_048_576))).toThrow(/ENOSPC/);
      for (let n = 0; n < 300; n++) {
        for (const fact of [opened(n, boot), begun(n, boot), delivered(n, boot), closed(n)]) await journal.append(fact);
      }
      await journal.close();
    });
  });

  it('does not start on one that is read-only, and says what to do', async () => {
    await mounted('4m', async (disk, remount) => {
      const journal = journalAt(disk);
      await journal.open(identity());
      await journal.close();
      remount('ro');
      await expect(journalAt(disk).open(identity())).rejects.toThrow(
        /: EROFS: the file system is read-only, perhaps since it met errors/,
      );
      remount('rw');
      const again = journalAt(disk);
      expect(await again.open(identity())).toMatchObject({ number: 2, gaps: 0 });
      await again.close();
    });
  });

  it('does not start where files may not be that large, and leaves no part of one', () => {
    const run = spawnSync('bash', ['-c', 'ulimit -f 8; exec "$@"', 'bash', ...node('')], { encoding: 'utf8' });
    expect(run.status).not.toBe(0);
    expect(run.stderr).toMatch(/journal: .*: EFBIG: files may not be that large here/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('quietzone journal', () => {
  const quietzone = (...args: string[]) => {
    const run = spawnSync(process.execPath, ['dist/agent/cli.js', 'journal', ...args], { cwd: root, encoding: 'utf8' });
    return { status: run.status, stdout: run.stdout, stderr: run.stderr };
  };
  const written = async () => {
    const journal = journalAt(folder);
    const boot = bootTag((await journal.open(identity())).nonce);
    for (const fact of [opened(1, boot), begun(1, boot), delivered(1, boot), closed(1), opened(2, boot)])
      await journal.append(fact);
    return journal;
  };

  it('verify says that a journal is whole, beside a running agent, which it leaves alone', async () => {
    const journal = await written();
    const run = quietzone('verify', folder);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toMatch(
      /^segments +2 .*512 blocks\nblocks +5 .*\nrecords +6\ntorn +0\ngaps +0\nlost +0\nopen +1 .*\nwhole\n$/,
    );
    expect(existsSync(join(folder, 'journal.lock'))).toBe(true);
    await journal.append(begun(2, '00000000'));
    await journal.close();
    expect(JSON.parse(quietzone('verify', '--json', folder).stdout)).toMatchObject({
      blocks: 6,
      torn: 0,
      gaps: 0,
      faults: [],
    });
  });

  it('verify says what is wrong with a damaged copy, with the remedy, and ends with 1', async () => {
    await (await written()).close();
    const path = join(folder, 'segment-0');
    const bytes = readFileSync(path);
    bytes.fill(0, 2 * 4_096, 3 * 4_096);
    bytes.fill(7, 5 * 4_096, 6 * 4_096);
    writeFileSync(path, bytes);
    const run = quietzone('verify', folder);
    expect(run.status).toBe(1);
    expect(run.stdout).toMatch(/torn +1 .*power cut/);
    expect(run.stdout).toMatch(
      /gaps +1 .*\nlost +0\n.*\n1 block missing that the disk had said was durable: it lies or fails; replace the card\n$/,
    );
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('print shows what a start would read, and of a digest too little to try codes against', async () => {
    await (await written()).close();
    const run = quietzone('print', folder);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const kinds = run.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/ +/)[1]);
    expect(kinds).toEqual(['boot', 'opened', 'begun', 'vended', 'closed', 'opened']);
    expect(run.stdout).toContain('digest=d1d1d1d1…');
    expect(run.stdout).not.toContain('d1d1d1d1d1');
    const objects = quietzone('print', '--json', folder)
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects[1]).toMatchObject({ kind: 'opened', amount: 3551, currency: 'HKD', digest: 'd1d1d1d1…' });
    expect(objects.map((o) => o.kind)).toEqual(kinds);
  });

  it('verify says what an earlier start found missing, after later starts too', async () => {
    await (await written()).close();
    const path = join(folder, 'segment-0');
    const bytes = readFileSync(path);
    bytes.fill(0, 2 * 4_096, 3 * 4_096);
    writeFileSync(path, bytes);
    for (let start = 0; start < 3; start++) {
      const journal = journalAt(folder);
      await journal.open(identity());
      await journal.close();
    }
    const run = quietzone('verify', folder);
    expect(run.status).toBe(1);
    expect(run.stdout).toMatch(
      /gaps +0\nlost +1 {2}.*\nopen .*\n1 block found missing by the start of 2026-\S+: the disk lies or fails; replace the card, .*\n$/,
    );
    expect(JSON.parse(quietzone('verify', '--json', folder).stdout)).toMatchObject({
      gaps: 0,
      lost: [{ at: 1_790_000_000_000, blocks: 1 }],
    });
    expect(quietzone('print', folder).stdout).toMatch(/ gap +number=2 blocks=1\n/);
  });

  it.each([
    [['verify'], 2, /DIRECTORY/],
    [['verify', '--all', 'x'], 2, /--all: not a flag/],
    [['print', 'a', 'b'], 2, /found 2 directories/],
    [['print', '/nowhere'], 1, /\/nowhere: not there/],
    [['mend', 'x'], 2, /no such command/],
  ])('refuses wrong use in one line: %j', (args, status, why) => {
    const run = quietzone(...args);
    expect(run).toMatchObject({ status, stdout: '' });
    expect(run.stderr).toMatch(why);
    expect(run.stderr).toMatch(/^[^\n]+\n$/);
  });

  it('says that there is no journal where there is none, or nothing of it can be read', () => {
    expect(quietzone('verify', folder)).toMatchObject({ status: 1 });
    writeFileSync(join(folder, 'segment-0'), Buffer.alloc(20_000, 1));
    const run = quietzone('verify', folder);
    expect(run.status).toBe(1);
    expect(run.stdout).toMatch(/torn +5 .*\n.*\n.*\n.*\nno record can be read/);
  });
});
