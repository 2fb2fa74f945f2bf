import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IssuerTableError, parseIssuerTable } from '../../../protocol/issuer-table/parse.js';
import { type IssuerRow, isTold } from '../../../protocol/issuer-table/table.js';
import { matches, weight } from '../../support/issuer-rows.js';

const plain = { lengths: [18], charset: 'digits', source: 'test', confidence: 'official' } as const;
const row = (issuer: string, prefixes: readonly string[], more: Partial<IssuerRow> = {}): IssuerRow => ({
  ...plain,
  issuer,
  prefixes,
  ...more,
});

function faultsOf(...rows: readonly IssuerRow[]) {
  try {
    parseIssuerTable({ schema: 1, version: 1, rows });
  } catch (error) {
    if (error instanceof IssuerTableError) return error.faults;
    throw error;
  }
  return [];
}

const at = (index: number, digit: string) => [{ index, digit }];
/** As many digits as a prefix of four. */
const fifth = { at: [...at(3, '5'), ...at(5, '1')] };
const letters = { charset: 'alphanumeric' } as const;

describe('two rows that claim the same code with the same right', () => {
  it.each([
    ['the same prefix', row('one', ['77']), row('two', ['77'])],
    ['ranges that touch', row('one', ['70-77']), row('two', ['77-79'])],
    ['one range in the other', row('one', ['70-79']), row('two', ['75'])],
    ['one of several prefixes', row('one', ['11', '770-779']), row('two', ['222', '775'])],
    ['one common length', row('one', ['77'], { lengths: ['16-18'] }), row('two', ['77'], { lengths: [15, '18-20'] })],
    ['digits and letters', row('one', ['77']), row('two', ['77'], letters)],
    ['letters', row('one', ['77'], letters), row('two', ['77'], letters)],
    ['one common market', row('one', ['77'], { markets: ['tw', 'hk'] }), row('two', ['77'], { markets: ['jp', 'hk'] })],
    ['length alone', row('one', [], { markets: ['tw'] }), row('two', [], { markets: ['tw'] })],
    ['the same place', row('one', ['77'], { at: at(5, '1') }), row('two', ['77'], { at: at(5, '1') })],
    ['places apart', row('one', ['77'], { at: at(5, '1') }), row('two', ['77'], { at: at(6, '2') })],
    ['a place for a digit of the prefix', row('one', ['77'], { at: at(2, '5') }), row('two', ['775'])],
    ['a place in a range', row('one', ['77'], { at: at(3, '5') }), row('two', ['779-780'], { lengths: [18] })],
    ['the longest prefixes', row('one', ['777777777777']), row('two', ['777777777777'])],
    ['the last digit in its place', row('one', ['77777777777'], { at: at(11, '7') }), row('two', ['777777777777'])],
    ['a digit that is found above, 9 for 8', row('one', ['77-80'], fifth), row('two', ['7786-7795'])],
    ['a digit that is found above, past a 9', row('one', ['77-80'], fifth), row('two', ['7796-7805'])],
    ['a digit that is found above, at the head', row('one', ['79-80'], fifth), row('two', ['7996-8005'])],
    ['the same issuer, named and not', row('one', ['77']), row('one', ['77'], { confidence: 'single' })],
  ])('%s', (_name, one, two) => {
    for (const rows of [
      [one, two],
      [two, one],
    ] as const) {
      const [fault, ...more] = faultsOf(...rows);
      expect(more).toEqual([]);
      expect(fault?.key).toBe('rows[1]');
      expect(fault?.found).toContain(rows[1].issuer);
      expect(fault?.found).toContain(`rows[0] (${rows[0].issuer})`);
    }
  });

  it('are named pair by pair, each with its prefix', () => {
    const faults = faultsOf(row('one', ['77']), row('two', ['11', '76-78']), row('one', ['78']), row('six', ['66']));
    expect(faults.map((f) => `${f.key} ${f.found}`)).toEqual([
      'rows[1] prefix 76-78 of two that rows[0] (one) claims with the same right',
      'rows[2] prefix 78 of one that rows[1] (two) claims with the same right',
    ]);
  });
});

