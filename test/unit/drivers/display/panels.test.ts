// Displays on a bus and behind a framebuffer, looked at as a customer would: from what the parts were sent.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { present } from '../../../../agent/presentation/present.js';
import { systemClock } from '../../../../drivers/clock.js';
import type { Display, Screen } from '../../../../drivers/contract/display.js';
import { Bitmap } from '../../../../drivers/display/bitmap.js';
import { FramebufferDisplay } from '../../../../drivers/display/framebuffer.js';
import { canDraw, widthOf, wrappedText } from '../../../../drivers/display/glyphs/text.js';
import { LcdDisplay } from '../../../../drivers/display/hd44780.js';
import { lcdLines } from '../../../../drivers/display/lcd-text.js';
import { oledFrame } from '../../../../drivers/display/oled-frame.js';
import { wideFrame } from '../../../../drivers/display/oled-wide.js';
import { type OledChip, OledDisplay } from '../../../../drivers/display/ssd1306.js';
import { VirtualI2cBus } from '../../../../drivers/i2c/virtual.js';
import { LcdModel, OledModel } from '../../../support/i2c-displays.js';
import { readPng, writePng } from '../../../support/png.js';
import { readQr } from '../../../support/qr-reader.js';
import { sleep, until } from '../../../support/wait.js';

const money = { amount: 3550, currency: 'HKD' } as const;
const armed = present({ kind: 'armed', money, reference: 'A1' }, ['en', 'zh']).screen;
const chinese = present({ kind: 'armed', money, reference: 'A1' }, ['zh', 'en']).screen;
const code = 'HTTPS://K.EXAMPLE.COM/L/ABCD2345';
const offered = present({ kind: 'link-offered', wallet: 'dana', code, leftMs: 171_000, money }, ['en']).screen;

let display: Display | undefined;
afterEach(async () => {
  await display?.stop();
  display = undefined;
});

