import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeUp, encodeUp, FrameError } from '../../../protocol/codec.js';
import { quietzone } from '../../../protocol/generated/quietzone.js';
import { CODE_MAX_CHARS, CPM_MAX_BYTES } from '../../../protocol/limits.js';
import { issuers } from '../../../protocol/words.js';
import { code, cpm, cpmHeader, digits, examplePay, letters } from './messages.js';
import { traceInError } from './traces.js';

const { v1 } = quietzone;
type Vector = { name: string; expected: { kind: string; code?: string } };
const vectors: Vector[] = JSON.parse(
  readFileSync(new URL('../../fixtures/codes/vectors.json', import.meta.url), 'utf8'),
);
const accepted = vectors.flatMap(({ name, expected }) => (expected.code ? [[name, expected.code] as const] : []));

const frameOf = (text: string, more: object = {}): Uint8Array =>
  encodeUp({ boot: 'deadbeef', seq: 1, body: { ...examplePay, code: text, ...more } });
/** The Pay of a frame, field by field. */
const fieldsOf = (frame: Uint8Array) => v1.Up.decode(frame).pay as quietzone.v1.Pay;
const formsIn = (frame: Uint8Array): string[] => {
  const { code: packed, cpm: bytes, text } = fieldsOf(frame);
  return Object.entries({ packed, bytes, text }).flatMap(([name, { length }]) => (length > 0 ? [name] : []));
};
/** A Pay that is in order but for what `fields` say. */
const payWith = (fields: quietzone.v1.IPay): Uint8Array => {
  const good = fieldsOf(frameOf(examplePay.code));
  const { attempt, amount, currency, scanMs } = good;
  return v1.Up.encode({ boot: 1, seq: 1, pay: { attempt, amount, currency, scanMs, ...fields } }).finish();
};
const read = (fields: quietzone.v1.IPay) => {
  const { body } = decodeUp(payWith(fields));
  if (body.type !== 'pay') throw new Error(body.type);
  return body;
};
const fault = (fields: quietzone.v1.IPay): string => {
  try {
    read(fields);
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError);
    return (error as FrameError).message;
  }
  return 'no fault';
};
const paddedCpm = (bytes: number): Buffer => Buffer.concat([cpmHeader], bytes);

describe('each code has one form on the wire', () => {
  test.each(accepted)('%s', (_, text) => {
    const frame = frameOf(text);
    expect(decodeUp(frame).body).toMatchObject({ code: text });
    const form = /^[0-9]+$/.test(text) ? 'packed' : text.startsWith('hQVDUFY') ? 'bytes' : 'text';
    expect(formsIn(frame)).toEqual([form]);
  });

  test('there are vectors of all three', () => {
    expect(new Set(accepted.flatMap(([, text]) => formsIn(frameOf(text))))).toEqual(
      new Set(['packed', 'bytes', 'text']),
    );
  });

  test.each([
    ['packed', digits],
    ['text', letters],
    ['bytes', cpm],
  ])('%s: round trip', (form, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (text) => {
        const frame = frameOf(text);
        expect(formsIn(frame)).toEqual([form]);
        expect(decodeUp(frame).body).toEqual({ ...examplePay, code: text });
      }),
      { numRuns: 300 },
    );
  });

  test('a code of letters and digits that looks like Base64 but not like EMV CPM is text', () => {
    for (const text of ['hQVDUFX0', 'HQVDUFYwMQAA', '0hQVDUFYwMQA', 'a'.repeat(64), '1234567a', 'Z'.repeat(8)]) {
      expect(formsIn(frameOf(text))).toEqual(['text']);
    }
  });

  test('EMV CPM is bytes also where its text is letters and digits only', () => {
    const text = 'hQVDUFYwMWEnTwVHQ0FTSMICAAHEBGa8GwLeFPjUySU0PqN5Abe7JaENiX0Q8Gjs';
    expect(text).toMatch(/^[0-9A-Za-z]{64}$/);
    expect(formsIn(frameOf(text))).toEqual(['bytes']);
  });

  test('the longest of each', () => {
    for (const text of ['9'.repeat(40), 'z'.repeat(64), paddedCpm(CPM_MAX_BYTES).toString('base64')]) {
      expect(decodeUp(frameOf(text)).body).toMatchObject({ code: text });
    }
    expect(paddedCpm(CPM_MAX_BYTES).toString('base64')).toHaveLength(CODE_MAX_CHARS);
  });
});

describe('what no form can carry is refused when it is written, by its shape', () => {
  const shape = '8 to 64 letters and digits, or an EMV CPM code';
  const base64 = 'canonical Base64 of CPV01, at most 512 characters';
  test.each([
    ['nothing', '', shape],
    ['41 digits', '1'.repeat(41), 'expected 1 to 40 digits'],
    ['7 letters', 'abcdefg', shape],
    ['65 letters', 'a'.repeat(65), shape],
    ['a blank', 'abcd efgh', shape],
    ['a line break', 'abcdefgh\n', shape],
    ['an umlaut', 'abcdefghü', shape],
    ['Base64 that is no EMV CPM', 'AAAA+AAA/AA=', shape],
    ['version 02', 'hQVDUFYwMg==', base64],
    ['no padding', 'hQVDUFYwMQ', base64],
    ['padding too much', 'hQVDUFYwMQ===', base64],
    ['unused bits that are set', 'hQVDUFYwMR==', base64],
    ['the alphabet for URLs', 'hQVDUFYwMWH_', base64],
    ['a blank in Base64', 'hQVDUFYwMWEA AAA', base64],
    ['a line break after Base64', 'hQVDUFYwMWEA\n', base64],
    ['cut in the header', 'hQVDUFY=', base64],
    ['letters and digits that begin as EMV CPM', 'hQVDUFYabcdef', base64],
    ['385 bytes', paddedCpm(385).toString('base64'), base64],
    ['a megabyte', `hQVDUFYwMW${'A'.repeat(1_000_000)}`, base64],
  ])('%s', (_, text, expected) => {
    expect(() => frameOf(text)).toThrow(RangeError);
    expect(() => frameOf(text)).toThrow(new RegExp(`^code: found ${text.length} characters.* expected .*`));
    expect(() => frameOf(text)).toThrow(expected);
  });

  test.each(['', 'a', 'Upper', '1st', 'a'.repeat(17), 'a b', 'a\n', 'ä1'])('an issuer called %j', (issuer) => {
    expect(() => frameOf(examplePay.code, { issuer })).toThrow(
      `issuer: found ${issuer.length} characters, expected 2 to 16 of a-z 0-9 -, a letter first`,
    );
  });
});

