import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode } from '../../../../agent/decode/decoder.js';
import { compileIssuers, issuerTable, markets } from '../../../../agent/decode/issuers.js';
import { type RejectReason, rejectReasons } from '../../../../agent/decode/result.js';
import { packDigits } from '../../../../protocol/packed.js';
import { issuers } from '../../../../protocol/words.js';

type Vector = {
  name: string;
  text?: string;
  hex?: string;
  expected: { kind: string; issuer?: string; code?: string; rejectReason?: string };
};
const file = new URL('../../../fixtures/codes/vectors.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];
const bytesOf = (v: Vector): Uint8Array =>
  v.hex === undefined ? Buffer.from(v.text ?? '') : Buffer.from(v.hex, 'hex');
const global = { market: 'global' } as const;
const scan = (text: string, market: (typeof markets)[number] = 'global') => decode(Buffer.from(text), { market });
const isReject = (text: string, reason: RejectReason): void => expect(scan(text)).toEqual({ kind: 'reject', reason });

describe('the reference vectors', () => {
  it('are all there', () => expect(vectors).toHaveLength(126));

  it.each(vectors.map((v) => [v.name, v] as const))('%s', (name, v) => {
    const found = decode(bytesOf(v), global);
    const { expected } = v;
    if (expected.kind === 'emv-cpm' || expected.rejectReason?.startsWith('cpm-')) {
      expect(found).toEqual({ kind: 'reject', reason: 'cpm-unsupported' });
    } else if (name === 'jkopay doc example alphanumeric') {
      // Known, but packed decimal cannot carry its letters.
      expect(found).toEqual({ kind: 'reject', reason: 'bad-charset' });
    } else if (expected.kind === 'reject') {
      expect(found).toEqual({ kind: 'reject', reason: expected.rejectReason });
    } else {
      expect(found).toMatchObject({ kind: 'wallet-code', code: expected.code });
      if (expected.issuer !== undefined) expect(found).toMatchObject({ issuer: expected.issuer });
    }
  });
});

describe('issuers', () => {
  it('names only issuers of the protocol, and no issuer by one source alone', () => {
    for (const row of issuerTable) expect(issuers.all).toContain(row.issuer);
    for (const text of ['189363039218183976', '510333961293358913', '910962451651073326', '9000017270111783']) {
      expect(scan(text)).toEqual({ kind: 'wallet-code', code: text });
    }
  });

  it('finds the same by lookup as by reading the table row by row', () => {
    const digits = (n: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: n, maxLength: n });
    const head = fc.constantFrom(
      '289',
      '25',
      '30',
      '28',
      '10',
      '15',
      '62',
      '01',
      '22',
      '90008181',
      '31589921',
      '77',
      '',
    );
    fc.assert(
      fc.property(head, fc.integer({ min: 2, max: 40 }), digits(40), (prefix, length, tail) => {
        const code = (prefix + tail).slice(0, length);
        const row = issuerTable
          .filter((r) => r.market === undefined && r.lengths.includes(code.length))
          .filter((r) => r.at === undefined || code[r.at.index] === r.at.digit)
          .find((r) =>
            r.prefixes.some((p) => {
              const [from = '', to] = p.split('-');
              const two = code.slice(0, 2);
              return to === undefined ? code.startsWith(from) : two >= from && two <= to;
            }),
          );
        const found = compileIssuers(issuerTable, 'global').find(Buffer.from(code), 0, code.length);
        expect(found !== undefined).toBe(row !== undefined);
        if (row?.confidence === 'official' || row?.confidence === 'wide') expect(found?.issuer).toBe(row.issuer);
      }),
      { numRuns: 300 },
    );
  });

  it('takes LINE Pay only in its market, and a known prefix or a product code first', () => {
    const unmatched = '333333333333333333';
    expect(scan(unmatched)).toEqual({ kind: 'reject', reason: 'unknown-prefix' });
    expect(scan(unmatched, 'tw')).toEqual({ kind: 'wallet-code', code: unmatched, issuer: 'linepay' });
    expect(scan('136497297189364683', 'tw')).toMatchObject({ issuer: 'wechatpay' });
    expect(scan('123456789013', 'th')).toMatchObject({ issuer: 'linepay' });
    expect(scan('123456789012', 'th')).toEqual({ kind: 'reject', reason: 'product-code' });
    expect(scan('123456789013')).toEqual({ kind: 'reject', reason: 'bad-length' });
    expect(scan('9000000000123456789', 'jp')).toEqual({ kind: 'wallet-code', code: '9000000000123456789' });
    expect(scan('9000000000123456789')).toEqual({ kind: 'reject', reason: 'unknown-prefix' });
  });
});

describe('what arrives damaged or by mistake', () => {
  it('is no code when it is half of one or two of them glued', () => {
    isReject('2810060201', 'bad-length');
    isReject('281006020123456789012345281006020123456789012345', 'unknown-prefix');
    isReject('136497297189364683136497297189364683', 'bad-length');
  });

  it('strips no more framing than two bytes before and four behind', () => {
    const code = '136497297189364683';
    expect(decode(Buffer.from(`\r\n${code}\r\n\t\x03`), global)).toMatchObject({ kind: 'wallet-code', code });
    isReject(`\r\n\r${code}`, 'control-char');
    isReject(`${code}\r\n\t\x03\r`, 'control-char');
    isReject('\r\n]Q1\r', 'empty');
  });

  it('reads an AIM id before the merchant-presented signature', () => {
    isReject(']Q100020101021299999999', 'merchant-presented-corrupt');
    isReject('0002010102129999999', 'unknown-prefix'); // 19 digits: too short for one
  });

  it('knows GS1 data by AIM id even when it is all digits', () => {
    isReject(']C1136497297189364683', 'gs1-data');
    isReject(']E0136497297189364683', 'product-code');
  });
});

it('gives a result for any bytes, never throws, and every wallet code can travel', () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    fc.uint8Array({ minLength: 4_390, maxLength: 4_410 }),
    fc.constantFrom(...vectors.map(bytesOf)).chain((bytes) =>
      fc.tuple(fc.nat(Math.max(0, bytes.length - 1)), fc.nat(255)).map(([at, value]) => {
        const copy = Uint8Array.from(bytes);
        copy[at] = value;
        return copy;
      }),
    ),
  );
  fc.assert(
    fc.property(anything, fc.constantFrom(...markets), (bytes, market) => {
      const found = decode(bytes, { market });
      if (found.kind === 'wallet-code') expect(() => packDigits(found.code)).not.toThrow();
      else expect(rejectReasons).toContain(found.reason);
    }),
    { numRuns: 2_000 },
  );
});

it('reads a view into a larger buffer, as the serial driver gives', () => {
  const pool = Buffer.from('xx136497297189364683\ryy');
  expect(decode(pool.subarray(2, 21), global)).toMatchObject({ code: '136497297189364683' });
});
