import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../../agent/decode/decoder.js';
import { compileIssuers } from '../../../../agent/decode/issuers.js';
import { builtInTable } from '../../../../protocol/issuer-table/built-in.js';
import { CODE_TEXT_PATTERN } from '../../../../protocol/limits.js';
import {
  FIRST_CODE_PATTERN,
  LINKED_ALPHABET,
  MEMBER_CODE_PATTERN,
  SHORT_CODE_PATTERN,
} from '../../../../protocol/linked-code.js';
import { oracle } from '../../../fuzz/oracle.js';

const decoder = new Decoder(compileIssuers(builtInTable, 'global'));
type Vector = {
  readonly name: string;
  readonly text: string;
  readonly expected: {
    readonly kind: string;
    readonly issuer?: string;
    readonly code?: string;
    readonly rejectReason?: string;
  };
};
const file = new URL('../../../fixtures/codes/member-codes.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];
const scan = (text: string) => decoder.decode(Buffer.from(text, 'latin1'));
const linked = { kind: 'wallet-code', issuer: 'linked-wallet' };
const of = (alphabet: string, length: number) =>
  fc
    .array(fc.constantFrom(...alphabet), { minLength: length, maxLength: length })
    .map((characters) => characters.join(''));

describe('the vectors of our own codes', () => {
  it('are both codes and none', () => {
    expect(vectors.filter((v) => v.expected.kind === 'wallet-code').length).toBeGreaterThan(5);
    expect(vectors.filter((v) => v.expected.kind === 'reject').length).toBeGreaterThan(15);
  });

  it.each(vectors)('$name', ({ text, expected }) => {
    const bytes = Buffer.from(text, 'latin1');
    const verdict = decoder.decode(bytes);
    const { rejectReason: reason, code, ...rest } = expected;
    expect(verdict).toEqual(reason === undefined ? rest : { kind: 'reject', reason });
    if (code !== undefined) expect(decoder.text(bytes)).toBe(code);
    expect(oracle(bytes, 'global')).toEqual(expected);
  });
});

it('takes every member code and first payment code, and each of them can travel', () => {
  fc.assert(
    fc.property(of(LINKED_ALPHABET, 20), of('0123456789ABCDEF', 32), (rest, hex) => {
      expect([scan(`QZM${rest}`), scan(`QZF${hex}`)]).toEqual([linked, linked]);
      expect(`QZM${rest}`).toMatch(MEMBER_CODE_PATTERN);
      expect(`QZF${hex}`).toMatch(FIRST_CODE_PATTERN);
      for (const code of [`QZM${rest}`, `QZF${hex}`]) expect(code).toMatch(CODE_TEXT_PATTERN);
    }),
  );
});

it('takes none that one changed character makes another thing', () => {
  const wrong = [...'ILOUabz+/='];
  fc.assert(
    fc.property(
      of(LINKED_ALPHABET, 20),
      fc.integer({ min: 3, max: 22 }),
      fc.constantFrom(...wrong),
      (rest, at, other) => {
        const code = `QZM${rest}`;
        const changed = code.slice(0, at) + other + code.slice(at + 1);
        expect(scan(changed)).toEqual({ kind: 'reject', reason: 'unrecognised-text' });
        expect(changed).not.toMatch(MEMBER_CODE_PATTERN);
      },
    ),
  );
});

it('has one verdict for all, so that deciding allocates nothing', () => {
  expect(scan(`QZM${'A'.repeat(20)}`)).toBe(scan(`QZF${'0'.repeat(32)}`));
});

it('has 32 characters, none of which is read as another, for codes and for short links', () => {
  expect(new Set(LINKED_ALPHABET).size).toBe(32);
  for (const character of LINKED_ALPHABET) expect(`${character}BCDEFG2`).toMatch(SHORT_CODE_PATTERN);
  for (const character of 'ILOUa-') expect(`${character}BCDEFG2`).not.toMatch(SHORT_CODE_PATTERN);
});
