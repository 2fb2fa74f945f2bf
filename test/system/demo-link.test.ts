import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseFlags } from '../../deploy/demo/flags.js';
import { call } from '../../deploy/demo/http.js';
import type { LinkFlags } from '../../deploy/demo/link-flags.js';
import { type LinkResult, runLink } from '../../deploy/demo/link-run.js';
import { Stack } from '../../deploy/demo/stack.js';
import { UsageError } from '../../deploy/demo/usage.js';
import { until } from '../support/wait.js';
import { alive, descendants, runDemo } from './run.js';

/** A linked wallet's story by the demo's command line: its JSON line, its exit code, and the step that is named when it fails. */

const temp = mkdtempSync(join(tmpdir(), 'quietzone-link-test-'));
afterAll(() => rmSync(temp, { recursive: true, force: true }));
const lastLine = (text: string): unknown => JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');

const step = (name: string, outcome: string, more: object = {}) => ({
  ...{ step: name, outcome, ms: expect.any(Number) },
  ...more,
});
const receipt = expect.stringMatching(/^[0-9A-Z]{5}$/);
const whole = (wallet: string, half: number) => [
  step('offer', 'offered', { modules: 25 }),
  step('open', 'opened', { digits: expect.stringMatching(/^\d\d$/) }),
  step('agree', 'agreed', { wallet: `${wallet} (sandbox)` }),
  step('link', 'linked'),
  step('first-payment', 'delivered', { receipt }),
  step('second-payment', 'delivered', { receipt, asked: 'Press to pay' }),
  step('refund', 'confirmed', { amount: half }),
  step('unlink', 'revoked'),
  step('books', 'balanced'),
];

describe('the whole story', () => {
  test('AlipayHK: every step, the acquirer’s books, exit 0, and nothing left', async () => {
    const args = ['--link', 'alipayhk', '--amount', '12.00', '--currency', 'HKD', '--json'];
    const run = runDemo(args, { TMPDIR: temp });
    let seen: number[] = [];
    await until(
      'the programs to run',
      () => {
        seen = [...new Set([...seen, ...descendants(run.child.pid ?? 0)])];
        return /relay +ready/.test(run.stderr());
      },
      90_000,
    );
    expect(await run.ended).toBe(0);
    expect(run.stdout().trimEnd().split('\n')).toHaveLength(1);
    expect(lastLine(run.stdout())).toEqual({
      ...{ outcome: 'done', wallet: 'alipayhk', failed: null, reason: null },
      steps: whole('AlipayHK', 600),
      acquirer: { charged: 2_400, returned: 600 },
    });
    expect(run.stderr()).toMatch(/kiosk +confirm-pending/);
    // No short link, no member code, no code of a first payment, no token, no cookie.
    const said = run.stdout() + run.stderr();
    expect(said).not.toMatch(/\/L\/[0-9A-Z]{8}/i);
    expect(said).not.toMatch(/QZ[MF][0-9A-Z]{10}/);
    expect(said).not.toMatch(/[0-9a-f]{32}|Bearer/);
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(alive(seen)).toEqual([]);
    expect(readdirSync(temp)).toEqual([]);
  }, 150_000);

  test('DANA, an odd number of rupiah: the half that goes back is whole rupiah', async () => {
    const run = runDemo(['--link', 'dana', '--amount', '5001', '--currency', 'IDR', '--json'], { TMPDIR: temp });
    expect(await run.ended).toBe(0);
    expect(lastLine(run.stdout())).toMatchObject({
      steps: whole('DANA', 250_000),
      acquirer: { charged: 1_000_200, returned: 250_000 },
    });
  }, 150_000);

  test('DANA, in rupiah: event lines and the JSON line on stdout', async () => {
    const run = runDemo(['--link', 'dana', '--amount', '5000', '--currency', 'IDR'], { TMPDIR: temp });
    expect(await run.ended).toBe(0);
    expect(run.stdout()).toMatch(/story +books: balanced/);
    expect(lastLine(run.stdout())).toMatchObject({
      ...{ outcome: 'done', wallet: 'dana', failed: null },
      steps: whole('DANA', 250_000),
      acquirer: { charged: 1_000_000, returned: 250_000 },
    });
  }, 150_000);
});

