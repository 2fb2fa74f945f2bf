import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileIssuers, type IssuerLookup } from '../../../../agent/decode/issuers.js';
import { builtInTable } from '../../../../protocol/issuer-table/built-in.js';
import { IssuerTableError, parseIssuerTable } from '../../../../protocol/issuer-table/parse.js';
import { type IssuerRow, type IssuerTable, isTold, lengthsOf } from '../../../../protocol/issuer-table/table.js';
import { decides } from '../../../support/issuer-rows.js';

const plain = { lengths: [18], charset: 'digits', source: 'test', confidence: 'official' } as const;
const row = (issuer: string, prefixes: readonly string[], more: Partial<IssuerRow> = {}): IssuerRow => ({
  ...plain,
  issuer,
  prefixes,
  ...more,
});
const tableOf = (...rows: readonly IssuerRow[]): IssuerTable => parseIssuerTable({ schema: 1, version: 1, rows });

const isDigits = (code: string): boolean => /^[0-9]+$/.test(code);

/** Asks as the decoder does, the code standing in the middle of something else. */
function ask(lookup: IssuerLookup, code: string) {
  const bytes = Buffer.from(`99${code}99`, 'latin1');
  return isDigits(code) ? lookup.find(bytes, 2, code.length) : lookup.findAlphanumeric(bytes, 2, code.length);
}

const named = (issuer: string) => ({ kind: 'wallet-code', issuer });
const nameless = { kind: 'wallet-code' };

describe('the built-in table', () => {
  const everywhere = () => compileIssuers(builtInTable, 'global');

  it.each([
    ['24 digits are of Alipay+, whom Alipay leaves them to', '281006020123456789012345', named('alipayplus')],
    ['an unknown routing number passes', '259999020123456789012345', named('alipayplus')],
    ['20 to 23 digits, reserved by Alipay+, are of Alipay', '28100602012345678901', named('alipay')],
    ['16 digits are taken, but not named: bank cards have as many', '2911117362671530', { kind: 'wallet-code' }],
    ['15 digits are of nobody', '291111736267153', undefined],
    ['25 digits are of nobody', '2810060201234567890123456', undefined],
    ['289 with a 6 in its place is of Alipay+', '2893612204263667830', named('alipayplus')],
    ['289 without it is of Alipay', '2893612204263567830', named('alipay')],
    ['288 with it is of Alipay', '2883612204263667830', named('alipay')],
    ['62 and 19 digits are of UnionPay, CCB too', '6250105579948686902', named('unionpay')],
    ['62 and 16 digits may be a card', '6250105579948686', undefined],
    ['10 is the first of WeChat', '107681895118149792', named('wechatpay')],
    ['15 is the last', '159272215955965130', named('wechatpay')],
    ['09 is not', '097681895118149792', undefined],
    ['16 is not', '167681895118149792', undefined],
    ['JKOPay in digits', '229060001332419499', named('jkopay')],
    ['JKOPay in letters', '22J111111111111111', named('jkopay')],
    ['JKOPay in small ones', '22zZ09azAZ09azAZ09', named('jkopay')],
    ['not JKOPay, one too many', '22J1111111111111111', undefined],
    ['not JKOPay, a blank', '22J11111111 111111', undefined],
    ['not JKOPay, another head', '2AJ111111111111111', undefined],
    ['nor what adds up to 22', '0FJ111111111111111', undefined],
    ['one source alone names nobody', '189363039218183976', nameless],
    ['PayPay', '900081818818690801332512', named('paypay')],
    ['LINE Pay JP everywhere, unnamed', '9000000000123456789', nameless],
    ['another 9000…', '9000000001123456789', undefined],
    ['d-barai', '9000000216889211461380', nameless],
    ['Rakuten Pay', '9000017270111783', nameless],
    ['Merpay', '3158990026092506837', nameless],
    ['between Merpay and au PAY', '3158991026092506837', undefined],
  ])('%s', (_name, code, verdict) => {
    expect(ask(everywhere(), code)).toEqual(verdict);
  });

  it('knows LINE Pay by its length, where it is', () => {
    const lengths = Array.from({ length: 70 }, (_, i) => i);
    const known = (market: string) => lengths.filter((n) => compileIssuers(builtInTable, market).findByLength(n));
    expect(known('global')).toEqual([]);
    expect(known('jp')).toEqual([]);
    expect(known('th')).toEqual([12]);
    expect(known('tw')).toEqual([18]);
    expect(compileIssuers(builtInTable, 'tw').findByLength(18)).toEqual(named('linepay'));
  });

  it('owns the prefixes whose other lengths are damaged codes', () => {
    const lookup = everywhere();
    const owned = Array.from({ length: 100 }, (_, head) => head).filter((head) => lookup.ownsPrefix(head));
    expect(owned).toEqual([1, 10, 11, 12, 13, 14, 15, 18, 22, 25, 26, 27, 28, 29, 30, 51, 62, 91]);
    expect([-1, 100, 1_000].some((head) => lookup.ownsPrefix(head))).toBe(false);
  });
});