describe('no conflict is', () => {
  it.each([
    ['a longer prefix within a shorter one', row('one', ['77']), row('two', ['775'])],
    ['another length', row('one', ['77']), row('two', ['77'], { lengths: [17, '19-24'] })],
    ['ranges side by side', row('one', ['70-77']), row('two', ['78-79'])],
    ['other markets', row('one', ['77'], { markets: ['tw'] }), row('two', ['77'], { markets: ['jp'] })],
    ['a market before everywhere', row('one', ['77'], { markets: ['tw'] }), row('two', ['77'])],
    ['other digits in a place', row('one', ['77'], { at: at(5, '1') }), row('two', ['77'], { at: at(5, '2') })],
    ['a place that the other prefix contradicts', row('one', ['77'], { at: at(2, '5') }), row('two', ['776'])],
    ['a digit that would be found one above', row('one', ['77-80'], fifth), row('two', ['7786-7794'])],
    ['a digit that would be found one above, past a 9', row('one', ['77-80'], fifth), row('two', ['7796-7804'])],
    [
      'digits that are found below only',
      row('one', ['77-80'], { at: [...at(2, '9'), ...at(3, '5')] }),
      row('two', ['7796-7799']),
    ],
    ['the same issuer twice', row('one', ['77']), row('one', ['70-79'])],
    ['a prefix before a length alone', row('one', ['77']), row('two', [], { markets: ['tw'] })],
  ])('%s', (_name, one, two) => {
    expect(faultsOf(one, two)).toEqual([]);
    expect(faultsOf(two, one)).toEqual([]);
  });
});

it('is found between two rows exactly when there is a code that both claim with the same right', () => {
  const digit = fc.constantFrom('0', '1', '4', '9');
  const digits = fc.string({ unit: digit, minLength: 2, maxLength: 3 });
  const range = fc
    .tuple(digits, digits)
    .filter(([a, b]) => a.length === b.length)
    .map(([a, b]) => (a <= b ? `${a}-${b}` : `${b}-${a}`));
  const someRow = fc
    .record({
      prefixes: fc.array(fc.oneof(digits, range), { minLength: 1, maxLength: 2 }),
      at: fc.option(fc.record({ index: fc.constantFrom(2, 3), digit }), { nil: undefined }),
      markets: fc.constantFrom(undefined, ['tw'], ['tw', 'jp'], ['jp']),
      confidence: fc.constantFrom('wide', 'single'),
      issuer: fc.constantFrom('one', 'two'),
    })
    .map(({ at: place, markets, issuer, prefixes, confidence }): IssuerRow => {
      const longest = Math.max(...prefixes.map((p) => p.split('-')[0]?.length ?? 0));
      const places = place && place.index >= longest ? { at: [place] } : {};
      return row(issuer, prefixes, { confidence, ...places, ...(markets ? { markets } : {}) } as Partial<IssuerRow>);
    });
  /** Only the first four digits matter to such rows. */
  const codes = Array.from({ length: 10_000 }, (_, i) => String(i).padStart(4, '0').padEnd(18, '7'));
  const seen = { conflict: 0, none: 0 };
  fc.assert(
    fc.property(someRow, someRow, (one, two) => {
      const answers = one.issuer !== two.issuer || isTold(one) !== isTold(two);
      const somewhere = ['tw', 'jp'].some((market) => {
        const both = [one, two].every((r) => r.markets === undefined || r.markets.includes(market));
        return both && (one.markets === undefined) === (two.markets === undefined);
      });
      const tie = codes.some((code) =>
        matches(one, code).some((p) => matches(two, code).some((q) => weight(one, p) === weight(two, q))),
      );
      const expected = answers && somewhere && tie;
      expect(faultsOf(one, two)).toHaveLength(expected ? 1 : 0);
      seen[expected ? 'conflict' : 'none']++;
    }),
    { numRuns: 120 },
  );
  expect(seen.conflict).toBeGreaterThan(5);
  expect(seen.none).toBeGreaterThan(5);
});