describe('what goes wrong is named by its step, exit 1', () => {
  test('a system that does not come up', async () => {
    // A folder that an earlier run has kept, whose ledger is no folder any more.
    const keep = join(temp, 'kept');
    mkdirSync(keep);
    const identity = { kiosk: 'demo-0011aabb', codeHashKey: 'ab'.repeat(32) };
    writeFileSync(join(keep, 'demo.json'), JSON.stringify(identity));
    writeFileSync(join(keep, 'ledger'), 'no folder');
    const args = ['--link', 'alipayhk', '--amount', '12.00', '--currency', 'HKD', '--json', '--keep', keep];
    const run = runDemo(args, { TMPDIR: temp, QUIETZONE_DATABASE_URL: '' });
    expect(await run.ended).toBe(1);
    expect(lastLine(run.stdout())).toEqual({
      ...{ outcome: 'failed', wallet: 'alipayhk', failed: 'start', reason: expect.stringMatching(/^relay migrate: /) },
      ...{ steps: [], acquirer: { charged: 0, returned: 0 } },
    });
    rmSync(keep, { recursive: true, force: true });
  }, 90_000);

  test('each on one running system', async () => {
    const stack = new Stack({ log: () => {}, linking: true, staff: true });
    try {
      await stack.start();
      const flags: LinkFlags = { mode: 'link', wallet: 'alipayhk', amount: '12.00', currency: 'HKD', json: true };
      const play = (): Promise<LinkResult> => runLink(stack, flags);
      const control = `${stack.sandbox.base}/control/linking`;

      await call(control, { method: 'POST', body: { api: 'consult', result: 'RISK_REJECT' } });
      expect(await play()).toMatchObject({
        // The code may be on the display before the wallet has refused: then the phone finds it over.
        ...{
          outcome: 'failed',
          failed: expect.stringMatching(/^(offer|open)$/),
          acquirer: { charged: 0, returned: 0 },
        },
      });

      await call(control, { method: 'POST', body: { api: 'applyToken', result: 'INVALID_AUTHCODE' } });
      const refused = await play();
      expect(refused).toMatchObject({ outcome: 'failed', failed: 'link', acquirer: { charged: 0, returned: 0 } });
      expect(refused.steps.map(({ outcome }) => outcome)).toEqual(['offered', 'opened', 'agreed', 'failed']);

      await stack.sandbox.scenario('decline');
      expect(await play()).toMatchObject({
        ...{ failed: 'first-payment', reason: expect.stringMatching(/found declined \(insufficient-funds\)/) },
        acquirer: { charged: 0, returned: 0 },
      });
    } finally {
      await stack.stop();
    }
  }, 180_000);
});

describe('flags that cannot be used: exit 2 and what to do', () => {
  const link = (wallet: string, amount: string, currency: string, ...more: string[]): string[] => [
    ...['--link', wallet, '--amount', amount, '--currency', currency],
    ...more,
  ];
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['unknown wallet', link('paypal', '1', 'HKD'), /^--link: found "paypal", expected one of alipayhk, dana$/],
    [
      'a code in its place, not repeated',
      link('281006020123456789012345', '1', 'HKD'),
      /^--link: found 24 characters, expected one of alipayhk, dana$/,
    ],
    ['nothing after it', ['--link', '--json'], /^--link: found nothing after it, expected one of alipayhk, dana$/],
    [
      'another currency than the wallet’s',
      link('alipayhk', '12.00', 'IDR'),
      /^--currency: found IDR, expected HKD, which AlipayHK pays in$/,
    ],
    ['no currency', link('dana', '1', 'XYZW'), /^--currency: found 4 characters that are no ISO 4217/],
    [
      'too little',
      link('dana', '299.99', 'IDR'),
      /^--amount: found "299.99", expected 300.00 to 10000000.00, what DANA/,
    ],
    [
      'too much',
      link('alipayhk', '50000.01', 'HKD'),
      /^--amount: found "50000.01", expected 0.10 to 50000.00, what AlipayHK lets one pay twice$/,
    ],
    [
      'parts of a rupiah, which the wallet does not pay',
      link('dana', '300.01', 'IDR'),
      /^--amount: found "300.01", expected a multiple of 1.00, for DANA takes no smaller part$/,
    ],
    ['no amount', ['--link', 'alipayhk', '--currency', 'HKD'], /^--amount: missing; --link needs it/],
    [
      'a scenario',
      link('alipayhk', '12', 'HKD', '--scenario', 'decline'),
      /^--scenario: goes with --scan; leave it out/,
    ],
    ['a port', link('alipayhk', '12', 'HKD', '--port', '0'), /^--port: goes with the page; leave it out with --link$/],
    ['a scan too', link('alipayhk', '12', 'HKD', '--scan', '-'), /^--scan and --link: found both, expected one$/],
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
  });

  test('the least and the most are taken', () => {
    for (const flags of [
      link('alipayhk', '0.10', 'HKD'),
      link('alipayhk', '50000', 'HKD'),
      link('dana', '300', 'IDR'),
    ]) {
      expect(parseFlags(flags)).toMatchObject({ mode: 'link', wallet: flags[1], amount: flags[3] });
    }
  });

  test('on the command line: that one line on stderr, and nothing else', async () => {
    const run = runDemo(link('paypal', '1', 'HKD'));
    expect(await run.ended).toBe(2);
    expect(run.stderr()).toBe('--link: found "paypal", expected one of alipayhk, dana\n');
    expect(run.stdout()).toBe('');
  }, 20_000);
});
