import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtInTable } from '../../../protocol/issuer-table/built-in.js';
import { IssuerTableError, parseIssuerTable } from '../../../protocol/issuer-table/parse.js';
import {
  type IssuerTable,
  lengthsOf,
  namesMarket,
  TABLE_MAX_BYTES,
  VERSION_MAX,
} from '../../../protocol/issuer-table/table.js';
import { sameTable, versionFault } from '../../../protocol/issuer-table/versions.js';
import { issuers } from '../../../protocol/words.js';

type Json = Readonly<Record<string, unknown>>;

const newpay = {
  issuer: 'newpay',
  prefixes: ['77'],
  lengths: [20],
  charset: 'digits',
  source: 'docs.newpay.example',
  confidence: 'official',
} as const;
const jkopay = { ...newpay, issuer: 'jkopay', prefixes: ['22'], lengths: [18], charset: 'alphanumeric' } as const;
const byLength = { ...newpay, prefixes: [], markets: ['tw'] } as const;

const documentOf = (...rows: readonly unknown[]): Json => ({ schema: 1, version: 1, rows });

function faultsOf(document: unknown) {
  try {
    parseIssuerTable(document);
  } catch (error) {
    if (error instanceof IssuerTableError) return error.faults;
    throw error;
  }
  return [];
}

describe('the built-in table', () => {
  it('passes its own rules, as text and as what the text stands for', () => {
    expect(parseIssuerTable(JSON.stringify(builtInTable))).toEqual(builtInTable);
    expect(parseIssuerTable(builtInTable)).toEqual(builtInTable);
  });

  it('holds every issuer that the wire has a number for, and none besides', () => {
    expect([...new Set(builtInTable.rows.map((row) => row.issuer))].sort()).toEqual([...issuers.all].sort());
  });
});

describe('a good table', () => {
  it('may use every key there is', () => {
    const row = { ...newpay, prefixes: ['770-779', '78'], lengths: ['16-18', 20], at: [{ index: 5, digit: '0' }] };
    const table = parseIssuerTable(documentOf({ ...row, markets: ['tw', 'hk'] }, jkopay, byLength));
    expect(table.rows[0]).toEqual({ ...row, markets: ['tw', 'hk'] });
    expect(lengthsOf(row)).toEqual([16, 17, 18, 20]);
    expect(namesMarket(table, 'hk')).toBe(true);
    expect(namesMarket(table, 'jp')).toBe(false);
    expect(namesMarket(table, 'global')).toBe(true);
  });

  it('may claim the length of a product code when it says so', () => {
    expect(faultsOf(documentOf({ ...newpay, lengths: [12], beforeProducts: true }))).toEqual([]);
    expect(faultsOf(documentOf({ ...byLength, lengths: [12] }))).toEqual([]);
  });

  it('goes up to its bounds', () => {
    const wide = { ...jkopay, prefixes: ['220000000000-229999999999'], lengths: ['15-64'], source: 'x'.repeat(160) };
    expect(faultsOf({ ...documentOf(wide, { ...newpay, lengths: ['15-40'] }), version: VERSION_MAX })).toEqual([]);
    const whole = { ...newpay, prefixes: ['77777777777'], lengths: [11] };
    expect(faultsOf(documentOf(whole, { ...newpay, at: [{ index: 19, digit: '1' }] }))).toEqual([]);
    const rows = Array.from({ length: 512 }, (_, i) => ({ ...newpay, prefixes: [`${1000 + i}`, `${3000 + i}`] }));
    expect(faultsOf(documentOf(...rows))).toEqual([]);
  });
});

