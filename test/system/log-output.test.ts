import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { until } from '../support/wait.js';

/** Whoever reads the log may stop, die or have no room: that costs lines, and never a payment's time. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'quietzone-log-'));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that logs as many lines as it is told to, and proves by a beat over IPC that nothing holds it up. */
const program = `
  import { LogOutput } from './dist/protocol/log-output.js';
  const out = new LogOutput(JSON.parse(process.argv[1]));
  setInterval(() => process.send('beat'), 20).unref();
  process.on('message', ({ lines, bytes, exit }) => {
    for (let i = 0; i < lines; i++) out.write(JSON.stringify({ i, pad: 'x'.repeat(bytes) }) + '\\n');
    process.send('written');
    if (exit) process.exit(0);
  });
  process.send('up');
`;
type Stdout = 'pipe' | number;
function start(options: object, stdout: Stdout, shell?: string, before = '') {
  const node = [process.execPath, '--input-type=module', '-e', program, JSON.stringify(options)];
  // A shell between makes a FIFO of it: Node's own "pipe" is a socket.
  const [file, args] =
    shell !== undefined
      ? ['bash', ['-c', `${before} "$@" ${shell}`, 'bash', ...node]]
      : [node[0] as string, node.slice(1)];
  const child = spawn(file, args, { cwd: root, stdio: ['ignore', stdout, 'inherit', 'ipc'] });
  children.push(child);
  const heard: string[] = [];
  child.on('message', (word) => heard.push(String(word)));
  const beats = () => heard.filter((word) => word === 'beat').length;
  const write = async (lines: number, bytes: number, exit = false) => {
    const before = heard.filter((word) => word === 'written').length;
    child.send({ lines, bytes, exit });
    await until('the lines', () => heard.filter((word) => word === 'written').length > before, 5_000);
  };
  const beating = async () => {
    const from = beats();
    await until('it to go on', () => beats() > from + 10, 5_000);
  };
  return { child, write, beating, up: () => until('the program', () => heard.includes('up'), 20_000) };
}

type Line = { readonly i?: number; readonly event?: string; readonly lines?: number };
const linesOf = (text: string) => text.split('\n').flatMap((line) => (line ? [JSON.parse(line) as Line] : []));

describe('a log’s output', () => {
  test.each([0, 50])(
    'writes each line whole and in order, gathered for %i ms, and all at the end',
    async (gatherMs) => {
      const { child, write, up } = start({ gatherMs }, 'pipe');
      const text: string[] = [];
      child.stdout?.setEncoding('utf8').on('data', (piece: string) => text.push(piece));
      const ended = new Promise((resolve) => child.once('close', resolve));
      await up();
      await write(500, 300);
      await write(500, 10, true);
      expect(await ended).toBe(0);
      expect(linesOf(text.join('')).map(({ i }) => i)).toEqual([...Array(500).keys(), ...Array(500).keys()]);
    },
  );

  test.each([
    ['socket', undefined],
    ['FIFO', '| cat'],
  ] as const)('%s: a reader that stalls costs lines only, and hears how many', async (_, shell) => {
    const keepBytes = 400_000;
    const fifo = join(folder, 'stalled');
    const holds = shell ? `| (while [ ! -e ${fifo} ]; do sleep 0.05; done; cat)` : undefined;
    const { child, write, beating, up } = start({ gatherMs: 0, keepBytes }, 'pipe', holds);
    await up();
    const text: string[] = [];
    if (shell) child.stdout?.setEncoding('utf8').on('data', (piece: string) => text.push(piece));
    await write(3_000, 400);
    await beating();
    writeFileSync(fifo, '');
    if (!shell) child.stdout?.setEncoding('utf8').on('data', (piece: string) => text.push(piece));
    await until('the count', () => text.join('').includes('log-lost'), 5_000);
    await write(3, 10);
    await until('what follows', () => linesOf(whole(text)).filter(({ i }) => i === 2).length === 2, 5_000);
    rmSync(fifo, { force: true });
    const lines = linesOf(whole(text));
    const lost = lines.find(({ event }) => event === 'log-lost')?.lines ?? 0;
    expect(lost).toBeGreaterThan(1_000);
    expect(lines.filter(({ event }) => event === undefined).length + lost).toBe(3_003);
  });

  test.each([undefined, '| true', '| head -c 100 >/dev/null'])(
    'a reader that has gone (%s) costs nothing',
    async (shell) => {
      const { child, write, beating, up } = start({ gatherMs: 10 }, 'pipe', shell);
      await up();
      if (!shell) child.stdout?.destroy();
      for (let i = 0; i < 3; i++) {
        await write(500, 400);
        await beating();
      }
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await write(1, 1, true);
      await ended;
    },
  );

  test('a full disk costs lines', async () => {
    const full = openSync('/dev/full', 'w');
    const { write, beating, up } = start({ gatherMs: 0 }, full);
    closeSync(full);
    await up();
    await write(100, 400);
    await beating();
  });

  test('a disk that fills within a line, and has room again: one torn line, none glued to it, and all counted', async () => {
    const file = join(folder, 'filled.log');
    const out = openSync(file, 'a');
    // 8 KiB a file, and an error instead of the signal.
    const { write, up } = start({ gatherMs: 0 }, out, '', "trap '' XFSZ; ulimit -f 8; exec");
    closeSync(out);
    await up();
    await write(40, 300);
    const before = readFileSync(file, 'utf8');
    expect(before).toHaveLength(8_192);
    expect(before.endsWith('\n')).toBe(false);
    truncateSync(file);
    await write(3, 10);
    const after = readFileSync(file, 'utf8');
    const lines = [...before.split('\n').slice(0, -1), ...after.split('\n').filter((line) => line)].map(
      (line) => JSON.parse(line) as Line,
    );
    const lost = lines.find(({ event }) => event === 'log-lost')?.lines ?? 0;
    expect(lines.filter(({ event }) => event === undefined).length + lost).toBe(43);
    expect(after.startsWith('\n{')).toBe(true);
  });

  test('a stalled reader does not keep the process from ending', async () => {
    const { child, write, up } = start({ gatherMs: 0 }, 'pipe');
    await up();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await write(3_000, 400, true);
    expect(await ended).toBe(0);
  });

  const whole = (text: readonly string[]) => text.join('').slice(0, text.join('').lastIndexOf('\n') + 1);
});
