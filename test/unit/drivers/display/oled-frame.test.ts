// The pixels of a 128x64 display, and a phone that reads them: a QR decoder at 2 pixels a module, no scaling.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { View } from '../../../../agent/kiosk/view.js';
import { present } from '../../../../agent/presentation/present.js';
import type { Screen } from '../../../../drivers/contract/display.js';
import { Bitmap } from '../../../../drivers/display/bitmap.js';
import { glyphOf } from '../../../../drivers/display/font.js';
import { OLED_QR_MODULES, oledFrame, wrapped } from '../../../../drivers/display/oled-frame.js';
import { qrOf } from '../../../../drivers/display/qr.js';
import { LINKED_ALPHABET } from '../../../../protocol/linked-code.js';
import { readPng, writePng } from '../../../support/png.js';
import { readQr } from '../../../support/qr-reader.js';

const shots = join(import.meta.dirname, '../../../../.data/screenshots');
const money = { amount: 1200, currency: 'HKD' } as const;

const screenOf = (view: View): Screen => present(view, ['zh', 'en']).screen;
const offered = (code: string): Screen =>
  screenOf({ kind: 'link-offered', wallet: 'alipayhk', code, leftMs: 171_000, money });

/** What a phone reads from the picture, dark on light as it is; undefined: nothing. */
const seen = (png: Buffer): string | undefined => readQr(readPng(png));

const withHost = (chars: number): string => `HTTPS://${'A'.repeat(chars - 4)}.COM/L/ABCD2345`;

describe('the code of a link', () => {
  it.each([
    ['version 2', 'HTTPS://K.EXAMPLE.COM/L/ABCD2345', 25],
    ['version 2, the longest at level M', withHost(19), 25],
    ['version 3', withHost(20), 29],
    ['version 3, the longest at level M', withHost(42), 29],
    ['version 3, the longest at level L', withHost(58), 29],
  ])('is read back from the PNG: %s', (name, code, modules) => {
    mkdirSync(shots, { recursive: true });
    const file = join(shots, `oled-${name.replaceAll(/[^a-z0-9]+/gi, '-')}.png`);
    writeFileSync(file, writePng(oledFrame(offered(code))));
    const png = readFileSync(file);
    expect(readPng(png)).toMatchObject({ width: 128, height: 64 });
    expect(qrOf(code, OLED_QR_MODULES)?.size).toBe(modules);
    expect(seen(png)).toBe(code);
  });

  it('is read back whatever the link and whatever stands beside it', () => {
    const short = fc.array(fc.constantFrom(...LINKED_ALPHABET), { minLength: 8, maxLength: 8 }).map((c) => c.join(''));
    const host = fc
      .array(fc.constantFrom(...'ABCDEFGHKXYZ0189-.'), { minLength: 4, maxLength: 58 })
      .map((c) => c.join(''));
    fc.assert(
      fc.property(host, short, fc.nat(999_999), (name, code, leftMs) => {
        const link = `HTTPS://${name}/L/${code}`;
        expect(seen(writePng(oledFrame({ ...offered(link), leftMs })))).toBe(link);
      }),
      { numRuns: 60 },
    );
  });

  it('stands dark on a lit square, two pixels a module, in the middle of it', () => {
    const code = withHost(20);
    const frame = oledFrame(offered(code));
    const qr = qrOf(code, OLED_QR_MODULES);
    const margin = 3;
    for (let y = 0; y < 64; y++) {
      for (let x = 0; x < 64; x++) {
        const [row, column] = [Math.floor((y - margin) / 2), Math.floor((x - margin) / 2)];
        const inside = row >= 0 && column >= 0 && row < 29 && column < 29;
        expect(frame.isLit(x, y), `${x},${y}`).toBe(!(inside && qr?.isDark(row, column)));
      }
      // A dark strip keeps the words away from the quiet zone.
      for (let x = 64; x < 67; x++) expect(frame.isLit(x, y)).toBe(false);
    }
  });

  it('that does not fit is not drawn: words alone, for the kiosk has sent to the desk by then', () => {
    const frame = oledFrame(offered(withHost(59)));
    expect(seen(writePng(frame))).toBeUndefined();
    expect(frame.isLit(0, 63)).toBe(false);
  });
});

/** The text of the frame, read by comparing each cell with the font: what is no character is a dot. */
function textOf(frame: Bitmap, left = 0, scale = 1, top = 0): string[] {
  const known = new Map(
    Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).map((c) => [[...glyphOf(c)].join(), c]),
  );
  const lines: string[] = [];
  for (let y = top; y + 8 * scale <= 64; y += 8 * scale) {
    let line = '';
    for (let x = left; x + 6 * scale <= 128; x += 6 * scale) {
      const columns = Array.from({ length: 5 }, (_, column) =>
        Array.from({ length: 8 }, (_, row) => (frame.isLit(x + column * scale, y + row * scale) ? 1 << row : 0)).reduce(
          (sum, bit) => sum + bit,
          0,
        ),
      );
      line += known.get(columns.join()) ?? '.';
    }
    lines.push(line.trimEnd());
  }
  return lines;
}

