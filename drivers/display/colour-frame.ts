import type { Screen, ScreenTone } from '../contract/display.js';
import { eachPixel, GLYPH_HEIGHT, widthOf, wrappedText } from './glyphs/text.js';
import { plain, secondsOf } from './oled-frame.js';
import { QUIET_MODULES, qrOf } from './qr.js';

/** A colour, 0xRRGGBB. */
export type Colour = number;

const WHITE = 0xffffff;
const BLACK = 0x000000;

/** Of the ground; the words are white on each. */
const grounds: Readonly<Record<ScreenTone, Colour>> = {
  neutral: 0x102038,
  ready: 0x0b4a8f,
  working: 0x3a3a3a,
  attention: 0x8a4b00,
  good: 0x0b6b2e,
  bad: 0x9b1c1c,
  closed: 0x000000,
};

/** Row by row from the top. */
export class ColourFrame {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;

  constructor(width: number, height: number, ground: Colour) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint32Array(width * height).fill(ground);
  }

  /** What is outside is not drawn. */
  fill(left: number, top: number, width: number, height: number, colour: Colour): void {
    const [from, to] = [Math.max(0, left), Math.min(this.width, left + width)];
    if (to <= from) return;
    for (let y = Math.max(0, top); y < Math.min(this.height, top + height); y++) {
      this.pixels.fill(colour, y * this.width + from, y * this.width + to);
    }
  }

  write(text: string, left: number, top: number, scale: number): void {
    eachPixel(text, (x, y) => this.fill(left + x * scale, top + y * scale, scale, scale, WHITE));
  }
}

const MARGIN = 4;

/** In the middle of the top, on a light square with its quiet zone. @returns the rows it takes */
function drawCode(frame: ColourFrame, code: string, modulesMost: number): number {
  const qr = qrOf(code, modulesMost);
  if (!qr) return 0;
  const modules = qr.size + 2 * QUIET_MODULES;
  // Room for the amount and the seconds below, where modules stay large enough for it.
  const roomy = Math.floor(Math.min(frame.width, frame.height - 2 * GLYPH_HEIGHT) / modules);
  const scale = roomy >= 4 ? roomy : Math.floor(Math.min(frame.width, frame.height) / modules);
  if (scale < 2) return 0;
  const side = modules * scale;
  const left = Math.floor((frame.width - side) / 2);
  frame.fill(left, 0, side, side, WHITE);
  for (let row = 0; row < qr.size; row++) {
    for (let column = 0; column < qr.size; column++) {
      if (!qr.isDark(row, column)) continue;
      const [x, y] = [left + (column + QUIET_MODULES) * scale, (row + QUIET_MODULES) * scale];
      frame.fill(x, y, scale, scale, BLACK);
    }
  }
  return side;
}

type Line = { readonly text: string; readonly scale: number };

const linesOf = (text: string, width: number, scale: number): Line[] =>
  wrappedText(text, Math.floor((width - 2 * MARGIN) / scale)).map((line) => ({ text: line, scale }));

/** As large as it can be on one line, up to `most`. */
const largest = (text: string, width: number, most: number): number =>
  Math.max(1, Math.min(most, Math.floor((width - 2 * MARGIN) / Math.max(1, widthOf(text)))));

/** What must be seen, in this order. */
function headOf({ amount, digits, receipt, code }: Screen, width: number): Line[][] {
  const one = (text: string | undefined, most: number): Line[] =>
    text === undefined ? [] : [{ text, scale: largest(text, width, most) }];
  return [
    one(digits, 6),
    one(amount === undefined ? undefined : plain(amount), code === undefined ? 3 : 1),
    one(receipt === undefined ? undefined : `# ${plain(receipt)}`, 1),
  ];
}

/** How large the titles are: of the main language, and of the others. The first that leaves room for every word. */
const titleScales = [
  [2, 2],
  [2, 1],
  [1, 1],
] as const;

/**
 * Language by language, the main one first. Where not all of it has room, the main one is at least whole where it can be: a
 * title alone ("not enough money") would not say that nothing was charged.
 */
function wordsOf({ texts }: Screen, width: number, room: number): Line[][] {
  const words = ([main, others]: readonly [number, number]): Line[][] =>
    texts.flatMap(({ title, body }, at) => [linesOf(title, width, at === 0 ? main : others), linesOf(body, width, 1)]);
  const fits = (parts: readonly Line[][], most: number) => parts.reduce((sum, part) => sum + heightOf(part), 0) <= most;
  const whole = titleScales.map(words).find((parts) => fits(parts, room));
  return whole ?? titleScales.map(words).find((parts) => fits(parts.slice(0, 2), room)) ?? words([1, 1]);
}

const heightOf = (lines: readonly Line[]): number => lines.reduce((sum, { scale }) => sum + GLYPH_HEIGHT * scale, 0);

/** The largest QR code that a phone reads from it: three pixels a module, with the quiet zone. */
export const colourModulesMost = (width: number, height: number): number => {
  const fits = Math.floor(Math.min(width, height) / 3) - 2 * QUIET_MODULES;
  return fits < 21 ? 0 : 21 + Math.floor((fits - 21) / 4) * 4;
};

/** The screen in its tone's colour, a code in its largest form; undefined: black. */
export function colourFrame(
  screen: Screen | undefined,
  { width, height, modulesMost }: { readonly width: number; readonly height: number; readonly modulesMost: number },
): ColourFrame {
  const frame = new ColourFrame(width, height, screen ? grounds[screen.tone] : BLACK);
  if (!screen) return frame;
  let top = screen.code === undefined ? 0 : drawCode(frame, screen.code, modulesMost);
  const seconds = secondsOf(screen);
  const bottom = height - (seconds === '' ? 0 : GLYPH_HEIGHT);
  if (seconds !== '' && top <= bottom) frame.write(seconds, MARGIN, bottom, 1);
  // A text that has no room as a whole is left out, for half may say the opposite.
  const put = (parts: readonly Line[][]): void => {
    for (const lines of parts) {
      if (top + heightOf(lines) > bottom) continue;
      for (const { text, scale } of lines) {
        frame.write(text, MARGIN, top, scale);
        top += GLYPH_HEIGHT * scale;
      }
    }
  };
  put(headOf(screen, width));
  put(wordsOf(screen, width, bottom - top));
  return frame;
}
