import type { Money } from '../../protocol/money.js';
import { type Coverage, isCovered } from './coverage.js';
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

const moved: ReadonlySet<StoredRow['type']> = new Set(['payment', 'cancel', 'refund', 'payment-reversal', 'dispute']);

const nobody = { attempt: null, kiosk: '' } as const;
const subjectOf = ({ requestId, refundId, acquirerId }: StoredRow) => ({ ...nobody, requestId, refundId, acquirerId });

function differ(row: StoredRow, expected: Money | null, found: Money | null, detail: string): Difference {
  return {
    ...{ type: 'settlement', key: JSON.stringify(['settlement', row.kind, row.key]), day: row.day, ...subjectOf(row) },
    ...{ expected, found, detail, source: { file: row.file, line: row.line } },
  };
}

const wait = (row: StoredRow, why: string): Waiting => ({ ...subjectOf(row), day: row.day, money: row.money, why });

/** Names under which a transaction is found; those of the acquirer first. */
const namesOf = ({ type, acquirerId, requestId, refundId }: StoredRow): string[] => {
  const own = type === 'refund' ? refundId : requestId;
  return [
    ...(acquirerId === null ? [] : [`${type} acquirer ${acquirerId}`]),
    ...(own === null ? [] : [`${type} ours ${own}`]),
  ];
};

const isSame = (a: Money, b: Money): boolean => a.amount === b.amount && a.currency === b.currency;

export function matchSettlement(parts: SettlementParts, coverage: Coverage): Matched {
  const lines = matchLines(parts, coverage);
  const sums = matchSums(parts);
  return {
    differences: [...lines.differences, ...sums.differences],
    waiting: [...lines.waiting, ...sums.waiting],
  };
}

function matchLines({ settled, transactions }: SettlementParts, coverage: Coverage): Matched {
  const byName = new Map(transactions.flatMap((row) => namesOf(row).map((name) => [name, row] as const)));
  const differences: Difference[] = [];
  const waiting: Waiting[] = [];
  for (const row of settled) {
    if (!moved.has(row.type)) continue;
    const done = namesOf(row)
      .map((name) => byName.get(name))
      .find((found) => found !== undefined);
    if (!done) {
      const known = row.at !== null && isCovered(coverage, row.at);
      if (known) differences.push(differ(row, null, row.money, `settled (${row.word}), and no such transaction`));
      else waiting.push(wait(row, `settled (${row.word}); the report of its transaction is not there`));
    } else if (done.money && row.money && !isSame(done.money, row.money)) {
      differences.push(differ(row, done.money, row.money, `settled (${row.word}) otherwise than it was done`));
    }
  }
  return { differences, waiting };
}

const sumOf = (moneys: readonly (Money | null)[]): number =>
  moneys.reduce((sum, money) => sum + (money?.amount ?? 0), 0);

const groupOf = ({ batch, type, settled }: StoredRow): string => JSON.stringify([batch, type, settled?.currency ?? '']);

function grouped(rows: readonly StoredRow[]): Map<string, StoredRow[]> {
  const groups = new Map<string, StoredRow[]>();
  for (const row of rows) {
    const group = groups.get(groupOf(row));
    if (group) group.push(row);
    else groups.set(groupOf(row), [row]);
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

function matchSums({ summaries, batches }: SettlementParts): Matched {
  const lines = grouped(batches.filter(({ type }) => moved.has(type)));
  const known = new Set(batches.map(({ batch }) => batch));
  const differences: Difference[] = [];
  const waiting: Waiting[] = [];
  for (const [name, sums] of grouped(summaries.filter(({ type }) => moved.has(type)))) {
    const [row] = sums;
    if (!row) continue;
    const of = lines.get(name) ?? [];
    if (!known.has(row.batch)) {
      waiting.push(wait(row, `the lines of batch ${row.batch ?? ''} are not there`));
      continue;
    }
    const count = sums.reduce((sum, s) => sum + (s.count ?? 0), 0);
    const expected = row.settled && { amount: sumOf(of.map((s) => s.settled)), currency: row.settled.currency };
    const found = row.settled && { amount: sumOf(sums.map((s) => s.settled)), currency: row.settled.currency };
    const which = `batch ${row.batch ?? ''}, ${row.word}`;
    if (count !== of.length) {
      differences.push(
        differ(row, expected, found, `${which}: the summary counts ${count}, its lines are ${of.length}`),
      );
    } else if (of.some(({ settled }) => settled !== null) && !agrees(sums, of)) {
      differences.push(differ(row, expected, found, `${which}: the summary is not the sum of its lines`));
    }
  }
  return { differences, waiting };
}
