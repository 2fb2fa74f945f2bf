import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { Vault } from '../../../relay/linking/crypto.js';
import { reseal } from '../../../relay/linking/reseal.js';
import { eventsOf } from '../../../relay/linking/store.js';
import { databases, empty, type Opened } from '../ledger/databases.js';
import { HandClock } from './hand-clock.js';
import { LinkStage, PHONE } from './stage.js';

const price = { amount: 1_200, currency: 'HKD' } as const;
const id = () => randomBytes(16).toString('hex');

describe.each(databases())('linking a wallet, $name', ({ open }) => {
  let opened: Opened;
  let stage: LinkStage;
  let tag: string;
  beforeAll(async () => {
    opened = await open();
    await migrate(opened.db, await shippedMigrations(), 1);
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await empty(opened.db);
    await opened.db.query('TRUNCATE notification');
    stage = new LinkStage(opened.db);
    tag = await stage.greet();
  });

  const everything = async (): Promise<string> => {
    const tables = ['wallet_link', 'wallet_link_event', 'notification', 'alarm', 'attempt', 'attempt_event'];
    return JSON.stringify([...(await Promise.all(tables.map((t) => opened.db.query(`TABLE ${t}`)))), stage.log]);
  };

  test('from the code on the display to the first payment in the same breath', async () => {
    const link = id();
    const shown = await stage.link(tag, { link, money: price });
    expect(shown).toMatchObject({ type: 'link-code', link, leftMs: 180_000 });
    const code = shown?.type === 'link-code' ? shown.code : '';
    expect(code).toMatch(/^HTTPS:\/\/PAY\.EXAMPLE\.COM\/L\/[0-9A-Z]{8}$/);
    await stage.work();
    expect(stage.acquirer.consults).toMatchObject([{ wallet: 'alipayhk', returnUrl: 'https://pay.example.com/M' }]);
    const question = await stage.desk.open(code.slice(-8), PHONE);
    const digits = question.kind === 'question' ? question.digits : 'none';
    // Pushed at once, and the same when the kiosk asks.
    expect(stage.sent.at(-1)?.body).toMatchObject({ type: 'link-result', state: 'opened', digits, code: '' });
    expect(await stage.link(tag, { link })).toMatchObject({ type: 'link-result', state: 'opened', digits });
    expect(await stage.agreed()).toMatchObject({ outcome: 'applied', taken: true });
    expect(stage.sent.at(-1)?.body).toMatchObject({ state: 'authorised', digits });
    await stage.work();
    const result = stage.sent.at(-1)?.body;
    expect(result).toMatchObject({ type: 'link-result', state: 'linked', leftMs: 60_000 });
    const first = result?.type === 'link-result' ? result.code : '';
    expect(await stage.link(tag, { link })).toMatchObject({ code: first });
    const attempt = id();
    expect(await stage.paid(tag, { attempt, code: first, pressed: true })).toBe('accepted');
    await stage.work();
    expect(await stage.attempt(attempt)).toMatchObject({ state: 'approved', link, issuer: 'alipayhk', money: price });
    expect(stage.acquirer.paid).toMatchObject([{ code: 'access-1', wallet: 'alipayhk', money: price }]);
  });

  test('no secret of it stands in the ledger or the log, at no time', async () => {
    const { link } = { link: id() };
    await stage.link(tag, { link, money: price });
    await stage.work();
    const state = stage.acquirer.consults[0]?.state ?? '';
    await stage.desk.open((await stage.load(link)).short, PHONE);
    const before = await everything();
    stage.acquirer.next.apply.push({ kind: 'pending' });
    await stage.notice({ what: 'code', state, code: 'auth-secret' });
    await stage.work();
    const between = await everything();
    stage.clock.pass(500);
    await stage.work();
    expect((await stage.load(link)).state).toBe('linked');
    const after = await everything();
    const result = await stage.link(tag, { link });
    const first = result?.type === 'link-result' ? result.code : 'none';
    const member = stage.memberCode(await stage.load(link));
    for (const text of [before, between, after]) {
      for (const secret of [state, 'wallet.example', 'auth-secret', 'access-1', 'refresh-1', PHONE, first, member]) {
        expect(text).not.toContain(secret);
      }
    }
    // The test would find them, were they there.
    expect(after).toContain('138****1234');
  });

  describe('the kiosk asks', () => {
    test('again and again: the same short link, one link, one consult', async () => {
      const link = id();
      const [first, second] = [await stage.link(tag, { link }), await stage.link(tag, { link })];
      await stage.work();
      expect(await stage.link(tag, { link })).toEqual(first);
      expect(second).toEqual(first);
      expect(stage.acquirer.consults).toHaveLength(1);
    });

    test('by a boot that is not greeted: it is not answered, and nothing is offered', async () => {
      expect(await stage.link('00000000')).toBeUndefined();
      expect(await opened.db.query('TABLE wallet_link')).toEqual([]);
    });

    test("for another kiosk's link: nothing is told of it", async () => {
      const link = id();
      await stage.link(tag, { link });
      const other = await stage.greet('lobby-2');
      expect(await stage.link(other, { link }, 'lobby-2')).toBeUndefined();
      expect(await stage.link(other, { link, givenUp: true }, 'lobby-2')).toBeUndefined();
      expect((await stage.load(link)).state).toBe('offered');
    });

    test.each([
      ['a wallet that no account links', { wallet: 'nowallet' }],
      ['a display that can show no code', { modulesMost: 0 }],
      ['a display that is too small', { modulesMost: 24 }],
    ])('with %s: failed as configuration, and nothing is kept', async (_, frame) => {
      expect(await stage.link(tag, frame)).toMatchObject({ state: 'failed', reason: 'configuration', code: '' });
      expect(await opened.db.query('TABLE wallet_link')).toEqual([]);
    });

    test('for another: what it showed before can be agreed to no more', async () => {
      const [one, two] = [id(), id()];
      await stage.link(tag, { link: one });
      await stage.work();
      const state = stage.acquirer.consults[0]?.state;
      await stage.desk.open((await stage.load(one)).short, PHONE);
      await stage.link(tag, { link: two });
      expect((await stage.load(one)).state).toBe('expired');
      expect(await stage.agreed(state)).toMatchObject({ outcome: 'ignored', taken: true });
      expect(await stage.link(tag, { link: one })).toMatchObject({ state: 'expired', reason: 'customer-aborted' });
      expect(await stage.link(tag, { link: two })).toMatchObject({ type: 'link-code' });
    });

    test('and gives up: over, also where it had never been heard of', async () => {
      const link = id();
      await stage.link(tag, { link });
      expect(await stage.link(tag, { link, givenUp: true })).toMatchObject({ state: 'expired' });
      expect(await stage.link(tag, { givenUp: true })).toMatchObject({ state: 'expired' });
      expect(await opened.db.query('SELECT id FROM wallet_link')).toEqual([{ id: link }]);
    });

    test('gives up too late: the buyer has agreed, and the wallet is linked', async () => {
      const link = await stage.linked(tag);
      expect(await stage.link(tag, { link: link.id, givenUp: true })).toMatchObject({ state: 'linked' });
    });

    test('of two relays at once: one link', async () => {
      const other = new LinkStage(opened.db, { relay: 'relay-2', clock: stage.clock, acquirer: stage.acquirer });
      const link = id();
      const both = await Promise.all([stage.link(tag, { link }), other.link(tag, { link })]);
      expect(both[0]).toEqual(both[1]);
      expect(both[0]).toMatchObject({ type: 'link-code' });
      await Promise.all([stage.work(), other.work()]);
      expect(stage.acquirer.consults).toHaveLength(1);
    });

    test("a big display is given the wallet's own code where that is wanted, once it is known, if it fits", async () => {
      const own = new LinkStage(opened.db, { ownCodes: true });
      // 300 bytes: version 13, which has 69 modules a side.
      const long = `https://wallet.example/${'q'.repeat(277)}`;
      own.acquirer.next.consult.push({ kind: 'consulted', url: 'https://wallet.example/agree', code: long });
      const link = id();
      expect(await own.link(tag, { link, modulesMost: 69 })).toMatchObject({ type: 'link-result', state: 'offered' });
      await own.work();
      expect(await own.link(tag, { link, modulesMost: 69 })).toMatchObject({ type: 'link-code', code: long });
      expect(await own.link(tag, { link, modulesMost: 68 })).toMatchObject({
        ...{ type: 'link-code', code: expect.stringMatching(/^HTTPS:/) },
      });
      await own.agreed(own.acquirer.consults[0]?.state);
      await own.work();
      expect(await own.load(link)).toMatchObject({ state: 'linked', member: null, session: null });
      const small = id();
      expect(await own.link(tag, { link: small, modulesMost: 53 })).toMatchObject({ type: 'link-code' });
      // Without that wish a big display is given the short link too.
      expect(await stage.link(tag, { modulesMost: 177 })).toMatchObject({ type: 'link-code' });
    });
  });

  describe('the acquirer', () => {
    test('does not answer the consult: it is asked again with another state, and the first is none of ours', async () => {
      stage.acquirer.next.consult.push({ kind: 'unknown', detail: 'timeout' });
      const link = id();
      await stage.link(tag, { link });
      await stage.work();
      stage.clock.pass(1_000);
      await stage.work();
      const [first, second] = stage.acquirer.consults;
      expect(first?.state).not.toBe(second?.state);
      await stage.desk.open((await stage.load(link)).short, PHONE);
      expect(await stage.agreed(first?.state)).toMatchObject({ outcome: 'ignored', taken: true });
      expect(await stage.agreed(second?.state)).toMatchObject({ outcome: 'applied' });
    });

    test('says that the buyer has agreed before its answer to the consult is heard', async () => {
      const link = id();
      await stage.link(tag, { link });
      let heard = '';
      stage.acquirer.before = async () => {
        stage.acquirer.before = async () => {};
        await expect(stage.desk.open((await stage.load(link)).short, PHONE)).rejects.toThrow('in a moment');
        heard = (await stage.agreed()).outcome;
      };
      await stage.work();
      expect(heard).toBe('applied');
      expect((await stage.load(link)).state).toBe('linked');
    });

    test('is not heard twice: a replay, and another code for the same state', async () => {
      const link = id();
      await stage.link(tag, { link });
      await stage.work();
      const state = stage.acquirer.consults[0]?.state ?? '';
      await stage.desk.open((await stage.load(link)).short, PHONE);
      const said = { what: 'code', state, code: 'auth-1' } as const;
      expect((await stage.notice(said, 'k1')).outcome).toBe('applied');
      expect((await stage.notice(said, 'k1')).outcome).toBe('duplicate');
      expect((await stage.notice({ ...said, code: 'auth-2' }, 'k2')).outcome).toBe('ignored');
      await stage.work();
      expect(stage.acquirer.asked).toContain('apply auth-1');
      expect(stage.acquirer.asked).not.toContain('apply auth-2');
      expect((await stage.notice(said, 'k3')).outcome).toBe('ignored');
      expect(stage.counters.all()).toMatchObject({ 'link-ignored': 2 });
    });

    test('names a state that nobody was given: acknowledged, and nothing is done', async () => {
      await stage.link(tag);
      await stage.work();
      expect(await stage.agreed('f'.repeat(64))).toMatchObject({ outcome: 'ignored', taken: true });
    });

    test('says it too late, after the code was over', async () => {
      const link = id();
      await stage.link(tag, { link });
      await stage.work();
      await stage.desk.open((await stage.load(link)).short, PHONE);
      stage.clock.pass(180_000);
      expect((await stage.agreed()).outcome).toBe('ignored');
      expect(await stage.load(link)).toMatchObject({ state: 'expired', reason: 'not-confirmed' });
      expect(await stage.link(tag, { link })).toMatchObject({ state: 'expired' });
    });

    test("says it of another account's link: told, with an alarm, and nothing is done", async () => {
      const link = id();
      await stage.link(tag, { link });
      await stage.work();
      await stage.desk.open((await stage.load(link)).short, PHONE);
      const state = stage.acquirer.consults[0]?.state ?? '';
      const heard = await stage.notice({ what: 'code', state, code: 'x' }, 'k1', 'another');
      expect(heard.outcome).toBe('differs');
      expect((await stage.load(link)).state).toBe('opened');
      expect(await stage.ledger.newestAlarms(9)).toMatchObject([{ kind: 'notification-differs', kiosk: 'lobby-1' }]);
    });

    test('has the token in process: asked again by the plan until it is there', async () => {
      stage.acquirer.next.apply.push({ kind: 'pending' }, { kind: 'unknown', detail: 'io' });
      const link = id();
      await stage.link(tag, { link });
      await stage.work();
      await stage.desk.open((await stage.load(link)).short, PHONE);
      await stage.agreed();
      await stage.work();
      expect((await stage.load(link)).state).toBe('authorised');
      stage.clock.pass(500);
      await stage.work();
      expect((await stage.load(link)).state).toBe('authorised');
      stage.clock.pass(1_000);
      await stage.work();
      expect((await stage.load(link)).state).toBe('linked');
      const events = (await eventsOf(opened.db, link)).map(({ name, detail }) => `${name} ${detail}`.trim());
      expect(events).toEqual([
        ...['offered alipayhk', 'consult consulted', 'opened', 'authorised', 'apply-token pending'],
        ...['apply-token unknown: io', 'apply-token tokens', 'linked'],
      ]);
    });

    test('refuses the token: failed with its reason, and the kiosk is told', async () => {
      stage.acquirer.next.apply.push({ kind: 'failed', reason: 'wallet-restricted', code: 'X', alarm: true });
      const link = id();
      await stage.link(tag, { link });
      await stage.work();
      await stage.desk.open((await stage.load(link)).short, PHONE);
      await stage.agreed();
      await stage.work();
      expect(stage.sent.at(-1)?.body).toMatchObject({ state: 'failed', reason: 'wallet-restricted', code: '' });
      expect(await stage.ledger.newestAlarms(9)).toMatchObject([{ kind: 'linking' }]);
    });

    test('says that the token is dead: unlinked, and what is said again is ignored', async () => {
      const { id: link } = await stage.linked(tag);
      expect((await stage.notice({ what: 'cancelled', token: 'access-1' })).outcome).toBe('applied');
      expect(await stage.load(link)).toMatchObject({ state: 'unlinked', accessToken: null, tokenHash: null });
      expect((await stage.notice({ what: 'cancelled', token: 'access-1' })).outcome).toBe('ignored');
    });
  });

  describe('a token', () => {
    test('is renewed in time, and the old one pays no more', async () => {
      stage.acquirer.lifeMs = 1_000_000;
      const { id: link } = await stage.linked(tag);
      stage.clock.pass(799_000);
      await stage.work();
      expect(stage.acquirer.asked).not.toContain('refresh refresh-1');
      stage.clock.pass(1_000);
      await stage.work();
      expect(stage.acquirer.asked).toContain('refresh refresh-1');
      expect(await stage.office.tokens.of(link)).toMatchObject({ kind: 'token', token: 'access-2' });
      // What is said of the old one by now touches nothing.
      expect((await stage.notice({ what: 'cancelled', token: 'access-1' })).outcome).toBe('ignored');
      expect((await stage.load(link)).state).toBe('linked');
    });

    test('cannot be renewed: asked until it has died, then unlinked with an alarm', async () => {
      stage.acquirer.lifeMs = 1_000_000;
      const { id: link } = await stage.linked(tag);
      stage.acquirer.next.refresh.push(...Array(9).fill({ kind: 'unknown', detail: 'timeout' }));
      stage.clock.pass(800_000);
      await stage.work();
      expect((await stage.load(link)).state).toBe('linked');
      for (let i = 0; i < 4; i++) {
        stage.clock.pass(60_000);
        await stage.work();
      }
      expect((await stage.load(link)).state).toBe('unlinked');
      expect(await stage.ledger.newestAlarms(9)).toMatchObject([{ kind: 'linking' }]);
    });

    test('is revoked when its owner unlinks, until the acquirer says so; it pays nothing meanwhile', async () => {
      const { id: link } = await stage.linked(tag);
      stage.acquirer.next.revoke.push({ kind: 'unknown', detail: 'timeout' });
      expect(await stage.desk.unlink(link, PHONE)).toEqual({ kind: 'unlinking' });
      await stage.work();
      expect((await stage.load(link)).state).toBe('revoking');
      expect(await stage.office.tokens.of(link)).toEqual({ kind: 'unlinked' });
      stage.clock.pass(1_000);
      await stage.work();
      expect(stage.acquirer.asked.filter((call) => call === 'revoke access-1')).toHaveLength(2);
      expect((await stage.load(link)).state).toBe('unlinked');
    });

    test('is sealed anew after the key was changed, and is found by the new hash', async () => {
      const { id: link, accessToken } = await stage.linked(tag);
      const vault = new Vault(Buffer.alloc(32, 2), Buffer.alloc(32, 1), randomBytes);
      expect(await reseal(opened.db, vault)).toBe(1);
      expect(await reseal(opened.db, vault)).toBe(0);
      const after = await stage.load(link);
      expect(after.accessToken).not.toBe(accessToken);
      const alone = new LinkStage(opened.db, { vault: new Vault(Buffer.alloc(32, 2), undefined, randomBytes) });
      expect(await alone.office.tokens.of(link)).toMatchObject({ token: 'access-1' });
      expect((await alone.desk.member(PHONE)).links).toMatchObject([{ link, state: 'linked' }]);
      expect((await alone.notice({ what: 'cancelled', token: 'access-1' })).outcome).toBe('applied');
    });

    test('that does not open by this key is told, and no payment is sent', async () => {
      const { id: link } = await stage.linked(tag);
      const wrong = new LinkStage(opened.db, { vault: new Vault(Buffer.alloc(32, 9), undefined, randomBytes) });
      expect(await wrong.office.tokens.of(link)).toEqual({ kind: 'unknown' });
      expect(JSON.stringify(wrong.log)).toMatch(/token-unreadable.*previous_key/);
    });
  });

  describe('relays that die', () => {
    test('between the consult and its answer: another goes on when it is given back', async () => {
      const link = id();
      await stage.link(tag, { link });
      stage.acquirer.before = () => new Promise(() => {});
      const [held] = await stage.links.claimDue('relay-1', stage.clock.now(), stage.clock.now() + 60_000, 1);
      void stage.runLink(held ?? '');
      await new Promise((resolve) => setTimeout(resolve, 200));
      stage.acquirer.before = async () => {};
      const clock = new HandClock(stage.clock.now() + 11_000);
      const other = new LinkStage(opened.db, { relay: 'relay-2', clock, acquirer: stage.acquirer });
      await other.work();
      expect((await stage.load(link)).walletUrl).toBeNull();
      expect(await other.links.releaseAll('relay-1')).toBe(1);
      await other.work();
      expect((await stage.load(link)).walletUrl).not.toBeNull();
    });

    test('after the press: another reads the token itself and pays', async () => {
      const link = await stage.linked(tag);
      const attempt = id();
      await stage.pay(tag, { attempt, code: stage.memberCode(link), pressed: true });
      await stage.ledger.releaseAll('relay-1');
      const other = new LinkStage(opened.db, { relay: 'relay-2', clock: stage.clock, acquirer: stage.acquirer });
      await other.work();
      expect(await other.attempt(attempt)).toMatchObject({ state: 'approved' });
    });
  });
});
