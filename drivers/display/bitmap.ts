import { CELL_HEIGHT, CELL_WIDTH, glyphOf } from './font.js';

/** Pixels that are lit or dark. Row by row from the top, eight to a byte, the leftmost in the highest bit. */
export class Bitmap {
  readonly width: number;
  readonly height: number;
  /** `width` must be a multiple of eight. */
  readonly bytes: Uint8Array;

  constructor(width: number, height: number) {
    if (width % 8 !== 0) throw new RangeError(`bitmap: found a width of ${width}, expected a multiple of 8`);
    this.width = width;
    this.height = height;
    this.bytes = new Uint8Array((width / 8) * height);
  }

  /** False outside. */
  isLit(x: number, y: number): boolean {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return false;
    return ((this.bytes[this.#at(x, y)] ?? 0) & bitOf(x)) !== 0;
  }

  /** What is outside is not drawn. */
  set(x: number, y: number, lit: boolean): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = this.#at(x, y);
    const before = this.bytes[at] ?? 0;
    this.bytes[at] = lit ? before | bitOf(x) : before & ~bitOf(x);
  }

  fill(left: number, top: number, width: number, height: number, lit: boolean): void {
    for (let y = top; y < top + height; y++) for (let x = left; x < left + width; x++) this.set(x, y, lit);
  }

  /** Lit characters of `scale` times 6 by 8 pixels. */
  write(text: string, left: number, top: number, scale = 1): void {
    for (const [place, character] of [...text].entries()) {
      const from = left + place * CELL_WIDTH * scale;
      for (const [column, bits] of glyphOf(character).entries()) {
        for (let row = 0; row < CELL_HEIGHT; row++) {
          if (bits & (1 << row)) this.fill(from + column * scale, top + row * scale, scale, scale, true);
        }
      }
    }
  }

  #at(x: number, y: number): number {
    return y * (this.width / 8) + (x >> 3);
  }
}

const bitOf = (x: number): number => 0x80 >> (x & 7);
