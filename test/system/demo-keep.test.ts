import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, describe, expect, test } from 'vitest';
import { keptFolder } from '../../deploy/demo/keep.js';
import { freshCode, runDemo } from './run.js';

/** `--keep DIR`: what may be kept where, and that a second run goes on with it. */

const root = mkdtempSync(join(tmpdir(), 'quietzone-keep-test-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a folder that is refused', () => {
  const refusal = async (path: string): Promise<string> => {
    const error = await keptFolder(path).catch((e: unknown) => e);
    if (!(error instanceof Error)) throw new Error('it was taken');
    expect(error.name).toBe('UsageError');
    expect(error.message).toMatch(/expected a new or empty folder, or one that an earlier run kept/);
    return error.message;
  };

  test('in /proc, where Node’s own recursive mkdir never ends', async () => {
    expect(await refusal('/proc/nope')).toContain('--keep: found /proc/nope, where the run cannot write (ENOENT)');
    expect(await refusal('/proc/nope/below/it')).toContain('(ENOENT)');
  }, 5_000);

  test('a file, and a place below a file', async () => {
    const file = join(root, 'file');
    writeFileSync(file, 'x');
    expect(await refusal(file)).toContain('(ENOTDIR)');
    expect(await refusal(join(file, 'run'))).toContain('(ENOTDIR)');
  });

  test('a name that is too long, and nothing is left of the way to it', async () => {
    expect(await refusal(join(root, 'way', 'x'.repeat(300)))).toContain('(ENAMETOOLONG)');
    expect(existsSync(join(root, 'way'))).toBe(false);
  });

  test('one that holds other things, which stay as they are', async () => {
    const folder = join(root, 'papers');
    mkdirSync(folder);
    writeFileSync(join(folder, 'letter.txt'), 'dear');
    expect(await refusal(folder)).toContain('with things in it that no run of the demo has kept, such as "letter.txt"');
    expect(readdirSync(folder)).toEqual(['letter.txt']);
  });

  test('one with names like ours that no run has made', async () => {
    const folder = join(root, 'alike');
    mkdirSync(join(folder, 'keys'), { recursive: true });
    expect(await refusal(folder)).toContain('such as "keys"');
  });

  test('a kept one to which something else was added', async () => {
    const folder = join(root, 'mixed');
    await (await keptFolder(folder)).close();
    writeFileSync(join(folder, 'letter.txt'), 'dear');
    expect(await refusal(folder)).toContain('"letter.txt"');
  });
});

test('a new folder is for its owner alone; another run goes on with it under the same name and key', async () => {
  const folder = join(root, 'a', 'b');
  const first = await keptFolder(folder);
  expect(first.goesOn).toBe(false);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  await expect(keptFolder(folder)).rejects.toThrow('in use by a run that is not over');
  await first.close();
  const second = await keptFolder(folder);
  expect(second).toMatchObject({ goesOn: true, kiosk: first.kiosk, codeHashKey: first.codeHashKey });
  await second.close();
  expect(statSync(join(folder, 'demo.json')).mode & 0o777).toBe(0o600);
});

test('a folder that is empty is taken, and one whose run died before it began counts as empty', async () => {
  const folder = join(root, 'empty');
  mkdirSync(folder);
  writeFileSync(join(folder, 'demo.json.new'), '{"ki');
  writeFileSync(join(folder, 'demo.lock'), '999999999 1');
  const taken = await keptFolder(folder);
  expect(taken.goesOn).toBe(false);
  await taken.close();
  expect(readdirSync(folder)).toEqual(['demo.json']);
});

describe('on the command line', () => {
  const args = (code: string, keep: string): string[] => [
    ...['--scan', code, '--amount', '35.50', '--currency', 'HKD', '--keep', keep],
  ];

  test.each([
    ['/proc/nope', /^--keep: found \/proc\/nope, where the run cannot write \(ENOENT\); expected a new or empty/],
    ['', /^--keep: found an empty value, expected a folder such as/],
  ])(
    '--keep "%s": exit 2 at once, and nothing is tried',
    async (keep, says) => {
      for (const flags of [args(freshCode(), keep), ['--keep', keep]]) {
        const run = runDemo(flags);
        expect(await run.ended).toBe(2);
        expect(run.stderr()).toMatch(says);
        expect(run.stderr().trimEnd().split('\n')).toHaveLength(1);
        expect(run.stdout()).toBe('');
      }
    },
    20_000,
  );

  // Without the database that the whole suite may have been given: the next test asks that one.
  const alone = { QUIETZONE_BROKER_URL: '', QUIETZONE_DATABASE_URL: '' };
  const server = process.env['QUIETZONE_DATABASE_URL'];
  const required = process.env['QUIETZONE_REQUIRE_SERVICES'] === '1';
  if (!server) console.warn('demo-keep on PostgreSQL: skipped, QUIETZONE_DATABASE_URL is not set');

  test.skipIf(!server && !required)(
    'a ledger on a given server is kept too, and the output names it',
    async () => {
      const folder = join(root, 'server');
      const code = freshCode();
      const first = runDemo(args(code, folder));
      expect(await first.ended).toBe(0);
      const name = /a database of its own, (quietzone_demo_[0-9a-f]{8}), which is kept/.exec(first.stdout())?.[1];
      const sql = postgres(server ?? '', { max: 1, onnotice: () => {} });
      try {
        const second = runDemo(args(code, folder));
        expect(await second.ended).toBe(1);
        expect(second.stdout()).toContain('"reason":"code-used"');
      } finally {
        await sql.unsafe(`drop database "${name}" with (force)`);
        await sql.end();
      }
    },
    120_000,
  );

  test('a second run says that it goes on, and knows what the first has sold', async () => {
    const folder = join(root, 'sold');
    const code = freshCode();
    const first = runDemo(args(code, folder), alone);
    expect(await first.ended).toBe(0);
    expect(first.stdout()).toContain(`keeps configs, keys, journal, ledger and logs in ${folder}`);
    const second = runDemo(args(code, folder), alone);
    expect(await second.ended).toBe(1);
    expect(second.stdout()).toContain(`goes on with what an earlier run kept in ${folder}`);
    expect(JSON.parse(second.stdout().trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      outcome: 'refused',
      reason: 'code-used',
      acquirer: { charged: 0 },
    });
    const third = runDemo(args(freshCode(), folder), alone);
    expect(await third.ended).toBe(0);
  }, 120_000);
});