describe('what is read has exactly one form, and is what would be written', () => {
  const packed = Buffer.from('281006020123', 'hex');
  const text = '22J111111111111111';
  const bytes = paddedCpm(20);

  test('none, two or three forms are refused', () => {
    const found = (n: number) => `pay.code: found ${n} of code, cpm and text, expected exactly one`;
    expect(fault({})).toBe(found(0));
    expect(fault({ code: packed, text })).toBe(found(2));
    expect(fault({ code: packed, cpm: bytes })).toBe(found(2));
    expect(fault({ cpm: bytes, text })).toBe(found(2));
    expect(fault({ code: packed, cpm: bytes, text })).toBe(found(3));
  });

  test.each([
    [385, 'pay.cpm: found 385 bytes, expected at most 384'],
    [7, 'no fault'],
    [6, 'pay.cpm: found 6 bytes that do not begin as an EMV CPM code of version 01'],
    [1, 'pay.cpm: found 1 bytes that do not begin as an EMV CPM code of version 01'],
  ])('%d bytes of EMV CPM: %s', (length, expected) => {
    expect(fault({ cpm: paddedCpm(length) })).toBe(expected);
  });

  test.each([0, 1, 2, 3, 4, 5, 6])('another header at byte %d is refused', (at) => {
    const other = paddedCpm(20);
    other[at] = (other[at] ?? 0) ^ 1;
    expect(fault({ cpm: other })).toBe('pay.cpm: found 20 bytes that do not begin as an EMV CPM code of version 01');
  });

  test.each([
    'abcdefg',
    'a'.repeat(65),
    '12345678',
    'abcd efgh',
    'abcdefg\n',
    'abcdefgü',
    'abcdefg\ufffd',
    'hQVDUFYwMWEA',
  ])('the text %j is refused', (bad) => {
    expect(fault({ text: bad })).toBe(
      `pay.text: found ${bad.length} characters, expected 8 to 64 letters and digits, not digits only and not EMV CPM`,
    );
  });

  test('whatever stands in the three fields: one code that is written the same again, or a fault without a value', () => {
    const any = fc.uint8Array({ maxLength: 400, size: 'max' });
    const field = fc.option(
      fc.oneof(
        any,
        any.map((tail) => Buffer.concat([cpmHeader, tail])),
        code.map((c) => Buffer.from(c)),
      ),
      { nil: new Uint8Array(), freq: 2 },
    );
    let taken = 0;
    fc.assert(
      fc.property(fc.record({ code: field, cpm: field, text: field }), ({ text: raw, ...rest }) => {
        const fields = { ...rest, text: Buffer.from(raw).toString('latin1') };
        const frame = payWith(fields);
        try {
          const { body } = decodeUp(frame);
          const again = fieldsOf(encodeUp({ boot: '01000000', seq: 1, body }));
          expect([...again.code]).toEqual([...fields.code]);
          expect([...again.cpm]).toEqual([...fields.cpm]);
          expect(again.text).toBe(fields.text);
          taken += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
          for (const secret of [fields.text, Buffer.from(fields.cpm).toString('base64')]) {
            expect(traceInError(secret, error)).toBeUndefined();
          }
        }
      }),
      { numRuns: 600 },
    );
    expect(taken).toBeGreaterThan(20);
  });
});

describe('issuers', () => {
  test('of the enum go as its number, others by name', () => {
    for (const issuer of issuers.all) {
      const { issuer: number, issuerName } = fieldsOf(frameOf(examplePay.code, { issuer }));
      expect([number, issuerName]).toEqual([issuers.number(issuer), '']);
    }
    const frame = frameOf(examplePay.code, { issuer: 'new-pay2' });
    expect(fieldsOf(frame)).toMatchObject({ issuer: 0, issuerName: 'new-pay2' });
    expect(decodeUp(frame).body).toMatchObject({ issuer: 'new-pay2' });
  });

  test('a name that has got a number since is that issuer', () => {
    expect(read({ code: Buffer.from('28', 'hex'), issuerName: 'alipay' }).issuer).toBe('alipay');
  });

  test('a number that is known counts, and one of a later version leaves the name', () => {
    const packed = { code: Buffer.from('28', 'hex') };
    expect(read({ ...packed, issuer: 9, issuerName: 'new-pay' }).issuer).toBe('jkopay');
    expect(read({ ...packed, issuer: 99 as quietzone.v1.Issuer, issuerName: 'new-pay' }).issuer).toBe('new-pay');
    expect(read(packed).issuer).toBeUndefined();
  });

  test.each(['a', 'Upper', 'a'.repeat(17), 'new pay', 'a\n', '<b>x</b>'])('a name such as %j is refused', (name) => {
    expect(fault({ code: Buffer.from('28', 'hex'), issuerName: name })).toBe(
      `pay.issuer_name: found ${name.length} characters, expected 2 to 16 of a-z 0-9 -, a letter first`,
    );
  });
});
