// One suite for every display driver: what the agent may rely on, looked at from the customer's side.
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { Display, Screen } from '../../../drivers/contract/display.js';
import { modulesOf, QUIET_MODULES } from '../../../drivers/display/qr.js';
import { TerminalDisplay } from '../../../drivers/display/terminal.js';
import { VirtualDisplay } from '../../../drivers/display/virtual.js';
import { WebDisplay } from '../../../drivers/display/web.js';
import { WebFront, type WebScreen } from '../../../drivers/web/front.js';
import { openPage } from '../../support/page-client.js';
import type { Picture } from '../../support/png.js';
import { readQr } from '../../support/qr-reader.js';
import { until } from '../../support/wait.js';
import { framebufferRig, lcdRig, oledRig, type PanelRig } from './panel-rigs.js';

type Rig = {
  readonly display: Display;
  /** What a phone would read from it; undefined: no QR code is shown. */
  scanned(): string | undefined;
  /** Modules a side of that code; 0: none. */
  drawnModules(): number;
  /** Everything of the current screen that a customer can read, where that is text. */
  visible(): string;
  /** Whether a customer reads these words on the current screen. */
  shows?(words: string): boolean;
  /** The customer's side breaks: the page goes, the pipe closes. */
  breakAway(): Promise<void>;
  close(): Promise<void>;
};

async function webRig(most?: number): Promise<Rig> {
  const front = new WebFront({ beatMs: 20 });
  const { port } = await front.start();
  const page = await openPage(port);
  return {
    display: new WebDisplay(front, most),
    visible: () => JSON.stringify(page.last('screen') ?? null),
    scanned: () => readQr(pictureOfPath(page.last('screen') as WebScreen)),
    drawnModules: () => modulesDrawn((page.last('screen') as WebScreen).qr?.size ?? 0),
    async breakAway() {
      page.close();
    },
    async close() {
      page.close();
      await front.stop();
    },
  };
}

/** Of a width with its quiet zone. */
const modulesDrawn = (width: number): number => Math.max(0, width - 2 * QUIET_MODULES);

/** Four pixels a module. */
function picture(rows: readonly (readonly boolean[])[]): Picture {
  const scale = 4;
  const width = Math.max(1, ...rows.map((row) => row.length)) * scale;
  const height = Math.max(1, rows.length) * scale;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const dark = rows[Math.floor(y / scale)]?.[Math.floor(x / scale)] ?? false;
      if (dark) data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return { width, height, data };
}

