import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, test } from 'vitest';
import { LOCK_NAME } from '../../relay/ledger/directory-lock.js';
import { keys } from '../contract/acquirer/stage.js';

/** The folder of an embedded ledger: one process's, its owner's alone, and nothing else's. Real relays, really killed. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'quietzone-relay-directory-'));
const env = { ...process.env, QUIETZONE_CODE_HASH_KEY: 'ab'.repeat(32) };
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [privateKey, publicKey] = [join(folder, 'private.pem'), join(folder, 'public.pem')];
writeFileSync(privateKey, keys.merchantPrivatePem);
writeFileSync(publicKey, keys.acquirerPublicPem);

/** Ports of its own: nobody answers at the one that another config on the same directory names. */
function config(name: string, directory: string): string {
  const file = join(folder, `${name}.toml`);
  const text = readFileSync(join(root, 'relay/example.toml'), 'utf8')
    .replace('instance = "relay-1"', `instance = "${name}"`)
    .replace('mqtt://127.0.0.1:1883', 'mqtt://127.0.0.1:1')
    .replace('kind = "pglite"', `kind = "pglite"\ndirectory = "${directory}"`)
    .replace('# port = 8090', 'port = 0')
    .replace('# port = 8091', 'port = 0')
    .replace('/etc/quietzone/antom-private.pem', privateKey)
    .replace('/etc/quietzone/antom-public.pem', publicKey);
  writeFileSync(file, text);
  return file;
}

const cli = (...args: string[]) =>
  spawnSync(process.execPath, ['dist/relay/cli.js', ...args], { cwd: root, encoding: 'utf8', env, timeout: 40_000 });

/** A relay that is ready. */
async function relay(file: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['dist/relay/cli.js', 'run', '--config', file], { cwd: root, env });
  children.push(child);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (part: Buffer): void => {
      said += part.toString();
      if (said.includes('"event":"ready"')) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', () => reject(new Error(said)));
  });
  return child;
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

const held = (pid: number | undefined): RegExp =>
  new RegExp(
    `^ledger\\.directory: held by another relay \\(process ${pid}\\); stop it first [^\\n]*PostgreSQL[^\\n]*\\n$`,
  );

test('a second relay, and each command, keep off; a killed one blocks nobody; all are let in after a stop', async () => {
  const directory = join(folder, 'ledger');
  const [first, second] = [config('first', directory), config('second', directory)];
  const one = await relay(first);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  const others = [['run'], ['migrate'], ['retention'], ['payments', 'list'], ['tokens', 'list']];
  for (const command of others) {
    const { status, stderr } = cli(...command, '--config', second);
    expect({ command, status }).toEqual({ command, status: 1 });
    expect(stderr).toMatch(held(one.pid));
  }
  const day = ['--account', 'antom-hk', '--day', '2026-01-01'];
  expect(cli('reconcile', ...day, '--config', second).stderr).toMatch(held(one.pid));
  expect(readdirSync(directory).filter((name) => name.startsWith(LOCK_NAME))).toEqual([LOCK_NAME]);

  await ended(one, 'SIGKILL');
  expect(existsSync(join(directory, LOCK_NAME)), 'what the killed one left').toBe(true);
  chmodSync(directory, 0o755);
  const two = await relay(second);
  expect(statSync(directory).mode & 0o777, 'an older ledger is closed to others too').toBe(0o700);
  expect(cli('migrate', '--config', first).stderr).toMatch(held(two.pid));
  await ended(two, 'SIGTERM');
  expect(existsSync(join(directory, LOCK_NAME))).toBe(false);
  expect(cli('migrate', '--config', first)).toMatchObject({ status: 0, stdout: 'nothing to do\n' });
}, 120_000);

test.each([
  ['of an earlier boot', `${process.pid} 1 00000000-0000-0000-0000-000000000000`],
  ['whose pid runs again as something else', `${process.pid} 1 ${bootId()}`],
  ['that is cut off', ''],
])(
  'a lock %s blocks nobody',
  (_, text) => {
    const directory = mkdtempSync(join(folder, 'stale-'));
    writeFileSync(join(directory, LOCK_NAME), text);
    const { status, stderr } = cli('migrate', '--config', config('stale', directory));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  },
  60_000,
);

test('a folder that is no ledger is refused, and left as it was', () => {
  const reports = join(folder, 'reports');
  mkdirSync(reports, { mode: 0o755 });
  for (const name of ['a.csv', 'b.csv', 'c.csv', 'd.csv']) writeFileSync(join(reports, name), 'x');
  const refused = cli('migrate', '--config', config('reports', reports));
  expect([refused.status, refused.stderr]).toEqual([
    1,
    `ledger.directory: found a.csv, b.csv, c.csv and 1 more, which are no ledger in ${reports}, ` +
      'expected an empty folder, a new one or a ledger\n',
  ]);
  expect(readdirSync(reports)).toHaveLength(4);
  expect(statSync(reports).mode & 0o777).toBe(0o755);
  const server = join(folder, 'server');
  mkdirSync(server);
  for (const name of ['PG_VERSION', 'postmaster.opts']) writeFileSync(join(server, name), '17');
  expect(cli('migrate', '--config', config('server', server)).stderr).toMatch(
    /^ledger\.directory: found a PostgreSQL server's own data in /,
  );
});

test('a folder that cannot be, and a ledger that is broken: one line, no stack', () => {
  const nowhere = cli('run', '--config', config('nowhere', '/proc/x'));
  expect([nowhere.status, nowhere.stderr.split('\n').length]).toEqual([1, 2]);
  expect(nowhere.stderr).toMatch(/^ledger\.directory: \/proc\/x cannot be used \(ENOENT\); name a folder/);
  const broken = join(folder, 'broken');
  mkdirSync(broken);
  writeFileSync(join(broken, 'PG_VERSION'), '17');
  const { status, stderr } = cli('migrate', '--config', config('broken', broken));
  expect(status).toBe(1);
  expect(stderr).toMatch(/^ledger\.directory: \S+ is no ledger that PGlite can open; [^\n]*\n$/);
  expect(readdirSync(broken)).not.toContain(LOCK_NAME);
}, 60_000);

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '-';
  }
}