/** One fault each: what was changed, the key it is found under, what is said. */
const broken: readonly (readonly [string, Json, string, RegExp])[] = [
  ['another schema', { ...documentOf(newpay), schema: 2 }, 'schema', /^number 2, .*1, the only schema/],
  ['no version', { schema: 1, rows: [newpay] }, 'version', /^nothing, .*from 1 to/],
  ['version 0', { ...documentOf(newpay), version: 0 }, 'version', /from 1 to 4294967295/],
  ['a version too large', { ...documentOf(newpay), version: VERSION_MAX + 1 }, 'version', /from 1 to 4294967295/],
  ['half a version below 0', { ...documentOf(newpay), version: -1.5 }, 'version', /^number -1.5, /],
  ['half a version', { ...documentOf(newpay), version: 1.5 }, 'version', /^number 1.5, /],
  ['no row', documentOf(), 'rows', /a list of 1 to 512 rows/],
  ['an unknown key', { ...documentOf(newpay), row: [] }, 'row', /unknown key \(a list of 0\).*schema, version, rows/],
  ['a row that is none', documentOf(7), 'rows[0]', /^number 7, an object/],
  ['a list for a row', documentOf(['issuer']), 'rows[0]', /^a list of 1, an object/],
  ['null for a row', documentOf(null), 'rows[0]', /^null, an object/],
  ['a long key', documentOf({ ...newpay, ['k'.repeat(41)]: 1 }), 'rows[0].(a key of 41 characters)', /unknown key/],
  ['an unknown key in a row', documentOf({ ...newpay, issuers: 1 }), 'rows[0].issuers', /unknown key \(number\)/],
  [
    'an unknown key in a place',
    documentOf({ ...newpay, at: [{ index: 9, digit: '1', x: 1 }] }),
    'rows[0].at[0].x',
    /one of index, digit/,
  ],
  ['no issuer', documentOf({ ...newpay, issuer: undefined }), 'rows[0].issuer', /^nothing, 2 to 16 of a-z/],
  ['an issuer in capitals', documentOf({ ...newpay, issuer: 'NewPay' }), 'rows[0].issuer', /^text "NewPay", 2 to 16/],
  ['an issuer too long', documentOf({ ...newpay, issuer: 'a'.repeat(17) }), 'rows[0].issuer', /2 to 16/],
  ['prefixes that are no list', documentOf({ ...newpay, prefixes: '77' }), 'rows[0].prefixes', /^text "77", a list/],
  ['a number for a prefix', documentOf({ ...newpay, prefixes: [77] }), 'rows[0].prefixes[0]', /^number 77, "289"/],
  [
    'a prefix of one digit',
    documentOf({ ...newpay, prefixes: ['77', '7'] }),
    'rows[0].prefixes[1]',
    /^text "7", .*2 to/,
  ],
  ['a prefix of letters', documentOf({ ...newpay, prefixes: ['7a'] }), 'rows[0].prefixes[0]', /2 to 12 digits/],
  [
    'a prefix of 13 digits, perhaps a code',
    documentOf({ ...newpay, prefixes: ['7777777777777'] }),
    'rows[0].prefixes[0]',
    /^a text of 13 characters, /,
  ],
  ['a range upside down', documentOf({ ...newpay, prefixes: ['30-25'] }), 'rows[0].prefixes[0]', /smaller first/],
  ['a range of two widths', documentOf({ ...newpay, prefixes: ['25-300'] }), 'rows[0].prefixes[0]', /both sides/],
  ['a range of three', documentOf({ ...newpay, prefixes: ['25-26-27'] }), 'rows[0].prefixes[0]', /both sides/],
  ['65 prefixes', documentOf({ ...newpay, prefixes: new Array(65).fill('77') }), 'rows[0].prefixes', /0 to 64/],
  ['no length', documentOf({ ...newpay, lengths: [] }), 'rows[0].lengths', /1 to 16 lengths/],
  ['a length of 7', documentOf({ ...newpay, lengths: [7] }), 'rows[0].lengths[0]', /^number 7, .*from 8 to 64/],
  ['half a length', documentOf({ ...newpay, lengths: [18.5] }), 'rows[0].lengths[0]', /^number 18.5, /],
  ['a length as text', documentOf({ ...newpay, lengths: ['18'] }), 'rows[0].lengths[0]', /^text "18", /],
  ['lengths upside down', documentOf({ ...newpay, lengths: ['18-16'] }), 'rows[0].lengths[0]', /smaller first/],
  ['a length of 65', documentOf({ ...jkopay, lengths: ['18-65'] }), 'rows[0].lengths[0]', /from 8 to 64/],
  ['41 digits', documentOf({ ...newpay, lengths: ['39-41'] }), 'rows[0].lengths', /^length 41, at most 40: /],
  ['another charset', documentOf({ ...newpay, charset: 'hex' }), 'rows[0].charset', /one of "digits", "alphanumeric"/],
  ['a place as text', documentOf({ ...newpay, at: [{ index: '9', digit: '1' }] }), 'rows[0].at[0].index', /0 to 63/],
  [
    'two digits in a place',
    documentOf({ ...newpay, at: [{ index: 9, digit: '12' }] }),
    'rows[0].at[0].digit',
    /one digit/,
  ],
  ['no digit in a place', documentOf({ ...newpay, at: [{ index: 9 }] }), 'rows[0].at[0].digit', /^nothing, one digit/],
  ['a list for a place', documentOf({ ...newpay, at: [[]] }), 'rows[0].at[0]', /^a list of 0, an object/],
  ['a place beyond', documentOf({ ...newpay, at: [{ index: 20, digit: '1' }] }), 'rows[0].at[0].index', /from 2 to 19/],
  [
    'a place in the prefix',
    documentOf({ ...newpay, at: [{ index: 1, digit: '7' }] }),
    'rows[0].at[0].index',
    /from 2 to/,
  ],
  [
    'a place twice',
    documentOf({
      ...newpay,
      at: [
        { index: 9, digit: '1' },
        { index: 9, digit: '2' },
      ],
    }),
    'rows[0].at[1].index',
    /^number 9 again, each place once/,
  ],
  [
    'a place without a prefix',
    documentOf({ ...byLength, at: [{ index: 9, digit: '1' }] }),
    'rows[0].prefixes',
    /^none, at least one, as the row has "at"/,
  ],
  ['the market "global"', documentOf({ ...newpay, markets: ['global'] }), 'rows[0].markets[0]', /two lower-case/],
  ['a market in capitals', documentOf({ ...newpay, markets: ['tw', 'HK'] }), 'rows[0].markets[1]', /^text "HK", /],
  ['markets, but none', documentOf({ ...newpay, markets: [] }), 'rows[0].markets', /1 to 64 countries/],
  [
    'products not meant',
    documentOf({ ...newpay, lengths: ['11-13'] }),
    'rows[0].lengths',
    /^length 12, another length/,
  ],
  [
    'products meant for nothing',
    documentOf({ ...newpay, beforeProducts: true }),
    'rows[0].beforeProducts',
    /no such key/,
  ],
  [
    'products meant without a prefix',
    documentOf({ ...byLength, lengths: [12], beforeProducts: true }),
    'rows[0].beforeProducts',
    /no such key/,
  ],
  [
    'products meant by "false"',
    documentOf({ ...newpay, beforeProducts: false }),
    'rows[0].beforeProducts',
    /^false, true, or no such key/,
  ],
  ['a source of two lines', documentOf({ ...newpay, source: 'a\nb' }), 'rows[0].source', /in one line/],
  ['a source with an escape', documentOf({ ...newpay, source: 'a\u001b[2J' }), 'rows[0].source', /in one line/],
  ['a source turned around', documentOf({ ...newpay, source: 'a\u202eb' }), 'rows[0].source', /in one line/],
  ['a blank source', documentOf({ ...newpay, source: ' ' }), 'rows[0].source', /1 to 160/],
  ['a long source', documentOf({ ...newpay, source: 'x'.repeat(161) }), 'rows[0].source', /^text "x{40}…", /],
  ['another confidence', documentOf({ ...newpay, confidence: 'sure' }), 'rows[0].confidence', /"official", "wide"/],
  [
    'a prefix longer than the code',
    documentOf({ ...newpay, prefixes: ['777777777777'], lengths: ['9-11'] }),
    'rows[0].prefixes[0]',
    /^a prefix of 12 digits, at most 9/,
  ],
  ['letters without a prefix', documentOf({ ...jkopay, prefixes: [] }), 'rows[0].prefixes', /alphanumeric/],
  ['a length alone, everywhere', documentOf({ ...newpay, prefixes: [] }), 'rows[0].markets', /by length alone/],
  ['513 rows', documentOf(...new Array(513).fill(newpay)), 'rows', /^a list of 513, at most 512 rows/],
  [
    '1,025 prefixes',
    documentOf(...new Array(25).fill({ ...newpay, prefixes: new Array(41).fill('77') })),
    'rows',
    /^1025 prefixes, at most 1024/,
  ],
  [
    'prefixes and lengths too wide',
    documentOf(...new Array(30).fill({ ...jkopay, prefixes: new Array(8).fill('10-99'), lengths: ['15-64'] })),
    'rows',
    /^prefixes and lengths so wide that they make 1080000 pairs.*at most 65536/,
  ],
];

