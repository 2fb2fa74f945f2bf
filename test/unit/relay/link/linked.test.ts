import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BuiltInBroker } from '../../../../deploy/demo/broker.js';
import type { DownBody, LinkCode, LinkResult, PayLinked } from '../../../../protocol/messages.js';
import type { AuthorizationNotice, NotificationResult, RawNotification } from '../../../../relay/acquirers/contract.js';
import { migrate, shippedMigrations } from '../../../../relay/ledger/migrate.js';
import { PGliteDatabase } from '../../../../relay/ledger/pglite.js';
import { type Relay, startRelay } from '../../../../relay/main.js';
import { Phone } from '../../../contract/linking/phone.js';
import { LinkingAcquirer } from '../../../support/linking-acquirer.js';
import { until } from '../../../support/wait.js';
import { ScriptedKiosk, testConfig, testSecrets } from './stage.js';

/** Frames, pages and notices of linked wallets, through a whole relay. */

const silent = { info: () => {}, warn: () => {}, error: () => {} };
const price = { amount: 1_200, currency: 'HKD' } as const;

/** What it is told by itself is the notice that the body is. */
class Notifying extends LinkingAcquirer {
  override readonly verifyNotification = (raw: RawNotification): NotificationResult =>
    JSON.parse(Buffer.from(raw.body).toString('utf8')) as AuthorizationNotice;
}

