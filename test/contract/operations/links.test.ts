import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Acquirer } from '../../../relay/acquirers/contract.js';
import { Vault } from '../../../relay/linking/crypto.js';
import { linkingOf, linkPolicy } from '../../../relay/linking/rules.js';
import { linksIn, SqlLinks } from '../../../relay/linking/store.js';
import type { WalletLink } from '../../../relay/linking/types.js';
import { LinkWorker } from '../../../relay/linking/worker.js';
import { eraseOld } from '../../../relay/retention.js';
import { Accounts } from '../../../relay/routing/accounts.js';
import { systemClock } from '../../../relay/runtime/clock.js';
import { sleep, until } from '../../support/wait.js';
import { type LinkedStage, linkedStage } from '../acquirer/linked.js';
import { freshRequest } from '../acquirer/stage.js';
import { type Answer, codeOf, openWorld, stages, type World } from './world.js';

/** Linked wallets for the merchant's people: real HTTP, a real ledger, and tokens that a sandbox's wallet gave. */

const vault = new Vault(randomBytes(32), undefined, randomBytes);
type Shown = Record<string, unknown> & { readonly id: string; readonly state: string };
const shown = ({ body }: Answer): Shown => (body['link'] ?? body) as Shown;
const listed = ({ body }: Answer): Shown[] => body['links'] as Shown[];

