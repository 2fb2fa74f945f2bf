import { narrowBits, narrowCharacters, wideBits, wideCharacters } from './glyphs.js';

/** Text in shapes of 16 pixels' height: 8 wide, or 16 as Chinese is. */
export const GLYPH_HEIGHT = 16;

export type Glyph = {
  readonly width: 8 | 16;
  /** Rows from the top, each of `width / 8` bytes, the leftmost pixel in the highest bit. */
  readonly rows: Uint8Array;
};

function shapesOf(characters: string, bits: string, width: 8 | 16): [string, Glyph][] {
  const bytes = Buffer.from(bits, 'base64');
  const size = (width / 8) * GLYPH_HEIGHT;
  return [...characters].map((c, at) => [c, { width, rows: bytes.subarray(at * size, (at + 1) * size) }]);
}

const glyphs: ReadonlyMap<string, Glyph> = new Map([
  ...shapesOf(narrowCharacters, narrowBits, 8),
  ...shapesOf(wideCharacters, wideBits, 16),
]);
const unknown: Glyph = glyphs.get('?') ?? { width: 8, rows: new Uint8Array(GLYPH_HEIGHT) };

/** Of the question mark where the character has no shape. */
export const glyphOf = (character: string): Glyph => glyphs.get(character) ?? unknown;
export const canDraw = (text: string): boolean => [...text].every((character) => glyphs.has(character));
export const widthOf = (text: string): number => [...text].reduce((sum, c) => sum + glyphOf(c).width, 0);

/** Which pixels of the text are lit, counted from its left upper corner. */
export function eachPixel(text: string, lit: (x: number, y: number) => void): void {
  let left = 0;
  for (const character of text) {
    const { width, rows } = glyphOf(character);
    for (let y = 0; y < GLYPH_HEIGHT; y++) {
      for (let x = 0; x < width; x++) {
        if ((rows[y * (width / 8) + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) lit(left + x, y);
      }
    }
    left += width;
  }
}

/** Chinese characters and kana, which may be parted anywhere. Hangul may not: Korean is written in words. */
const han = '\\u2e80-\\u30ff\\u3190-\\u9fff\\uf900-\\uffef\\u{20000}-\\u{3ffff}';
/** What no line begins with: closing punctuation, and the signs of Japanese that belong to the kana before. */
const closing = '。，、．！？：；）」』》…,.!?:;)\\]"ーっゃゅょぁぃぅぇぉッャュョァィゥェォ々';
/** Where a line may end: behind a blank, and behind each character of these scripts unless one of those follows. */
const pieces = new RegExp(`[${han}][${closing}]*|[^\\s${han}]+|\\s+`, 'gu');

/** Lines of at most `most` pixels; a word that is longer is cut. */
export function wrappedText(text: string, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  const put = (piece: string): void => {
    if (widthOf(line + piece) <= most) {
      line += piece;
      return;
    }
    if (line.trim() !== '') lines.push(line.trim());
    line = piece.trimStart();
  };
  for (const piece of text.match(pieces) ?? []) {
    if (widthOf(piece) <= most) put(piece);
    else for (const character of piece) put(character);
  }
  if (line.trim() !== '') lines.push(line.trim());
  return lines;
}