describe('a relay and linked wallets', () => {
  const broker = new BuiltInBroker();
  const db = new PGliteDatabase();
  let kiosk: ScriptedKiosk;
  let relay: Relay;
  let acquirer: Notifying;
  beforeAll(async () => {
    await broker.start();
    await db.start();
    await migrate(db, await shippedMigrations(), 1);
  });
  afterAll(async () => {
    await broker.stop();
    await db.stop();
  });
  beforeEach(async () => {
    await db.query('TRUNCATE alarm, attempt, kiosk, wallet_link, notification CASCADE');
    acquirer = new Notifying();
    kiosk = new ScriptedKiosk();
    await kiosk.connect(broker.url);
  });
  afterEach(async () => {
    await kiosk.close();
    await relay.stop();
  });

  async function start(links: boolean): Promise<void> {
    const config = testConfig(broker.url);
    const timers = { ...config.timers, pay_valid_ms: 20_000, deadline_ms: 50_000, kiosk_deadline_ms: 60_000 };
    const webhooks = { host: '127.0.0.1', port: 0, proxies: [] };
    const table = { public_url: 'http://127.0.0.1', host: '127.0.0.1', port: 0, proxies: [], page_name: 'Shop' };
    const times = { code_life_ms: 180_000, first_payment_ms: 60_000, wallet_codes: false, day_zone: '+08:00' };
    const linking = { ...table, ...times, max_payment: {}, max_day: {}, max_year: {} };
    relay = await startRelay(
      { ...config, timers, webhooks, ...(links ? { linking } : {}) },
      { ...testSecrets, ...(links ? { linking: { key: Buffer.alloc(32, 1) } } : {}) },
      { log: silent, acquirer, database: db },
    );
    const ready = async () => await (await fetch(`http://127.0.0.1:${relay.ports.api}/readyz`)).json();
    await until('relay linked', async () => ((await ready()) as { broker: boolean }).broker);
    await kiosk.greet();
  }
  const linkFrame = (link: string) =>
    ({ type: 'link', link, wallet: 'alipayhk', modulesMost: 29, givenUp: false, money: price }) as const;
  const told = (link: string): (LinkCode | LinkResult)[] =>
    kiosk.heard.flatMap(({ body }: { body: DownBody }) => ('link' in body && body.link === link ? [body] : []));
  const results = (link: string) => told(link).flatMap((body) => (body.type === 'link-result' ? [body] : []));
  const payFrame = (code: string, pressed: boolean): PayLinked => ({
    ...{ type: 'pay-linked', attempt: randomBytes(16).toString('hex'), code, pressed, ...price },
    ...{ reference: 'A-1', scanMs: kiosk.now(), validMs: 20_000, issuer: 'linked-wallet' },
  });
  async function pay(code: string, pressed: boolean): Promise<string> {
    const frame = payFrame(code, pressed);
    await kiosk.send(frame);
    return frame.attempt;
  }

  test('without [linking]: a link has failed, a payment is refused, both as configuration, and nothing listens', async () => {
    await start(false);
    const link = randomBytes(16).toString('hex');
    await kiosk.send(linkFrame(link));
    await until('told', () => told(link)[0]);
    expect(told(link)).toMatchObject([{ type: 'link-result', state: 'failed', reason: 'configuration' }]);
    const attempt = await pay(`QZM${'A'.repeat(20)}`, false);
    expect((await kiosk.hears(attempt, 'refused')).reason).toBe('configuration');
    expect(relay.ports.linking).toBeUndefined();
    const notice = { kind: 'authorization', key: 'k', what: 'code', state: 'x', code: 'y' };
    expect((await post(notice)).status).toBeLessThan(500);
    expect(await db.query('SELECT outcome FROM notification')).toEqual([{ outcome: 'ignored' }]);
  });

  const post = (notice: object) =>
    fetch(`http://127.0.0.1:${relay.ports.webhooks}/x`, { method: 'POST', body: JSON.stringify(notice) });

  /** By frames, page and notice. */
  async function linked(link: string): Promise<LinkResult> {
    await kiosk.send(linkFrame(link));
    const shown = await until('a code', () => told(link)[0]);
    const code = shown.type === 'link-code' ? shown.code : '';
    expect(code).toMatch(/^HTTP:\/\/127\.0\.0\.1\/L\/[0-9A-Z]{8}$/);
    await until('consulted', () => acquirer.consults[0]);
    const phone = new Phone(relay.ports.linking ?? 0, 'http://127.0.0.1');
    const page = await until('the page', async () => {
      const seen = await phone.get(`/L/${code.slice(-8)}`);
      return seen.status === 200 ? seen : undefined;
    });
    const opened = await until('opened', () => results(link)[0]);
    expect(opened).toMatchObject({ state: 'opened', digits: expect.stringMatching(/^\d\d$/) });
    expect(page.text).toContain(opened.digits);
    const { state = '' } = acquirer.consults.at(-1) ?? {};
    await post({ kind: 'authorization', key: 'k1', what: 'code', state, code: 'auth-1' });
    return await until('linked', () => results(link).find((body) => body.state === 'linked'));
  }

  test('linked by frames, page and notice, paid at once, and told when the token is dead', async () => {
    await start(true);
    const link = randomBytes(16).toString('hex');
    const { code } = await linked(link);
    const first = await pay(code, true);
    await kiosk.hears(first, 'approved');
    await kiosk.vend(first, 'delivered');
    await kiosk.hearsAck(first);
    expect(acquirer.paid).toMatchObject([{ requestId: first, code: 'access-1', wallet: 'alipayhk' }]);
    // It is dead now: the next payment finds that out.
    await post({ kind: 'authorization', key: 'k2', what: 'cancelled', token: 'access-1' });
    await kiosk.send(linkFrame(link));
    await until('unlinked', () => results(link).find((body) => body.reason === 'unlinked'));
  });

  test('the press is committed and its answer lost: said again it is paid at once, and once', async () => {
    await start(true);
    const frame = payFrame((await linked(randomBytes(16).toString('hex'))).code, true);
    const { transaction } = db;
    let lost = 0;
    db.transaction = async (work) => {
      const value = await transaction.call(db, work);
      const [row] = await db.query('SELECT id FROM attempt WHERE id = $1', [frame.attempt]);
      if (!row || lost++ > 0) return value as never;
      throw new Error('the connection was lost after the commit');
    };
    try {
      await kiosk.send(frame);
      await until('lost', () => lost > 0);
      await kiosk.send(frame);
      await kiosk.hears(frame.attempt, 'approved');
    } finally {
      db.transaction = transaction;
    }
    expect(acquirer.paid).toMatchObject([{ requestId: frame.attempt, wallet: 'alipayhk' }]);
  });
});