/** The squares of the path that the page draws. */
function pictureOfPath({ qr }: WebScreen): Picture {
  const dark = new Set([...(qr?.path ?? '').matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x} ${y}`));
  const places = Array.from({ length: qr?.size ?? 1 }, (_, place) => place);
  return picture(places.map((y) => places.map((x) => dark.has(`${x} ${y}`))));
}

const blocksOf = (text: string): string[][] =>
  text
    .split('\x1b[30;47m')
    .slice(1)
    .map((line) => [...(line.split('\x1b[0m')[0] ?? '')]);

/** The half blocks of a terminal, black on white. */
function pictureOfBlocks(text: string): Picture {
  const lines = blocksOf(text);
  const rows = lines.flatMap((line) => [
    line.map((block) => block === '█' || block === '▀'),
    line.map((block) => block === '█' || block === '▄'),
  ]);
  return picture(rows);
}

const clearScreen = '\x1b[3J\x1b[2J\x1b[H';

function terminalRig(isTTY: boolean): (most?: number) => Promise<Rig> {
  return async (qrModulesMost) => {
    const output = Object.assign(new PassThrough(), { isTTY });
    let text = '';
    output.setEncoding('utf8');
    output.on('data', (piece: string) => {
      text += piece;
    });
    return {
      display: new TerminalDisplay({ output, ...(qrModulesMost === undefined ? {} : { qrModulesMost }) }),
      // A terminal shows what came after the last clearing; a log keeps its lines, so its newest screen counts.
      visible: () => (isTTY ? (text.split(clearScreen).at(-1) ?? '') : text),
      scanned: () => readQr(pictureOfBlocks(text.split(clearScreen).at(-1) ?? '')),
      drawnModules: () => modulesDrawn(blocksOf(text)[0]?.length ?? 0),
      async breakAway() {
        output.destroy(new Error('broken pipe'));
      },
      async close() {
        output.destroy();
      },
    };
  };
}

async function virtualRig(most = 29): Promise<Rig> {
  const display = new VirtualDisplay({ qrModulesMost: most });
  return {
    display,
    scanned: () => display.current?.code,
    drawnModules: () => (display.current?.code ? most : 0),
    visible: () => JSON.stringify(display.current ?? null),
    async breakAway() {},
    async close() {},
  };
}

const armed: Screen = {
  kind: 'armed',
  tone: 'ready',
  texts: [
    { lang: 'en', title: 'Scan your code', body: 'Hold it under the scanner' },
    { lang: 'zh', title: '请扫付款码', body: '将付款码对准扫描口' },
  ],
  amount: 'HK$35.50',
};
const approved: Screen = {
  kind: 'approved',
  tone: 'good',
  texts: [{ lang: 'en', title: 'Thank you', body: 'Take your goods' }],
  amount: 'HK$35.50',
  receipt: 'K7M3X',
};
const offered: Screen = {
  ...armed,
  kind: 'link-offered',
  code: 'HTTPS://K.EXAMPLE.COM/L/ABCD2345',
  actions: [{ button: 'link', wallet: 'dana', labels: [{ lang: 'en', text: 'Link DANA' }] }],
};
const pending: Screen = { ...armed, kind: 'confirm-on-phone', tone: 'attention', leftMs: 42_000 };

/** A panel's picture has no text to look into, and no count of its code's modules. */
const onPanel = (make: (most?: number) => Promise<PanelRig>) => async (most?: number) => ({
  ...{ visible: () => '', drawnModules: () => (most === undefined ? 0 : 25) },
  ...(await make(most)),
});

/** `lasts`: its lines stay. `main`: one language at a time. `short`: a screen is more than it holds at once. */
type Kind = { readonly lasts?: true; readonly main?: true; readonly short?: true };

describe.each<[string, (most?: number) => Promise<Rig>, Kind]>([
  ['web, over a real connection', webRig, {}],
  ['terminal', terminalRig(true), {}],
  ['terminal output in a log', terminalRig(false), { lasts: true }],
  ['OLED, SSD1306', onPanel(oledRig('ssd1306')), { main: true }],
  ['OLED, SH1106', onPanel(oledRig('sh1106')), { main: true }],
  ['character LCD, 20x4', onPanel(lcdRig(20, 4)), { main: true, short: true }],
  ['character LCD, 16x2', onPanel(lcdRig(16, 2)), { main: true, short: true }],
  ['framebuffer, 240x240', onPanel(framebufferRig), {}],
  ['virtual', virtualRig, {}],
])('display contract: %s', (_name, makeRig, { lasts, main, short }) => {
  const blanks = lasts !== true;
  let rig: Rig | undefined;
  const setUp = async () => {
    rig = await makeRig();
    await rig.display.start();
    return rig;
  };
  const shows = (words: string): boolean => (rig?.shows ? rig.shows(words) : rig?.visible().includes(words) === true);
  const isPanel = () => rig?.shows !== undefined;
  afterEach(async () => {
    await rig?.display.stop();
    await rig?.close();
    rig = undefined;
  });

  it('shows amount, title and body in each language', async () => {
    const { display } = await setUp();
    display.show(armed);
    const english = ['HK$35.50', 'Scan your code', 'Hold it under the scanner'];
    const chinese = main ? [] : ['请扫付款码', '将付款码对准扫描口'];
    for (const words of [...english, ...chinese]) {
      // Page by page, word by word.
      for (const word of short ? words.split(' ') : [words]) await until(word, () => shows(word), 30_000);
    }
  });

  it('shows the receipt of a final screen, and the time left', async () => {
    const { display, visible } = await setUp();
    display.show(approved);
    await until('the receipt', () => shows('K7M3X'), 30_000);
    display.show(pending);
    const seconds = () =>
      isPanel() ? [42, 41, 40, 39, 38, 37, 36].some((s) => shows(`${s} s`)) : /42|41\d\d\d/.test(visible());
    await until('the time left', seconds);
  });

  it('shows a code that a phone can read, if it says that it can show one, and the digits that follow it', async () => {
    const { display, visible, scanned } = await setUp();
    display.show(offered);
    // A panel cannot be touched.
    if (isPanel()) await until('the code or the words', () => scanned() !== undefined || shows('Scan'));
    else await until('the label of a button', () => shows('Link DANA'));
    expect(scanned()).toBe(display.qrModulesMost > 0 ? offered.code : undefined);
    display.show({ ...armed, kind: 'link-opened', digits: '47' });
    await until('the digits', () => shows('47'));
    if (blanks) expect(scanned()).toBeUndefined();
    if (blanks) expect(visible()).not.toContain('ABCD2345');
  });

  it('shows the words of a code that is too large for it, and does not fall', async () => {
    const { display, visible } = await setUp();
    display.show({ ...offered, code: `HTTPS://WALLET.EXAMPLE/${'A'.repeat(4_500)}` });
    await until('the words', () => shows('Scan'));
    expect(visible()).not.toMatch(/[█▀▄]|h1v1h-1z/);
  });

  it('draws no larger code than it was told to, though the level of error correction falls by that', async () => {
    rig = await makeRig(25);
    await rig.display.start();
    // Version 2 at level L; at M it would be version 3.
    const code = `HTTPS://${'A'.repeat(24)}.COM/L/ABCD2345`;
    const can = blanks && short !== true;
    expect([rig.display.qrModulesMost, modulesOf(code)]).toEqual([can ? 25 : 0, 25]);
    rig.display.show({ ...offered, code });
    await until('the code or the words', () => (isPanel() && can ? rig?.scanned() !== undefined : shows('Scan')));
    expect(rig.scanned()).toBe(can ? code : undefined);
    if (can || !isPanel()) expect(rig.drawnModules()).toBe(can ? 25 : 0);
  });

  // A log keeps its lines; on a device, what was is gone.
  const onDevice = blanks ? it : () => {};

  onDevice('shows the newest screen and nothing of the one before', async () => {
    const { display } = await setUp();
    display.show(approved);
    display.show(armed);
    await until('the new screen', () => shows('Scan'), 30_000);
    expect([shows('K7M3X'), shows('Thank')]).toEqual([false, false]);
  });

  onDevice('shows nothing of a customer after stop', async () => {
    const { display } = await setUp();
    display.show(approved);
    await until('the amount', () => shows('HK$35.50'));
    await display.stop();
    await until('a blank display', () => !shows('HK$35.50') && !shows('K7M3X') && !shows('Thank'));
  });

  it('never throws and never waits, whatever became of the customer’s side', async () => {
    const { display, breakAway } = await setUp();
    display.show(armed);
    await breakAway();
    const began = performance.now();
    for (let i = 0; i < 1_000; i++) display.show(i % 2 === 0 ? approved : pending);
    expect(performance.now() - began).toBeLessThan(2_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    display.show(armed);
  });

  it('can be stopped twice, and before it was started', async () => {
    rig = await makeRig();
    await rig.display.stop();
    await rig.display.start();
    await rig.display.stop();
    await rig.display.stop();
  });
});
