import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { findCard } from '../../deploy/demo/codes.js';
import { parseFlags } from '../../deploy/demo/flags.js';
import { readCode } from '../../deploy/demo/standard-input.js';
import { UsageError } from '../../deploy/demo/usage.js';
import { until } from '../support/wait.js';
import { alive, descendants, freshCode, runDemo } from './run.js';

/** The demo's own command line: its flags, its last line, its exit code, and that nothing of it is left. */

// The demo makes its temporary folder in TMPDIR; a folder of our own shows what it leaves there.
const temp = mkdtempSync(join(tmpdir(), 'quietzone-cli-test-'));
afterAll(() => rmSync(temp, { recursive: true, force: true }));

const args = (...more: string[]): string[] => [
  '--scan',
  freshCode(),
  '--amount',
  '35.50',
  '--currency',
  'HKD',
  ...more,
];
const lastLine = (text: string): unknown => JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};

describe('one payment', () => {
  test('delivered: one JSON line as the last, exit 0, nothing left', async () => {
    const run = runDemo(args('--json'), { TMPDIR: temp });
    let seen: number[] = [];
    await until(
      'the programs to run',
      () => {
        seen = [...new Set([...seen, ...descendants(run.child.pid ?? 0)])];
        return /relay +ready/.test(run.stderr());
      },
      60_000,
    );
    expect(await run.ended).toBe(0);
    expect(run.stdout().trimEnd().split('\n')).toHaveLength(1);
    expect(lastLine(run.stdout())).toMatchObject({
      outcome: 'delivered',
      history: ['armed', 'submitted', 'approved', 'vending', 'delivered'],
      reason: null,
      ms: { scanToPublish: expect.any(Number), total: expect.any(Number) },
      acquirer: { charged: 3550, returned: 0 },
    });
    expect(run.stderr()).toContain('deadlines run 5 times as fast as in the field');
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(alive(seen)).toEqual([]);
    expect(readdirSync(temp)).toEqual([]);
  }, 90_000);

  test('declined: event lines and the JSON line on stdout, exit 1', async () => {
    const run = runDemo(args('--scenario', 'decline'), { TMPDIR: temp });
    expect(await run.ended).toBe(1);
    expect(run.stdout()).toMatch(/kiosk\s+submitted/);
    expect(lastLine(run.stdout())).toMatchObject({ outcome: 'declined', reason: 'insufficient-funds' });
    expect(readdirSync(temp)).toEqual([]);
  }, 90_000);

  test('not a code: refused with the reason, and the code is printed nowhere', async () => {
    const run = runDemo(['--scan', '4006381333931', '--amount', '35.50', '--currency', 'HKD', '--json'], {
      TMPDIR: temp,
    });
    expect(await run.ended).toBe(1);
    expect(lastLine(run.stdout())).toMatchObject({
      outcome: 'refused',
      reason: 'product-code',
      acquirer: { charged: 0 },
    });
    expect(run.stdout() + run.stderr()).not.toContain('4006381333931');
  }, 90_000);
});

