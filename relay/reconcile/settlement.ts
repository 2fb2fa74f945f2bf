import type { Money } from '../../protocol/money.js';
import { type Coverage, isSettledCovered } from './coverage.js';
import type { Difference, Matched, StoredRow, Waiting } from './types.js';

/**
 * What was paid out beside what was done: each line of a settlement against its transaction, and each sum of a batch against
 * the batch's lines. Pure.
 */
export type SettlementParts = {
  /** Of the day. */
  readonly settled: readonly StoredRow[];
  readonly summaries: readonly StoredRow[];
  /** Transactions of any day that the settled lines are about. */
  readonly transactions: readonly StoredRow[];
  /** Every line of the batches that the summaries are about. */
  readonly batches: readonly StoredRow[];
};

export const moved: ReadonlySet<StoredRow['type']> = new Set([
  'payment',
  'cancel',
  'refund',
  'payment-reversal',
  'dispute',
]);

const nobody = { attempt: null, kiosk: '' } as const;
const subjectOf = ({ requestId, refundId, acquirerId }: StoredRow) => ({ ...nobody, requestId, refundId, acquirerId });

export function differ(
  row: StoredRow,
  expected: Money | null,
  found: Money | null,
  detail: string,
  what: 'row' | 'sum' = 'row',
): Difference {
  const key = JSON.stringify(['settlement', what, row.kind, row.key]);
  return {
    ...{ type: 'settlement', key, day: row.day, ...subjectOf(row) },
    ...{ expected, found, detail, source: { file: row.file, line: row.line } },
  };
}

const wait = (row: StoredRow, why: string): Waiting => ({ ...subjectOf(row), day: row.day, money: row.money, why });

/** Names under which a transaction is found; those of the acquirer first. */
export const namesOf = ({ type, acquirerId, requestId, refundId }: StoredRow): string[] => {
  const own = type === 'refund' ? refundId : requestId;
  return [
    ...(acquirerId === null ? [] : [`${type} acquirer ${acquirerId}`]),
    ...(own === null ? [] : [`${type} ours ${own}`]),
  ];
};

const isSame = (a: Money, b: Money): boolean => a.amount === b.amount && a.currency === b.currency;

/** `withinDays`: how long after its transaction a line may come; asked where the line does not tell that one's time. */
export function matchSettlement(parts: SettlementParts, coverage: Coverage, withinDays?: number): Matched {
  const lines = matchLines(parts, coverage, withinDays);
  const sums = matchSums(parts);
  return {
    differences: [...lines.differences, ...sums.differences],
    waiting: [...lines.waiting, ...sums.waiting],
  };
}

function matchLines({ settled, transactions }: SettlementParts, coverage: Coverage, withinDays?: number): Matched {
  const byName = new Map(transactions.flatMap((row) => namesOf(row).map((name) => [name, row] as const)));
  const differences: Difference[] = [];
  const waiting: Waiting[] = [];
  for (const row of settled) {
    if (!moved.has(row.type)) continue;
    const done = namesOf(row)
      .map((name) => byName.get(name))
      .find((found) => found !== undefined);
    if (!done) {
      const known = isSettledCovered(coverage, row, withinDays);
      if (known) differences.push(differ(row, null, row.money, `settled (${row.word}), and no such transaction`));
      else waiting.push(wait(row, `settled (${row.word}); the report of its transaction is not there`));
    } else if (done.money && row.money && !isSame(done.money, row.money)) {
      differences.push(differ(row, done.money, row.money, `settled (${row.word}) otherwise than it was done`));
    } else if (isPaidOutOtherwise(row)) {
      differences.push(
        differ(row, row.money, row.settled, `paid out (${row.word}) is neither all of it nor less its fee`),
      );
    }
  }
  return { differences, waiting };
}

/** In one currency the sum paid out can be reckoned; whether fees are in it is nowhere written, nor is a quote's rounding. */
function isPaidOutOtherwise({ money, settled, fee }: StoredRow): boolean {
  if (!money || !settled || money.currency !== settled.currency) return false;
  const [whole, out] = [money.amount, Math.abs(settled.amount)];
  // Without its fee a line may be less, and nobody can tell by how much.
  if (!fee || fee.currency !== money.currency) return out > whole;
  const cost = Math.abs(fee.amount);
  return ![whole, whole - cost, whole + cost].includes(out);
}

const sumOf = (moneys: readonly (Money | null)[]): number =>
  moneys.reduce((sum, money) => sum + (money?.amount ?? 0), 0);

const pairOf = ({ batch, type }: StoredRow): string => JSON.stringify([batch, type]);

/** By batch, type and currency; `blind`: those of which a line does not tell what was paid out, so that only lines are counted. */
function grouped(rows: readonly StoredRow[], blind: ReadonlySet<string>): Map<string, StoredRow[]> {
  const groups = new Map<string, StoredRow[]>();
  for (const row of rows) {
    const name = `${pairOf(row)} ${blind.has(pairOf(row)) ? '' : (row.settled?.currency ?? '')}`;
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  return groups;
}

/** What a summary may mean by "net": whether fees are in the lines' amounts already is nowhere written. */
function agrees(sums: readonly StoredRow[], lines: readonly StoredRow[]): boolean {
  const found = Math.abs(sumOf(sums.map(({ settled }) => settled)));
  const gross = sumOf(lines.map(({ settled }) => settled));
  const fees = Math.abs(sumOf(lines.map(({ fee }) => fee)));
  return [Math.abs(gross), Math.abs(Math.abs(gross) - fees)].includes(found);
}

const totalOf = (rows: readonly StoredRow[]): Money | null => {
  const currency = rows[0]?.settled?.currency;
  return currency ? { amount: sumOf(rows.map(({ settled }) => settled)), currency } : null;
};

function matchSums({ summaries, batches }: SettlementParts): Matched {
  const blind = new Set(batches.filter(({ settled }) => settled === null).map(pairOf));
  const isMoved = ({ type }: StoredRow): boolean => moved.has(type);
  const [lines, summed] = [grouped(batches.filter(isMoved), blind), grouped(summaries.filter(isMoved), blind)];
  const known = new Set(batches.map(({ batch }) => batch));
  const told = new Set(summaries.map(({ batch }) => batch));
  const differences: Difference[] = [];
  const waiting: Waiting[] = [];
  for (const [name, of] of lines) {
    const [row] = of;
    if (!row || summed.has(name) || !told.has(row.batch)) continue;
    const detail = `batch ${row.batch ?? ''}, ${row.word}: the summary has no sum of these lines (${of.length})`;
    differences.push(differ(row, totalOf(of), null, detail, 'sum'));
  }
  for (const [name, sums] of summed) {
    const [row] = sums;
    if (!row) continue;
    const of = lines.get(name) ?? [];
    if (!known.has(row.batch)) {
      waiting.push(wait(row, `the lines of batch ${row.batch ?? ''} are not there`));
      continue;
    }
    const count = sums.reduce((sum, s) => sum + (s.count ?? 0), 0);
    const which = `batch ${row.batch ?? ''}, ${row.word}`;
    if (count !== of.length) {
      const detail = `${which}: the summary counts ${count}, its lines are ${of.length}`;
      differences.push(differ(row, totalOf(of), totalOf(sums), detail));
    } else if (!blind.has(pairOf(row)) && !agrees(sums, of)) {
      differences.push(differ(row, totalOf(of), totalOf(sums), `${which}: the summary is not the sum of its lines`));
    }
  }
  return { differences, waiting };
}
