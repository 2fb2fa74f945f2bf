import type { Screen, ScreenText } from '../contract/display.js';
import { Bitmap } from './bitmap.js';
import { CELL_HEIGHT, CELL_WIDTH } from './font.js';
import { qrOf } from './qr.js';

/**
 * A screen as the pixels of a small display (SSD1306, SSD1309, SH1106; reference devices/gpio-display.md section 7). Pure:
 * whoever drives the display sends them. ASCII words only: of the screen's languages it shows the first that is.
 */

export const OLED_WIDTH = 128;
export const OLED_HEIGHT = 64;
/** Version 3. A phone needs two pixels a module on glass this small, and version 4 would be 66 of 64. */
export const OLED_QR_MODULES = 29;
const MODULE_PIXELS = 2;

/** Between the lit square of the code and the words. */
const GAP = 3;
const DIGIT_SCALE = 5;
const AMOUNT_SCALE = 2;
const LINE_CHARS = Math.floor(OLED_WIDTH / CELL_WIDTH);
const LINES = OLED_HEIGHT / CELL_HEIGHT;

/** Signs of money that ASCII does not have. */
const signs: readonly (readonly [string, string])[] = [
  ['€', 'EUR '],
  ['£', 'GBP '],
];
export const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);
export const plain = (text: string): string =>
  signs.reduce((sum, [sign, name]) => sum.replaceAll(sign, name), text).replace(/[^\x20-\x7e]/gu, '?');

function wordsOf({ texts }: Screen): Pick<ScreenText, 'title' | 'body'> {
  const found = texts.find(({ title, body }) => isPlain(title + body)) ?? texts[0];
  return { title: plain(found?.title ?? ''), body: plain(found?.body ?? '') };
}

/** Lines of at most `chars`, broken between words; a word that is longer is cut. */
export function wrapped(text: string, chars: number): string[] {
  const lines: string[] = [];
  let line = '';
  const pieces = text.split(' ').flatMap((word) => word.match(new RegExp(`.{1,${chars}}`, 'g')) ?? []);
  for (const piece of pieces) {
    const longer = line === '' ? piece : `${line} ${piece}`;
    if (longer.length <= chars) {
      line = longer;
      continue;
    }
    lines.push(line);
    line = piece;
  }
  return line === '' ? lines : [...lines, line];
}

export const secondsOf = ({ leftMs }: Screen): string => (leftMs === undefined ? '' : `${Math.ceil(leftMs / 1000)} s`);

/** A lit square with the code dark in it: the light around it is its quiet zone. */
function drawCode(frame: Bitmap, code: string, modulesMost: number): boolean {
  const qr = qrOf(code, Math.min(modulesMost, OLED_QR_MODULES));
  if (!qr) return false;
  frame.fill(0, 0, OLED_HEIGHT, OLED_HEIGHT, true);
  const margin = Math.floor((OLED_HEIGHT - qr.size * MODULE_PIXELS) / 2);
  for (let row = 0; row < qr.size; row++) {
    for (let column = 0; column < qr.size; column++) {
      if (!qr.isDark(row, column)) continue;
      const [x, y] = [margin + column * MODULE_PIXELS, margin + row * MODULE_PIXELS];
      frame.fill(x, y, MODULE_PIXELS, MODULE_PIXELS, false);
    }
  }
  return true;
}

const roomBelow = (top: number, last: string): number => LINES - Math.ceil(top / CELL_HEIGHT) - (last === '' ? 0 : 1);

/** The lines of as many whole sentences as there is room for: half of one may say the opposite. */
function sentences(text: string, room: number): string[] {
  let lines: string[] = [];
  let said = '';
  for (const sentence of text.match(/[^.!?]+[.!?]*\s*/g) ?? []) {
    said += sentence;
    const longer = wrapped(said.trim(), LINE_CHARS);
    if (longer.length > room) break;
    lines = longer;
  }
  return lines;
}

/** Lines from the top, and one at the bottom that has its place whatever stands above it. */
function writeLines(frame: Bitmap, lines: readonly string[], last: string, left = 0, top = 0): void {
  const room = roomBelow(top, last);
  for (const [place, line] of lines.slice(0, room).entries()) frame.write(line, left, top + place * CELL_HEIGHT);
  frame.write(last, left, OLED_HEIGHT - CELL_HEIGHT);
}

/** On one line, or its currency on a line of its own and the number broken behind a comma alone: "1,000.0" is another one. */
function amountLines(amount: string, chars: number): string[] {
  if (amount.length <= chars) return [amount];
  const number = Math.max(0, amount.search(/\d/));
  const lines: string[] = [];
  let line = '';
  for (const group of amount.slice(number).match(/[^,]+,?/g) ?? []) {
    if (line !== '' && line.length + group.length > chars) {
      lines.push(line);
      line = '';
    }
    line += group;
  }
  return [amount.slice(0, number).trim(), ...lines, line];
}

function withCode(frame: Bitmap, screen: Screen): void {
  const left = OLED_HEIGHT + GAP;
  const chars = Math.floor((OLED_WIDTH - left) / CELL_WIDTH);
  const [amount, seconds] = [amountLines(plain(screen.amount ?? ''), chars), secondsOf(screen)];
  const title = wrapped(wordsOf(screen).title, chars);
  const parted = amount.length + 1 + title.length <= roomBelow(0, seconds);
  const lines = screen.amount === undefined ? title : [...amount, ...(parted ? [''] : []), ...title];
  writeLines(frame, lines, seconds, left);
}

function withDigits(frame: Bitmap, screen: Screen, digits: string): void {
  const left = Math.floor((OLED_WIDTH - digits.length * CELL_WIDTH * DIGIT_SCALE) / 2);
  frame.write(digits, left, 0, DIGIT_SCALE);
  writeLines(frame, wrapped(wordsOf(screen).title, LINE_CHARS), secondsOf(screen), 0, CELL_HEIGHT * DIGIT_SCALE);
}

function withWords(frame: Bitmap, screen: Screen): void {
  const amount = plain(screen.amount ?? '');
  const large = amount !== '' && amount.length * CELL_WIDTH * AMOUNT_SCALE <= OLED_WIDTH;
  if (large) frame.write(amount, 0, 0, AMOUNT_SCALE);
  const { title, body } = wordsOf(screen);
  const top = large ? CELL_HEIGHT * AMOUNT_SCALE : 0;
  const last = screen.receipt === undefined ? secondsOf(screen) : `# ${plain(screen.receipt)}`;
  const head = [large ? '' : amount, title].flatMap((text) => wrapped(text, LINE_CHARS));
  writeLines(frame, [...head, ...sentences(body, roomBelow(top, last) - head.length)], last, 0, top);
}

/** Lit words on dark; a code dark on a lit square; two digits as large as they can be. */
export function oledFrame(screen: Screen, modulesMost = OLED_QR_MODULES): Bitmap {
  const frame = new Bitmap(OLED_WIDTH, OLED_HEIGHT);
  if (screen.code !== undefined && drawCode(frame, screen.code, modulesMost)) withCode(frame, screen);
  else if (screen.digits !== undefined) withDigits(frame, screen, plain(screen.digits));
  else withWords(frame, screen);
  return frame;
}
