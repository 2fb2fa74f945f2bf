import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { receiptOf } from '../../protocol/ids.js';
import { shippedMigrations } from '../../relay/ledger/migrate.js';
import { keys } from '../contract/acquirer/stage.js';
import { openWorld, stages, type World } from '../contract/operations/world.js';

/** The relay's commands for people, as a user calls them: on the ledger directly, and over HTTP with a token. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'quietzone-relay-payments-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cli = (args: readonly string[], env: Readonly<Record<string, string>> = {}): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, ['dist/relay/cli.js', ...args], {
    ...{ cwd: root, encoding: 'utf8', env: { ...process.env, ...env } },
  });

/** As `cli`, while this process goes on to serve. */
const cliBeside = (args: readonly string[], env: Readonly<Record<string, string>>) =>
  new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = spawn(process.execPath, ['dist/relay/cli.js', ...args], {
      cwd: root,
      env: { ...process.env, ...env },
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (part) => {
      said.stdout += part;
    });
    child.stderr.on('data', (part) => {
      said.stderr += part;
    });
    child.once('close', (status) => resolve({ status, ...said }));
  });

const [privateKey, publicKey] = [join(folder, 'private.pem'), join(folder, 'public.pem')];
writeFileSync(privateKey, keys.merchantPrivatePem);
writeFileSync(publicKey, keys.acquirerPublicPem);

function config(name: string, ledger: string): string {
  const file = join(folder, name);
  const text = readFileSync(join(root, 'relay/example.toml'), 'utf8')
    .replace('kind = "pglite"', ledger)
    .replace('name = "antom-hk"', 'name = "antom"')
    .replace('account = "antom-hk"', 'account = "antom"')
    .replace('/etc/quietzone/antom-private.pem', privateKey)
    .replace('/etc/quietzone/antom-public.pem', publicKey);
  writeFileSync(file, text);
  return file;
}

const secret = { QUIETZONE_CODE_HASH_KEY: 'ab'.repeat(32) };

const exported = ['payments', 'export', '--url', 'http://127.0.0.1:1'];

