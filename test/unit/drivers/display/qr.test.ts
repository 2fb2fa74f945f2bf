// QR codes are kept while they show: a countdown draws the same one each second.
import { expect, it } from 'vitest';
import { modulesOf, qrOf } from '../../../../drivers/display/qr.js';

const codes = Array.from({ length: 9 }, (_, i) => `HTTPS://K.EXAMPLE.COM/L/ABCD234${i}`);
const drawn = (code: string): string => {
  const qr = qrOf(code, 29);
  if (!qr) throw new Error('no code');
  const places = Array.from({ length: qr.size }, (_, place) => place);
  return places.map((row) => places.map((column) => (qr.isDark(row, column) ? '#' : '.')).join('')).join('\n');
};

it('is the same object while it shows, and the right one after others', () => {
  const [first = ''] = codes;
  expect(qrOf(first, 29)).toBe(qrOf(first, 29));
  const before = drawn(first);
  const others = codes.slice(1).map(drawn);
  expect(new Set([before, ...others]).size).toBe(codes.length);
  expect(drawn(first)).toBe(before);
});

it('knows one that does not fit each time it is asked', () => {
  const long = `HTTPS://WALLET.EXAMPLE/${'A'.repeat(4_500)}`;
  for (let i = 0; i < 3; i++) expect([qrOf(long, 177), modulesOf(long)]).toEqual([undefined, Number.POSITIVE_INFINITY]);
});
