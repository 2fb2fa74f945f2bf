// A linked wallet between two pages: the kiosk's own, and the buyer's phone. The shipped agent, the shipped relay and the
// sandbox with its wallet's page; what is held under the scanner or before a camera is read from the pixels of a screen.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig as parseAgentConfig } from '../../agent/config/load.js';
import { type Agent, startAgent } from '../../agent/main.js';
import { BuiltInBroker } from '../../deploy/demo/broker.js';
import { MEMBER_CODE_PATTERN } from '../../protocol/linked-code.js';
import { parseConfig } from '../../relay/config/load.js';
import { PGliteDatabase } from '../../relay/ledger/pglite.js';
import { type Relay, startRelay } from '../../relay/main.js';
import { generateKeys } from '../../relay/sandbox/keys.js';
import { SANDBOX_CLIENT_ID, type Sandbox, startSandbox } from '../../relay/sandbox/main.js';
import { complaintsOf, launchChromium, phone, shoot, withoutChromium } from '../support/chromium.js';
import { freePort } from '../support/free-port.js';
import { readScreenshot } from '../support/png.js';
import { openPty, type Pty } from '../support/pty.js';
import { readQr } from '../support/qr-reader.js';
import { until } from '../support/wait.js';

type Ports = Readonly<Record<'webhooks' | 'linking' | 'api' | 'web', number>>;

const relayConfig = (broker: string, acquirer: string, { webhooks, linking }: Ports): string => `
instance = "relay-1"
mode = "demo"
broker = { url = "${broker}" }
ledger = { kind = "pglite" }
secrets = { code_hash_key_env = "X" }
webhooks = { port = ${webhooks} }
operations = { port = 0 }
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
[linking]
public_url = "http://127.0.0.1:${linking}"
port = ${linking}
key_env = "X"
page_name = "Corner Shop"
max_payment = { HKD = "50.00" }
`;

const kioskConfig = (broker: string, folder: string, scanner: string, { api, web }: Ports): string => `
kiosk = { name = "lobby-1", board_serial = "test-board" }
broker = { url = "${broker}" }
journal = { directory = "${folder}" }
scanner = { kind = "serial", path = "${scanner}" }
display = { kind = "web", qr_modules_most = 29 }
actuator = { kind = "virtual", delay_ms = 0 }
linking = { wallets = ["alipayhk"] }
web = { port = ${web} }
api = { port = ${api} }
log = { level = "silent" }
`;