describe('--scan -: the code comes from standard input', () => {
  const line = async (chunks: readonly (string | Buffer)[]): Promise<string> =>
    Buffer.from(await readCode(Readable.from(chunks.map((chunk) => Buffer.from(chunk))))).toString('latin1');

  test.each([
    ['with a line break', ['2810\n'], '2810'],
    ['as Windows ends a line', ['2810\r\n'], '2810'],
    ['without one', ['2810'], '2810'],
    ['in pieces', ['28', '1', '0\r', '\n'], '2810'],
    ['with blank lines behind it', ['2810\n\n', '\n'], '2810'],
    ['any bytes', [Buffer.from([0x32, 0x00, 0xff, 0x09, 0x0a])], '2\x00\xff\t'],
    ['as long as may be', [`${'2'.repeat(4_400)}\r\n`], '2'.repeat(4_400)],
  ])('%s', async (_name, chunks, code) => {
    expect(await line(chunks)).toBe(code);
  });

  test.each([
    ['nothing', [], /found nothing on standard input/],
    ['an empty line', ['\n2810\n'], /found nothing on standard input/],
    ['two lines', ['2810\n2811\n'], /found more than one line/],
    ['two lines of an old Mac', ['2810\r2811'], /found more than one line/],
    ['too long', ['2'.repeat(4_401)], /found more than 4400 bytes/],
  ])('%s: refused, and not repeated', async (_name, chunks, says) => {
    const error = await line(chunks).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toMatch(says);
    expect(String(error)).not.toContain('281');
  });

  test('endless input is not read to its end', async () => {
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) yield Buffer.alloc(1_000, '2');
    }
    await expect(readCode(Readable.from(endless()))).rejects.toThrow('more than 4400 bytes');
  });

  test('paid and delivered; the code is in no line and no list of processes', async () => {
    const code = findCard('emv')?.fresh(randomBytes) ?? '';
    const run = runDemo(['--scan', '-', '--amount', '35.50', '--currency', 'HKD'], { TMPDIR: temp }, `${code}\n`);
    const commands: string[] = [];
    await until(
      'the programs to run',
      () => {
        for (const pid of [run.child.pid ?? 0, ...descendants(run.child.pid ?? 0)]) commands.push(commandOf(pid));
        return /relay +ready/.test(run.stdout());
      },
      60_000,
    );
    expect(await run.ended).toBe(0);
    expect(lastLine(run.stdout())).toMatchObject({ outcome: 'delivered' });
    expect(run.stdout()).toContain(`reads ${code.length} bytes`);
    expect(commands.join()).toContain('--scan');
    expect(run.stdout() + run.stderr() + commands.join()).not.toContain(code);
  }, 90_000);

  test('refused with exit 2 before anything runs', async () => {
    const run = runDemo(['--scan', '-', '--amount', '35.50', '--currency', 'HKD'], { TMPDIR: temp }, '\n');
    expect(await run.ended).toBe(2);
    expect(run.stderr()).toMatch(
      /^--scan -: found nothing on standard input, expected a code in one line, such as: .*\n$/,
    );
    expect(run.stdout()).toBe('');
  }, 20_000);
});

describe('ended from outside', () => {
  // A database on a server would be left there by kill -9.
  async function running(...more: string[]) {
    const run = runDemo(more, { TMPDIR: temp, QUIETZONE_DATABASE_URL: '' });
    await until('the page to be ready', () => run.stdout().includes('open http://127.0.0.1:'), 60_000);
    const pids = descendants(run.child.pid ?? 0);
    // Sandbox, relay, kiosk and the holder of the pseudo-terminal.
    expect(pids.length).toBeGreaterThanOrEqual(4);
    return { run, pids };
  }

  test('Ctrl-C stops every program and removes the folder', async () => {
    const { run, pids } = await running();
    // As a terminal does it: to the demo and all of its programs at once.
    process.kill(-(run.child.pid ?? Number.NaN), 'SIGINT');
    expect(await run.ended).toBe(130);
    expect(run.stdout()).not.toContain('starting it again');
    expect(alive(pids)).toEqual([]);
    expect(readdirSync(temp)).toEqual([]);
  }, 90_000);

  test('kill -9 of the demo takes every program with it', async () => {
    const keep = join(temp, 'kept');
    const { run, pids } = await running('--keep', keep);
    run.child.kill('SIGKILL');
    expect(await run.ended).toBe('SIGKILL');
    await until('the programs to notice', () => alive(pids).length === 0, 5_000);
    expect(existsSync(join(keep, 'kiosk.toml'))).toBe(true);
    rmSync(keep, { recursive: true, force: true });
  }, 90_000);
});

