// What each small display shows, screen by screen and language by language, as pictures that a person has looked at.
// UPDATE_GOLDEN=1 writes them anew.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { View } from '../../../../agent/kiosk/view.js';
import { type Language, languages } from '../../../../agent/presentation/catalogue/index.js';
import { present } from '../../../../agent/presentation/present.js';
import type { Screen } from '../../../../drivers/contract/display.js';
import { Bitmap } from '../../../../drivers/display/bitmap.js';
import { colourFrame, colourModulesMost } from '../../../../drivers/display/colour-frame.js';
import { lcdLines } from '../../../../drivers/display/lcd-text.js';
import { OLED_QR_MODULES, oledFrame } from '../../../../drivers/display/oled-frame.js';
import { wideFrame } from '../../../../drivers/display/oled-wide.js';
import { readPng, readScreenshot, writeColourPng, writePng } from '../../../support/png.js';

const folder = fileURLToPath(new URL('../../../fixtures/displays/', import.meta.url));
const update = process.env['UPDATE_GOLDEN'] === '1';

const money = { amount: 3550, currency: 'HKD' } as const;
const code = 'HTTPS://K.EXAMPLE.COM/L/ABCD2345';
const views: readonly View[] = [
  { kind: 'idle' },
  { kind: 'armed', money, reference: 'A-12' },
  { kind: 'armed', money, reference: 'A-12', notice: { kind: 'scan-rejected', reason: 'merchant-presented' } },
  { kind: 'busy', money },
  { kind: 'confirm-on-phone', money, leftMs: 41_000 },
  { kind: 'press-to-pay', money, leftMs: 17_000 },
  { kind: 'vending', money },
  { kind: 'approved', money, receipt: 'K7MQ2' },
  { kind: 'declined', money, reason: 'insufficient-funds', receipt: 'K7MQ2' },
  { kind: 'operator', money, receipt: 'K7MQ2' },
  { kind: 'out-of-service', reason: 'relay' },
  { kind: 'link-offered', wallet: 'alipayhk', code, leftMs: 171_000, money },
  { kind: 'link-opened', wallet: 'alipayhk', digits: '47', leftMs: 150_000, money },
];
/** As a kiosk of that country would have it: its language, and English behind it. */
const screensIn = (language: Language): Screen[] => {
  const shown: readonly Language[] = language === 'en' ? ['en'] : [language, 'en'];
  return views.map((view) => present(view, shown, { links: [] }).screen);
};

const COLUMNS = 4;
const GAP = 8;

/** One sheet of all of them, on grey. */
function sheetOf<T>(
  frames: readonly T[],
  side: { width: number; height: number },
  put: (frame: T, x: number, y: number) => void,
) {
  const rows = Math.ceil(frames.length / COLUMNS);
  for (const [at, frame] of frames.entries()) {
    put(frame, GAP + (at % COLUMNS) * (side.width + GAP), GAP + Math.floor(at / COLUMNS) * (side.height + GAP));
  }
  return { width: GAP + COLUMNS * (side.width + GAP), height: GAP + rows * (side.height + GAP) };
}

function compare(name: string, png: Buffer, read: (png: Buffer) => { data: Uint8ClampedArray }): void {
  if (update) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}${name}`, png);
  }
  const golden = read(readFileSync(`${folder}${name}`)).data;
  const now = read(png).data;
  expect(now.length).toBe(golden.length);
  // Not toEqual: a million numbers are no message.
  expect(
    Buffer.compare(Buffer.from(now), Buffer.from(golden)),
    `${name} differs; UPDATE_GOLDEN=1 writes it anew, and look at it then`,
  ).toBe(0);
}

it.each(languages)('OLED, 128x64, %s', (language) => {
  const frames = screensIn(language).map((screen) => wideFrame(screen, 0) ?? oledFrame(screen, OLED_QR_MODULES));
  const size = { width: 128, height: 64 };
  const sheet = new Bitmap(...(Object.values(sheetOf(frames, size, () => {})) as [number, number]));
  // A frame of light around each, to see what is cut.
  sheetOf(frames, size, (frame, left, top) => {
    sheet.fill(left - 1, top - 1, size.width + 2, size.height + 2, true);
    for (let y = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++) sheet.set(left + x, top + y, frame.isLit(x, y));
    }
  });
  compare(`oled-${language}.png`, writePng(sheet), readPng);
});

it.each(languages)('colour, 240x240, %s', (language) => {
  const size = { width: 240, height: 240 };
  const most = { ...size, modulesMost: colourModulesMost(240, 240) };
  const frames = screensIn(language).map((screen) => colourFrame(screen, most));
  const { width, height } = sheetOf(frames, size, () => {});
  const pixels = new Uint32Array(width * height).fill(0x808080);
  sheetOf(frames, size, (frame, left, top) => {
    for (let y = 0; y < size.height; y++) {
      pixels.set(frame.pixels.subarray(y * size.width, (y + 1) * size.width), (top + y) * width + left);
    }
  });
  compare(`colour-${language}.png`, writeColourPng(width, height, pixels), readScreenshot);
});

it.each([
  [16, 2],
  [20, 4],
])('character LCD, %ix%i', (columns, rows) => {
  const shown = screensIn('en').map((screen) => {
    const pages = [0, 1, 2, 3].map((page) => lcdLines(screen, { columns, rows }, page));
    // A line of each page beside that of the next.
    const lines = Array.from({ length: rows }, (_, row) => pages.map((page) => `|${page[row]}|`).join('  '));
    return [screen.kind, ...lines].join('\n');
  });
  const text = `${shown.join('\n\n')}\n`;
  const file = `${folder}lcd-${columns}x${rows}.txt`;
  if (update) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
});
