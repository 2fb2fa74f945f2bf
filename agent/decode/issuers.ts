import type { Issuer } from '../../protocol/words.js';

/**
 * Whose code is it? The table of reference codes/formats.md, sections 1 and 2, as data, compiled once into a lookup by
 * the first two digits and the length. No code here has a check digit: the acquirer is the judge.
 * Left out on purpose: WeBank, Lakala, Yucho, pring, Origami (off by default there) and issuers without a public format.
 */

/** Where the kiosk stands. It decides only about codes that no prefix tells apart (LINE Pay). */
export const markets = ['global', 'jp', 'th', 'tw'] as const;
export type Market = (typeof markets)[number];

/** official: the issuer's own document · wide: several independent sources · single: one · unsure: from memory. */
type Confidence = 'official' | 'wide' | 'single' | 'unsure';

export type IssuerRow = {
  readonly issuer: Issuer;
  /** Leading digits, or "25-30" for a range of two digits; empty: any. */
  readonly prefixes: readonly string[];
  readonly lengths: readonly number[];
  /** alphanumeric codes are known but not taken: packed decimal cannot carry them. */
  readonly charset: 'digits' | 'alphanumeric';
  /** A digit that must stand at this index. */
  readonly at?: { readonly index: number; readonly digit: string };
  /** Only in this market. */
  readonly market?: Market;
  readonly source: string;
  readonly confidence: Confidence;
};

const japan = 'observed, ri25r.hatenablog 2020-02-26';
const netList = 'a public list of .NET patterns';

export const issuerTable: readonly IssuerRow[] = [
  {
    issuer: 'alipayplus',
    prefixes: ['289'],
    lengths: [19],
    charset: 'digits',
    at: { index: 13, digit: '6' },
    source: 'docs.alipayplus.com code_format',
    confidence: 'official',
  },
  {
    issuer: 'alipayplus',
    prefixes: ['25-30'],
    lengths: [24],
    charset: 'digits',
    source: 'docs.alipayplus.com code_format',
    confidence: 'official',
  },
  {
    issuer: 'alipay',
    prefixes: ['25-30'],
    lengths: [16, 17, 18, 19, 20, 21, 22, 23],
    charset: 'digits',
    source: 'opendocs.alipay.com 194/106039',
    confidence: 'official',
  },
  {
    issuer: 'wechatpay',
    prefixes: ['10-15'],
    lengths: [18],
    charset: 'digits',
    source: 'pay.weixin.qq.com ImportantParameters',
    confidence: 'official',
  },
  {
    issuer: 'unionpay',
    prefixes: ['62'],
    lengths: [19],
    charset: 'digits',
    source: 'cnblogs zhangmo 13578409, huangang/payqrcode',
    confidence: 'wide',
  },
  {
    issuer: 'ecny',
    prefixes: ['01'],
    lengths: [19],
    charset: 'digits',
    source: 'two code bases',
    confidence: 'wide',
  },
  { issuer: 'jdpay', prefixes: ['18'], lengths: [18], charset: 'digits', source: netList, confidence: 'single' },
  { issuer: 'bestpay', prefixes: ['51'], lengths: [18], charset: 'digits', source: netList, confidence: 'single' },
  {
    issuer: 'qqwallet',
    prefixes: ['91'],
    lengths: [18],
    charset: 'digits',
    source: 'none found',
    confidence: 'unsure',
  },
  {
    issuer: 'jkopay',
    prefixes: ['22'],
    lengths: [18],
    charset: 'alphanumeric',
    source: 'open-doc.jkos.com CardToken',
    confidence: 'official',
  },
  {
    issuer: 'paypay',
    prefixes: ['90008181'],
    lengths: [24],
    charset: 'digits',
    source: `${japan}, and a second sample`,
    confidence: 'wide',
  },
  { issuer: 'rakutenpay', prefixes: ['900001'], lengths: [16], charset: 'digits', source: japan, confidence: 'single' },
  { issuer: 'dbarai', prefixes: ['90000002'], lengths: [22], charset: 'digits', source: japan, confidence: 'single' },
  { issuer: 'merpay', prefixes: ['31589900'], lengths: [19], charset: 'digits', source: japan, confidence: 'single' },
  { issuer: 'aupay', prefixes: ['31589921'], lengths: [19], charset: 'digits', source: japan, confidence: 'single' },
  {
    issuer: 'linepay',
    prefixes: ['9000000000'],
    lengths: [19],
    charset: 'digits',
    market: 'jp',
    source: japan,
    confidence: 'single',
  },
  {
    issuer: 'linepay',
    prefixes: [],
    lengths: [12],
    charset: 'digits',
    market: 'th',
    source: 'developers.line.biz oneTimeKey',
    confidence: 'official',
  },
  {
    issuer: 'linepay',
    prefixes: [],
    lengths: [18],
    charset: 'digits',
    market: 'tw',
    source: 'developers.line.biz oneTimeKey',
    confidence: 'official',
  },
];