describe.each(stages)('linked wallets on $name', (kind) => {
  let world: World;
  let stage: LinkedStage;
  let worker: LinkWorker | undefined;
  beforeAll(async () => {
    [world, stage] = [await openWorld(kind), await linkedStage()];
  }, 120_000);
  afterAll(async () => {
    await worker?.stop();
    await stage.stop();
    await world.stop();
  });
  beforeEach(async () => {
    await worker?.stop();
    worker = undefined;
    await world.db.query('TRUNCATE wallet_link CASCADE');
    await world.fresh();
  }, 60_000);

  async function kept(more: Partial<WalletLink> = {}, token = 'a token of nobody'): Promise<WalletLink> {
    const id = randomBytes(16).toString('hex');
    const now = systemClock.now();
    const link: WalletLink = {
      ...{ id, kiosk: 'lobby-1', merchant: 'shop', account: 'antom', wallet: 'alipayhk', money: null, ownCode: false },
      ...{ short: vault.hash('first', id).slice(0, 8).toUpperCase(), createdAt: now, expiresAt: now + 180_000 },
      ...{ state: 'linked', reason: null, session: vault.hash('session', id), digits: '47', stateHash: null },
      ...{ walletUrl: null, walletCode: null, authCode: null, accessToken: vault.seal(token, id, 'access_token') },
      ...{ accessUntil: null, refreshToken: null, refreshUntil: null, tokenHash: vault.hash('token', `${token}${id}`) },
      ...{ firstHash: null, member: randomBytes(5).toString('hex').toUpperCase(), user: '852-9***21', openedAt: now },
      ...{ authorisedAt: now, linkedAt: now, endedAt: null, tries: 0, nextAt: null },
      ...more,
    };
    if (!(await world.db.transaction((tx) => linksIn(tx).insert(link)))) throw new Error('not inserted');
    return link;
  }
  const offered = (more: Partial<WalletLink> = {}) =>
    kept({
      ...{ state: 'offered', session: null, digits: '', accessToken: null, tokenHash: null, member: null, user: null },
      ...{ openedAt: null, authorisedAt: null, linkedAt: null, ...more },
    });
  async function work(acquirer: Acquirer = stage.acquirer): Promise<void> {
    const line = (fields: object) => world.log.push(fields);
    const policy = world.accounts.of('antom').policy;
    const accounts = new Accounts([{ name: 'antom', acquirer, policy }]);
    worker = new LinkWorker({
      ...{ links: new SqlLinks(world.db), vault, clock: systemClock, random: randomBytes, relay: 'relay-1' },
      ...{ log: { info: line, warn: line, error: line }, leaseMs: 15_000, returnUrl: 'https://relay.example/M' },
      ...{ linkingOf: linkingOf(accounts), policyOf: linkPolicy(accounts), committed: () => {}, called: () => {} },
    });
    await worker.start();
  }
  const look = async (id: string): Promise<Shown> => shown(await world.get(`/v1/links/${id}`));
  const unlink = (id: string, more = {}) => world.post(`/v1/links/${id}/unlink`, { reason: 'lost phone' }, more);

  test("unlinked at its owner's request: charged no more at once, then revoked, and its token is dead and gone", async () => {
    const { accessToken } = await stage.link('alipayhk');
    const { id } = await kept({}, accessToken);
    const done = await unlink(id);
    expect([done.status, shown(done).state, shown(done)['endedAt']]).toEqual([200, 'revoking', null]);
    await work();
    const ended = await until(
      'it to be unlinked',
      async () => {
        const found = await look(id);
        return found.state === 'unlinked' ? found : sleep(50).then(() => undefined);
      },
      20_000,
    );
    const steps = (ended['steps'] as { name: string; detail: string }[]).map(({ name, detail }) => `${name} ${detail}`);
    expect(steps).toEqual([
      ...[expect.stringMatching(/^unlink by ann \(tk_[0-9a-f]{8}\)$/), 'revoking ', 'revoke revoked'],
      expect.stringMatching(/^unlinked /),
    ]);
    const [row] = await world.db.query('SELECT * FROM wallet_link WHERE id = $1', [id]);
    expect([row?.['access_token'], row?.['refresh_token'], row?.['token_hash']]).toEqual([null, null, null]);
    const request = freshRequest({ code: accessToken, wallet: 'alipayhk', money: { amount: 1_200, currency: 'HKD' } });
    expect(await stage.acquirer.pay(request)).toMatchObject({ kind: 'declined', reason: 'unlinked' });
    const { body } = await world.get('/v1/audit');
    expect(body['audit']).toMatchObject([
      { act: 'unlink', target: id, attempt: null, outcome: 'done', detail: '{"reason":"lost phone"}' },
    ]);
  }, 60_000);

  test('with the acquirer away: charged no more at once, revoked when it is back; by age nobody knows who did it', async () => {
    const { accessToken } = await stage.link('alipayhk');
    const { id } = await kept({}, accessToken);
    const { linking } = stage.acquirer;
    if (!linking) throw new Error('it links no wallets');
    let asked = 0;
    const away = {
      ...linking,
      revoke: (token: string, signal?: AbortSignal) => {
        asked += 1;
        return asked < 3 ? Promise.resolve({ kind: 'unknown', detail: 'io' } as const) : linking.revoke(token, signal);
      },
    };
    expect(shown(await unlink(id)).state).toBe('revoking');
    expect((await unlink(id)).body['error']).toMatchObject({
      ...{ code: 'not-linked', message: expect.stringContaining('its token is being revoked') },
    });
    await work({ ...stage.acquirer, linking: away });
    const ended = await until(
      'it to be unlinked',
      async () => {
        const found = await look(id);
        return found.state === 'unlinked' ? found : sleep(50).then(() => undefined);
      },
      30_000,
    );
    const names = (ended['steps'] as { name: string; detail: string }[]).map(({ name, detail }) => `${name} ${detail}`);
    expect(names.filter((name) => name.startsWith('revoke '))).toEqual([
      ...['revoke unknown: io', 'revoke unknown: io', 'revoke revoked'],
    ]);
    expect((await unlink(id)).body['error']).toMatchObject({ message: expect.stringContaining('it has its end') });
    const request = freshRequest({ code: accessToken, wallet: 'alipayhk', money: { amount: 1_200, currency: 'HKD' } });
    expect(await stage.acquirer.pay(request)).toMatchObject({ kind: 'declined', reason: 'unlinked' });
    expect(JSON.stringify(await look(id))).toContain('by ann (tk_');
    const retention = { code_hashes_hours: 24, buyers_days: 1, words_days: 400, audit_days: 400, reports_days: 30 };
    const config = { retention } as Parameters<typeof eraseOld>[1];
    expect((await eraseOld(world.db, config, Date.now() + 2 * 86_400_000)).links).toBe(1);
    const [left] = await world.db.query('SELECT user_name, session, member FROM wallet_link WHERE id = $1', [id]);
    expect(left).toEqual({ user_name: null, session: null, member: null });
    const story = JSON.stringify(await look(id));
    expect(story).not.toContain('ann (tk_');
    expect(story).toContain('revoke');
  }, 60_000);

  test('two who ask at once: one unlinks it, the other hears that there is nothing to be unlinked', async () => {
    const { id } = await kept();
    const done = await Promise.all([unlink(id), unlink(id), unlink(id)]);
    expect(done.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect(done.flatMap((answer) => codeOf(answer) ?? [])).toEqual(['not-linked', 'not-linked']);
    const key = 'key-0123456789';
    const another = await kept();
    const [first, again] = [await unlink(another.id, { key }), await unlink(another.id, { key })];
    expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 200, 'true']);
  }, 60_000);

  test('lists by state, kiosk and wallet, page by page, newest first', async () => {
    const now = systemClock.now();
    const links = [];
    for (let i = 0; i < 5; i++) links.push(await kept({ createdAt: now + i, kiosk: i < 2 ? 'lobby-2' : 'lobby-1' }));
    await offered({ createdAt: now - 1, wallet: 'dana' });
    const ids = (answer: Answer) => listed(answer).map(({ id }) => id);
    const newest = links.map(({ id }) => id).reverse();
    expect(ids(await world.get('/v1/links?state=linked'))).toEqual(newest);
    expect(ids(await world.get('/v1/links?kiosk=lobby-2'))).toEqual(newest.slice(3));
    expect(listed(await world.get('/v1/links?wallet=dana'))).toMatchObject([{ state: 'offered', hasPage: false }]);
    const first = await world.get('/v1/links?limit=4');
    const next = await world.get(`/v1/links?limit=4&cursor=${String(first.body['next'])}`);
    expect([...ids(first), ...ids(next)].slice(0, 5)).toEqual(newest);
    expect([listed(first).length, listed(next).length, next.body['next']]).toEqual([4, 2, null]);
    for (const [query, field] of [
      ['state=lost', 'state'],
      ['kiosk=a%20b', 'kiosk'],
      ['wallet=A', 'wallet'],
      ['limit=0', 'limit'],
      ['cursor=x', 'cursor'],
      ['what=1', 'invalid'],
    ] as const) {
      expect(codeOf(await world.get(`/v1/links?${query}`)), query).toBe(field);
    }
  }, 60_000);

  test('no secret of a link is shown', async () => {
    const link = await kept({}, 'token-0123456789abcdef');
    const open = await offered({ walletUrl: vault.seal('https://wallet.example/agree?s=1', link.id, 'wallet_url') });
    const said = JSON.stringify([
      ...[(await world.get('/v1/links')).body, (await world.get(`/v1/links/${link.id}`)).body],
      ...[(await unlink(link.id)).body, (await world.get(`/v1/links/${open.id}`)).body, world.log],
    ]);
    const { accessToken, tokenHash, session, member, short, digits } = link;
    for (const secret of ['token-0123', accessToken, tokenHash, session, member, short, open.short, open.walletUrl]) {
      expect(said, String(secret)).not.toContain(String(secret));
    }
    expect(said).not.toContain(`"${digits}"`);
    expect(said).toContain('852-9***21');
  }, 60_000);

  test('what is refused', async () => {
    const { id } = await offered();
    expect(codeOf(await unlink(id))).toBe('not-linked');
    expect(codeOf(await unlink('ab'.repeat(16)))).toBe('not-found');
    expect(codeOf(await world.get(`/v1/links/${'ab'.repeat(16)}`))).toBe('not-found');
    expect(codeOf(await world.get('/v1/links/x'))).toBe('invalid');
    expect(codeOf(await world.post(`/v1/links/${id}/unlink`, {}))).toBe('invalid');
    const words = await world.post(`/v1/links/${id}/unlink`, { reason: 'code 281006020123456789012345' });
    expect(codeOf(words)).toBe('long-number');
    const others = await world.newToken(['read', 'refund', 'resolve', 'declare', 'admin']);
    expect(codeOf(await unlink(id, { token: others }))).toBe('scope');
    const { body } = await world.get('/v1/audit');
    const rows = body['audit'] as { attempt: unknown; outcome: string }[];
    expect(rows.filter(({ attempt }) => attempt !== null)).toEqual([]);
    expect(rows.map(({ outcome }) => outcome)).toEqual([
      ...['refused: scope', 'refused: long-number', 'refused: invalid', 'refused: not-found', 'refused: not-linked'],
    ]);
  }, 60_000);

  test('what a linked wallet has paid', async () => {
    const { id: link } = await kept();
    const mine = await world.admitted('antom', 1_200, { link, confirmedAt: null, issuer: 'alipayhk' });
    await world.admitted('antom', 900);
    const { body } = await world.get(`/v1/payments?link=${link}`);
    expect(body['payments']).toMatchObject([{ id: mine, link, confirmedAt: null, amount: 1_200 }]);
    const all = (await world.get('/v1/payments')).body['payments'] as { link: string | null }[];
    expect(new Set(all.map((payment) => payment.link))).toEqual(new Set([null, link]));
    expect(codeOf(await world.get('/v1/payments?link=x'))).toBe('link');
  }, 60_000);
});