describe('a verdict', () => {
  it('is made once an issuer, and cannot be changed', () => {
    const lookup = compileIssuers(builtInTable, 'tw');
    const [one, two] = ['281006020123456789012345', '2893612204263667830'].map((code) => ask(lookup, code));
    expect(one).toBe(two);
    expect(Object.isFrozen(one)).toBe(true);
    const unnamed = ask(lookup, '189363039218183976');
    expect(unnamed).toBe(ask(lookup, '9000000000123456789'));
    expect(Object.isFrozen(unnamed)).toBe(true);
    expect(Object.isFrozen(lookup.findByLength(18))).toBe(true);
  });
});

describe('a lookup', () => {
  it('knows no other length', () => {
    const lookup = compileIssuers(tableOf(row('one', ['7777']), row('two', ['78'])), 'global');
    const bytes = Buffer.from('7'.repeat(18));
    expect(lookup.find(bytes, 0, 18)).toEqual(named('one'));
    // 83 and -47 are 18 again, one head up and one down.
    for (const length of [-47, -1, 0, 1, 17, 19, 64, 65, 83, 6_500]) {
      for (const head of ['77', '78', '79']) {
        const text = Buffer.from(head.padEnd(83, '7'));
        expect(lookup.find(text, 0, length), `${head} ${length}`).toBeUndefined();
        expect(lookup.findAlphanumeric(text, 0, length), `${head} ${length}`).toBeUndefined();
      }
    }
    expect(lookup.findByLength(-1)).toBeUndefined();
  });

  it('puts a market before everywhere only where digits are equal', () => {
    const table = tableOf(row('here', ['77'], { markets: ['tw'] }), row('all', ['77']), row('longer', ['775']));
    const [tw, jp] = [compileIssuers(table, 'tw'), compileIssuers(table, 'jp')];
    expect([ask(tw, '771234567890123456'), ask(jp, '771234567890123456')]).toEqual([named('here'), named('all')]);
    expect([ask(tw, '775234567890123456'), ask(jp, '775234567890123456')]).toEqual([named('longer'), named('longer')]);
  });

  it('owns no prefix of another market, nor a longer one', () => {
    const table = tableOf(row('here', ['70-72'], { markets: ['tw'] }), row('longer', ['750-769']));
    const owned = (market: string) =>
      Array.from({ length: 100 }, (_, head) => head).filter((head) => compileIssuers(table, market).ownsPrefix(head));
    expect(owned('tw')).toEqual([70, 71, 72]);
    expect(owned('jp')).toEqual([]);
  });

  it('takes digits for a prefix, letters only behind it', () => {
    const lookup = compileIssuers(tableOf(row('one', ['2200-2399'], { charset: 'alphanumeric' })), 'global');
    expect(ask(lookup, '2250ABCDEFGHIJKLMN')).toEqual(named('one'));
    for (const head of ['22A0', '22a0', '220A', '23A0', '2A00', '2400', '2199']) {
      expect(ask(lookup, `${head}ABCDEFGHIJKLMN`)).toBeUndefined();
    }
  });

  it('takes no more digits than can travel, but more letters', () => {
    const long = row('one', ['77'], { charset: 'alphanumeric', lengths: [40, 41, 64] });
    const lookup = compileIssuers(tableOf(long), 'global');
    for (const [length, digits] of [
      [40, named('one')],
      [41, undefined],
      [64, undefined],
    ] as const) {
      expect(ask(lookup, '7'.repeat(length))).toEqual(digits);
      expect(ask(lookup, `${'7'.repeat(length - 1)}x`)).toEqual(named('one'));
    }
  });
});

