import { join } from 'node:path';
import type { Browser, BrowserContext, FrameLocator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DemoPage } from '../../deploy/demo/page.js';
import { projectRoot } from '../../deploy/demo/places.js';
import { complaintsOf, launchChromium, withoutChromium } from '../support/chromium.js';
import { until } from '../support/wait.js';

/** A wallet's whole story on the demo's page, in a real browser: link, pay at once, pay by one press, unlink. */

const without = withoutChromium('page-linking.test.ts');
const shots = join(projectRoot, '.data', 'screenshots');

describe.skipIf(without)('a linked wallet on the page', () => {
  const demo = new DemoPage({ port: 0, log: () => {} });
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** The phone's own browser: the window that the page opens. */
  let phone: Page;
  let kiosk: FrameLocator;
  let complaints: string[] = [];

  beforeAll(async () => {
    [browser] = await Promise.all([launchChromium(), demo.start()]);
    expect(await demo.stack.waitInService()).toBeUndefined();
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
    page = await context.newPage();
    complaints = complaintsOf(page);
    await page.goto(demo.address);
    kiosk = page.frameLocator('#kiosk');
  }, 120_000);
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

  const shot = async (of: Page, name: string): Promise<void> => {
    await of.waitForTimeout(400);
    await of.screenshot({ path: join(shots, `linking-${name}.png`) });
  };
  const shows = (kind: string) => kiosk.locator(`body[data-kind="${kind}"]`).waitFor({ timeout: 15_000 });
  const newest = () => page.locator('#attempts > li').first();
  const books = async () => {
    const { charged, returned } = await demo.stack.sandbox.ledger();
    return { charged, returned };
  };
  const permission = async (): Promise<string | undefined> => (await demo.stack.sandbox.links()).at(-1)?.state;
  const buyTea = async (): Promise<void> => {
    await page.locator('#goods button:enabled').first().waitFor({ timeout: 15_000 });
    await page.getByRole('button', { name: /Lemon tea/ }).click();
    await shows('armed');
  };
  const holdLinked = async (): Promise<void> => {
    await page.getByRole('radio', { name: 'Linked wallet', exact: true }).check({ force: true });
    await page.getByRole('button', { name: 'Hold under the scanner' }).click();
  };

  test('before: the phone has nothing to hold under the scanner, and the page says what to do', async () => {
    await page.getByText('Kiosk in service').waitFor({ timeout: 15_000 });
    await holdLinked();
    await page.locator('#toast', { hasText: 'This browser has linked no wallet' }).waitFor();
    // Chromium notes each answer that is an error.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('409')]);
    await page.locator('#browser-says', { hasText: 'a button on the kiosk’s display' }).waitFor();
    expect(await page.locator('#open-code').isVisible()).toBe(false);
  }, 40_000);

  test('the kiosk’s own button asks for a code; the phone opens it and compares two digits', async () => {
    await buyTea();
    await kiosk.getByRole('button', { name: /AlipayHK/ }).click();
    await shows('link-offered');
    await kiosk.locator('#code svg').waitFor();
    await page.locator('#browser-says', { hasText: 'The kiosk shows a code' }).waitFor();
    await shot(page, 'offered');
    const opens = context.waitForEvent('page');
    await page.locator('#open-code').click();
    phone = await opens;
    await phone.locator('.digits').waitFor({ timeout: 15_000 });
    await shows('link-opened');
    const digits = (await kiosk.locator('#digits').textContent()) ?? '';
    expect(digits).toMatch(/^\d\d$/);
    expect(await phone.locator('.digits [aria-hidden]').textContent()).toBe(digits);
    await page.locator('#browser-says', { hasText: `The kiosk shows ${digits}` }).waitFor();
    await shot(page, 'opened');
    await shot(phone, 'question');
    await phone.getByRole('button', { name: `Yes, the kiosk shows ${digits}` }).click();
  }, 60_000);

  test('agreed on the wallet’s own page; the order that waits is paid in the same breath', async () => {
    await phone.getByRole('heading', { name: 'AlipayHK (sandbox)' }).waitFor({ timeout: 15_000 });
    expect(new URL(phone.url()).origin).not.toBe(demo.stack.buyersPages);
    await shot(phone, 'consent');
    await phone.getByRole('button', { name: 'Agree', exact: true }).click();
    await shows('approved');
    await newest().locator('.standing', { hasText: 'delivered' }).waitFor({ timeout: 15_000 });
    expect(await newest().locator('.issuer').textContent()).toBe('AlipayHK');
    expect(await books()).toEqual({ charged: 1_200, returned: 0 });
    await page.locator('#permissions', { hasText: 'may be charged by one press' }).waitFor();
    await phone.getByRole('link', { name: 'Back to the merchant' }).click();
    await phone.locator('figure.code svg').waitFor({ timeout: 15_000 });
    await shot(phone, 'member');
  }, 60_000);

  test('paid again: the member code under the scanner, and one press on the kiosk’s display', async () => {
    await buyTea();
    await holdLinked();
    await shows('press-to-pay');
    await newest().locator('.standing', { hasText: 'press' }).waitFor({ timeout: 5_000 });
    await shot(page, 'press');
    expect(await books()).toEqual({ charged: 1_200, returned: 0 });
    await kiosk.getByRole('button', { name: /12\.00/ }).click();
    await shows('approved');
    await newest().locator('.standing', { hasText: 'delivered' }).waitFor({ timeout: 15_000 });
    expect(await books()).toEqual({ charged: 2_400, returned: 0 });
    await newest().locator('td.what', { hasText: 'pressed' }).waitFor();
    await shot(page, 'paid');
  }, 60_000);

  test('unlinked on the phone: revoked at the wallet, and nothing is left to pay with', async () => {
    await phone.locator('#payments li').nth(1).waitFor({ timeout: 15_000 });
    await phone.getByText('Unlink', { exact: true }).click();
    await phone.getByRole('button', { name: 'Unlink AlipayHK now' }).click();
    await until('the permission to be revoked', async () => (await permission()) === 'cancelled');
    await phone.getByText('Unlinked.', { exact: true }).waitFor({ timeout: 15_000 });
    await page.locator('#permissions', { hasText: 'unlinked' }).waitFor();
    await shot(phone, 'unlinked');
    await buyTea();
    await holdLinked();
    await page.locator('#toast', { hasText: 'This browser has linked no wallet' }).waitFor();
    expect(complaints.splice(0)).toEqual([expect.stringContaining('409')]);
    expect(await books()).toEqual({ charged: 2_400, returned: 0 });
  }, 60_000);
});
