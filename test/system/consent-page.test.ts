// The sandbox wallet's page in a real browser, as large as a phone: its owner agrees, declines, and withdraws. Leaves a screenshot of each state.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../../deploy/demo/places.js';
import { freshState, type LinkedStage, linkedStage } from '../contract/acquirer/linked.js';
import { sleep } from '../support/wait.js';

const found = [process.env['QUIETZONE_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== undefined && existsSync(path),
);
const required = process.env['QUIETZONE_REQUIRE_SERVICES'] === '1';
if (!found) process.stdout.write('consent-page.test.ts: skipped, no Chromium here; set QUIETZONE_CHROMIUM to one\n');
const shots = join(projectRoot, '.data', 'screenshots');

// In the page; as text, because these programs know no DOM.
const buttons = `[...document.querySelectorAll('button')].map((b) => ({ text: b.textContent, ...b.getBoundingClientRect().toJSON() }))`;
type Button = { readonly text: string; readonly height: number; readonly left: number; readonly right: number };
const THUMB_PX = 44;
const phone = { width: 360, height: 640 };

describe.skipIf(!found && !required)('the page of the sandbox’s wallet', () => {
  let browser: Browser;
  let context: BrowserContext;
  let stage: LinkedStage;
  let page: Page;
  let returnUrl = '';

  beforeAll(async () => {
    if (!found) throw new Error('QUIETZONE_CHROMIUM: no Chromium found; apt-get install chromium');
    const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath: found, headless: true, args });
    await mkdir(shots, { recursive: true });
  }, 60_000);
  afterAll(() => browser?.close());
  beforeEach(async () => {
    stage = await linkedStage({ merchantName: 'Lobby <Snacks>' });
    returnUrl = stage.receiver.url;
    context = await browser.newContext({ viewport: phone });
    page = await context.newPage();
  });
  afterEach(async () => {
    await context.close();
    await stage.stop();
  });

  async function open(): Promise<void> {
    const answer = await stage.linking.consult({ wallet: 'alipayhk', state: freshState(), returnUrl });
    if (answer.kind !== 'consulted' || !answer.url) throw new Error(answer.kind);
    await page.goto(answer.url);
  }
  const shot = async (name: string): Promise<void> => {
    const taken = await page.screenshot({ path: join(shots, `consent-${name}.png`) });
    expect(taken.subarray(1, 4).toString()).toBe('PNG');
  };
  const words = async (): Promise<string> => (await page.textContent('main')) ?? '';

  it('names who asks, and has two buttons that a thumb can hit, on the screen as it opens', async () => {
    await open();
    expect(await page.title()).toBe('AlipayHK (sandbox)');
    expect(await words()).toContain('Lobby <Snacks> asks for your permission to:');
    const shown = await page.evaluate<Button[]>(buttons);
    expect(shown.map(({ text }) => text)).toEqual(['Agree', 'Decline']);
    for (const { height, left, right } of shown) {
      expect(height).toBeGreaterThanOrEqual(THUMB_PX);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(right).toBeLessThanOrEqual(phone.width);
    }
    expect(await page.evaluate('document.documentElement.scrollHeight')).toBeLessThanOrEqual(phone.height);
    await shot('offered');
  });

  it('agreed: it is told to the merchant, the token pays, and the way back leads to the merchant’s page', async () => {
    await open();
    await page.click('text=Agree');
    expect(await words()).toContain('You have agreed');
    expect(await page.getAttribute('a', 'href')).toBe(returnUrl);
    await shot('agreed');
    const notice = await stage.authorization(1);
    const code = notice.what === 'code' ? notice.code : '';
    expect((await stage.linking.applyToken('alipayhk', code)).kind).toBe('tokens');
    await page.reload();
    expect(await words()).toContain('may take payments from this wallet');
    await shot('linked');
    await page.click('text=Withdraw permission');
    expect(await words()).toContain('Permission withdrawn');
    expect((await stage.authorization(2)).what).toBe('cancelled');
    await shot('withdrawn');
  });

  it('declined: nobody is told', async () => {
    await open();
    await page.click('text=Decline');
    expect(await words()).toContain('You have declined');
    await shot('declined');
    await sleep(100);
    expect(stage.receiver.heard).toEqual([]);
  });

  it('works by keyboard, and where scripts are off', async () => {
    const plain = await browser.newContext({ viewport: phone, javaScriptEnabled: false });
    try {
      page = await plain.newPage();
      await open();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.waitForSelector('text=You have agreed');
      expect(stage.sandbox.linking?.links()).toMatchObject([{ state: 'agreed' }]);
    } finally {
      await plain.close();
    }
  });
});