describe('a bad table is refused whole', () => {
  it.each(broken)('%s', (_name, document, key, text) => {
    const [fault, ...more] = faultsOf(JSON.stringify(document));
    expect(more).toEqual([]);
    expect(fault?.key).toBe(key);
    expect(`${fault?.found}, ${fault?.expected}`).toMatch(text);
  });

  it('with every fault at once, in words', () => {
    const document = {
      schema: 1,
      versio: 1,
      rows: [newpay, { ...newpay, issuer: 1, prefixs: [] }, { ...jkopay, lengths: [13] }],
    };
    expect(() => parseIssuerTable(document)).toThrow(
      [
        'issuer table:',
        '  versio: found an unknown key (number), expected one of schema, version, rows (did you mean version?)',
        '  rows[1].prefixs: found an unknown key (a list of 0), expected one of issuer, prefixes, lengths, charset, at, markets, beforeProducts, source, confidence (did you mean rows[1].prefixes?)',
        '  version: found nothing, expected a whole number from 1 to 4294967295',
        '  rows[1].issuer: found number 1, expected 2 to 16 of a-z 0-9 -, a letter first',
        '  rows[2].lengths: found length 13, expected another length: this is a product code\'s; if it is meant, add "beforeProducts": true',
      ].join('\n'),
    );
  });

  it('looks for conflicts only between rows that are right by themselves', () => {
    const other = { ...newpay, issuer: 'other' };
    expect(faultsOf(documentOf(newpay, { ...other, lengths: [20, 12] })).map((f) => f.key)).toEqual([
      'rows[1].lengths',
    ]);
    expect(faultsOf(documentOf(newpay, other)).map((f) => f.key)).toEqual(['rows[1]']);
  });

  it('tells a hundred faults, and how many more there are', () => {
    const faults = faultsOf(documentOf(...new Array(512).fill({ ...newpay, issuer: 'X' })));
    expect(faults).toHaveLength(101);
    expect(faults[100]).toMatchObject({ key: 'document', found: '412 more faults' });
    expect(faultsOf(documentOf(...new Array(100).fill({ ...newpay, issuer: 'X' })))).toHaveLength(100);
  });

  it.each([
    ['nothing at all', '', /^text that is no JSON/],
    ['a comma too many', '{"schema": 1,}', /^text that is no JSON/],
    ['a comma missing', '{\n  "schema": 1 "version": 2\n}', /^text that is no JSON at line 2, column 15/],
    ['a list', '[]', /^a list of 0, an object/],
    ['null', 'null', /^null, an object/],
    ['a text in quotes', '"{}"', /^text "{}", an object/],
    ['a well of brackets', '['.repeat(TABLE_MAX_BYTES), /^text that is no JSON/],
    ['one byte too many', ' '.repeat(TABLE_MAX_BYTES + 1), /^65537 bytes, at most 65536/],
    ['bytes, not characters', JSON.stringify('茶'.repeat(TABLE_MAX_BYTES / 3)), /^65537 bytes, at most 65536/],
  ])('as a document: %s', (_name, text, expected) => {
    const [fault, ...more] = faultsOf(text);
    expect(more).toEqual([]);
    expect(fault?.key).toBe('document');
    expect(`${fault?.found}, ${fault?.expected}`).toMatch(expected);
  });

  it('and never tells what may be a secret: another file, a code for a prefix or a length', () => {
    const secret = '281006020123456789012345';
    const documents = [
      secret,
      `${secret}\n`,
      `password=${secret}`,
      JSON.stringify(documentOf({ ...newpay, prefixes: [secret], lengths: [Number(secret)], source: `${secret}\n` })),
      JSON.stringify(documentOf({ ...newpay, [secret]: secret })),
      JSON.stringify(documentOf({ ...newpay, issuer: `hunter2://me:hunter2@x`, at: secret })),
    ];
    for (const document of documents) {
      const [{ found = '' } = {}] = faultsOf(document);
      expect(found).not.toBe('');
      expect(() => parseIssuerTable(document)).toThrow(/^(?!.*(28100602|2\.81|hunter2))/s);
    }
  });

  it('whatever it is: a table or an IssuerTableError, and a table again gives itself', () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(
        '77',
        '770-779',
        '16-23',
        'official',
        'digits',
        'tw',
        18,
        true,
        [],
        ['77'],
        [20],
        [{}],
        [{ index: 9, digit: '1' }],
      ),
    );
    const keys = [...Object.keys(newpay), 'at', 'markets', 'beforeProducts', '__proto__', 'constructor'];
    const change = fc.tuple(fc.constantFrom(...keys), value);
    const row = fc.array(change, { maxLength: 2 }).map((changes) => ({ ...newpay, ...Object.fromEntries(changes) }));
    const document = fc.oneof(
      fc.jsonValue(),
      fc.record({
        schema: fc.constantFrom(1, 1, 1, 2),
        version: fc.integer({ min: -1, max: 5 }),
        rows: fc.array(row, { maxLength: 3 }),
      }),
    );
    let good = 0;
    fc.assert(
      fc.property(document, (given) => {
        try {
          const table = parseIssuerTable(given);
          good++;
          expect(parseIssuerTable(JSON.stringify(table))).toEqual(table);
        } catch (error) {
          expect(error).toBeInstanceOf(IssuerTableError);
        }
      }),
      { numRuns: 1_000 },
    );
    expect(good).toBeGreaterThan(10);
  });
});

