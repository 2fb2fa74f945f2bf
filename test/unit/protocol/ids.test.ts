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

describe('a receipt', () => {
  test('is the same for the same attempt, on every version', () => {
    expect(receiptOf('000102030405060708090a0b0c0d0e0f')).toBe('K7JHP');
    expect(receiptOf('00000000000000000000000000000000')).toBe('22222');
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