describe('on PGlite', () => {
  test('a ledger in the memory of a relay is its own: says to use --url', () => {
    const { status, stderr } = cli(['payments', 'list', '--config', config('memory.toml', 'kind = "pglite"')], secret);
    expect([status, stderr]).toEqual([1, "ledger: it lives in the relay's memory; ask the relay itself, with --url\n"]);
  });

  test.each([
    ['use --url', 'payments', 'list'],
    ['use --url', 'audit'],
    ['stop the relay first', 'retention'],
    ['stop the relay first', 'migrate'],
    ['stop the relay first', 'tokens', 'list'],
    ['stop the relay first', 'reconcile', '--account', 'antom', '--day', '2026-01-01'],
  ])('keeps off a ledger that a running relay has open, and says: %s (%s)', async (remedy, ...command) => {
    const ledger = join(folder, 'never');
    const file = config('shared.toml', `kind = "pglite"\ndirectory = "${ledger}"`);
    const relay = createServer((_, response) => response.end('{"ok":true}'));
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    const { port } = relay.address() as AddressInfo;
    writeFileSync(file, readFileSync(file, 'utf8').replace('# port = 8090', `port = ${port}`));
    const { status, stdout, stderr } = await cliBeside([...command, '--config', file], secret);
    relay.close();
    expect([status === 0, stdout]).toEqual([false, '']);
    expect(stderr).toMatch(new RegExp(`^ledger: a relay that runs at 127.0.0.1:${port} has it.*; ${remedy}\\n$`));
    expect(existsSync(ledger)).toBe(false);
  });

  test.each(['operations', 'webhooks'])(
    'run where the port of [%s] is taken: one line, which key and which port',
    async (table) => {
      const other = createServer();
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const { port } = other.address() as AddressInfo;
      const file = config(`${table}.toml`, 'kind = "pglite"');
      // The other one takes any port that is free.
      const text = readFileSync(file, 'utf8').replace('# port = 8090', 'port = 0').replace('# port = 8091', 'port = 0');
      const [before, after = ''] = text.split(`[${table}]`);
      writeFileSync(file, `${before}[${table}]${after.replace('port = 0', `port = ${port}`)}`);
      const { status, stderr } = await cliBeside(['run', '--config', file], secret);
      other.close();
      expect([status, stderr]).toEqual([
        1,
        `${table}.port: port ${port} of 127.0.0.1 is taken, expected a free one: end what has it, or name another\n`,
      ]);
    },
    60_000,
  );

  test('retention keeps off a ledger that is a running relay’s alone', () => {
    const { status, stdout, stderr } = cli(['retention', '--config', config('memory.toml', 'kind = "pglite"')], secret);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^ledger: it lives in the relay's memory/);
  });

  test.each([
    ['no ledger named', ['payments', 'list'], /^--config: found nothing/],
    ['both ways', ['payments', 'list', '--config', 'x', '--url', 'http://x'], /^--url and --config: found both/],
    [
      'no token for a write',
      ['payments', 'cancel', 'ab'.repeat(16), '--reason', 'x', '--url', 'http://127.0.0.1:1'],
      /^--token-file: found nothing, expected a token/,
    ],
    [
      'no token file',
      ['payments', 'list', '--url', 'http://x', '--token-file', '/none'],
      /^--token-file: \/none cannot be read \(ENOENT/,
    ],
    [
      'a password in the address',
      ['payments', 'list', '--url', 'http://a:hunter2@x'],
      /^--url: found a name or password in it, (?!.*hunter2)/,
    ],
    ['no folder to export to', [...exported, '--out', '/nonexist/x.csv'], /^--out: the folder \/nonexist is not there/],
    ['a folder to export to', [...exported, '--out', '/tmp'], /^--out: \/tmp is a folder, expected the path of a file/],
    [
      'an odd key',
      ['payments', 'cancel', 'x', '--config', 'x', '--reason', 'y', '--key', 'k'],
      /^--key: found 1 characters/,
    ],
    ['an empty reason', ['payments', 'cancel', 'x', '--config', 'x', '--reason', ''], /^--reason: found 0 characters/],
    [
      'an odd finding',
      ['payments', 'resolve', 'x', '--config', 'x', '--found', 'nope', '--note', 'y'],
      /^--found: found 4 characters/,
    ],
    [
      'an odd name',
      ['tokens', 'create', '--config', 'x', '--name', 'a b', '--scopes', 'read'],
      /^--name: found 3 characters/,
    ],
    [
      'odd days',
      ['tokens', 'create', '--config', 'x', '--name', 'a', '--scopes', 'read', '--days', '0'],
      /^--days: found 0, expected 1 to 3650/,
    ],
    [
      'no scope',
      ['tokens', 'create', '--config', 'x', '--name', 'a', '--scopes', 'all'],
      /^--scopes: found one that is none/,
    ],
    [
      'no amount',
      ['payments', 'refund', 'x', '--config', 'x', '--amount', '12.50', '--reason', 'y'],
      /^--amount: found a number without a currency, expected/,
    ],
    [
      'odd decimals',
      ['payments', 'refund', 'x', '--config', 'x', '--amount', '1.5 JPY', '--reason', 'y'],
      /^--amount: found "1.5"/,
    ],
    ['no account', ['payments', 'show', '--config', 'x', '--acquirer-order', '1'], /^--account: found nothing/],
  ])('wrong use, %s: exit 2 and one line', (_name, args, says) => {
    const { status, stdout, stderr } = cli(args, { QUIETZONE_OPERATIONS_TOKEN: '' });
    expect([status, stdout, stderr.trimEnd().split('\n').length]).toEqual([2, '', 1]);
    expect(stderr).toMatch(says);
  });

  test('a relay that does not answer: exit 1, and what to look at', () => {
    const env = { QUIETZONE_OPERATIONS_TOKEN: 'qz_whatever' };
    const { status, stderr } = cli(['payments', 'list', '--url', 'http://127.0.0.1:1'], env);
    expect([status, stderr]).toEqual([1, 'http://127.0.0.1:1 does not answer; is the relay running?\n']);
  });
});

/** A command with --url of a server that answers so. */
async function against(answer: RequestListener, args: readonly string[], token = 'qz_whatever') {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const env = { QUIETZONE_OPERATIONS_TOKEN: token };
  const said = await cliBeside([...args, '--url', `http://127.0.0.1:${port}`], env);
  server.close();
  return said;
}

test('an export that breaks off: exit 1, and says that the file is not whole', async () => {
  const out = join(folder, 'half.csv');
  const half: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/csv' });
    response.write('payment,receipt\r\n', () => setTimeout(() => response.destroy(), 200));
  };
  const { status, stderr } = await against(half, ['payments', 'export', '--out', out]);
  expect([status, stderr.trimEnd().split('\n').length]).toEqual([1, 1]);
  expect(stderr).toContain(`export: broken off before its end (terminated); ${out} is as it was: export again`);
  expect(readdirSync(folder).filter((name) => name.startsWith('half.csv'))).toEqual([]);
});

