import fc from 'fast-check';
import jsqr from 'jsqr';
import { expect, test } from 'vitest';
import { LINKED_ALPHABET, MEMBER_CODE_PATTERN } from '../../../../../protocol/linked-code.js';
import { qrPicture } from '../../../../../relay/linking/web/qr.js';

const PX = 4;

/** The picture as a camera sees it: each `M x y h1v1h-1z` is one dark module. */
function read(svg: string): string | undefined {
  const side = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]) * PX;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, x, y] of svg.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let row = 0; row < PX; row++) {
      const at = ((Number(y) * PX + row) * side + Number(x) * PX) * 4;
      for (let column = 0; column < PX; column++) pixels.fill(0, at + column * 4, at + column * 4 + 3);
    }
  }
  return jsqr.default(pixels, side, side)?.data;
}

const memberCode = fc
  .array(fc.constantFrom(...LINKED_ALPHABET), { minLength: 20, maxLength: 20 })
  .map((chars) => `QZM${chars.join('')}`);

test('a reader reads every member code as it is, from a picture of version 2', () => {
  fc.assert(
    fc.property(memberCode, (code) => {
      expect(code).toMatch(MEMBER_CODE_PATTERN);
      const { markup } = qrPicture(code, 'Your code');
      expect(markup).toContain('viewBox="0 0 33 33"');
      expect(read(markup)).toBe(code);
    }),
    { numRuns: 25 },
  );
});

test('a text outside of the alphanumeric set is read too, and its name is escaped', () => {
  const { markup } = qrPicture('https://pay.example/l/abc', 'Tom & "Jerry"');
  expect(read(markup)).toBe('https://pay.example/l/abc');
  expect(markup).toContain('aria-label="Tom &amp; &quot;Jerry&quot;"');
});
