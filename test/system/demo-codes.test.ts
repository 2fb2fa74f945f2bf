import { randomBytes } from 'node:crypto';
import { TlvFactory } from 'ber-tlv';
import { describe, expect, test } from 'vitest';
import { barsSvg } from '../../deploy/demo/bars.js';
import { bytesOf, findCard, type PhoneCard, phoneCards, pictureOf } from '../../deploy/demo/codes.js';

/** What the phone of the demo's page shows. */

const card = (id: string): PhoneCard => {
  const found = findCard(id);
  if (!found) throw new Error(`no card ${id}`);
  return found;
};
const fresh = (id: string): string => card(id).fresh(randomBytes);
const wallets = phoneCards.filter(({ kind }) => kind !== 'wrong').map(({ id }) => id);

test.each(wallets)('%s: another code each time', (id) => {
  expect(new Set(Array.from({ length: 50 }, () => fresh(id))).size).toBe(50);
});

test('EMV: Base64 of the header and one application with a test PAN and a cryptogram, short enough for Antom', () => {
  const text = fresh('emv');
  expect(text).toMatch(/^hQVDUFYwMW[A-Za-z0-9+/]+={0,2}$/);
  expect(text.length).toBeLessThanOrEqual(128);
  const [header, application, ...rest] = TlvFactory.parse(Buffer.from(text, 'base64'));
  expect(rest).toEqual([]);
  expect([header?.tag, header?.value.toString('latin1')]).toEqual(['85', 'CPV01']);
  expect(application?.tag).toBe('61');
  // The peer enters what is constructed by its first byte; 63 is.
  const fields = new Map((application?.items ?? []).map((item) => [item.tag, item]));
  expect([...fields.keys()]).toEqual(['4F', '50', '57', '63']);
  expect(fields.get('4F')?.value.toString('hex')).toBe('a0000000031010');
  expect(fields.get('50')?.value.toString('latin1')).toBe('VISA');
  expect(fields.get('57')?.value.toString('hex')).toMatch(/^4761739001010119d\d{10}f$/);
  const inner = (fields.get('63')?.items ?? []).map((item) => [item.tag, item.value.length]);
  expect(inner).toEqual([
    ['9F26', 8],
    ['9F27', 1],
    ['9F36', 2],
    ['9F37', 4],
  ]);
});

test('JKOPay: 18 letters and digits, a letter always among them', () => {
  for (let i = 0; i < 200; i++) expect(fresh('jkopay')).toMatch(/^22(?=[0-9A-Z]*[A-Z])[0-9A-Z]{16}$/);
});

/** CRC-16/CCITT-FALSE, by another road than the demo's: table-driven. */
function crc(bytes: Uint8Array): number {
  const table = Array.from({ length: 256 }, (_, i) => {
    let entry = i << 8;
    for (let bit = 0; bit < 8; bit++) entry = entry & 0x8000 ? (entry << 1) ^ 0x1021 : entry << 1;
    return entry & 0xffff;
  });
  return bytes.reduce((sum, byte) => ((sum << 8) & 0xffff) ^ (table[(sum >> 8) ^ byte] ?? 0), 0xffff);
}

test('the shop’s code is merchant-presented and its check sum is right', () => {
  expect(crc(Buffer.from('123456789'))).toBe(0x29b1);
  const text = fresh('shop');
  expect(text).toMatch(/^000201.*6304[0-9A-F]{4}$/);
  expect(
    crc(Buffer.from(text.slice(0, -4)))
      .toString(16)
      .toUpperCase()
      .padStart(4, '0'),
  ).toBe(text.slice(-4));
});

describe('the product’s barcode', () => {
  // Widths of the four bars of each digit, from the left of the left half; GS1 General Specifications, figure 5.2.1-2.
  const widths = ['3211', '2221', '2122', '1411', '1132', '1231', '1114', '1312', '1213', '3112'];
  const back = (text: string): string => [...text].reverse().join('');

  test('has a right check digit', () => {
    const digits = [...fresh('product')].map(Number);
    expect(digits).toHaveLength(13);
    expect(digits.reduce((sum, digit, at) => sum + digit * (at % 2 === 0 ? 1 : 3), 0) % 10).toBe(0);
  });

  test.each(['4006381333931', '9780306406157', '0012345678905'])('%s reads back from its bars', (text) => {
    const dark = new Set([...barsSvg(text).matchAll(/M(\d+) 0h1v/g)].map(([, at]) => Number(at) - 11));
    const bits = Array.from({ length: 95 }, (_, at) => (dark.has(at) ? '1' : '0')).join('');
    expect([bits.slice(0, 3), bits.slice(45, 50), bits.slice(92)]).toEqual(['101', '01010', '101']);
    const read = (from: number, side: 'left' | 'right'): [digit: number, even: boolean] => {
      const runs = (bits.slice(from, from + 7).match(/0+|1+/g) ?? []).map((run) => run.length).join('');
      expect(bits[from]).toBe(side === 'left' ? '0' : '1');
      const even = side === 'left' && !widths.includes(runs);
      return [widths.indexOf(even ? back(runs) : runs), even];
    };
    const left = Array.from({ length: 6 }, (_, i) => read(3 + i * 7, 'left'));
    const right = Array.from({ length: 6 }, (_, i) => read(50 + i * 7, 'right'));
    expect([...left, ...right].map(([digit]) => digit).join('')).toBe(text.slice(1));
    // Digits of even parity stand where the first digit says; figure 5.2.1-4 for 4, 9 and 0.
    const parity = left.map(([, even]) => (even ? 'B' : 'A')).join('');
    expect(parity).toBe({ '4': 'ABAABB', '9': 'ABBABA', '0': 'AAAAAA' }[text[0] ?? '']);
  });
});

test('a code half hidden reaches the scanner in half, and without its end', () => {
  const half = card('half-hidden');
  const text = half.fresh(randomBytes);
  expect(Buffer.from(bytesOf(half, text)).toString()).toBe(text.slice(0, 12));
  expect(Buffer.from(bytesOf(card('alipay'), '28')).toString()).toBe('28\r');
  expect(pictureOf(half, text)).not.toBe(pictureOf(card('alipayplus'), text));
});

test.each(phoneCards)('$id: its picture is one that a browser draws', (shown) => {
  expect(pictureOf(shown, shown.fresh(randomBytes))).toMatch(/^<svg xmlns="[^"]+" viewBox="0 0 \d+ \d+".*<\/svg>$/);
});