test('an export that is refused, or breaks off, leaves a good file as it was; a whole one takes its place', async () => {
  const out = join(folder, 'november.csv');
  writeFileSync(out, 'good\n');
  const refused: RequestListener = (_, response) =>
    response.writeHead(422).end('{"error":{"code":"from","message":"from: found \\"x\\", expected a time"}}');
  const wrong = await against(refused, ['payments', 'export', '--out', out, '--from', 'x']);
  expect([wrong.status, wrong.stderr]).toEqual([2, '--from: found "x", expected a time\n']);
  expect((await against((_, response) => response.destroy(), ['payments', 'export', '--out', out])).status).toBe(1);
  expect(readFileSync(out, 'utf8')).toBe('good\n');
  expect((await against((_, response) => response.end('new\n'), ['payments', 'export', '--out', out])).status).toBe(0);
  expect(readFileSync(out, 'utf8')).toBe('new\n');
  expect((await against((_, response) => response.end('x'), ['payments', 'export', '--out', '/dev/null'])).status).toBe(
    0,
  );
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  expect(readdirSync(folder).filter((name) => name.startsWith('november.csv'))).toEqual(['november.csv']);
});

test('without a token: reads go, as the API lets them; where it asks for one, says where a token belongs', async () => {
  const heard: unknown[] = [];
  const open: RequestListener = ({ headers }, response) => {
    heard.push(headers.authorization);
    response.end('{"payments":[],"next":null}');
  };
  const list = ['payments', 'list'];
  expect((await against(open, list, '')).status).toBe(0);
  expect(heard).toEqual([undefined]);
  const closed: RequestListener = (_, response) => response.writeHead(401).end('{"error":{}}');
  const { status, stderr } = await against(closed, list, '');
  expect([status, stderr]).toEqual([
    2,
    '--token-file: found nothing, expected a token there or in QUIETZONE_OPERATIONS_TOKEN\n',
  ]);
});

test('a refund in another currency: the flag is named that was given', async () => {
  const other: RequestListener = (_, response) =>
    response
      .writeHead(409)
      .end('{"error":{"code":"currency","message":"currency: found USD, expected HKD, as it was paid"}}');
  const args = ['payments', 'refund', 'ab'.repeat(16), '--amount', '1.00 USD', '--reason', 'x'];
  const { status, stderr } = await against(other, args);
  expect([status, stderr]).toEqual([1, '--amount: found USD, expected HKD, as it was paid\n']);
});

describe('a write whose answer is not heard', () => {
  const answers: Record<string, (response: ServerResponse) => void> = {
    'a connection that breaks': (response) => response.destroy(),
    'a ledger that does not answer': (response) =>
      response.writeHead(503).end('{"error":{"code":"ledger","message":"the ledger did not answer"}}'),
    "a proxy's own page": (response) => response.writeHead(502).end('<html>'),
    'an answer that is cut': (response) => response.writeHead(202).end('{"refund":'),
  };
  test.each(Object.entries(answers))(
    '%s: says under which key to repeat it, and that it may be done',
    async (_, say) => {
      const keysHeard: unknown[] = [];
      const args = ['payments', 'refund', 'ab'.repeat(16), '--amount', '1.00 HKD', '--reason', 'x'];
      const { status, stdout, stderr } = await against((request, response) => {
        keysHeard.push(request.headers['idempotency-key']);
        say(response);
      }, args);
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toContain(
        `it may have been done: repeat it with --key ${String(keysHeard[0])}, which acts once only`,
      );
      expect(keysHeard).toHaveLength(1);
    },
  );
});