it('finds what a person finds who reads the table row by row, for any table and any code', () => {
  const digit = fc.constantFrom('0', '1', '2', '8', '9');
  const digits = fc.string({ unit: digit, minLength: 2, maxLength: 6 });
  const prefix = fc.oneof(
    digits,
    fc
      .tuple(digits, fc.string({ unit: digit, minLength: 6, maxLength: 6 }))
      .map(([a, b]) => [a, b.slice(0, a.length)].sort().join('-')),
  );
  const lengths = fc.array(fc.constantFrom(10, 15, 16, 17, '15-17', '16-20'), { minLength: 1, maxLength: 2 });
  const someRow = fc.record(
    {
      issuer: fc.constantFrom('one', 'two', 'three'),
      prefixes: fc.array(prefix, { maxLength: 3 }),
      lengths,
      charset: fc.constantFrom('digits', 'digits', 'alphanumeric'),
      at: fc.array(fc.record({ index: fc.constantFrom(6, 9), digit }), { minLength: 1, maxLength: 2 }),
      markets: fc.constantFrom(['tw'], ['jp', 'tw']),
      source: fc.constant('test'),
      confidence: fc.constantFrom('official', 'wide', 'single', 'unsure'),
    },
    { requiredKeys: ['issuer', 'prefixes', 'lengths', 'charset', 'source', 'confidence'] },
  ) as fc.Arbitrary<IssuerRow>;
  /** Each row that the ones before leave room for. */
  const table = fc.array(someRow, { minLength: 1, maxLength: 8 }).map((rows) => {
    const kept: IssuerRow[] = [];
    for (const one of rows) {
      try {
        tableOf(...kept, one);
        kept.push(one);
      } catch (error) {
        if (!(error instanceof IssuerTableError)) throw error;
      }
    }
    return kept;
  });
  const character = fc.constantFrom(...'0128901289012890128901289Az');
  const tail = fc.oneof(
    fc.string({ unit: digit, minLength: 24, maxLength: 24 }),
    fc.string({ unit: character, minLength: 24, maxLength: 24 }),
  );
  /** Drawn near a row: its prefix, or the beginning of it; its length; its digits in their places. */
  type Drawn = { pick: number; cut: number; tail: string; length: number; place: boolean };
  const cut = fc.constantFrom(0, 0, 1);
  const draw: fc.Arbitrary<Drawn> = fc.record({ pick: fc.nat(), cut, tail, length: fc.nat(), place: fc.boolean() });
  const codeNear = (rows: readonly IssuerRow[], { pick, cut, tail, length, place }: Drawn): string => {
    const near = rows[pick % rows.length];
    const heads = near?.prefixes.flatMap((p) => p.split('-')) ?? [];
    const head = heads[pick % Math.max(1, heads.length)] ?? '';
    const lengths = [...(near ? lengthsOf(near) : []), 21];
    const code = [...(head.slice(0, head.length - cut) + tail).slice(0, lengths[length % lengths.length])];
    if (place) for (const at of near?.at ?? []) code[at.index] = at.digit;
    return code.join('');
  };
  const seen = { named: 0, nameless: 0, letters: 0, market: 0, nobody: 0 };
  fc.assert(
    fc.property(
      table,
      fc.array(draw, { maxLength: 20 }),
      fc.constantFrom('global', 'tw', 'jp'),
      (rows, drawn, market) => {
        if (rows.length === 0) return;
        const lookup = compileIssuers(tableOf(...rows), market);
        for (const near of drawn) {
          const code = codeNear(rows, near);
          const decided = decides(rows, market, code);
          const verdict = decided && (isTold(decided) ? named(decided.issuer) : nameless);
          expect(ask(lookup, code), code).toEqual(verdict);
          seen[decided === undefined ? 'nobody' : isTold(decided) ? 'named' : 'nameless']++;
          if (decided && !isDigits(code)) seen.letters++;
          if (decided?.markets) seen.market++;
        }
      },
    ),
    { numRuns: 600 },
  );
  for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(10);
});
