// The buyer's pages in a real browser, as a phone: the question, the wallet's consent, the code, the press, unlinking.

import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import jsqr from 'jsqr';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MEMBER_CODE_PATTERN } from '../../protocol/linked-code.js';
import type { Money } from '../../protocol/money.js';
import { buildLinkPages } from '../../relay/linking/web/server.js';
import { Counters } from '../../relay/runtime/counters.js';
import { DoubleDesk } from '../contract/linking/double.js';
import { HandClock } from '../contract/linking/hand-clock.js';
import { complaintsOf, launchChromium, phone, shoot, withoutChromium } from '../support/chromium.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/wait.js';

const without = withoutChromium('link-page.test.ts');
const price: Money = { amount: 1_200, currency: 'HKD' };
const limits = {
  payment: { amount: 50_000, currency: 'HKD' },
  day: { amount: 200_000, currency: 'HKD' },
  year: null,
} as const;

/** A wallet's page on another origin: one button, which leads back with a code in the address, as wallets do. */
async function openWallet(back: () => string, agreed: () => void): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      agreed();
      response.writeHead(302, { location: `${back()}/M?authCode=2810secret&authState=x` }).end();
      return;
    }
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<title>Wallet</title><form method="post"><button>Agree</button></form>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/agree` };
}

describe.skipIf(without)('the buyer’s pages', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let clock: HandClock;
  let desk: DoubleDesk;
  let app: ReturnType<typeof buildLinkPages>;
  let wallet: Awaited<ReturnType<typeof openWallet>>;
  let base = '';
  let code = '';
  let complaints: string[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());
  beforeEach(async () => {
    clock = new HandClock(Date.UTC(2026, 10, 22, 12, 0, 7));
    desk = new DoubleDesk(clock);
    // The port must be known before the pages are made: it stands in their own address.
    const port = await freePort();
    base = `http://127.0.0.1:${port}`;
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    app = buildLinkPages({
      ...{ desk, publicUrl: base, shop: 'Corner Shop', zoneMinutes: 480, clock, log },
      ...{ counters: new Counters(), random: randomBytes, proxies: [] },
    });
    await app.listen({ host: '127.0.0.1', port });
    wallet = await openWallet(
      () => base,
      () => desk.authorise(code),
    );
    ({ context, page, complaints } = await newPhone(phone));
  });
  afterEach(async () => {
    await context.close();
    await app.close();
    await new Promise((resolve) => wallet.server.close(resolve));
  });

  async function newPhone(options: BrowserContextOptions) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    return { context, page, complaints: complaintsOf(page) };
  }
  const offer = (): string => {
    code = desk.offer({ money: price, limits, digits: '47', url: wallet.url });
    return `${base}/L/${code}`;
  };
  const reads = (text: string, of = page) =>
    until(text, async () => ((await of.textContent('body')) ?? '').includes(text), 8_000);
  const link = async (): Promise<string> => {
    await page.goto(offer());
    await page.click('button.main');
    await page.click('text=Agree');
    await reads('Waiting for AlipayHK');
    return desk.link(code);
  };
  /** Wider than the phone, or too small for a finger. */
  const misfits = () =>
    page.evaluate<string[]>(`[...document.querySelectorAll('main *')].flatMap((element) => {
      const box = element.getBoundingClientRect();
      const isFinger = element.matches('button, summary');
      if (element.closest('.unseen') || box.width === 0) return [];
      if (box.right > innerWidth + 1 || box.left < -1) return [element.outerHTML.slice(0, 80) + ' is beyond the edge'];
      return isFinger && box.height < 44 ? [element.outerHTML.slice(0, 80) + ' is too small'] : [];
    })`);

  it('asks, leads to the wallet and back, and shows the code as soon as the wallet is linked', async () => {
    await page.goto(offer());
    await reads('Does the kiosk in front of you show these two digits?');
    expect(await page.textContent('.digits [aria-hidden]')).toBe('47');
    const size = await page.evaluate<number>(
      "parseFloat(getComputedStyle(document.querySelector('.digits')).fontSize)",
    );
    expect(size).toBeGreaterThan(80);
    expect(await misfits()).toEqual([]);
    await shoot(page, 'buyer-question');
    await page.click('button.main');
    expect(page.url()).toBe(wallet.url);
    await page.click('text=Agree');
    await reads('Waiting for AlipayHK');
    expect(page.url()).toBe(`${base}/M`);
    await shoot(page, 'buyer-waiting');
    desk.link(code);
    await page.waitForSelector('svg.qr');
    expect(await misfits()).toEqual([]);
    await shoot(page, 'buyer-code');
    // Neither the cookie nor the wallet's code is anywhere that a script could take it from.
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await page.content()).not.toContain('2810secret');
    expect(complaints).toEqual([]);
  });

  it('leads whoever has closed the wallet’s page back to the question, and goes on by itself once the wallet has told', async () => {
    await page.goto(offer());
    await page.click('button.main');
    await page.goto(`${base}/M`);
    await reads('Not linked yet. If you have agreed in AlipayHK, this takes a moment.');
    expect(await misfits()).toEqual([]);
    await shoot(page, 'buyer-not-yet');
    await page.click('text=Go on linking');
    await reads('Does the kiosk in front of you show these two digits?');
    await page.goBack();
    desk.authorise(code);
    await reads('Waiting for AlipayHK');
    expect(complaints).toEqual([]);
  });

  it('shows a picture that a scanner reads as the code below it, in dark colours too', async () => {
    await link();
    await page.waitForSelector('svg.qr');
    await page.emulateMedia({ colorScheme: 'dark' });
    await shoot(page, 'buyer-code-dark');
    const shown = await page.textContent('figure.code code');
    const picture = await page.locator('svg.qr').screenshot();
    const pixels = await page.evaluate<{ width: number; height: number; data: number[] }>(`(async () => {
      const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob('${picture.toString('base64')}'), (c) => c.charCodeAt(0))]));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const drawing = canvas.getContext('2d');
      drawing.drawImage(bitmap, 0, 0);
      const { width, height, data } = drawing.getImageData(0, 0, bitmap.width, bitmap.height);
      return { width, height, data: [...data] };
    })()`);
    const read = jsqr.default(Uint8ClampedArray.from(pixels.data), pixels.width, pixels.height);
    expect(shown).toMatch(MEMBER_CODE_PATTERN);
    expect(read?.data).toBe(shown);
  });

  it('changes the code by itself each 30 s, and counts the seconds down', async () => {
    await link();
    await page.waitForSelector('svg.qr');
    const first = await page.textContent('figure.code code');
    const seconds = Number(await page.textContent('figure.code [data-left-ms]'));
    expect(seconds).toBeLessThanOrEqual(30);
    await until('a second less', async () => Number(await page.textContent('figure.code [data-left-ms]')) < seconds);
    clock.pass(30_000);
    await until('another code', async () => (await page.textContent('figure.code code')) !== first);
    expect(complaints).toEqual([]);
  });

  it('asks for a press without being touched, reads it out, and tells how it ended', async () => {
    const id = await link();
    await page.waitForSelector('svg.qr');
    const attempt = desk.scanned(id, price);
    await page.waitForSelector('.press');
    expect(await page.textContent('#news')).toBe('Pay HK$12.00 at lobby-1?');
    expect(await page.getAttribute('#news', 'aria-live')).toBe('polite');
    expect(await misfits()).toEqual([]);
    await shoot(page, 'buyer-press');
    await page.click(`#pay-${attempt}`);
    await reads('Thank you. The kiosk goes on.');
    expect(page.url()).toBe(`${base}/M`);
    expect(await page.locator('.press').count()).toBe(0);
    desk.end(attempt, 'delivered', 600);
    await reads('Paid, HK$6.00 given back');
    await shoot(page, 'buyer-paid');
    expect(complaints).toEqual([]);
  });

  it('a finger that taps twice presses once', async () => {
    const attempt = desk.scanned(await link(), price);
    await page.waitForSelector('.press');
    let presses = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST') presses += 1;
    });
    await page.dblclick(`#pay-${attempt}`);
    await reads('Thank you');
    expect(presses).toBe(1);
  });

  it('what was said of one press does not stand over the next', async () => {
    const id = await link();
    const first = desk.scanned(id, price);
    await page.click(`#pay-${first}`);
    await reads('Thank you');
    desk.end(first, 'delivered');
    await reads('Paid');
    expect(await page.isVisible('.said')).toBe(true);
    desk.scanned(id, price);
    await page.waitForSelector('.press');
    expect(await page.locator('.said').count()).toBe(0);
  });

  it('stops a payment that its owner does not make', async () => {
    desk.scanned(await link(), price);
    await page.click('text=Stop, this is not me');
    await reads('Stopped. Nothing is charged.');
    await reads('Not charged');
    expect(await page.locator('.press').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('a press that nobody makes goes from the page', async () => {
    desk.scanned(await link(), price);
    await page.waitForSelector('.press');
    clock.pass(21_000);
    await until('no press', async () => (await page.locator('.press').count()) === 0);
    await reads('Not charged');
    expect(await page.textContent('#news')).toBe('');
  });

  it('keeps open what is open, and the focus, while the code changes under it', async () => {
    await link();
    await page.waitForSelector('svg.qr');
    await page.click('text=Unlink');
    const first = await page.textContent('figure.code code');
    clock.pass(30_000);
    await until('another code', async () => (await page.textContent('figure.code code')) !== first);
    expect(await page.getAttribute('details.unlink', 'open')).toBe('');
    // Whoever goes by keys, or is read to, is not thrown back to the top each 30 s.
    for (const place of ['details.wallet > summary', 'details.unlink > summary', 'details.unlink button']) {
      const before = await page.textContent('figure.code code');
      await page.focus(place);
      clock.pass(30_000);
      await until('another code', async () => (await page.textContent('figure.code code')) !== before);
      expect(await page.evaluate(`document.activeElement.matches('${place}')`), place).toBe(true);
    }
    const attempt = desk.scanned(desk.link(code), price);
    await page.waitForSelector('.press');
    await page.focus(`#pay-${attempt}`);
    clock.pass(1_000);
    const other = desk.scanned(desk.link(code), price);
    await page.waitForSelector(`#pay-${other}`);
    expect(await page.evaluate('document.activeElement.id')).toBe(`pay-${attempt}`);
  });

  it('unlinks after a second touch, and shows no code from then on', async () => {
    const id = await link();
    await page.waitForSelector('svg.qr');
    await page.click('text=Unlink');
    await shoot(page, 'buyer-unlink');
    await page.click('text=Unlink AlipayHK now');
    await reads('It can no longer be charged here.');
    expect(await page.locator('svg.qr').count()).toBe(0);
    desk.revoked(id);
    await reads('Unlinked.');
    await shoot(page, 'buyer-unlinked');
  });

  it('of two wallets shows one code at a time, the one that was touched', async () => {
    await link();
    const second = desk.offer({ wallet: 'DANA', url: wallet.url });
    await page.goto(`${base}/L/${second}`);
    desk.link(second);
    await page.goto(`${base}/M`);
    const shown = async () => await page.locator('svg.qr:visible').getAttribute('aria-label');
    expect(await shown()).toBe('Your code for DANA');
    await page.click('summary:has-text("AlipayHK")');
    await until('the other', async () => (await page.locator('svg.qr:visible').count()) === 1);
    expect(await shown()).toBe('Your code for AlipayHK');
    clock.pass(30_000);
    await page.waitForTimeout(2_500);
    expect(await shown()).toBe('Your code for AlipayHK');
  });

  it('covers a code that nobody renews, says that there is no connection, and comes back by itself', async () => {
    await link();
    // At the end of its 30 s, so that the page need not be watched for long.
    clock.pass(30_000 - (clock.now() % 30_000) - 200);
    await page.reload();
    expect(await page.isVisible('svg.qr')).toBe(true);
    await context.setOffline(true);
    await page.waitForSelector('#offline:not([hidden])');
    await page.waitForSelector('svg.qr', { state: 'hidden' });
    await page.waitForSelector('figure.code code', { state: 'hidden' });
    await context.setOffline(false);
    clock.pass(200);
    await page.waitForSelector('svg.qr');
    await page.waitForSelector('#offline', { state: 'hidden' });
  });

  it('while the relay cannot answer: the same, and a page that says so to who comes new', async () => {
    await link();
    await page.waitForSelector('svg.qr');
    desk.broken = true;
    await page.waitForSelector('#offline:not([hidden])');
    await page.reload();
    expect(await page.textContent('h1')).toBe('Please try again in a moment');
    desk.broken = false;
    await page.reload();
    await page.waitForSelector('svg.qr');
  });

  it('another phone that photographed the kiosk’s code is told that it comes too late', async () => {
    await page.goto(offer());
    const other = await newPhone(phone);
    await other.page.goto(`${base}/L/${code}`);
    await reads('Already opened by another phone', other.page);
    await shoot(other.page, 'buyer-other-phone');
    await other.context.close();
  });

  it('loads itself anew when the time of the question is over', async () => {
    await page.goto(offer());
    clock.pass(179_600);
    await page.reload();
    await reads('Time left');
    clock.pass(1_000);
    await reads('Nothing was linked');
  });

  it('asks once at the end of that time, however slow the answer', async () => {
    await page.goto(offer());
    clock.pass(179_600);
    await page.reload();
    let asked = 0;
    await page.route('**/L/*', async (route) => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      // Of a request that the page has taken back nothing is to be answered.
      await route.continue().catch(() => {});
    });
    clock.pass(1_000);
    await reads('Nothing was linked');
    expect(asked).toBe(1);
  });

  it('works by touch alone where scripts do not run', async () => {
    const plain = await newPhone({ ...phone, javaScriptEnabled: false });
    await plain.page.goto(offer());
    await plain.page.click('button.main');
    await plain.page.click('text=Agree');
    const attempt = desk.scanned(desk.link(code), price);
    await plain.page.goto(`${base}/M`);
    await plain.page.click(`#pay-${attempt}`);
    expect(await plain.page.textContent('.said')).toBe('Thank you. The kiosk goes on.');
    await plain.page.click('text=Unlink');
    await plain.page.click('text=Unlink AlipayHK now');
    expect(await plain.page.textContent('.said')).toBe('You have asked to unlink the wallet.');
    await plain.context.close();
  });

  it('speaks Chinese to a Chinese phone, and fits the smallest', async () => {
    await context.close();
    ({ context, page } = await newPhone({ ...phone, locale: 'zh-CN', viewport: { width: 320, height: 568 } }));
    await page.goto(offer());
    await reads('您面前的设备显示的是这两个数字吗？');
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN');
    expect(await misfits()).toEqual([]);
    await shoot(page, 'buyer-question-zh');
    await page.click('button.main');
    await page.click('text=Agree');
    desk.scanned(desk.link(code), price);
    await page.waitForSelector('.press');
    await page.waitForSelector('svg.qr');
    expect(await misfits()).toEqual([]);
    await shoot(page, 'buyer-press-zh');
  });

  it.each(['light', 'dark'] as const)('its words stand out from their ground, in %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    desk.end(desk.scanned(await link(), price), 'delivered', 600);
    desk.scanned(desk.link(code), price);
    await page.waitForSelector('.press');
    await page.evaluate("document.getElementById('offline').hidden = false");
    expect(await page.evaluate<string[]>(faint)).toEqual([]);
  });
});

/** Words of less contrast with what is behind them than 4.5 to 1 (WCAG 2.2, 1.4.3). */
const faint = `(() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('body *')].flatMap((element) => {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
    if (!own || element.closest('.unseen')) return [];
    const [a, b] = [light(numbers(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    return ratio < 4.5 ? [element.textContent.slice(0, 40) + ' ' + ratio.toFixed(1)] : [];
  });
})()`;
