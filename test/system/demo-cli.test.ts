import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
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
    expect(run.stderr()).toContain('5 times as fast');
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

describe('ended from outside', () => {
  async function running(...more: string[]) {
    const run = runDemo(more, { TMPDIR: temp });
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
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['unknown flag', ['--scam', '1'], /--scam: not a flag of the demo; expected --scan /],
    [
      'missing amount',
      ['--scan', '281006020123456789012345', '--currency', 'HKD'],
      /--amount: missing.*--amount 35\.50/,
    ],
    ['missing currency', ['--scan', '281006020123456789012345', '--amount', '1'], /--currency: missing.*HKD/],
    ['bad currency', args('--currency', 'XYZW'), /--currency: found 4 characters that are no ISO 4217 code/],
    [
      'too many places',
      args('--amount', '1.234'),
      /--amount: found "1\.234", expected a decimal of at most 12 digits and 2 places/,
    ],
    ['nothing to pay', args('--amount', '0'), /--amount: found "0"/],
    ['unknown scenario', args('--scenario', 'magic'), /--scenario: found "magic", expected one of approve, password/],
    ['amount without scan', ['--amount', '1'], /--amount: goes with --scan/],
    ['bad port', ['--port', 'http'], /--port: found "http", expected a number/],
    [
      'code with a line break',
      ['--scan', '28\n99', '--amount', '1', '--currency', 'HKD'],
      /--scan: found 5 characters/,
    ],
  ];
  test.each(cases)('%s', async (_name, flags, says) => {
    const run = runDemo(flags);
    expect(await run.ended).toBe(2);
    expect(run.stderr()).toMatch(says);
    expect(run.stderr()).not.toMatch(/281006020123456789012345| {4}at /);
    expect(run.stdout()).toBe('');
  });

  test('--help tells every flag', async () => {
    const run = runDemo(['--help']);
    expect(await run.ended).toBe(0);
    for (const flag of ['--scan', '--amount', '--currency', '--scenario', '--json', '--port', '--keep']) {
      expect(run.stdout()).toContain(flag);
    }
  });
});
