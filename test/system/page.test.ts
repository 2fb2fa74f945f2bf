import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type FrameLocator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { en } from '../../agent/presentation/catalogue/en.js';
import { zh } from '../../agent/presentation/catalogue/zh.js';
import { DemoPage } from '../../deploy/demo/page.js';
import { projectRoot } from '../../deploy/demo/places.js';
import type { PageState } from '../../deploy/demo/shop.js';
import { until } from '../support/wait.js';

/** The demo's page in a real browser, as a visitor clicks through it; leaves a screenshot of each state. */

const found = [
  process.env['QUIETZONE_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));
const required = process.env['QUIETZONE_REQUIRE_SERVICES'] === '1';
if (!found) process.stdout.write('page.test.ts: skipped, no Chromium here; set QUIETZONE_CHROMIUM to one\n');

const shots = join(projectRoot, '.data', 'screenshots');
const quietFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe.skipIf(!found && !required)('the page', () => {
  const demo = new DemoPage({ port: 0, log: () => {} });
  let browser: Browser;
  let page: Page;
  let kiosk: FrameLocator;
  const complaints: string[] = [];

  beforeAll(async () => {
    if (!found) throw new Error('QUIETZONE_CHROMIUM: no Chromium found; apt-get install chromium');
    mkdirSync(shots, { recursive: true });
    [browser] = await Promise.all([
      chromium.launch({ executablePath: found, headless: true, args: quietFlags }),
      demo.start(),
    ]);
    expect(await demo.stack.waitInService()).toBeUndefined();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(demo.address);
    kiosk = page.frameLocator('#kiosk');
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await demo.stop();
  });
  beforeEach(() => {
    complaints.length = 0;
  });
  afterEach(() => {
    expect(complaints).toEqual([]);
  });

  const shot = async (name: string): Promise<void> => {
    // Lets movements end, so that the picture shows where things come to rest.
    await page.waitForTimeout(600);
    await page.screenshot({ path: join(shots, `${name}.png`) });
  };
  const choose = (title: string) => page.getByRole('radio', { name: title, exact: true }).check({ force: true });
  const buy = (product: string) => page.getByRole('button', { name: new RegExp(product) }).click();
  const hold = () => page.getByRole('button', { name: 'Hold under the scanner' }).click();
  /** Both languages of one screen are to be read at the kiosk. */
  const reads = async (kind: string, ...texts: readonly (string | RegExp)[]): Promise<void> => {
    await kiosk.locator(`body[data-kind="${kind}"]`).waitFor({ timeout: 15_000 });
    for (const text of texts) await kiosk.getByText(text).first().waitFor({ timeout: 2_000 });
    await kiosk.locator('[lang="en"]').first().waitFor();
    await kiosk.locator('[lang="zh"]').first().waitFor();
  };
  const stateOf = async (): Promise<PageState> => {
    const response = await fetch(`${demo.address}events`);
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const found = /^data: (.*)$/m.exec(chunk)?.[1];
      if (found) return JSON.parse(found) as PageState;
    }
    throw new Error('the page’s events ended');
  };
  const newest = () => page.locator('#attempts > li').first();

  test('armed: the order stands on the kiosk’s display, in both languages', async () => {
    await page.getByText('Kiosk in service').waitFor();
    await buy('Noodles');
    await reads('armed', '35.50', 'Show your payment code', '请出示付款码');
    await shot('armed');
  }, 40_000);

  test.each([
    ['Shop’s code', 'merchant-presented'],
    ['Link', 'url'],
    ['Product', 'product-code'],
    ['Boarding pass', 'boarding-pass'],
    ['Wi-Fi code', 'structured-text'],
    ['Half hidden', 'incomplete'],
  ] as const)(
    'shown by mistake: %s; the kiosk says what to do instead',
    async (label, reason) => {
      await page.getByRole('group', { name: 'Shown by mistake' }).getByText(label, { exact: true }).waitFor();
      await choose(label);
      await hold();
      await until('the order to tell why', async () => {
        const event = (await stateOf()).order?.events.at(-1);
        return event?.state === 'scan-rejected' && event.reason === reason;
      });
      for (const { rejects } of [en, zh]) await reads('armed', rejects[reason].title, rejects[reason].body);
      await shot(`wrong-${reason}`);
    },
    40_000,
  );

  test('confirm on phone: the wallet asks, and the visitor confirms', async () => {
    await choose('Password needed');
    await choose('Alipay+');
    const first = await page.locator('#qr').getAttribute('src');
    await hold();
    await reads('confirm-on-phone', 'Confirm on your phone', '请在手机上确认');
    await page.locator('#dialog').getByText('HKD 35.50').waitFor();
    expect(await page.locator('#qr').getAttribute('src')).not.toBe(first);
    await shot('confirm-on-phone');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.locator('#dialog').waitFor({ state: 'hidden' });
  }, 40_000);

  test('approved: thanks, goods in the hatch, and the attempt delivered at the relay', async () => {
    await reads('approved', 'Thank you', '谢谢');
    await newest().locator('.standing', { hasText: 'delivered' }).waitFor();
    await page.locator('#hatch.drop').waitFor();
    await page.locator('#ledger').getByText('HKD 35.50').first().waitFor();
    await shot('approved');
  }, 40_000);

  test('declined: with the reason, and nothing charged', async () => {
    await choose('Not enough money');
    await choose('Alipay');
    await buy('Umbrella');
    await reads('armed', '88.00');
    await hold();
    await reads('declined', 'Not enough money in the wallet', '余额不足');
    await newest().locator('.reason', { hasText: 'insufficient funds · nothing charged' }).waitFor();
    await shot('declined');
  }, 40_000);

  test('an EMV code, which holds a card: paid like any other', async () => {
    await choose('All goes well');
    await choose('EMV (Visa)');
    await page.locator('#goods button:enabled').first().waitFor({ timeout: 15_000 });
    await buy('Lemon tea');
    await reads('armed', '12.00');
    await shot('emv');
    await hold();
    await reads('approved', '12.00', 'Thank you');
    await newest().locator('.standing', { hasText: 'delivered' }).waitFor();
  }, 40_000);

  test('goods get stuck: the money comes back', async () => {
    await choose('Goods get stuck');
    await choose('Alipay+');
    await buy('Lemon tea');
    await hold();
    await newest().locator('.standing', { hasText: 'money back' }).waitFor({ timeout: 15_000 });
    await page.locator('#hatch.stuck').waitFor();
    await shot('goods-stuck');
  }, 40_000);

  test('nothing was charged: nothing is called money back, and what repeats is one line with its count', async () => {
    await page.locator('#goods button:enabled').first().waitFor({ timeout: 15_000 });
    await choose('Password not entered');
    await buy('Noodles');
    await reads('armed', '35.50');
    const before = await newest().locator('.receipt').textContent();
    await hold();
    await until('another attempt', async () => (await newest().locator('.receipt').textContent()) !== before);
    await newest().locator('.standing', { hasText: 'cancelled' }).waitFor({ timeout: 25_000 });
    expect(await newest().locator('.standing').getAttribute('title')).toBe('reversed');
    await newest().locator('.reason', { hasText: 'not confirmed · nothing charged' }).waitFor();
    expect(await newest().innerText()).not.toMatch(/money|back/i);
    const rows = newest().locator('tbody tr');
    const again = rows.filter({ hasText: /asks again ×\d+/ });
    expect(await again.count()).toBe(1);
    expect(await again.getAttribute('title')).toMatch(/^inquire pending, \d+ times until \+\d+\.\d\d s$/);
    expect(await again.locator('.took').textContent()).toMatch(/^\d+(–\d+)? ms$/);
    expect(await newest().locator('thead th').allTextContents()).toEqual(['after', 'the relay', 'answer', 'took']);
    await shot('nothing-charged');
  }, 60_000);

  test('older payments are folded up, and what the visitor opens stays open', async () => {
    const older = page.locator('#attempts > li').nth(1);
    expect(await older.locator('table').isVisible()).toBe(false);
    await older.locator('summary').click();
    await older.locator('table').waitFor({ state: 'visible' });
    // Another payment's news redraw the list.
    await choose('Not enough money');
    await page.locator('#goods button:enabled').first().waitFor({ timeout: 15_000 });
    await buy('Lemon tea');
    await reads('armed', '12.00');
    await hold();
    await newest().locator('.standing', { hasText: 'declined' }).waitFor({ timeout: 15_000 });
    expect(await page.locator('#attempts > li').nth(2).locator('table').isVisible()).toBe(true);
  }, 60_000);

  test('killed with -9: the display goes dark at once, and the kiosk comes back into service', async () => {
    const dark = page.locator('#no-signal');
    expect(await dark.isVisible()).toBe(false);
    // It may be back in a second: both are watched for before it is killed.
    const closed = page.getByText('Kiosk out of service').waitFor();
    await page.getByRole('button', { name: /Kill the kiosk/ }).click();
    // The kiosk's own page would notice after 3 s.
    await Promise.all([dark.getByText('No signal').waitFor({ timeout: 1_000 }), closed]);
    await shot('no-signal');
    await page.getByText('Kiosk in service').waitFor({ timeout: 20_000 });
    await dark.waitFor({ state: 'hidden' });
    await reads('idle', 'Welcome');
  }, 40_000);

  test('out of service: without the relay the kiosk takes no order', async () => {
    await page.getByRole('button', { name: 'Cut the relay’s power' }).click();
    await page.getByText('Kiosk out of service').waitFor({ timeout: 20_000 });
    await reads('out-of-service', 'Out of service', '暂停服务');
    expect(await page.getByRole('button', { name: /Noodles/ }).isDisabled()).toBe(true);
    await shot('out-of-service');
    expect(await page.getByRole('button', { name: /Kill the kiosk/ }).isEnabled()).toBe(true);
    await page.getByRole('button', { name: 'Switch the relay on' }).click();
    await page.getByText('Kiosk in service').waitFor({ timeout: 30_000 });
  }, 60_000);

  test('on a narrow screen nothing is wider than the screen, and kiosk and phone stand on it together', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.evaluate('scrollTo(0, 0)');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    const bottom = async (id: string): Promise<number> => {
      const box = await page.locator(id).boundingBox();
      return box ? box.y + box.height : Number.NaN;
    };
    expect(await bottom('#kiosk')).toBeLessThan(await bottom('#qr'));
    expect(await bottom('#hold')).toBeLessThan(844);
    expect(await bottom('#scenarios')).toBeGreaterThan(844);
    await shot('narrow');
    await page.setViewportSize({ width: 1440, height: 900 });
    await shot('wide');
  }, 40_000);
});