/** An issuer that may be told to the relay: one source alone is not enough to route by. */
const tells = (row: IssuerRow): boolean => row.confidence === 'official' || row.confidence === 'wide';

export type Match = { readonly issuer?: Issuer };

type Rule = {
  /** Digits after the first two, as bytes. */
  readonly rest: Uint8Array;
  readonly atIndex: number;
  readonly atByte: number;
  readonly match: Match;
};

export type IssuerLookup = {
  /** By prefix and length. `bytes` holds only digits. */
  find(bytes: Uint8Array, start: number, length: number): Match | undefined;
  /** By length alone, where the market says so. */
  findByLength(length: number): Match | undefined;
  /** True when the first two digits alone are an issuer's, so that another length is a damaged code. */
  ownsPrefix(twoDigits: number): boolean;
};

/** Codes with letters that are payment codes all the same, as patterns of the whole text. */
export const alphanumericCodes: readonly RegExp[] = issuerTable
  .filter((row) => row.charset === 'alphanumeric')
  .flatMap((row) =>
    row.prefixes.flatMap((prefix) =>
      row.lengths.map((n) => new RegExp(`^${prefix}[0-9A-Za-z]{${n - prefix.length}}$`)),
    ),
  );

const MAX_LENGTH = 40;

/** "25-30" → "25" … "30". */
function expand(prefix: string): string[] {
  const [from, to] = prefix.split('-');
  if (to === undefined) return [prefix];
  const first = Number(from);
  return Array.from({ length: Number(to) - first + 1 }, (_, i) => String(first + i).padStart(2, '0'));
}

function ruleOf(row: IssuerRow, prefix: string, match: Match): Rule {
  return {
    rest: Buffer.from(prefix.slice(2), 'latin1'),
    atIndex: row.at?.index ?? -1,
    atByte: row.at?.digit.charCodeAt(0) ?? 0,
    match,
  };
}

function fits(rule: Rule, bytes: Uint8Array, start: number): boolean {
  const { rest } = rule;
  for (let i = 0; i < rest.length; i++) if (bytes[start + 2 + i] !== rest[i]) return false;
  return rule.atIndex < 0 || bytes[start + rule.atIndex] === rule.atByte;
}

export function compileIssuers(table: readonly IssuerRow[], market: Market): IssuerLookup {
  const slots: (Rule[] | undefined)[] = new Array(100 * (MAX_LENGTH + 1)).fill(undefined);
  const byLength = new Map<number, Match>();
  const owned = new Uint8Array(100);
  const add = (row: IssuerRow, prefix: string, match: Match): void => {
    const head = Number(prefix.slice(0, 2));
    if (prefix.length === 2) owned[head] = 1;
    for (const length of row.lengths) {
      const slot = head * (MAX_LENGTH + 1) + length;
      slots[slot] = [...(slots[slot] ?? []), ruleOf(row, prefix, match)];
    }
  };
  for (const row of table.filter((r) => r.market === undefined || r.market === market)) {
    const match: Match = tells(row) ? { issuer: row.issuer } : {};
    for (const prefix of row.prefixes.flatMap(expand)) add(row, prefix, match);
    if (row.prefixes.length === 0) for (const length of row.lengths) byLength.set(length, match);
  }
  const weight = (rule: Rule): number => rule.rest.length + (rule.atIndex < 0 ? 0 : 1);
  for (const rules of slots) rules?.sort((a, b) => weight(b) - weight(a));

  return {
    find(bytes, start, length) {
      if (length < 2 || length > MAX_LENGTH) return undefined;
      const head = ((bytes[start] ?? 0) - 0x30) * 10 + ((bytes[start + 1] ?? 0) - 0x30);
      const rules = slots[head * (MAX_LENGTH + 1) + length];
      if (rules === undefined) return undefined;
      for (const rule of rules) if (fits(rule, bytes, start)) return rule.match;
      return undefined;
    },
    findByLength: (length) => byLength.get(length),
    ownsPrefix: (twoDigits) => owned[twoDigits] === 1,
  };
}
