import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { topLevelFields } from '../../../../relay/acquirers/codepay/fields.js';
import { signatureOf, stringToSign, verifySignature } from '../../../../relay/acquirers/codepay/signing.js';
import { privateKey, publicKey, vectors } from './fixtures.js';

describe.each(vectors)('vector $name', ({ params, stringToSign: text, base64 }) => {
  const fields = new Map(Object.entries(params));

  test('the string to sign and the signature are reproduced, in whatever order the fields come', () => {
    for (const given of [fields, new Map([...fields].reverse())]) {
      expect(stringToSign(given)).toBe(text);
      expect(signatureOf(given, privateKey)).toBe(base64);
    }
  });

  test('verifies with its own signature among the fields, and with no other', () => {
    expect(verifySignature(new Map([...fields, ['sign', base64]]), base64, publicKey)).toBe(true);
    expect(verifySignature(new Map([...fields, ['Sign', 'x']]), base64, publicKey)).toBe(true);
    expect(verifySignature(fields, `${base64} `, publicKey)).toBe(false);
    expect(verifySignature(fields, '', publicKey)).toBe(false);
  });

  test('every changed, added or missing field fails', () => {
    for (const [name, value] of fields) {
      const changed = new Map(fields).set(name, `${value}0`);
      expect(verifySignature(changed, base64, publicKey), name).toBe(false);
      const without = new Map(fields);
      without.delete(name);
      expect(verifySignature(without, base64, publicKey), name).toBe(value === '');
    }
    expect(verifySignature(new Map(fields).set('extra', '1'), base64, publicKey)).toBe(false);
  });
});

test('names are sorted by bytes: capitals first, and the low line before small letters', () => {
  const fields = new Map(['b', 'a_b', 'ab', 'B', 'aB', 'a'].map((name) => [name, '1']));
  expect(stringToSign(fields)).toBe('B=1&a=1&aB=1&a_b=1&ab=1&b=1');
});

describe('the top level of a message', () => {
  test.each([
    [
      'texts are decoded, the rest stays as it stands',
      '{"a":"x\\u0026\\n","b":34.50,"c":true}',
      { a: 'x&\n', b: '34.50', c: 'true' },
    ],
    ['null is nothing', '{"a":null,"b":"null"}', { a: '', b: 'null' }],
    [
      'an object keeps its blanks',
      '{ "data" : {"n": 1.0, "t":"}\\"{"} , "z":[ 1,{"y":2} ]}',
      { data: '{"n": 1.0, "t":"}\\"{"}', z: '[ 1,{"y":2} ]' },
    ],
    ['nothing', '{}', {}],
  ])('%s', (_what, text, fields) => {
    expect(Object.fromEntries(topLevelFields(text) ?? [])).toEqual(fields);
  });

  test.each(['', '[]', 'null', '{', '{"a":1,"a":2}', '"x"'])('%s is none', (text) => {
    expect(topLevelFields(text)).toBeUndefined();
  });

  test('whatever JSON it is, every value is found, as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (content, blanks) => {
        const text = JSON.stringify(content, null, blanks);
        const found = topLevelFields(text);
        const expected = Object.entries(JSON.parse(text) as Record<string, unknown>);
        expect(found?.size).toBe(expected.length);
        for (const [name, value] of expected) {
          const raw = found?.get(name) ?? 'absent';
          if (typeof value === 'string') expect(raw).toBe(value);
          else expect(raw === '' ? null : JSON.parse(raw)).toEqual(value);
        }
      }),
    );
  });
});
