// The whole story of a linked wallet: the shipped relay and its pages, the sandbox and its wallet's page, a kiosk that does
// what it is told, and a buyer's phone, which is a real browser.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BuiltInBroker } from '../../deploy/demo/broker.js';
import { MEMBER_CODE_PATTERN } from '../../protocol/linked-code.js';
import type { LinkCode, LinkResult } from '../../protocol/messages.js';
import type { Money } from '../../protocol/money.js';
import type { LinkState } from '../../protocol/words.js';
import { parseConfig } from '../../relay/config/load.js';
import { PGliteDatabase } from '../../relay/ledger/pglite.js';
import { type Relay, startRelay } from '../../relay/main.js';
import { generateKeys } from '../../relay/sandbox/keys.js';
import { SANDBOX_CLIENT_ID, type Sandbox, startSandbox } from '../../relay/sandbox/main.js';
import { complaintsOf, launchChromium, phone, shoot, withoutChromium } from '../support/chromium.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/wait.js';
import { ScriptedKiosk } from '../unit/relay/link/stage.js';

const price: Money = { amount: 1_200, currency: 'HKD' };

type Ports = {
  readonly broker: string;
  readonly acquirer: string;
  readonly webhooks: number;
  readonly linking: number;
};
const configText = ({ broker, acquirer, webhooks, linking }: Ports): string => `
instance = "relay-1"
mode = "demo"
[broker]
url = "${broker}"
[ledger]
kind = "pglite"
[secrets]
code_hash_key_env = "X"
[limits.max_amount]
HKD = "100.00"
[[kiosk]]
name = "lobby-1"
[[account]]
name = "antom"
kind = "antom"
base_url = "${acquirer}"
client_id = "${SANDBOX_CLIENT_ID}"
private_key_file = "x"
public_key_file = "x"
settlement_currency = "HKD"
notify_url = "http://127.0.0.1:${webhooks}/antom"
[account.linking]
wallets = ["alipayhk"]
[account.merchant]
reference_merchant_id = "M-1"
merchant_name = "Corner Shop"
merchant_mcc = "5499"
[account.merchant.store]
reference_store_id = "S-1"
store_name = "Corner Shop"
store_mcc = "5499"
[webhooks]
port = ${webhooks}
[linking]
public_url = "http://127.0.0.1:${linking}"
port = ${linking}
key_env = "X"
page_name = "Corner Shop"
max_payment = { HKD = "50.00" }
[operations]
port = 0
`;

