// Small displays as their customer sees them: pictures rebuilt from what the parts were sent, and words found in them.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../drivers/clock.js';
import type { Display } from '../../../drivers/contract/display.js';
import { Bitmap } from '../../../drivers/display/bitmap.js';
import { CELL_HEIGHT, CELL_WIDTH } from '../../../drivers/display/font.js';
import { FramebufferDisplay } from '../../../drivers/display/framebuffer.js';
import { eachPixel, GLYPH_HEIGHT, widthOf } from '../../../drivers/display/glyphs/text.js';
import { LcdDisplay } from '../../../drivers/display/hd44780.js';
import { type OledChip, OledDisplay } from '../../../drivers/display/ssd1306.js';
import { VirtualI2cBus } from '../../../drivers/i2c/virtual.js';
import { LcdModel, OledModel } from '../../support/i2c-displays.js';
import { readQr } from '../../support/qr-reader.js';

export type PanelRig = {
  readonly display: Display;
  shows(words: string): boolean;
  scanned(): string | undefined;
  breakAway(): Promise<void>;
  close(): Promise<void>;
};

type Grid = { readonly width: number; readonly height: number; readonly isLit: (x: number, y: number) => boolean };

/** Which pixels of a word are lit; the others of its box are dark. */
type Shape = { readonly width: number; readonly height: number; readonly lit: readonly (readonly [number, number])[] };

/** A word in the small font of ASCII, or in the one of 16 pixels. */
function shapeOf(word: string, font: 'small' | 'tall', scale: number): Shape {
  const lit: [number, number][] = [];
  const put = (x: number, y: number) => {
    for (let at = 0; at < scale * scale; at++) lit.push([x * scale + (at % scale), y * scale + Math.floor(at / scale)]);
  };
  if (font === 'tall') {
    eachPixel(word, put);
    return { width: widthOf(word) * scale, height: GLYPH_HEIGHT * scale, lit };
  }
  const shape = new Bitmap(Math.ceil((word.length * CELL_WIDTH) / 8) * 8, CELL_HEIGHT);
  shape.write(word, 0, 0);
  for (let y = 0; y < CELL_HEIGHT; y++) for (let x = 0; x < shape.width; x++) if (shape.isLit(x, y)) put(x, y);
  // Without the empty column behind the last character, which may be cut off.
  return { width: (word.length * CELL_WIDTH - 1) * scale, height: CELL_HEIGHT * scale, lit };
}

/** The lit ones first: most of a screen is dark. */
function isAt(grid: Grid, { width, height, lit }: Shape, left: number, top: number): boolean {
  if (!lit.every(([x, y]) => grid.isLit(left + x, top + y))) return false;
  let count = 0;
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (grid.isLit(left + x, top + y)) count++;
  return count === lit.length;
}

function isIn(grid: Grid, shape: Shape): boolean {
  for (let top = 0; top + shape.height <= grid.height; top++) {
    for (let left = 0; left + shape.width <= grid.width; left++) if (isAt(grid, shape, left, top)) return true;
  }
  return false;
}

/** Each word, as a line may end between them. */
function showsOn(grid: Grid, words: string, fonts: readonly (readonly ['small' | 'tall', number])[]): boolean {
  return words.split(' ').every((word) => fonts.some(([font, scale]) => isIn(grid, shapeOf(word, font, scale))));
}

const pictureOf = ({ width, height, isLit }: Grid) => {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.fill(isLit(x, y) ? 255 : 0, (y * width + x) * 4, (y * width + x) * 4 + 3);
  }
  return { width, height, data };
};

export const oledRig =
  (chip: OledChip) =>
  async (qrModulesMost?: number): Promise<PanelRig> => {
    const bus = new VirtualI2cBus({ present: [0x3c] });
    const model = new OledModel(chip);
    let taken = 0;
    const grid = (): Grid => {
      for (; taken < bus.messages.length; taken++) model.take(bus.messages[taken] as (typeof bus.messages)[number]);
      return { width: 128, height: 64, isLit: (x, y) => model.isLit(x, y) };
    };
    const most = qrModulesMost === undefined ? {} : { qrModulesMost };
    return {
      display: new OledDisplay({ chip, bus, address: 0x3c, clock: systemClock, ...most }),
      shows: (words) =>
        showsOn(grid(), words, [
          ['small', 1],
          ['small', 2],
          ['small', 5],
        ]),
      scanned: () => readQr(pictureOf(grid())),
      async breakAway() {
        bus.present.clear();
      },
      close: () => bus.close(),
    };
  };

/** Its lines are too short for a whole screen: what it has shown since the newest screen counts. */
export const lcdRig = (columns: number, rows: number) => async (): Promise<PanelRig> => {
  const bus = new VirtualI2cBus({ present: [0x27] });
  const model = new LcdModel();
  let taken = 0;
  const text = (): string => {
    for (; taken < bus.messages.length; taken++) model.take(bus.messages[taken] as (typeof bus.messages)[number]);
    return Array.from({ length: rows }, (_, row) => model.line(row, columns)).join('\n');
  };
  const size = { columns, rows };
  return {
    display: new LcdDisplay({ bus, address: 0x27, clock: systemClock, ...size }),
    shows: (words) => words.split(' ').every((word) => text().includes(word)),
    scanned: () => undefined,
    async breakAway() {
      bus.present.clear();
    },
    close: () => bus.close(),
  };
};

/** A file in place of the panel's node: 16 bits a pixel. */
export const framebufferRig = async (qrModulesMost?: number): Promise<PanelRig> => {
  const root = mkdtempSync(join(tmpdir(), 'quietzone-fb-'));
  const [node, folder] = [join(root, 'fb1'), join(root, 'class/graphics/fb1')];
  mkdirSync(folder, { recursive: true });
  for (const [name, value] of Object.entries({ virtual_size: '240,240', bits_per_pixel: '16', stride: '480' }))
    writeFileSync(join(folder, name), `${value}\n`);
  writeFileSync(node, Buffer.alloc(480 * 240));
  const grid = (): Grid => {
    const bytes = existsSync(node) ? readFileSync(node) : Buffer.alloc(480 * 240);
    return { width: 240, height: 240, isLit: (x, y) => bytes.readUInt16LE(y * 480 + x * 2) === 0xffff };
  };
  const most = qrModulesMost === undefined ? {} : { qrModulesMost };
  return {
    display: new FramebufferDisplay({ name: 'fb1', clock: systemClock, sysRoot: root, devRoot: root, ...most }),
    shows: (words) =>
      showsOn(grid(), words, [
        ['tall', 1],
        ['tall', 2],
        ['tall', 3],
        ['tall', 6],
      ]),
    scanned: () => readQr(pictureOf(grid())),
    async breakAway() {
      rmSync(node);
      rmSync(folder, { recursive: true });
    },
    async close() {
      rmSync(root, { recursive: true, force: true });
    },
  };
};