describe('the words', () => {
  it('stand beside the code, in the language that has shapes here', () => {
    expect(textOf(oledFrame(offered('HTTPS://K.EXAMPLE.COM/L/ABCD2345')), 67)).toEqual([
      ...['HK$12.00', '', 'Scan to', 'link', 'AlipayHK', 'and pay', '', '171 s'],
    ]);
  });

  it.each([
    [{ amount: 99_999, currency: 'HKD' }, ['HK$999.99', '']],
    [{ amount: 100_000, currency: 'HKD' }, ['HK$', '1,000.00', '']],
    [{ amount: 12_345_600, currency: 'HKD' }, ['HK$', '123,456.00', '']],
    [{ amount: 1_234_567_800, currency: 'IDR' }, ['IDR', '12,345,', '678.00']],
  ] as const)('cut no amount within its digits, and leave no word out for it: %j', (paid, amount) => {
    const code = 'HTTPS://K.EXAMPLE.COM/L/ABCD2345';
    const screen = screenOf({ kind: 'link-offered', wallet: 'alipayhk', code, leftMs: 171_000, money: paid });
    const lines = textOf(oledFrame(screen), 67);
    expect(lines.slice(0, 7)).toEqual([...amount, 'Scan to', 'link', 'AlipayHK', 'and pay', ''].slice(0, 7));
    expect(lines[7]).toBe('171 s');
  });

  it('stand below the digits, which are as large as they can be', () => {
    const frame = oledFrame(screenOf({ kind: 'link-opened', wallet: 'dana', digits: '47', leftMs: 99_001 }));
    expect(textOf(frame, 34, 5)[0]).toMatch(/^47/);
    expect(textOf(frame, 0, 1, 40)).toEqual(['Does your phone show', 'this number?', '100 s']);
  });

  it('show the amount large, whole sentences only, and the receipt at the bottom', () => {
    const pressed = oledFrame(screenOf({ kind: 'press-to-pay', money, leftMs: 15_000 }));
    expect(textOf(pressed, 0, 2)[0]).toBe('HK$12.00');
    expect(textOf(pressed, 0, 1, 16)).toEqual([
      'Press to pay',
      'Your linked wallet',
      'pays this amount.',
      '',
      '',
      '15 s',
    ]);
    const declined = oledFrame(screenOf({ kind: 'declined', money, reason: 'unlinked', receipt: 'K7MQ2' }));
    expect(textOf(declined, 0, 1, 16).at(-1)).toBe('# K7MQ2');
  });

  it('write what ASCII does not have as what it is called, or as a question mark', () => {
    const texts = [{ lang: 'zh', title: '请', body: '' }];
    const plain: Screen = { kind: 'armed', tone: 'ready', texts };
    expect(textOf(oledFrame({ ...plain, amount: '€12.00' }), 0, 2)[0]).toBe('EUR 12.00');
    expect(textOf(oledFrame(plain))[0]).toBe('?');
    const long = oledFrame({ ...plain, amount: 'IDR 123,456,789.00' });
    expect(textOf(long)[0]).toBe('IDR 123,456,789.00');
  });

  it('break between words, and nothing is lost or longer than its line', () => {
    const text = fc.array(fc.constantFrom(...'abc   '), { maxLength: 60 }).map((c) => c.join(''));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 21 }), (words, chars) => {
        const lines = wrapped(words, chars);
        for (const line of lines) {
          expect(line.length).toBeLessThanOrEqual(chars);
          expect(line).toBe(line.trim());
        }
        expect(lines.join('').replaceAll(' ', '')).toBe(words.replaceAll(' ', ''));
      }),
    );
  });
});

describe('a bitmap', () => {
  it('keeps each pixel by itself, and draws nothing outside', () => {
    const map = new Bitmap(16, 2);
    map.set(9, 1, true);
    map.fill(14, -1, 9, 2, true);
    expect([...map.bytes]).toEqual([0, 0b11, 0, 0b0100_0000]);
    map.set(9, 1, false);
    expect([map.isLit(9, 1), map.isLit(15, 0), map.isLit(16, 0), map.isLit(0, -1)]).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(() => new Bitmap(12, 1)).toThrow('expected a multiple of 8');
  });

  it('goes through a PNG unchanged, and a broken PNG is found out', () => {
    const map = new Bitmap(16, 3);
    map.write('a', 1, 0);
    const png = writePng(map);
    const { data } = readPng(png);
    for (let i = 0; i < 48; i++) expect(data[i * 4]).toBe(map.isLit(i % 16, Math.floor(i / 16)) ? 255 : 0);
    // In the middle of its pixels.
    png[44] = (png[44] ?? 0) ^ 1;
    expect(() => readPng(png)).toThrow(/png/);
  });
});
