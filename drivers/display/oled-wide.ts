import type { Screen, ScreenText } from '../contract/display.js';
import { Bitmap } from './bitmap.js';
import { canDraw, eachPixel, GLYPH_HEIGHT, wrappedText } from './glyphs/text.js';
import { isPlain, OLED_HEIGHT, OLED_WIDTH, plain, secondsOf } from './oled-frame.js';

/**
 * A screen whose main language has wide characters (Chinese), on 128 by 64 pixels: amount and seconds always in the first
 * line, below it page by page the title and the text.
 */

const LINES = OLED_HEIGHT / GLYPH_HEIGHT;

function write(frame: Bitmap, text: string, left: number, line: number): void {
  eachPixel(text, (x, y) => frame.set(left + x, line * GLYPH_HEIGHT + y, true));
}

const linesOf = ({ title, body }: ScreenText, receipt: string | undefined): string[] =>
  [title, body, receipt === undefined ? '' : `# ${plain(receipt)}`].flatMap((text) => wrappedText(text, OLED_WIDTH));

/** @returns undefined where `oledFrame` shows it: words of ASCII first, a code, digits */
export function wideFrame(screen: Screen, page: number): Bitmap | undefined {
  const first = screen.texts[0];
  if (!first || screen.code !== undefined || screen.digits !== undefined) return undefined;
  if (isPlain(first.title + first.body) || !canDraw(first.title)) return undefined;
  const frame = new Bitmap(OLED_WIDTH, OLED_HEIGHT);
  const [amount, seconds] = [plain(screen.amount ?? ''), secondsOf(screen)];
  const parted = (amount.length + seconds.length + 1) * 8 > OLED_WIDTH;
  const head = parted ? [amount, seconds] : [`${amount}${' '.repeat(16 - amount.length - seconds.length)}${seconds}`];
  const used = head.filter((line) => line.trim() !== '');
  const room = LINES - used.length;
  const lines = linesOf(first, screen.receipt);
  const from = (page % Math.max(1, Math.ceil(lines.length / room))) * room;
  for (const [place, line] of [...used, ...lines.slice(from, from + room)].entries()) write(frame, line, 0, place);
  return frame;
}
