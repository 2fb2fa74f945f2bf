import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AGAIN_AFTER_MS } from '../../relay/acquirers/antom/customs.js';
import { linksIn } from '../../relay/linking/store.js';
import type { WalletLink } from '../../relay/linking/types.js';
import { openWorld, stages, type World } from '../contract/operations/world.js';
import { sleep, until } from '../support/wait.js';

/** Declarations to customs and linked wallets on the command line, as a user calls it: over HTTP with a token. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'quietzone-relay-customs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Said = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

/** While this process goes on to serve. */
const cli = (args: readonly string[], token = '', input = ''): Promise<Said> =>
  new Promise((resolve) => {
    const env = { ...process.env, QUIETZONE_OPERATIONS_TOKEN: token };
    const child = spawn(process.execPath, ['dist/relay/cli.js', ...args], { cwd: root, env });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (part) => {
      said.stdout += part;
    });
    child.stderr.on('data', (part) => {
      said.stderr += part;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('close', (status) => resolve({ status, ...said }));
  });

const ID = `d${'0'.repeat(31)}`;
/** As Windows writes it, and with a small x. */
const BUYER = '\uFEFF11010519491231002x\r\nLi Ming\r\n';
const odd = join(folder, 'odd.txt');
writeFileSync(odd, '110105194912310021\n');
const turned = join(folder, 'turned.txt');
writeFileSync(turned, 'Li Ming\n110105194912310021\n');

describe('wrong use', () => {
  const at = ['--url', 'http://127.0.0.1:1'];
  test.each([
    [
      'another currency',
      ['payments', 'declare', 'x', '--amount', '1.00 HKD'],
      /^--amount: found 8 characters, expected an amount in CNY/,
    ],
    ['odd decimals', ['payments', 'declare', 'x', '--amount', '1.555'], /^--amount: found "1.555"/],
    ['an odd key', ['payments', 'declare', 'x', '--key', 'k'], /^--key: found 1 characters/],
    ['two payments', ['payments', 'declare', 'x', 'y'], /^payments declare: found 2 payments/],
    [
      'no buyer file',
      ['payments', 'declare', 'ab'.repeat(16), '--buyer-file', '/none'],
      /^--buyer-file: \/none cannot be read \(ENOENT\)/,
    ],
    [
      'a buyer of one line',
      ['payments', 'declare', 'ab'.repeat(16), '--buyer-file', odd],
      /^--buyer-file: found 1 lines, expected two/,
    ],
    [
      'a buyer the wrong way round',
      ['payments', 'declare', 'ab'.repeat(16), '--buyer-file', turned],
      /^--buyer-file: found 7 signs in its first line, expected the number of an identity card, 17 digits and a check sign/,
    ],
    [
      'the buyer himself in the place of a file',
      ['payments', 'declare', 'ab'.repeat(16), '--buyer-file', '110105194912310021'],
      /^--buyer-file: a name of 18 characters cannot be read \(ENOENT\), expected a file that holds the buyer, or -/,
    ],
    [
      'an odd place',
      ['payments', 'declare', 'ab'.repeat(16), '--customs', 'ZONG SHU'],
      /^--customs: found 8 characters, expected the code of a place, such as ZONGSHU/,
    ],
    [
      'an odd part',
      ['payments', 'redeclare', ID, '--sub-order', ''],
      /^--sub-order: found 0 characters, expected your id/,
    ],
    [
      'an odd merchant',
      ['payments', 'redeclare', ID, '--merchant-code', '中文'],
      /^--merchant-code: found 2 characters/,
    ],
    [
      'no ids',
      ['payments', 'declarations', '--ask', 'x y', '--account', 'antom'],
      /^--ask: found 3 characters, expected ids/,
    ],
    ['no declaration', ['payments', 'redeclare', 'x'], /^declaration: found 1 characters, expected a declaration's id/],
    [
      'an odd finding',
      ['payments', 'resolve-declaration', ID, '--found', 'x', '--note', 'y'],
      /^--found: found 1 characters that are none/,
    ],
    ['two questions', ['payments', 'declarations', 'x', '--id', ID], /^declarations: found several/],
    ['no account', ['payments', 'declarations', '--ask', ID], /^--ask, --account: found one/],
    ['no link', ['links', 'show', 'x'], /^link: found 1 characters, expected a link's id/],
    ['an empty reason', ['links', 'unlink', 'ab'.repeat(16), '--reason', ''], /^--reason: found 0 characters/],
  ])('%s: exit 2 and one line, without what was given', async (_, args, says) => {
    const { status, stdout, stderr } = await cli([...args, ...at], 'qz_whatever');
    expect([status, stdout, stderr.trimEnd().split('\n').length]).toEqual([2, '', 1]);
    expect(stderr).toMatch(says);
    expect(stderr).not.toContain('110105194912310021');
  });
});

const [kind] = stages;
/** Five minutes of the relay and of the sandbox, in these tests. */
const [FASTER, AGAIN_MS] = [500, AGAIN_AFTER_MS / 500];

describe.skipIf(!kind)('with a relay', () => {
  let world: World;
  beforeAll(async () => {
    if (!kind) throw new Error('no database');
    world = await openWorld(kind, { timeScale: FASTER });
  }, 120_000);
  afterAll(() => world.stop());
  beforeEach(async () => {
    await world.db.query('TRUNCATE wallet_link CASCADE');
    await world.fresh();
    world.changed = {
      acquirer: (real) => (real.customs ? { ...real, customs: { ...real.customs, againAfterMs: AGAIN_MS } } : real),
    };
  }, 60_000);

  const run = (args: readonly string[], input = ''): Promise<Said> =>
    cli([...args, '--url', world.base], world.token, input);

  test('declare, see, declare again, ask the acquirer, and settle', async () => {
    const id = await world.delivered('antom', 10_000, 'approve', 'CNY');
    const asked = await run(['payments', 'declare', id, '--amount', '99.21 CNY', '--buyer-file', '-'], BUYER);
    expect([asked.status, asked.stderr]).toEqual([0, '']);
    expect(asked.stdout).toMatch(/^asked +amount +customs +part +state/);
    expect(asked.stdout).toMatch(/99\.21 CNY +ZONGSHU +requested/);
    const [declaration = ''] = /d[0-9a-f]{31}/.exec(asked.stdout) ?? [];
    world.declarations = world.newDeclarationWorker('relay-1', [20, 50, 50, 50]);
    await world.declarations.start();
    const reached = (state: string): Promise<Said> =>
      until(
        `it to be ${state}`,
        async () => {
          const shown = await run(['payments', 'declarations', '--id', declaration]);
          if (new RegExp(`^state +${state}$`, 'm').test(shown.stdout)) return shown;
          await sleep(100);
          return undefined;
        },
        40_000,
      );
    const failed = await reached('failed');
    expect(failed.stdout).toMatch(/customs' word +0: the buyer is not the payer/);
    expect(failed.stdout).toMatch(/buyer +named/);
    expect(failed.stdout).toMatch(/calls\nstartedAt +call +push/);
    const nobody = await run(['payments', 'redeclare', declaration, '--amount', '90.00']);
    expect([nobody.status, nobody.stdout]).toEqual([1, '']);
    expect(nobody.stderr).toMatch(/^--buyer-file: found nothing, expected the buyer again/);
    await sleep(AGAIN_MS);
    const again = ['payments', 'redeclare', declaration, '--amount', '90.00', '--customs', 'NINGBO', '--json'];
    const repeated = await run([...again, '--buyer-file', 'none']);
    expect(JSON.parse(repeated.stdout)).toMatchObject({
      declaration: { id: declaration, push: 2, customs: 'NINGBO', amount: 9_000, buyerNamed: false },
    });
    await reached('accepted');
    expect((await run(['payments', 'declarations', id])).stdout).toMatch(/90\.00 CNY +NINGBO +accepted +SUCCESS/);
    expect((await run(['payments', 'declarations', '--state', 'failed'])).stdout).toBe('no declarations\n');
    const records = await run(['payments', 'declarations', '--ask', `${declaration},dnone`, '--account', 'antom']);
    expect(records.stdout).toMatch(new RegExp(`${declaration} +accepted +SUCCESS +NINGBO`));
    expect(records.stdout).toContain('antom knows no declaration dnone');
    expect((await run(['payments', 'show', id, '--json'])).stdout).toContain(declaration);
    const early = ['payments', 'resolve-declaration', declaration, '--found', 'accepted', '--note', 'asked'];
    expect(await run(early)).toMatchObject({
      ...{ status: 1, stderr: 'the declaration is accepted: it has its end (not-resolvable)\n' },
    });
    const all = [asked, failed, nobody, repeated].map(({ stdout, stderr }) => stdout + stderr).join('');
    for (const secret of ['11010519491231002', 'Li Ming']) expect(all).not.toContain(secret);
  }, 120_000);

  test('the form is refused with the flag that it is of', async () => {
    const id = await world.delivered('antom', 10_000, 'approve', 'CNY');
    const wrong = await run(['payments', 'declare', id, '--buyer-file', '-'], '110105194912310021\nLi Ming\n');
    expect([wrong.status, wrong.stderr]).toEqual([
      2,
      '--buyer-file: found 18 characters, expected the number of an identity card, whose check sign fits\n',
    ]);
    const state = await run(['payments', 'declarations', '--state', 'lost']);
    expect([state.status, state.stderr]).toEqual([2, expect.stringMatching(/^--state: found "lost", expected of /)]);
    const hkd = await world.delivered('antom');
    expect(await run(['payments', 'declare', hkd])).toMatchObject({
      ...{ status: 1, stderr: expect.stringMatching(/^--amount: found none, expected one in CNY/) },
    });
  }, 60_000);

  test('linked wallets: listed, shown, unlinked', async () => {
    const id = randomBytes(16).toString('hex');
    const now = Date.now();
    const link: WalletLink = {
      ...{ id, kiosk: 'lobby-1', merchant: 'shop', account: 'antom', wallet: 'alipayhk', ownCode: false, short: 'S1' },
      ...{
        money: { amount: 1_200, currency: 'HKD' },
        createdAt: now,
        expiresAt: now + 1,
        state: 'linked',
        reason: null,
      },
      ...{ session: 's', digits: '47', stateHash: null, walletUrl: null, walletCode: null, authCode: null },
      ...{ accessToken: 'sealed', accessUntil: null, refreshToken: null, refreshUntil: null, tokenHash: 't' },
      ...{ firstHash: null, member: 'M1', user: '852-9***21', openedAt: now, authorisedAt: now, linkedAt: now },
      ...{ endedAt: null, tries: 0, nextAt: null },
    };
    await world.db.transaction((tx) => linksIn(tx).insert(link));
    expect((await run(['links', 'list', '--state', 'linked'])).stdout).toMatch(
      new RegExp(`lobby-1 +alipayhk +852-9\\*\\*\\*21 +linked +\\S+ \\S+ +${id}`),
    );
    const shown = await run(['links', 'show', id]);
    expect(shown.stdout).toMatch(/first payment +12\.00 HKD/);
    expect(shown.stdout).toMatch(/token until +it is unlinked/);
    const done = await run(['links', 'unlink', id, '--reason', 'lost phone']);
    expect([done.status, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toMatch(/alipayhk +852-9\*\*\*21 +revoking/);
    expect((await run(['links', 'show', id])).stdout).toMatch(/unlink +by ann \(tk_/);
    expect(await run(['links', 'unlink', id, '--reason', 'again'])).toMatchObject({
      ...{
        status: 1,
        stdout: '',
        stderr: 'the link is revoking: it is charged no more, and its token is being revoked (not-linked)\n',
      },
    });
    expect((await run(['links', 'list', '--kiosk', 'lobby-9'])).stdout).toBe('no links\n');
    const paid = await world.admitted('antom', 900, { link: id, confirmedAt: null });
    expect((await run(['payments', 'list', '--link', id])).stdout).toContain(paid);
    expect((await run(['payments', 'show', paid])).stdout).toMatch(new RegExp(`linked wallet +${id}`));
  }, 120_000);
});
