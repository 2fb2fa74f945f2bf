import type { Screen } from '../contract/display.js';
import { isPlain, plain, secondsOf, wrapped } from './oled-frame.js';

/**
 * A screen as the characters of an HD44780: amount, digits and seconds always in the first line, below them page by page
 * the title and the text. Pure. Words of ASCII only: of the screen's languages it shows the first that is.
 */
export type LcdSize = { readonly columns: number; readonly rows: number };

/** The ROM A00 has a yen and two arrows where ASCII has these. */
const others: readonly (readonly [string, string])[] = [
  ['\\', '/'],
  ['~', '-'],
  ['\x7f', '?'],
];
const drawn = (text: string): string => others.reduce((sum, [from, to]) => sum.replaceAll(from, to), plain(text));

function wordsOf({ texts }: Screen): string[] {
  const { title, body } = texts.find((text) => isPlain(text.title + text.body)) ?? { title: '', body: '' };
  return [title, body];
}

/** Two ends of one line, or of two where one is too short: no digit of an amount is ever cut. */
function headOf(screen: Screen, columns: number): string[] {
  const left = [screen.amount, screen.digits && `[${screen.digits}]`].filter((t) => t !== undefined).map(plain);
  const right = secondsOf(screen);
  const space = columns - left.join(' ').length - right.length;
  if (space >= 1) return [left.join(' ') + ' '.repeat(space) + right].filter((line) => line.trim() !== '');
  return [...left, right].filter((line) => line !== '');
}

/** Lines of exactly `columns` characters. */
export function lcdLines(screen: Screen | undefined, { columns, rows }: LcdSize, page = 0): string[] {
  const blank = ' '.repeat(columns);
  if (!screen) return Array.from({ length: rows }, () => blank);
  const head = headOf(screen, columns);
  const words = [...wordsOf(screen), screen.receipt === undefined ? '' : `# ${screen.receipt}`];
  const text = words.flatMap((part) => wrapped(drawn(part), columns));
  // Where the head leaves no line, all of it is paged.
  const room = rows - head.length;
  const [fixed, paged, each] = room > 0 ? [head, text, room] : [[], [...head, ...text], rows];
  const from = (page % Math.max(1, Math.ceil(paged.length / each))) * each;
  const lines = [...fixed, ...paged.slice(from, from + each)];
  return Array.from({ length: rows }, (_, row) => (lines[row] ?? '').slice(0, columns).padEnd(columns));
}
