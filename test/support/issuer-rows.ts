import type { IssuerRow } from '../../protocol/issuer-table/table.js';

/** An issuer table read row by row, as a person reads it: slow, and nothing of it shared with the compiled form. */

const endsOf = (prefix: string): readonly [string, string] => {
  const [from = '', to = from] = prefix.split('-');
  return [from, to];
};

function hasLength(row: IssuerRow, length: number): boolean {
  return row.lengths.some((given) => {
    if (typeof given === 'number') return given === length;
    const [from, to] = given.split('-');
    return Number(from) <= length && length <= Number(to);
  });
}

/** The prefixes of the row under which it claims the code. */
export function matches(row: IssuerRow, code: string): string[] {
  const shape = row.charset === 'digits' ? /^[0-9]{1,40}$/ : /^(?:[0-9]{1,40}|(?=[0-9]*[A-Za-z])[0-9A-Za-z]+)$/;
  if (!shape.test(code) || !hasLength(row, code.length)) return [];
  if (row.at?.some(({ index, digit }) => code[index] !== digit)) return [];
  return row.prefixes.filter((prefix) => {
    const [from, to] = endsOf(prefix);
    const own = code.slice(0, from.length);
    return /^[0-9]+$/.test(own) && BigInt(own) >= BigInt(from) && BigInt(own) <= BigInt(to);
  });
}

export const weight = (row: IssuerRow, prefix: string): number => endsOf(prefix)[0].length + (row.at?.length ?? 0);

/** The row that decides about the code by a prefix: the most digits, then the one that names markets. */
export function decides(rows: readonly IssuerRow[], market: string, code: string): IssuerRow | undefined {
  const claims = rows
    .filter((row) => row.markets === undefined || row.markets.includes(market))
    .flatMap((row) => matches(row, code).map((prefix) => ({ row, weight: weight(row, prefix) })));
  const most = Math.max(...claims.map((claim) => claim.weight));
  const best = claims.filter((claim) => claim.weight === most).map((claim) => claim.row);
  return best.find((row) => row.markets !== undefined) ?? best[0];
}
