// The kiosk's page while a wallet is linked, in a real browser: the code as a phone reads it, the digits, the buttons.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { View } from '../../agent/kiosk/view.js';
import { present } from '../../agent/presentation/present.js';
import type { Press } from '../../drivers/contract/button.js';
import { WebDisplay } from '../../drivers/display/web.js';
import { WebFront } from '../../drivers/web/front.js';
import { readScreenshot } from '../support/png.js';
import { readQr } from '../support/qr-reader.js';
import { until } from '../support/wait.js';

const found = [process.env['QUIETZONE_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== undefined && existsSync(path),
);
const required = process.env['QUIETZONE_REQUIRE_SERVICES'] === '1';
if (!found) process.stdout.write('kiosk-link-page.test.ts: skipped, no Chromium here; set QUIETZONE_CHROMIUM to one\n');
const shots = join(import.meta.dirname, '../../.data/screenshots');

const money = { amount: 1200, currency: 'HKD' } as const;
const short = 'HTTPS://K.EXAMPLE.COM/L/ABCD2345';
/** As long as a wallet's own code may be at version 15. */
const long = `https://wallet.example/consent?state=${'3f'.repeat(150)}`;
const offered = (code: string): View => ({ kind: 'link-offered', wallet: 'alipayhk', code, leftMs: 171_000, money });
const opened: View = { kind: 'link-opened', wallet: 'alipayhk', digits: '47', leftMs: 150_000, money };
const asked: View = { kind: 'press-to-pay', money, leftMs: 15_000 };
const armed: View = { kind: 'armed', money, reference: 'A-12' };

type Sizes = { readonly code: number; readonly digits: number; readonly bottom: number; readonly right: number };
// In the page; as text, because these programs know no DOM.
const measure = `(() => {
  const box = (name) => document.querySelector(name).getBoundingClientRect();
  return { code: box('#code').width, digits: parseFloat(getComputedStyle(document.querySelector('#digits')).fontSize),
    bottom: box('#fit').bottom - box('#screen').bottom, right: box('#fit').right - box('#screen').right };
})()`;

describe.skipIf(!found && !required)('the page while a wallet is linked', () => {
  let browser: Browser;
  let front: WebFront;
  let display: WebDisplay;
  let port: number;
  let page: Page;
  const complaints: string[] = [];
  const heard: Press[] = [];

  beforeAll(async () => {
    if (!found) throw new Error('QUIETZONE_CHROMIUM: no Chromium found; apt-get install chromium');
    mkdirSync(shots, { recursive: true });
    const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath: found, headless: true, args });
  }, 60_000);
  afterAll(() => browser?.close());
  beforeEach(async () => {
    front = new WebFront();
    ({ port } = await front.start());
    display = new WebDisplay(front);
    front.onPress((press) => heard.push(press));
    page = await browser.newPage({ viewport: { width: 800, height: 480 } });
    [complaints.length, heard.length] = [0, 0];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`http://127.0.0.1:${port}/`);
  });
  afterEach(async () => {
    expect(complaints).toEqual([]);
    await page.close();
    await front.stop();
  });

  const show = async (view: View): Promise<void> => {
    const links = ['alipayhk', 'dana'];
    display.show(present(view, ['en', 'zh'], { links }).screen);
    await page.waitForSelector(`body[data-kind="${view.kind}"]`);
  };
  const shot = (name: string) => page.screenshot({ path: join(shots, `kiosk-${name}.png`) });

  it.each([
    [800, 480, short],
    [640, 400, short],
    [1280, 720, long],
    [800, 480, long],
    [1080, 1920, long],
  ])('shows a code that is read back from the screen of %i x %i', async (width, height, code) => {
    await page.setViewportSize({ width, height });
    await show(offered(code));
    await page.waitForSelector('#code svg');
    const png = await shot(`link-offered-${width}x${height}-${code.length}`);
    expect(readQr(readScreenshot(png))).toBe(code);
    const sizes = await page.evaluate<Sizes>(measure);
    expect(sizes.bottom).toBeLessThanOrEqual(1);
    expect(sizes.right).toBeLessThanOrEqual(1);
    const typed = await page.textContent('#code p');
    expect(typed).toBe(code === short ? short : '');
  });

  it('takes the code away when a phone has opened it, and shows the digits large', async () => {
    await show(offered(short));
    await page.waitForSelector('#code svg');
    await show(opened);
    expect(await page.locator('#code svg').count()).toBe(0);
    expect(await page.content()).not.toContain('ABCD2345');
    expect(await page.textContent('#digits')).toBe('47');
    expect((await page.evaluate<Sizes>(measure)).digits).toBeGreaterThan(48);
    await shot('link-opened');
    await show({ kind: 'idle' });
    expect(await page.isVisible('#digits')).toBe(false);
    expect(await page.content()).not.toContain('>47<');
  });

  it('links and pays by its buttons, once a press', async () => {
    await show(armed);
    await page.click('text=Link DANA');
    await until('the link', () => heard.length === 1);
    await show(asked);
    await shot('press-to-pay');
    await page.click('text=支付 HK$12.00');
    await until('the press', () => heard.length === 2);
    expect(heard).toEqual([{ button: 'link', wallet: 'dana' }, { button: 'pay' }]);
  });

  it('presses nothing that the kiosk does not show any more', async () => {
    await show(asked);
    await page.evaluate(`fetch('press', { method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ button: 'pay', shown: 0 }) }).then((answer) => { document.title = 'answer ' + answer.status; })`);
    await until('the answer', async () => (await page.title()) === 'answer 409');
    expect(heard).toEqual([]);
    complaints.length = 0;
  });

  it('is not pressed by a scanner that types its codes', async () => {
    await show(asked);
    for (const key of ['Tab', 'Enter', 'Tab', 'Space', 'Tab', 'Enter']) await page.keyboard.press(key);
    await page.click('text=Pay HK$12.00');
    await until('one press', () => heard.length === 1);
    await show({ ...asked, money: { amount: 9_900, currency: 'HKD' } });
    await page.waitForSelector('text=Pay HK$99.00');
    for (const key of ['Enter', 'Space', 'Tab', 'Enter']) await page.keyboard.press(key);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(heard).toHaveLength(1);
  });
});
