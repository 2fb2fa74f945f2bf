import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bootTag,
  fromHex,
  newAttemptId,
  newNonce,
  newOrderId,
  nextChain,
  orderOf,
  receiptOf,
  tagFromNumber,
  tagToNumber,
  toHex,
} from '../../../protocol/ids.js';
import { CHAIN_MAX_BOOTS } from '../../../protocol/limits.js';

/** Bytes that count up, so that every id of a test is known. */
function counting() {
  let next = 0;
  return (n: number) => Uint8Array.from({ length: n }, () => next++ & 0xff);
}

test('ids have their lengths, and an attempt names its order', () => {
  const random = counting();
  const order = newOrderId(random);
  const attempt = newAttemptId(order, random);
  expect(order).toBe('0001020304050607');
  expect(attempt).toBe('000102030405060708090a0b0c0d0e0f');
  expect(orderOf(attempt)).toBe(order);
  expect(newAttemptId(order, random)).not.toBe(attempt);
  expect(newNonce(random)).toHaveLength(32);
  expect(bootTag('deadbeef00112233445566778899aabb')).toBe('deadbeef');
});

describe('hex', () => {
  test('round trip, also of a view into a larger buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(7), (bytes, shift) => {
        const larger = new Uint8Array(bytes.length + shift + 3);
        larger.set(bytes, shift);
        const hex = toHex(larger.subarray(shift, shift + bytes.length));
        expect(hex).toMatch(/^([0-9a-f]{2})+$/);
        expect([...fromHex(hex, bytes.length)]).toEqual([...bytes]);
      }),
    );
  });

  test.each(['', 'ab', 'abcde', 'abcdefab', 'ABCD', 'abcg', 'ab d', 'abc\n', '0xab', 'ａｂcd'])(
    '%j is no id of two bytes',
    (hex) => {
      expect(() => fromHex(hex, 2)).toThrow(/^id: found \d+ characters, expected 4 of 0-9 a-f$/);
    },
  );
});

test('a chain has this boot first, and forgets the oldest', () => {
  const boots = Array.from({ length: 12 }, (_, i) => `boot${i}`);
  const chain = boots.reduce<string[]>((earlier, own) => nextChain(own, earlier), []);
  expect(chain).toEqual(boots.slice(-CHAIN_MAX_BOOTS).reverse());
  expect(nextChain('own', [])).toEqual(['own']);
});

describe('a tag on the wire', () => {
  test('is its bytes, the first one lowest, and comes back as it was', () => {
    expect(tagToNumber('01020304')).toBe(0x04030201);
    expect(tagToNumber('000000ff')).toBe(0xff000000);
    expect(tagFromNumber(0x0a)).toBe('0a000000');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
        const number = tagToNumber(toHex(bytes));
        expect(number).toBe(Buffer.from(bytes).readUInt32LE(0));
        expect(tagFromNumber(number)).toBe(toHex(bytes));
      }),
    );
  });

  test.each(['', '0102030', '010203040', '0102030G', '0102030A'])('%j is none', (tag) => {
    expect(() => tagToNumber(tag)).toThrow(RangeError);
  });
});

describe('a receipt', () => {
  test('is the same for the same attempt, on every version', () => {
    expect(receiptOf('000102030405060708090a0b0c0d0e0f')).toBe('K7JHP');
    expect(receiptOf('00000000000000000000000000000000')).toBe('22222');
  });

  test('is its last eight bytes as one number to the base of thirty, lowest digit first, cut to five', () => {
    const digits = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const id = toHex(bytes);
        const places = [0n, 1n, 2n, 3n, 4n];
        const expected = places.map((n) => digits[Number((BigInt(`0x${id.slice(16)}`) / 30n ** n) % 30n)]);
        expect(receiptOf(id)).toBe(expected.join(''));
      }),
    );
    expect(receiptOf('f'.repeat(32))).toBe('H26T2');
  });

  test('has five characters that nobody mistakes when reading aloud', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(receiptOf(toHex(bytes))).toMatch(/^[2-9A-HJKMNP-TV-Z]{5}$/);
      }),
    );
  });

  test('comes from the attempt, not from its order', () => {
    const random = counting();
    const order = newOrderId(random);
    const receipts = new Set(Array.from({ length: 30 }, () => receiptOf(newAttemptId(order, random))));
    expect(receipts.size).toBe(30);
  });
});