describe.skipIf(withoutChromium('linked-story.test.ts'))('a linked wallet, from the first scan to the last', () => {
  const broker = new BuiltInBroker();
  const db = new PGliteDatabase();
  const kiosk = new ScriptedKiosk();
  const logged: string[] = [];
  let folder = '';
  let sandbox: Sandbox;
  let relay: Relay;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let base = '';
  let complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quietzone-linked-'));
    const keys = await generateKeys(folder);
    const [webhooks, linking] = [await freePort(), await freePort()];
    const merchantName = 'Corner Shop';
    [sandbox, browser] = await Promise.all([
      startSandbox({ keys, notifyFactor: 1_000, merchantName }),
      launchChromium(),
      broker.start(),
      db.start(),
    ]);
    const acquirer = new URL(sandbox.acquirerUrl).origin;
    const keep = (fields: object): void => void logged.push(JSON.stringify(fields));
    const pems = { privateKeyPem: keys.merchantPrivatePem, publicKeyPem: keys.acquirerPublicPem };
    const config = parseConfig(configText({ broker: broker.url, acquirer, webhooks, linking }), 'test');
    const secrets = {
      ...{ codeHashKey: randomBytes(32), accounts: new Map([['antom', pems]]), linking: { key: randomBytes(32) } },
    };
    relay = await startRelay(config, secrets, { log: { info: keep, warn: keep, error: keep }, database: db });
    base = `http://127.0.0.1:${linking}`;
    await kiosk.connect(broker.url);
    await until('a Welcome', async () => {
      await kiosk.hello();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return kiosk.heard.some(({ body }) => body.type === 'welcome');
    });
  }, 120_000);
  afterAll(async () => {
    await kiosk.close();
    await Promise.all([browser?.close(), relay?.stop()]);
    await Promise.all([sandbox?.stop(), broker.stop(), db.stop()]);
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    await context?.close();
    context = await browser.newContext(phone);
    page = await context.newPage();
    complaints = complaintsOf(page);
  });

  const heard = (link: string) =>
    kiosk.heard.flatMap(({ body }): (LinkCode | LinkResult)[] =>
      (body.type === 'link-code' || body.type === 'link-result') && body.link === link ? [body] : [],
    );
  /** The kiosk asks again and again, as kiosks do, until it is told so. */
  async function hears(link: string, state: LinkState | 'code'): Promise<LinkCode | LinkResult> {
    return await until(
      `the kiosk to hear ${state}`,
      async () => {
        await kiosk.send({ type: 'link', link, wallet: 'alipayhk', modulesMost: 29, money: price, givenUp: false });
        await new Promise((resolve) => setTimeout(resolve, 200));
        return heard(link).findLast((body) => (body.type === 'link-code' ? 'code' : body.state) === state);
      },
      15_000,
    );
  }
  const result = async (link: string, state: LinkState): Promise<LinkResult> => {
    const found = await hears(link, state);
    if (found.type !== 'link-result') throw new Error(found.type);
    return found;
  };
  async function shownCode(link: string): Promise<string> {
    const found = await hears(link, 'code');
    if (found.type !== 'link-code') throw new Error(found.type);
    return found.code;
  }
  async function pay(code: string, pressed: boolean, attempt = randomBytes(16).toString('hex')): Promise<string> {
    const scan = { code, ...price, reference: 'R-1', scanMs: kiosk.now(), validMs: 20_000 };
    await kiosk.send({ type: 'pay-linked', attempt, ...scan, pressed });
    return attempt;
  }
  const says = (text: string) =>
    until(text, async () => ((await page.textContent('body')) ?? '').includes(text), 15_000);
  /** By the buyer's page and the wallet's, up to the page with a code. */
  async function link(): Promise<LinkResult> {
    const id = randomBytes(16).toString('hex');
    await page.goto(await shownCode(id));
    await page.click('button.main');
    await page.click('text=Agree');
    await page.click('text=Back to the merchant');
    const linked = await result(id, 'linked');
    await page.waitForSelector('svg.qr');
    return linked;
  }

  it('links, pays in the same breath, pays by member code and a press on the phone, and unlinks', async () => {
    const id = randomBytes(16).toString('hex');
    const code = await shownCode(id);
    expect(code).toMatch(new RegExp(`^${base.toUpperCase()}/L/[0-9A-Z]{8}$`));
    await page.goto(code);
    const { digits } = await result(id, 'opened');
    expect(digits).toMatch(/^\d\d$/);
    expect(await page.textContent('.digits [aria-hidden]')).toBe(digits);
    await says('At most HK$50.00 a payment.');
    await says('The first payment, HK$12.00 at lobby-1');
    await shoot(page, 'story-1-question');

    await page.click(`text=Yes, the kiosk shows ${digits}`);
    await says('Corner Shop asks for your permission to:');
    await shoot(page, 'story-2-consent');
    await page.click('text=Agree');
    await says('You have agreed.');
    await shoot(page, 'story-3-agreed');
    const { code: first } = await result(id, 'linked');
    await page.click('text=Back to the merchant');
    await page.waitForSelector('svg.qr');
    expect(page.url()).toBe(`${base}/M`);

    // The same breath: what stood armed is paid with the code that came with the news.
    const firstAttempt = await pay(first, true);
    await kiosk.hears(firstAttempt, 'approved');
    await kiosk.vend(firstAttempt, 'delivered');
    await kiosk.hearsAck(firstAttempt);
    await says('Paid');
    await shoot(page, 'story-4-paid');

    const shown = (await page.textContent('figure.code code')) ?? '';
    expect(shown).toMatch(MEMBER_CODE_PATTERN);
    const second = await pay(shown, false);
    await kiosk.hears(second, 'confirm-pending');
    await page.waitForSelector(`#pay-${second}`);
    await shoot(page, 'story-5-press');
    expect(sandbox.ledger().charged).toBe(1_200);
    await page.click(`#pay-${second}`);
    await kiosk.hears(second, 'approved');
    await kiosk.vend(second, 'delivered');
    await kiosk.hearsAck(second);
    expect(sandbox.ledger()).toMatchObject({ charged: 2_400, returned: 0 });

    // A photograph of that code, at another moment: worthless.
    const stolen = await pay(shown, false);
    expect((await kiosk.hears(stolen, 'refused')).reason).toBe('code-used');

    await page.click('text=Unlink');
    await page.click('text=Unlink AlipayHK now');
    await says('Unlinked.');
    await shoot(page, 'story-6-unlinked');
    expect(await page.locator('svg.qr').count()).toBe(0);
    expect((await result(id, 'failed')).reason).toBe('unlinked');
    expect(complaints).toEqual([]);
  }, 90_000);

  it('a code that nobody presses for is not charged, and the page says so', async () => {
    const charged = sandbox.ledger().charged;
    await link();
    const shown = (await page.textContent('figure.code code')) ?? '';
    const attempt = await pay(shown, false);
    await kiosk.hears(attempt, 'confirm-pending');
    await page.waitForSelector(`#pay-${attempt}`);
    await kiosk.send({ type: 'abort', attempt });
    await kiosk.hears(attempt, 'declined');
    await until('the press to go', async () => (await page.locator('.press').count()) === 0);
    await says('Not charged');
    expect(sandbox.ledger().charged).toBe(charged);
  }, 60_000);

  it('"no" ends it at once, for page and kiosk', async () => {
    const id = randomBytes(16).toString('hex');
    await page.goto(await shownCode(id));
    await page.click('text=No, it does not');
    await says('Nothing was linked');
    expect((await result(id, 'failed')).code).toBe('');
  }, 30_000);

  it('a second phone learns nothing', async () => {
    const id = randomBytes(16).toString('hex');
    const code = await shownCode(id);
    await page.goto(code);
    const { digits } = await result(id, 'opened');
    const other = await browser.newContext(phone);
    const spy = await other.newPage();
    await spy.goto(code);
    expect(await spy.textContent('h1')).toBe('Already opened by another phone');
    expect((await spy.textContent('main')) ?? '').not.toContain(digits);
    await other.close();
  }, 30_000);

  it('nothing of it is in the relay’s log: no code, no cookie, no token', async () => {
    const linked = await link();
    const shown = (await page.textContent('figure.code code')) ?? '';
    const [cookie] = await context.cookies();
    const kept = await db.query('SELECT * FROM wallet_link');
    const all = `${logged.join('\n')}${JSON.stringify(kept)}`;
    for (const secret of [linked.code, shown, cookie?.value ?? '', 'authCode']) {
      expect(secret.length).toBeGreaterThan(6);
      expect(all).not.toContain(secret);
    }
  }, 60_000);
});