describe('versions', () => {
  const table: IssuerTable = { schema: 1, version: 1, rows: [newpay, jkopay] };
  const withVersion = (version: number, rows = table.rows): IssuerTable => ({ ...table, version, rows });

  it('only go up, and name one content each', () => {
    expect(versionFault(withVersion(5), withVersion(6))).toBeUndefined();
    expect(versionFault(withVersion(5), withVersion(5))).toBeUndefined();
    expect(versionFault(withVersion(5), withVersion(4))).toEqual({
      key: 'version',
      found: 'number 4',
      expected: 'at least 5, the version in use: this table is outdated',
    });
    const [first, ...rest] = table.rows;
    expect(first).toBeDefined();
    for (const change of [
      { issuer: 'other' },
      { confidence: 'single' },
      { markets: ['tw'] },
      { at: [{ index: 9, digit: '1' }] },
      { source: 'x' },
      { lengths: [21] },
    ] as const) {
      const changed = withVersion(5, [{ ...newpay, ...change }, ...rest]);
      expect(sameTable(withVersion(5), changed)).toBe(false);
      expect(versionFault(withVersion(5), changed)).toMatchObject({
        found: 'number 5, the version in use, with other rows',
      });
    }
  });

  it('do not mind the order of keys', () => {
    const turned = Object.fromEntries(Object.entries(newpay).reverse());
    expect(sameTable(table, parseIssuerTable(documentOf(turned, jkopay)))).toBe(true);
    expect(sameTable(table, parseIssuerTable(documentOf(jkopay, newpay)))).toBe(false);
    expect(sameTable(table, withVersion(2))).toBe(false);
  });
});

it('the example in the README is a good table', () => {
  const readme = readFileSync(new URL('../../../protocol/issuer-table/README.md', import.meta.url), 'utf8');
  const examples = [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  expect(examples).toHaveLength(1);
  for (const example of examples) expect(parseIssuerTable(example).rows.length).toBeGreaterThan(0);
});