describe('flags that cannot be used: exit 2 and what to do', () => {
  const SECRET = '281006029876543210987654';
  const scan = (...more: string[]): string[] => ['--scan', SECRET, ...more];
  const amount = (text: string): string[] => scan('--amount', text, '--currency', 'HKD');
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['unknown flag', ['--scam', '1'], /^--scam: not a flag of the demo; expected --scan /],
    ['a code without its flag', [SECRET], /^an argument without a flag: not a flag of the demo/],
    ['a code as a flag', [`--${SECRET}`], /^an argument that begins with "-": not a flag of the demo/],
    ['missing amount', ['--scan', SECRET, '--currency', 'HKD'], /^--amount: missing.*--amount 35\.50/],
    ['missing currency', ['--scan', SECRET, '--amount', '1'], /^--currency: missing.*HKD/],
    [
      'bad currency',
      scan('--amount', '1', '--currency', 'XYZW'),
      /^--currency: found 4 characters that are no ISO 4217/,
    ],
    ['code twice', args('--scan', SECRET), /^--scan: found twice, expected once$/],
    ['code twice, the same', ['--scan', SECRET, `--scan=${SECRET}`], /^--scan: found twice/],
    ['amount twice', args('--amount=1'), /^--amount: found twice/],
    ['switch twice', args('--json', '--json'), /^--json: found twice/],
    [
      'too many places',
      amount('35.505'),
      /^--amount: found "35\.505", expected a decimal of at most 12 digits and 2 places, such as 35\.50$/,
    ],
    ['nothing to pay', amount('0'), /^--amount: found "0", expected more than nothing, such as 35\.50$/],
    ['less than nothing', amount('-1'), /^--amount: found "-1", expected more than nothing, such as 35\.50$/],
    [
      'less than nothing, joined',
      [...scan('--currency', 'HKD'), '--amount=-1'],
      /^--amount: found "-1", expected more/,
    ],
    ['an empty amount', amount(''), /^--amount: found an empty value, expected a decimal such as 35\.50$/],
    ['an empty amount, joined', scan('--amount=', '--currency', 'HKD'), /^--amount: found an empty value/],
    ['a word for an amount', amount('-x'), /^--amount: found "-x", expected a decimal .*such as 35\.50$/],
    ['a code for an amount', amount(SECRET), /^--amount: found 24 characters, expected a decimal/],
    [
      'no amount after its flag',
      scan('--currency', 'HKD', '--amount'),
      /^--amount: found nothing after it, expected a decimal/,
    ],
    ['a flag in its place', scan('--amount', '--currency', 'HKD'), /^--amount: found nothing after it/],
    [
      'an empty code',
      ['--scan', '', '--amount', '1', '--currency', 'HKD'],
      /^--scan: found an empty value, expected a code/,
    ],
    ['an empty currency', scan('--amount', '1', '--currency', ''), /^--currency: found an empty value/],
    ['a switch with a value', args('--json=yes'), /^--json: found a value, expected none$/],
    ['unknown scenario', args('--scenario', 'magic'), /^--scenario: found "magic", expected one of approve, password/],
    ['amount without scan', ['--amount', '1'], /^--amount: goes with --scan/],
    ['bad port', ['--port', 'http'], /^--port: found "http", expected a number/],
    ['an empty port', ['--port', ''], /^--port: found an empty value/],
    [
      'code with a line break',
      ['--scan', '28\n99', '--amount', '1', '--currency', 'HKD'],
      /^--scan: found 5 characters, a control character among them/,
    ],
    [
      'a code that is too long',
      ['--scan', '2'.repeat(4_401), '--amount', '1', '--currency', 'HKD'],
      /^--scan: found 4401 characters, expected 1 to 4400 bytes/,
    ],
  ];
  test.each(cases)('%s', (_name, flags, says) => {
    let said: unknown;
    try {
      parseFlags(flags);
    } catch (error) {
      said = error;
    }
    expect(said).toBeInstanceOf(UsageError);
    expect(said).toHaveProperty('message', expect.stringMatching(says));
    expect(String(said)).not.toContain(SECRET);
  });

  test('on the command line: that one line on stderr, and nothing else', async () => {
    for (const flags of [amount('-1'), args('--scan', SECRET), amount(''), amount('0'), amount('35.505')]) {
      const run = runDemo(flags);
      expect(await run.ended).toBe(2);
      expect(run.stderr()).toMatch(/^--(amount|scan): found .*\n$/);
      expect(run.stderr()).not.toContain(SECRET);
      expect(run.stdout()).toBe('');
    }
  }, 20_000);

  test('a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const run = runDemo(['--port', String(port)]);
    expect(await run.ended).toBe(2);
    expect(run.stderr()).toBe(
      `--port: found ${port}, where the page cannot listen (EADDRINUSE); choose another, or leave it out for a free one\n`,
    );
    server.close();
  }, 20_000);

  test('--help tells every flag', async () => {
    const run = runDemo(['--help']);
    expect(await run.ended).toBe(0);
    for (const flag of ['--scan', '--amount', '--currency', '--scenario', '--json', '--port', '--keep']) {
      expect(run.stdout()).toContain(flag);
    }
  });
});
