import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CODE_MAX_DIGITS } from '../../../protocol/limits.js';
import { packDigits, unpackDigits } from '../../../protocol/packed.js';

const digits = fc.array(fc.nat(9), { minLength: 1, maxLength: CODE_MAX_DIGITS }).map((numbers) => numbers.join(''));

test('two digits a byte, an odd last nibble is F', () => {
  expect(Buffer.from(packDigits('2810')).toString('hex')).toBe('2810');
  expect(Buffer.from(packDigits('007')).toString('hex')).toBe('007f');
  expect(packDigits('281006020123456789012345')).toHaveLength(12);
});

test('round trip, leading zeros and odd lengths included', () => {
  fc.assert(
    fc.property(digits, (code) => {
      const packed = packDigits(code);
      expect(packed).toHaveLength(Math.ceil(code.length / 2));
      expect(unpackDigits(packed)).toBe(code);
    }),
  );
});

test('one code has one packed form', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
      let code: string;
      try {
        code = unpackDigits(bytes);
      } catch {
        return;
      }
      expect([...packDigits(code)]).toEqual([...bytes]);
    }),
  );
});

describe('refuses', () => {
  test.each(['', 'x', '28 10', '-1', '1.5', '１２', '28\n', '0x12', '9'.repeat(CODE_MAX_DIGITS + 1)])(
    'to pack %j, and does not repeat it',
    (text) => {
      expect(() => packDigits(text)).toThrow(
        `code: found ${text.length} characters, expected 1 to ${CODE_MAX_DIGITS} digits`,
      );
    },
  );

  test.each(['', 'f', 'ff', '1a', 'f1', '12ff', '1f12', 'a0', '99'.repeat(CODE_MAX_DIGITS / 2 + 1)])(
    'to unpack %s',
    (hex) => {
      const bytes = Buffer.from(hex, 'hex');
      expect(() => unpackDigits(bytes)).toThrow(`code: found ${bytes.length} bytes that are not packed decimal`);
    },
  );
});