describe.skipIf(withoutChromium('linked-kiosk.test.ts'))('a linked wallet at a kiosk', () => {
  const broker = new BuiltInBroker();
  const db = new PGliteDatabase();
  let folder = '';
  let pty: Pty;
  let sandbox: Sandbox;
  let relay: Relay;
  let agent: Agent;
  let browser: Browser;
  let kiosk: Page;
  let buyer: Page;
  let ports: Ports;
  let complaints: string[] = [];
  const used = new Set<string>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quietzone-linked-kiosk-'));
    const keys = await generateKeys(folder);
    const [webhooks, linking, api, web] = [await freePort(), await freePort(), await freePort(), await freePort()];
    ports = { webhooks, linking, api, web };
    [sandbox, browser, pty] = await Promise.all([
      startSandbox({ keys, notifyFactor: 1_000, merchantName: 'Corner Shop' }),
      launchChromium(),
      openPty(),
      broker.start(),
      db.start(),
    ]);
    const pems = { privateKeyPem: keys.merchantPrivatePem, publicKeyPem: keys.acquirerPublicPem };
    const secrets = {
      ...{ codeHashKey: randomBytes(32), accounts: new Map([['antom', pems]]), linking: { key: randomBytes(32) } },
    };
    const log = { info() {}, warn() {}, error() {} };
    const acquirer = new URL(sandbox.acquirerUrl).origin;
    const config = parseConfig(relayConfig(broker.url, acquirer, ports), 'test');
    relay = await startRelay(config, secrets, { log, database: db });
    agent = await startAgent(
      parseAgentConfig(kioskConfig(broker.url, folder, pty.path, ports), join(folder, 'k.toml')),
    );
    kiosk = await browser.newPage({ viewport: { width: 800, height: 480 } });
    buyer = await (await browser.newContext(phone)).newPage();
    complaints = complaintsOf(kiosk);
    await kiosk.goto(`http://127.0.0.1:${web}/`);
    await shows('idle');
  }, 120_000);
  afterAll(async () => {
    await agent?.stop();
    await Promise.all([browser?.close(), relay?.stop()]);
    await Promise.all([sandbox?.stop(), broker.stop(), db.stop(), pty?.close()]);
    await rm(folder, { recursive: true });
  });

  const shows = (kind: string) => kiosk.waitForSelector(`body[data-kind="${kind}"]`, { timeout: 20_000 });
  const says = (text: string) =>
    until(text, async () => ((await buyer.textContent('body')) ?? '').includes(text), 20_000);
  /** What a phone's camera sees on the kiosk. */
  const seen = () =>
    until('the code on the display', async () => readQr(readScreenshot(await kiosk.screenshot())), 20_000);

  /**
   * Codes are good once, and another one comes each half minute. The page is photographed, not its code's element: that one
   * may be replaced under the camera, as the page draws itself anew at each change.
   */
  const freshCode = async (): Promise<string> => {
    const code = await until(
      'a fresh code on the phone',
      async () => {
        if (used.has((await buyer.textContent('figure.code code')) ?? '')) return undefined;
        const shown = readQr(readScreenshot(await buyer.screenshot({ fullPage: true })));
        return shown === undefined || used.has(shown) ? undefined : shown;
      },
      45_000,
    );
    used.add(code);
    return code;
  };

  async function order(reference: string): Promise<void> {
    await until('the order', async () => {
      const answer = await fetch(`http://127.0.0.1:${ports.api}/v1/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ amount: '12.00', currency: 'HKD', reference }),
      });
      return answer.status === 201;
    });
    await shows('armed');
  }

  it('is linked by the code on the display, and the purchase is paid in the same breath', async () => {
    await order('A-1');
    await kiosk.click('text=Link AlipayHK');
    await shows('link-offered');
    await shoot(kiosk, 'linked-kiosk-1-code');
    const code = await seen();
    expect(code).toMatch(new RegExp(`^HTTP://127.0.0.1:${ports.linking}/L/[0-9A-Z]{8}$`));
    await buyer.goto(code);
    await shows('link-opened');
    await shoot(kiosk, 'linked-kiosk-2-digits');
    const digits = (await kiosk.textContent('#digits')) ?? '';
    expect(digits).toMatch(/^\d\d$/);
    expect(await buyer.textContent('.digits [aria-hidden]')).toBe(digits);
    await buyer.click('button.main');
    await buyer.click('text=Agree');
    await buyer.click('text=Back to the merchant');
    await shows('approved');
    await shoot(kiosk, 'linked-kiosk-3-paid');
    expect(sandbox.ledger()).toMatchObject({ charged: 1_200, returned: 0 });
  }, 90_000);

  it('pays by the code on the phone and one press of the kiosk’s button', async () => {
    await order('A-2');
    await buyer.waitForSelector('svg.qr');
    const member = await freshCode();
    expect(member).toMatch(MEMBER_CODE_PATTERN);
    await pty.write(`${member}\r`);
    await shows('press-to-pay');
    await shoot(kiosk, 'linked-kiosk-4-press');
    expect(sandbox.ledger().charged).toBe(1_200);
    await kiosk.click('text=Pay HK$12.00');
    await shows('approved');
    expect(sandbox.ledger()).toMatchObject({ charged: 2_400, returned: 0 });
    // The same code once more: a photograph of it is worth nothing.
    await order('A-3');
    await pty.write(`${member}\r`);
    await shows('refused');
    expect(sandbox.ledger().charged).toBe(2_400);
  }, 90_000);

  it('is confirmed on the phone as well', async () => {
    await order('A-4');
    await pty.write(`${await freshCode()}\r`);
    await shows('press-to-pay');
    await buyer.click('[id^="pay-"]');
    await shows('approved');
    expect(sandbox.ledger().charged).toBe(3_600);
  }, 90_000);

  it('once unlinked pays nothing more, and the kiosk offers to link again', async () => {
    await order('A-5');
    const member = await freshCode();
    await buyer.click('text=Unlink');
    await buyer.click('text=Unlink AlipayHK now');
    await says('Unlinked.');
    await pty.write(`${member}\r`);
    await shows('refused');
    await shoot(kiosk, 'linked-kiosk-5-unlinked');
    expect(await kiosk.isVisible('text=Link AlipayHK')).toBe(true);
    expect(sandbox.ledger().charged).toBe(3_600);
    expect(complaints).toEqual([]);
  }, 90_000);
});