describe.each(stages.filter(({ name }) => name === 'PostgreSQL'))('on $name', (kind) => {
  let world: World;
  let file = '';
  let env: Record<string, string> = {};
  beforeAll(async () => {
    world = await openWorld(kind);
    const [row] = await world.db.query('SELECT current_database() AS name');
    const url = new URL(process.env['QUIETZONE_DATABASE_URL'] ?? '');
    url.pathname = `/${String(row?.['name'])}`;
    file = config('postgres.toml', 'kind = "postgres"\nurl_env = "QUIETZONE_TEST_LEDGER_URL"');
    env = { ...secret, QUIETZONE_TEST_LEDGER_URL: url.href };
  }, 120_000);
  afterAll(() => world.stop());
  beforeEach(() => world.fresh(), 60_000);

  const run = (...args: string[]) => cliBeside([...args, '--config', file], env);

  test('a list shows what the relay gave back by itself; an acquirer that looks no order up is refused', async () => {
    const id = await world.approved('antom', 2_000);
    await world.on(id, { type: 'vend-reported', delivery: 'failed' });
    await world.on(id, { type: 'due', codeHeld: false });
    const answer = await world.accounts.of('antom').acquirer.cancel(id);
    await world.on(id, { type: 'cancel-answered', answer, askedAt: Date.now() });
    expect((await run('payments', 'list')).stdout).toMatch(/20\.00 HKD +reversed +20\.00 HKD confirmed/);
    const { status, stdout, stderr } = await run('payments', 'show', '--acquirer-order', 'T1', '--account', 'antom');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^--account: "antom" is with antom, which is not asked for orders by its own id; .*\n$/);
  }, 60_000);

  test('list, show, refund, audit and export, on the ledger directly; a running relay does the work', async () => {
    const id = await world.delivered('antom');
    const listed = await run('payments', 'list');
    expect(listed.stdout).toMatch(/^created +receipt +kiosk +amount +state/);
    expect(listed.stdout).toContain('35.50 HKD  delivered');
    const asked = await run('payments', 'refund', receiptOf(id), '--amount', '12.50 HKD', '--reason', 'half was warm');
    expect([asked.status, asked.stderr]).toEqual([0, '']);
    expect(asked.stdout).toMatch(new RegExp(`^refund r1001${id}: 12.50 HKD, requested, by .* \\(command line\\)`));
    await world.settled(id);
    expect(world.returned('antom', id)).toBe(1_250);
    const shown = await run('payments', 'show', id);
    expect(shown.stdout).toMatch(/given back +12.50 HKD confirmed/);
    expect(shown.stdout).toMatch(/may be given back +23.00 HKD/);
    const tooMuch = await run('payments', 'refund', id, '--amount', '35.50 HKD', '--reason', 'all');
    expect([tooMuch.status, tooMuch.stdout]).toEqual([1, '']);
    expect(tooMuch.stderr).toMatch(/^--amount: of 35.50 HKD only 23.00 HKD can still be given back.*\(too-much\)\n$/);
    expect((await run('audit', '--payment', receiptOf(id))).stdout).toMatch(/refused: too-much/);
    expect((await run('audit', '--payment', id)).stdout).toMatch(/command line.*refused: too-much[\s\S]*done/);
    expect((await run('payments', 'export')).stdout.split('\r\n')).toHaveLength(3);
    const json = JSON.parse((await run('payments', 'list', '--json')).stdout);
    expect(json.payments[0]).toMatchObject({ id, returned: { requested: 0, confirmed: 1_250, remaining: 2_300 } });
  }, 120_000);

  test.each([
    ['a state that is none', ['list', '--state', 'bogus'], /^--state: found "bogus", expected of /],
    ['a time that is none', ['list', '--from', 'yesterday'], /^--from: found "yesterday", expected a time/],
    ['a limit of nothing', ['list', '--limit', '0'], /^--limit: found "0", expected a whole number/],
    [
      'an end before the begin',
      ['export', '--from', '2026-12-01', '--to', '2026-11-01'],
      /^--to: found "2026-11-01", expected a time after/,
    ],
  ] as const)('wrong use, %s: exit 2 and the flag', async (_name, args, says) => {
    const { status, stdout, stderr } = await run('payments', ...args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(says);
  });

  test('cancel and resolve', async () => {
    const doubtful = await world.approved('antom');
    await world.on(doubtful, { type: 'vend-reported', delivery: 'doubtful' });
    const said = await run('payments', 'resolve', doubtful, '--found', 'delivered', '--note', 'seen on the camera');
    expect(said.stdout).toMatch(/delivered \(said by .* \(command line\)\)/);
    const cancelled = await run('payments', 'cancel', doubtful, '--reason', 'all wrong');
    expect([cancelled.status, cancelled.stdout.split(':')[0]]).toEqual([0, `cancel c1001${doubtful}`]);
    await world.settled(doubtful);
    expect(world.returned('antom', doubtful)).toBe(3_550);
  }, 120_000);

  test('tokens: made once, listed without themselves, used with --url, revoked', async () => {
    const made = await run('tokens', 'create', '--name', 'till-1', '--scopes', 'read,refund', '--json');
    const { id, token } = JSON.parse(made.stdout) as { id: string; token: string };
    expect(token).toMatch(/^qz_[\w-]{43}$/);
    const listed = await run('tokens', 'list');
    expect(listed.stdout).toContain('till-1  read,refund');
    expect(listed.stdout).not.toContain(token.slice(3));
    const payment = await world.delivered('antom');
    const remote = (...args: string[]) =>
      cliBeside([...args, '--url', world.base], { QUIETZONE_OPERATIONS_TOKEN: token });
    const key = randomBytes(8).toString('hex');
    const refund = () =>
      remote('payments', 'refund', payment, '--amount', '1.00 HKD', '--reason', 'x', '--key', key, '--json');
    const [first, again] = [await refund(), await refund()];
    expect([first.status, again.stdout]).toEqual([0, first.stdout]);
    expect((await world.settled(payment)).refunds).toHaveLength(1);
    expect((await remote('payments', 'export')).stdout).toContain('1.00,34.50');
    const refused = await remote('payments', 'resolve', payment, '--found', 'delivered', '--note', 'x');
    expect([refused.status, refused.stderr]).toEqual([
      1,
      'this token may read, refund; this needs the scope resolve (scope)\n',
    ]);
    expect((await run('tokens', 'revoke', id)).status).toBe(0);
    expect((await remote('payments', 'list')).stderr).toContain('(unauthorized)');
    expect((await run('tokens', 'revoke', id)).status).toBe(1);
    expect((await run('tokens', 'revoke', token)).status).toBe(1);
    const acts = await world.db.query(`SELECT act, target, outcome FROM audit WHERE act LIKE '%-token' ORDER BY id`);
    expect(acts.map(({ act, target, outcome }) => [act, target, outcome])).toEqual([
      ['create-token', id, 'done'],
      ['revoke-token', id, 'done'],
      ['revoke-token', id, 'refused: not-found'],
      ['revoke-token', '', 'refused: not-found'],
    ]);
  }, 120_000);

  test('retention: says what it has erased', async () => {
    const id = await world.delivered('antom');
    await world.db.query('UPDATE attempt SET created_at = 1 WHERE id = $1', [id]);
    const { status, stdout } = await run('retention');
    expect([status, stdout]).toEqual([
      0,
      "erased: 1 hashes of codes, buyers' data of 1 payments, 0 links, 0 notifications, people's words of 0 records, " +
        '0 audit rows, 0 rows of reports, 0 kept answers\n',
    ]);
  }, 60_000);

  test('a ledger that is older than the program: says to migrate', async () => {
    const last = (await shippedMigrations()).at(-1)?.name ?? '';
    await world.db.query('DELETE FROM migration WHERE name = $1', [last]);
    const { status, stderr } = await run('payments', 'list');
    await world.db.query(`INSERT INTO migration (name, checksum, applied_at) VALUES ($1, 'x', 1)`, [last]);
    expect([status, stderr]).toEqual([1, 'ledger: older than this program; run: relay migrate --config FILE\n']);
  }, 60_000);
});
