// The page in a real browser: what a customer sees on kiosk screens, and what it does when the agent is gone.
import { existsSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Screen } from '../../drivers/contract/display.js';
import { signals } from '../../drivers/contract/indicator.js';
import { WebFront } from '../../drivers/web/front.js';
import { until } from '../support/wait.js';

const found = [process.env['QUIETZONE_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== undefined && existsSync(path),
);
const required = process.env['QUIETZONE_REQUIRE_SERVICES'] === '1';
if (!found) process.stdout.write('kiosk-page.test.ts: skipped, no Chromium here; set QUIETZONE_CHROMIUM to one\n');

const armed: Screen = {
  kind: 'armed',
  tone: 'ready',
  texts: [
    { lang: 'en', title: 'Scan your payment code', body: 'Open your wallet and hold the code under the scanner.' },
    { lang: 'zh', title: '请扫付款码', body: '打开钱包，将付款码对准扫描口。' },
  ],
  amount: 'HK$35.50',
};
const approved: Screen = { ...armed, kind: 'approved', tone: 'good', receipt: 'K7M3X' };
const longest: Screen = {
  kind: 'declined',
  tone: 'bad',
  amount: 'IDR 123,456,789.00',
  receipt: 'K7M3X',
  leftMs: 42_000,
  texts: ['en', 'zh'].map((lang) => ({
    lang,
    title: 'The payment was not successful this time',
    body: 'There is not enough money in your wallet, and nothing was charged. Please try another wallet, or ask the staff. '.repeat(
      2,
    ),
  })),
};

type Box = { readonly top: number; readonly right: number; readonly bottom: number };
type Measures = {
  readonly words: Box;
  readonly screen: Box;
  readonly lamps: Box;
  /** Sizes of the letters, px. */
  readonly body: number;
  readonly amount: number;
};
// In the page; as text, because these programs know no DOM.
const measure = `(() => {
  const box = (name) => document.querySelector(name).getBoundingClientRect().toJSON();
  const letters = (name) => parseFloat(getComputedStyle(document.querySelector(name)).fontSize);
  return { words: box('#fit'), screen: box('#screen'), lamps: box('#lamps'), body: letters('.text p'), amount: letters('#amount') };
})()`;
/** The lamps that shine beyond themselves. */
const shining = `[...document.querySelectorAll('.lamp')]
  .filter((lamp) => !getComputedStyle(lamp).boxShadow.includes('inset'))
  .map((lamp) => lamp.classList[1])`;

/** A line to the server that can be held, as when the agent hangs: connected, and silent. */
async function holdable(port: number) {
  const sockets = new Set<Socket>();
  let held = false;
  const server: Server = createServer((page) => {
    const agent = connect({ host: '127.0.0.1', port });
    const pass = (from: Socket, to: Socket, change: (text: string) => string) => {
      sockets.add(from);
      from.on('error', () => to.destroy()).on('close', () => to.destroy());
      from.on('data', (piece) => {
        if (!held) to.write(change(piece.toString('latin1')), 'latin1');
      });
    };
    // The server wants to be called by its own name.
    pass(page, agent, (text) => text.replace(/^(Host: 127\.0\.0\.1):\d+/m, `$1:${port}`));
    pass(agent, page, (text) => text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    hold(on: boolean) {
      held = on;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.skipIf(!found && !required)('the page of the web front', () => {
  let browser: Browser;
  let front: WebFront;
  let port: number;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    if (!found) throw new Error('QUIETZONE_CHROMIUM: no Chromium found; apt-get install chromium');
    const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
    browser = await chromium.launch({ executablePath: found, headless: true, args });
  }, 60_000);
  afterAll(() => browser?.close());
  beforeEach(async () => {
    front = new WebFront();
    ({ port } = await front.start());
    page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    complaints.length = 0;
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterEach(async () => {
    await page.close();
    await front.stop();
  });

  const open = (path = '/') => page.goto(`http://127.0.0.1:${port}${path}`);
  const words = async () => (await page.textContent('#screen')) ?? '';
  const signalled = (signal: string) => page.waitForSelector(`body[data-signal="${signal}"]`);
  const reads = (text: string) => until(text, async () => (await words()).includes(text));

  it('shows amount, words in each language, and the receipt, and complains of nothing', async () => {
    front.showScreen(approved);
    await open();
    await reads('HK$35.50');
    for (const text of ['Scan your payment code', '请扫付款码', 'K7M3X']) await reads(text);
    expect(await page.getAttribute('body', 'data-tone')).toBe('good');
    expect(await page.getAttribute('.text:nth-child(2)', 'lang')).toBe('zh');
    expect(complaints).toEqual([]);
  });

  it('draws the phone only where the customer is to take it, and a warning for what else wants attention', async () => {
    await open();
    const glyph = (href: string) =>
      page.waitForSelector(`#glyph[href="${href}"]`, { state: 'attached', timeout: 5_000 });
    for (const kind of ['confirm-on-phone', 'link-opened']) {
      front.showScreen({ ...approved, kind: 'a-ready', tone: 'ready' });
      await glyph('#i-ready');
      front.showScreen({ ...approved, kind, tone: 'attention' });
      await glyph('#i-phone');
    }
    expect(await page.locator('symbol#i-phone').count()).toBe(1);
    for (const tone of ['neutral', 'ready', 'working', 'good', 'bad', 'closed', 'attention'] as const) {
      front.showScreen({ ...approved, kind: `a-${tone}`, tone });
      await glyph(`#i-${tone}`);
      expect(await page.locator(`symbol#i-${tone}`).count()).toBe(1);
    }
  });

  it('leaves nothing of the last customer on the next screen', async () => {
    front.showScreen({ ...approved, leftMs: 9_000 });
    await open();
    await reads('K7M3X');
    front.showScreen({ kind: 'idle', tone: 'neutral', texts: [{ lang: 'en', title: 'Welcome', body: '' }] });
    await reads('Welcome');
    expect((await words()).trim()).toBe('Welcome');
    expect(await page.content()).not.toMatch(/K7M3X|35\.50/);
  });

  it.each([
    [1280, 720],
    [800, 480],
    [1080, 1920],
    [640, 400],
  ])('fits on %i x %i, however much there is to say, and stays readable', async (width, height) => {
    await page.setViewportSize({ width, height });
    await open();
    for (const screen of [armed, approved, longest]) {
      front.showScreen(screen);
      await reads(screen.amount ?? '');
      const box = await page.evaluate<Measures>(measure);
      expect(box.words.top).toBeGreaterThanOrEqual(box.screen.top - 1);
      expect(box.words.bottom).toBeLessThanOrEqual(box.screen.bottom + 1);
      expect(box.words.right).toBeLessThanOrEqual(box.screen.right + 1);
      expect(box.lamps.bottom).toBeLessThanOrEqual(height + 1);
      expect(box.lamps.right).toBeLessThanOrEqual(width + 1);
      if (screen !== longest) expect(box.body).toBeGreaterThan(16);
      expect(box.amount).toBeGreaterThan(box.body * 2);
    }
  });

  it('takes every word as text', async () => {
    const title = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    front.showScreen({ ...armed, texts: [{ lang: 'en', title, body: title }] });
    await open();
    await reads(title);
    expect(await page.title()).toBe('Quietzone');
  });

  it('counts down by itself, and does not say each second aloud', async () => {
    front.showScreen({ ...armed, tone: 'attention', leftMs: 3_200 });
    await open();
    await page.waitForSelector('#countdown:not([hidden])');
    const first = Number(await page.textContent('#seconds'));
    expect(first).toBeLessThanOrEqual(4);
    await until('a second less', async () => Number(await page.textContent('#seconds')) < first);
    await until('zero, and no less', async () => (await page.textContent('#seconds')) === '0');
    expect(await page.getAttribute('#countdown', 'aria-live')).toBe('off');
    expect(await page.getAttribute('#words', 'aria-live')).toBe('polite');
    expect(await page.locator('#words #countdown').count()).toBe(0);
  });

  it('does not build the same screen anew when only its time left was sent again', async () => {
    front.showScreen({ ...armed, leftMs: 60_000 });
    await open();
    await reads('HK$35.50');
    await page.evaluate("document.querySelector('.text').setAttribute('data-mark', 'kept')");
    front.showScreen({ ...armed, leftMs: 9_000 });
    await until('the new time', async () => Number(await page.textContent('#seconds')) <= 9);
    expect(await page.getAttribute('.text', 'data-mark')).toBe('kept');
    front.showScreen({ ...armed, receipt: 'NEW22' });
    await reads('NEW22');
    expect(await page.getAttribute('.text', 'data-mark')).toBeNull();
  });

  it('lights one lamp a signal, names it in words, and shows that the buzzer sounds', async () => {
    await open();
    const lit = () => page.evaluate<string[]>(shining);
    const lamps: Record<string, string> = {};
    const names = new Set<string>();
    for (const signal of signals.filter((s) => s !== 'read')) {
      front.showSignal(signal);
      await signalled(signal);
      // Lamps come up over a moment.
      await until('one lamp', async () => (await lit()).length === 1);
      lamps[signal] = (await lit())[0] ?? '';
      names.add((await page.textContent('#signal')) ?? '');
    }
    expect(lamps).toEqual({
      ready: 'green',
      'try-again': 'amber',
      busy: 'blue',
      'confirm-on-phone': 'amber',
      'press-to-pay': 'amber',
      approved: 'green',
      declined: 'red',
      'out-of-service': 'red',
    });
    expect(names.size).toBe(8);
    await page.waitForSelector('#buzzer:not(.on)');
    front.showSignal('ready');
    front.showSignal('read');
    await page.waitForSelector('#buzzer.on');
    await page.waitForSelector('#buzzer:not(.on)');
    await signalled('ready');
  });

  it('is silent at first, says so, and sounds after a touch', async () => {
    await open();
    await page.waitForSelector('#buzzer.muted');
    await page.mouse.click(200, 200);
    await page.waitForSelector('#buzzer:not(.muted)');
  });

  it('does not sound again for a signal that a new page is told', async () => {
    front.showSignal('declined');
    await open();
    await signalled('declined');
    expect(await page.locator('#buzzer.on').count()).toBe(0);
  });

  it('leaves the lamps out for a kiosk that has real ones', async () => {
    front.showScreen(armed);
    await open('/?lamps=off');
    await reads('HK$35.50');
    expect(await page.isVisible('#lamps')).toBe(false);
  });

  it('moves nothing for a customer who asked for that', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    front.showScreen({ ...armed, tone: 'working' });
    front.showSignal('busy');
    await open();
    await reads('HK$35.50');
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  });

  it('is out of service in both languages within seconds of the agent’s end, and back when it is back', async () => {
    front.showScreen(approved);
    front.showSignal('approved');
    await open();
    await reads('K7M3X');
    await front.stop();
    await reads('Out of service');
    await reads('暂停服务');
    expect(await page.content()).not.toMatch(/K7M3X|35\.50/);
    await signalled('out-of-service');
    const again = new WebFront({ port });
    await again.start();
    again.showScreen(armed);
    await reads('HK$35.50');
    await again.stop();
  });

  it('is out of service when the agent hangs with the connection open, and back when it goes on', async () => {
    front.showScreen(approved);
    const line = await holdable(port);
    await page.goto(`http://127.0.0.1:${line.port}/`);
    await reads('K7M3X');
    line.hold(true);
    const began = performance.now();
    await reads('Out of service');
    expect(performance.now() - began).toBeGreaterThan(1_500);
    expect(performance.now() - began).toBeLessThan(6_000);
    expect(await page.content()).not.toContain('K7M3X');
    line.hold(false);
    await reads('K7M3X');
    await line.close();
  });
});