describe.each<OledChip>(['ssd1306', 'sh1106'])('%s', (chip) => {
  const setUp = async (present = [0x3c]) => {
    const bus = new VirtualI2cBus({ present });
    const faults: string[] = [];
    display = new OledDisplay({ chip, bus, address: 0x3c, clock: systemClock });
    await display.start({ onFault: (detail) => faults.push(detail), onWell: () => faults.push('well') });
    return { bus, faults, oled: display };
  };
  const shown = (bus: VirtualI2cBus): Bitmap => {
    const model = new OledModel(chip);
    for (const message of bus.messages) model.take(message);
    const frame = new Bitmap(128, 64);
    for (let y = 0; y < 64; y++) for (let x = 0; x < 128; x++) frame.set(x, y, model.isLit(x, y));
    return frame;
  };
  const shows = (bus: VirtualI2cBus, wanted: Bitmap) =>
    until('the picture', () => Buffer.compare(shown(bus).bytes, wanted.bytes) === 0);

  it('shows English and Chinese, pixel by pixel, and nothing after stop', async () => {
    const { bus, oled } = await setUp();
    oled.show(armed);
    await shows(bus, oledFrame(armed));
    oled.show(chinese);
    await shows(bus, wideFrame(chinese, 0) as Bitmap);
    await oled.stop();
    expect(Math.max(...shown(bus).bytes)).toBe(0);
  });

  it('shows a code that a phone reads, and a second less without sending a whole frame', async () => {
    const { bus, oled } = await setUp();
    oled.show(offered);
    await until('the code', () => readQr(readPng(writePng(shown(bus)))) === code);
    await sleep(100);
    const before = bus.messages.length;
    // A busy machine may be a few seconds late to look.
    const later = [1, 2, 3, 4, 5, 6, 7, 8];
    const framesOf = later.map((s) => oledFrame({ ...offered, leftMs: (offered.leftMs ?? 0) - s * 1_000 }));
    const ticks = await until('a second less', () => {
      const now = shown(bus).bytes;
      const at = framesOf.findIndex(({ bytes }) => Buffer.compare(now, bytes) === 0);
      return at >= 0 && bus.messages.length > before ? at + 1 : undefined;
    });
    const sent = bus.messages.slice(before).reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(64 * ticks);
    expect(Math.max(...bus.messages.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(65);
  });

  it('tells once that it is gone, and draws the newest screen when it is back', async () => {
    const { bus, faults, oled } = await setUp([]);
    oled.show(offered);
    await until('the fault', () => faults.length === 1);
    expect(faults[0]).toMatch(/EREMOTEIO/);
    expect(faults[0]).not.toContain('ABCD2345');
    oled.show(armed);
    bus.present.add(0x3c);
    await shows(bus, oledFrame(armed));
    await until('word that it works', () => faults[1] === 'well');
  });
});

describe('HD44780', () => {
  const setUp = async (columns: number, rows: number) => {
    const bus = new VirtualI2cBus({ present: [0x27] });
    display = new LcdDisplay({ bus, address: 0x27, clock: systemClock, columns, rows });
    await display.start();
    const lines = () => {
      const model = new LcdModel();
      for (const message of bus.messages) model.take(message);
      return Array.from({ length: rows }, (_, row) => model.line(row, columns));
    };
    return { bus, lcd: display, lines };
  };

  it.each([
    [16, 2],
    [20, 4],
  ])('%d by %d: shows the lines, a changed one in one transaction', async (columns, rows) => {
    const { bus, lcd, lines } = await setUp(columns, rows);
    lcd.show(armed);
    await until('the lines', () => lines().join('|') === lcdLines(armed, { columns, rows }).join('|'));
    expect(lines()[0]).toMatch(/^HK\$35\.50 *$/);
    const before = bus.messages.length;
    lcd.show({ ...armed, amount: 'HK$35.60' });
    await until('the amount', () => lines()[0]?.startsWith('HK$35.60'));
    expect(bus.messages.length - before).toBe(1);
    await lcd.stop();
    expect(lines().join('').trim()).toBe('');
  });

  it('shows English where the main language has no letters here, and pages with the amount in sight', () => {
    const size = { columns: 16, rows: 2 };
    expect(lcdLines(chinese, size)).toEqual(lcdLines(armed, size));
    const pages = Array.from({ length: 12 }, (_, page) => lcdLines(armed, size, page));
    for (const [first] of pages) expect(first).toMatch(/^HK\$35\.50/);
    const said = pages.map(([, second]) => second?.trim()).join(' ');
    expect(said).toContain('Show your payment code Open your wallet'.slice(0, 15));
    expect(said).toContain('scanner.');
    const odd: Screen = { kind: 'x', tone: 'good', texts: [{ lang: 'en', title: 'a~b\\c', body: '' }], digits: '47' };
    expect(lcdLines({ ...odd, leftMs: 9_000 }, size)).toEqual(['[47]         9 s', 'a-b/c           ']);
    const long = lcdLines({ ...odd, amount: 'IDR 123,456.00', leftMs: 9_000 }, { columns: 16, rows: 4 });
    expect(long.map((l) => l.trim())).toEqual(['IDR 123,456.00', '[47]', '9 s', 'a-b/c']);
  });
});

describe('a framebuffer', () => {
  const root = mkdtempSync(join(tmpdir(), 'quietzone-fb-'));
  const node = join(root, 'fb1');
  const plug = (bits: number) => {
    const folder = join(root, 'class/graphics/fb1');
    mkdirSync(folder, { recursive: true });
    const values = { virtual_size: '240,240', bits_per_pixel: `${bits}`, stride: `${(240 * bits) / 8}` };
    for (const [name, value] of Object.entries(values)) writeFileSync(join(folder, name), `${value}\n`);
    writeFileSync(node, Buffer.alloc((240 * 240 * bits) / 8, 0x55));
  };
  afterEach(() => {
    for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true });
  });
  /** Light is what is lighter than half of white. */
  const seen = (bits: number): string | undefined => {
    const bytes = readFileSync(node);
    const data = new Uint8ClampedArray(240 * 240 * 4).fill(255);
    for (let at = 0; at < 240 * 240; at++) {
      const white = bits === 32 ? bytes.readUInt32LE(at * 4) === 0xffffff : bytes.readUInt16LE(at * 2) === 0xffff;
      data.fill(white ? 255 : 0, at * 4, at * 4 + 3);
    }
    return readQr({ width: 240, height: 240, data });
  };
  const started = async () => {
    const faults: string[] = [];
    display = new FramebufferDisplay({ name: 'fb1', clock: systemClock, sysRoot: root, devRoot: root });
    await display.start({ onFault: (detail) => faults.push(detail), onWell: () => faults.push('well') });
    return { faults, fb: display };
  };

  it.each([16, 32])('shows a code that a phone reads, with %d bits a pixel; black after stop', async (bits) => {
    plug(bits);
    const { fb } = await started();
    fb.show(offered);
    await until('the code', () => seen(bits) === code);
    await fb.stop();
    expect(readFileSync(node).every((byte) => byte === 0)).toBe(true);
  });

  it('writes only rows that changed: what stands elsewhere stays', async () => {
    plug(16);
    const { fb } = await started();
    fb.show(offered);
    await until('the code', () => seen(16) === code);
    const bytes = readFileSync(node);
    bytes[0] = 0x12;
    writeFileSync(node, bytes);
    await until('the next second', () => Buffer.compare(readFileSync(node), bytes) !== 0);
    await sleep(50);
    expect(readFileSync(node)[0]).toBe(0x12);
  });

  it('that is missing, or has a depth it does not know, is a fault and comes to life later', async () => {
    const { fb, faults } = await started();
    fb.show(armed);
    await until('the fault', () => faults[0]?.includes('ENOENT'));
    plug(8);
    await until('the depth', () => faults.some((detail) => detail.includes('found 8 bits')));
    plug(16);
    await until('word that it works', () => faults.at(-1) === 'well');
  });
});

describe('glyphs', () => {
  const root = join(import.meta.dirname, '../../../..');
  const folder = join(root, 'agent/presentation/catalogue');

  it('are there for every character of every catalogue', () => {
    for (const name of readdirSync(folder)) {
      const missing = [...readFileSync(join(folder, name), 'utf8')].filter((c) => c >= ' ' && !canDraw(c));
      expect(missing, name).toEqual([]);
    }
    expect(canDraw('\u{1f600}')).toBe(false);
  });

  // Debian's package unifont; .ci/run brings it.
  const font = process.env['QUIETZONE_UNIFONT'] ?? '/usr/share/unifont/unifont.hex';
  it.skipIf(!existsSync(font) && process.env['QUIETZONE_REQUIRE_SERVICES'] !== '1')(
    'are what the generator makes of the font',
    async () => {
      const { glyphFile } = await import('../../../../drivers/display/glyphs/generate.mjs' as string);
      expect(readFileSync(join(root, 'drivers/display/glyphs/glyphs.ts'), 'utf8')).toBe(
        glyphFile(readFileSync(font, 'utf8')),
      );
    },
  );

  it('wrap between words and behind wide characters, never before punctuation', () => {
    expect(wrappedText('请扫付款码。', 48)).toEqual(['请扫付', '款码。']);
    expect(wrappedText('ab cd efghijk', 40)).toEqual(['ab cd', 'efghi', 'jk']);
    for (const line of wrappedText('将付款码对准扫描口，谢谢', 64)) expect(widthOf(line)).toBeLessThanOrEqual(64);
  });
});
