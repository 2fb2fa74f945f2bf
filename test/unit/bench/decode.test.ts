import { describe, expect, test } from 'vitest';
import { crowdedCode, nested, ordinaryCode, scanned } from '../../bench/decode/cpm-codes.js';
import { growthOf, limitsOf, type Row, rowsOf, worstOf } from '../../bench/decode/findings.js';
import { parseFlags } from '../../bench/decode/flags.js';
import { garbage, garbagePool } from '../../bench/decode/garbage.js';
import { corruptMerchantCode, merchantCode } from '../../bench/decode/merchant-codes.js';
import { checkVerdicts, newDecoder } from '../../bench/decode/ours.js';
import { issuerByPatterns } from '../../bench/decode/peers.js';
import { LENGTHS, type LengthRace } from '../../bench/decode/plan.js';
import { meets, mixed, poolOf } from '../../bench/decode/pools.js';
import { reportText } from '../../bench/decode/report.js';
import { walletNames, walletPool } from '../../bench/decode/wallet-codes.js';
import { thisMachine } from '../../bench/machine.js';
import { seeded } from '../../bench/random.js';
import type { Contender } from '../../bench/rounds.js';

describe('the codes it measures with', () => {
  test.each([18, 24, 96, 120, 121, 122, 200, 384])('CPM codes of %d bytes have that size and differ', (bytes) => {
    for (const make of [ordinaryCode, crowdedCode]) {
      const random = seeded(1);
      const codes = Array.from({ length: 50 }, () => make(random, bytes));
      expect(new Set(codes.map((c) => c.length))).toEqual(new Set([bytes]));
      expect(new Set(codes.map((c) => c.toString('hex'))).size).toBeGreaterThan(3);
      checkVerdicts(
        newDecoder(),
        poolOf('cpm', { kind: 'emv-cpm' }, (i) => scanned(codes[i % 50] ?? Buffer.alloc(0))),
      );
    }
    expect(nested(bytes)).toHaveLength(bytes);
  });

  test.each(LENGTHS)('every kind of garbage of %d characters is refused for its reason', (characters) => {
    const decoder = newDecoder();
    for (const kind of garbage) checkVerdicts(decoder, garbagePool(seeded(2), kind, characters));
  });

  test('a merchant code has a right checksum, a corrupt one has not', () => {
    for (const characters of [24, 60, 128, 160, 512]) {
      const random = seeded(3);
      const right = merchantCode(random, characters);
      expect(right).toHaveLength(characters);
      expect(right.toString()).toMatch(/^000201.*6304[0-9A-F]{4}$/);
      expect(corruptMerchantCode(seeded(3), characters).equals(right)).toBe(false);
    }
  });

  test('the patterns know every wallet code by the issuer that ours finds', () => {
    for (const name of walletNames) {
      const pool = walletPool(seeded(4), name);
      expect(new Set(pool.texts.map(issuerByPatterns))).toEqual(new Set([name]));
      checkVerdicts(newDecoder(), pool);
    }
  });

  test('a pool takes from all of those it is mixed of, and only like with like', () => {
    const pools = walletNames.map((name) => walletPool(seeded(5), name));
    const issuers = new Set(mixed('all', pools).texts.map(issuerByPatterns));
    expect([...issuers].sort()).toEqual([...walletNames].sort());
    const cpm = poolOf('cpm', { kind: 'emv-cpm' }, () => Buffer.from('x'));
    expect(() => mixed('all', [...pools, cpm])).toThrow(/expected one kind/);
    expect(() => mixed('all', [])).toThrow(/expected one kind/);
  });

  test('a wrong verdict is told with what was expected, and without the code', () => {
    const pool = poolOf('wrong', { kind: 'wallet-code' }, () => Buffer.from('7777777777'));
    const say = () => checkVerdicts(newDecoder(), pool);
    expect(say).toThrow('wrong, 10 bytes: found {"kind":"reject","reason":"unknown-prefix"}');
    expect(say).not.toThrow(/7777/);
  });
});

test('a verdict meets what is expected of it, and nothing else does', () => {
  const wallet = { kind: 'wallet-code', issuer: 'alipay' } as const;
  const truncated = { kind: 'reject', reason: 'cpm-truncated' } as const;
  expect(meets({ kind: 'wallet-code' }, wallet)).toBe(true);
  expect(meets({ kind: 'wallet-code', issuer: 'alipay' }, wallet)).toBe(true);
  expect(meets({ kind: 'wallet-code', issuer: 'ecny' }, wallet)).toBe(false);
  expect(meets({ kind: 'emv-cpm' }, wallet)).toBe(false);
  expect(meets({ kind: 'reject', reason: 'cpm-*' }, truncated)).toBe(true);
  expect(meets({ kind: 'reject', reason: 'cpm-*' }, { kind: 'reject', reason: 'url' })).toBe(false);
  expect(meets({ kind: 'reject', reason: 'url' }, truncated)).toBe(false);
  expect(meets({ kind: 'any-reject' }, truncated)).toBe(true);
  expect(meets({ kind: 'any-reject' }, wallet)).toBe(false);
});

describe('findings', () => {
  const idle = (name: string): Contender => ({ name, run: () => 0 });
  const lengthRace = (characters: number, accepted: string[], rejected: string[]): LengthRace => ({
    name: `length-${characters}`,
    characters,
    accepted,
    contenders: [...accepted, ...rejected].map(idle),
  });
  const timesFor = (values: Record<string, Record<string, number[]>>) =>
    new Map(Object.entries(values).map(([race, list]) => [race, new Map(Object.entries(list))]));

  test('rows hold medians, quartiles and the ratio to the first, which is ours', () => {
    const races = [{ name: 'r', contenders: [idle('ours'), idle('theirs')] }];
    const times = timesFor({ r: { ours: [10, 20, 30], theirs: [40, 80, 60] } });
    const bytes = new Map([['r', new Map([['theirs', { heap: 12, buffers: 3, codes: 5 }]])]]);
    expect(rowsOf(races, times, bytes)).toEqual([
      { case: 'r', contender: 'ours', ns: 20, low: 15, high: 25, ratio: 1, bytes: null },
      { case: 'r', contender: 'theirs', ns: 60, low: 50, high: 70, ratio: 4, bytes: { heap: 12, buffers: 3 } },
    ]);
  });

  test('growth is 1 for what is linear, 4 for what is squared, and does not look at what length alone refuses', () => {
    const kinds = ['linear', 'squared', 'framing'];
    const races = [24, 128, 512, 4_400].map((n) => lengthRace(n, [], kinds));
    const at = (n: number) => ({ linear: [n > 512 ? 1 : n * 2], squared: [n * n], framing: [n > 512 ? n * 6 : n * 3] });
    const times = timesFor(Object.fromEntries([24, 128, 512, 4_400].map((n) => [`length-${n}`, at(n)])));
    const growth = growthOf(races, times, ['framing']);
    expect(growth.map((g) => [g.kind, g.ratio])).toEqual([
      ['linear', 1],
      ['squared', 4],
      ['framing', 2],
    ]);
    expect(growth[0]?.points).toEqual([
      { characters: 24, ns: 48, nsPerByte: 2 },
      { characters: 128, ns: 256, nsPerByte: 2 },
      { characters: 512, ns: 1020, nsPerByte: 2 },
      { characters: 4_400, ns: 1, nsPerByte: 0.000227 },
    ]);
  });

  test('the worst is the slowest rejection against the fastest acceptance of its length', () => {
    const races = [lengthRace(24, ['fast', 'slow'], ['cheap', 'dear', 'framing']), lengthRace(600, [], ['cheap'])];
    const times = timesFor({
      'length-24': { fast: [10, 10], slow: [50, 50], cheap: [20, 20], dear: [80, 80], framing: [999, 999] },
      'length-600': { cheap: [1] },
    });
    expect(worstOf(races, times, ['framing'])).toEqual([
      { characters: 24, accepted: { kind: 'fast', ns: 10 }, rejected: { kind: 'dear', ns: 80 }, ratio: 8 },
    ]);
  });

  const none = { heap: 0, buffers: 0 };
  const row = (inCase: string, contender: string, ratio: number, bytes: Row['bytes'] = none): Row => ({
    ...{ case: inCase, contender, ns: 1, low: 1, high: 1, ratio, bytes },
  });
  const rows = (numeric: number, cpm: number, bytes: Row['bytes']): Row[] => [
    row('numeric-24', 'ours, from bytes', 1, bytes),
    row('numeric-24', 'regular expressions, on text', 1 / numeric),
    row('numeric-all', 'ours, from bytes', 1),
    row('numeric-all', 'regular expressions, on text', 2),
    row('cpm-120', 'ours, from bytes', 1),
    row('cpm-120', 'Base64 alone, on text', 1 / cpm),
  ];
  const growth = (ratio: number) => [{ kind: 'k', points: [], ratio }];
  const worst = (ratio: number) => [
    { characters: 24, accepted: { kind: 'a', ns: 1 }, rejected: { kind: 'r', ns: ratio }, ratio },
  ];
  const broken = (...args: Parameters<typeof limitsOf>) =>
    limitsOf(...args)
      .filter((l) => !l.holds)
      .map((l) => [l.name, l.found]);

  test('limits hold up to the limit itself', () => {
    expect(limitsOf(rows(1, 4, none), growth(2), worst(10))).toHaveLength(8);
    expect(broken(rows(1, 4, none), growth(2), worst(10))).toEqual([]);
  });

  test.each([
    ['numeric, 24 digits: ours / regular', rows(1.02, 4, none), 2, 10, 1.02],
    ['CPM, 120 bytes: ours / Base64', rows(1, 4.1, none), 2, 10, 4.1],
    ['slowest rejection', rows(1, 4, none), 2, 10.1, 10.1],
    ['time a byte', rows(1, 4, none), 2.1, 10, 2.1],
    ['numeric, 24 digits: bytes', rows(1, 4, { heap: 16, buffers: 0 }), 2, 10, 16],
    ['numeric, 24 digits: bytes', rows(1, 4, { heap: 0, buffers: 1 }), 2, 10, 1],
    ['numeric, 24 digits: bytes', rows(1, 4, null), 2, 10, null],
  ])('one that does not: %s', (name, broke, grown, rejecting, found) => {
    expect(broken(broke, growth(grown), worst(rejecting))).toEqual([[expect.stringContaining(name), found]]);
  });

  test('are told in a table, the broken limit loudest', () => {
    const report = {
      benchmark: 'decode',
      machine: thisMachine(),
      settings: { quick: true, rounds: 3, turnMs: 1, seed: 1, pool: 64 },
      tookMs: 1_234,
      rows: rows(0.5, 4.1, null),
      growth: growth(1),
      worst: worst(3),
      limits: limitsOf(rows(0.5, 4.1, null), growth(1), worst(3)),
    } as const;
    const text = reportText(report);
    expect(text).toMatch(/ {2}CPM, 120 bytes: ours \/ Base64 alone on text +4\.10 +≤ 4 +DOES NOT HOLD/);
    expect(text).toMatch(/ {2}numeric, 24 digits: bytes allocated +\? +≤ 0 +DOES NOT HOLD/);
    expect(text).toMatch(/ {2}regular expressions, on text +1\.00 +1\.00–1\.00 +2\.00 +0\.00/);
    expect(text.match(/DOES NOT HOLD/g)).toHaveLength(2);
  });
});

describe('flags', () => {
  test('have defaults', () => {
    expect(parseFlags([])).toEqual({ json: false, quick: false, limits: true, rounds: undefined, seed: 1 });
    expect(parseFlags(['--help'])).toBeUndefined();
  });

  test('are read', () => {
    expect(parseFlags(['--json', '--quick', '--no-limits', '--rounds', '3', '--seed=9'])).toEqual({
      ...{ json: true, quick: true, limits: false, rounds: 3, seed: 9 },
    });
  });

  test.each([
    [['--jsonl'], /^--jsonl: not a flag of the benchmark; expected --json /],
    [['decode'], /^decode: not a flag/],
    [['--rounds'], /^--rounds.*: found without its value/],
    [['--json=yes'], /^--json.*: found without its value or with one it does not take/],
    [['--rounds', '0'], /^--rounds: found "0", expected a whole number from 1 to 1000/],
    [['--rounds', '1001'], /^--rounds: found "1001"/],
    [['--seed', '-1'], /^--seed/],
    [['--seed', '1.5'], /^--seed: found "1.5"/],
  ])('%j is refused', (argv, message) => {
    expect(() => parseFlags(argv)).toThrow(message);
  });
});
