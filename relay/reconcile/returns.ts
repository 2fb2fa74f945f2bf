import type { Case } from './cases.js';
import { isMissed, standingOf } from './charges.js';
import { isCovered, isInDay } from './coverage.js';
import type { Findings } from './findings.js';
import { isTwiceBack, totals } from './sums.js';
import type { Known, Return, StoredRow } from './types.js';

/** Whether money went back: the ledger's records beside the report's rows. The table is in README.md. */

/** Which row is which record's. */
export type Claims = {
  readonly rowOf: ReadonlyMap<Return, StoredRow>;
  /** Rows that no record of the ledger explains. */
  readonly rest: readonly StoredRow[];
};

const isOpen = ({ state }: Return): boolean => state !== 'confirmed' && state !== 'failed';

/** A payment that is back without a record: the acquirer said so when it was asked. */
function recordsOf({ returns, attempt, money, changedAt, ...known }: Known): readonly Return[] {
  const isBack = known.state === 'reversed' || (known.state === 'operator' && known.finding === 'returned');
  if (!isBack || money === null || returns.some(({ state }) => state === 'confirmed')) return returns;
  return [...returns, { id: `c0${attempt}`, kind: 'cancel', money, state: 'confirmed', at: changedAt }];
}

/**
 * First by the refund's own id; then, for what has no id of its own in a report, by order. A refund that was needless since a
 * cancel had done it is explained by that cancel's row. A record that failed explains nothing.
 */
export function claim(records: readonly Return[], rows: readonly StoredRow[]): Claims {
  const rowOf = new Map<Return, StoredRow>();
  const rest = new Set(rows);
  const take = (record: Return, row: StoredRow | undefined): void => {
    if (!row) return;
    rowOf.set(record, row);
    rest.delete(row);
  };
  const alive = records.filter(({ state }) => state !== 'failed');
  for (const record of alive) {
    if (record.kind === 'refund')
      take(
        record,
        [...rest].find((row) => row.refundId === record.id),
      );
  }
  const ids = new Set(records.map(({ id }) => id));
  // Confirmed before those that are only asked for: they are sure to have happened.
  for (const record of [...alive].sort((a, b) => Number(isOpen(a)) - Number(isOpen(b)))) {
    if (rowOf.has(record)) continue;
    const free = [...rest].filter((row) => row.refundId === null || !ids.has(row.refundId));
    const unnamed = free.filter((row) => row.type !== 'refund' || row.refundId === null);
    take(record, unnamed[0] ?? (record.kind === 'cancel' ? free[0] : undefined));
  }
  return { rowOf, rest: [...rest] };
}

export function judgeReturns(of: Case, findings: Findings): void {
  if (of.known) judgeKnown(of, of.known, findings);
  else judgeStranger(of, findings);
  for (const row of of.disputes) {
    if (row.day !== findings.coverage.day) continue;
    const detail = `${row.word}: the buyer disputes it; answer the acquirer in time${proofOf(of.known)}`;
    findings.differ('dispute', { of, row }, { expected: of.known?.money ?? null, found: row.money, detail });
  }
}

/** What to answer a dispute with: who agreed and when, and what went back already. */
function proofOf(known: Known | undefined): string {
  if (!known) return '';
  const back = known.returns.filter(({ state }) => state === 'confirmed').map(({ id }) => id);
  const { link, pressedAt } = known;
  const pressed = pressedAt === null ? 'and no press is on record' : `pressed at ${new Date(pressedAt).toISOString()}`;
  return [
    ...(link === null ? [] : [`; paid by the linked wallet ${link}, ${pressed}`]),
    ...(back.length === 0 ? [] : [`; given back already: ${back.join(', ')}`]),
  ].join('');
}

/** Of a payment that the ledger does not know: said once, with the payment, where that is in the same report. */
function judgeStranger(of: Case, findings: Findings): void {
  const { day } = findings.coverage;
  const today = of.returns.filter((row) => row.day === day);
  if (of.payments.some((row) => row.day === day)) return;
  for (const row of today) {
    findings.differ(
      'refund-not-known',
      { of, row },
      { found: row.money, detail: 'of a payment that is not in the ledger' },
    );
  }
}

function judgeKnown(of: Case, known: Known, findings: Findings): void {
  const records = recordsOf(known);
  const { rowOf, rest } = claim(records, of.returns);
  for (const record of records) {
    if (record.state === 'failed') continue;
    const row = rowOf.get(record);
    if (row) judgePair(of, known, record, row, findings);
    else judgeUnpaired(of, known, record, findings);
  }
  judgeRest(of, known, rest, findings);
}

const nameOf = ({ kind }: Return): string => (kind === 'cancel' ? 'the cancel' : 'the refund');

function judgePair(of: Case, known: Known, record: Return, row: StoredRow, findings: Findings): void {
  if (row.day !== findings.coverage.day) return;
  // A cancel gives back whatever was charged.
  const expected = record.kind === 'cancel' ? (of.payments[0]?.money ?? known.money) : record.money;
  findings.compare({ of, row, back: record }, expected, nameOf(record));
  if (!isOpen(record)) return;
  if (known.state === 'operator' || record.state === 'operator') {
    const whose = record.state === 'operator' ? 'refund' : 'attempt';
    const detail = `${nameOf(record)} was never confirmed, and the report has it: resolve the ${whose} as returned`;
    findings.differ('refund-not-known', { of, row }, { expected: record.money, found: row.money, detail });
  } else {
    findings.wait(
      { of, row, back: record },
      row.money,
      `${nameOf(record)} is in the report; the ledger is still asking`,
    );
  }
}

function judgeUnpaired(of: Case, known: Known, record: Return, findings: Findings): void {
  const { coverage } = findings;
  if (!isInDay(coverage, record.at)) return;
  const about = { of, back: record };
  if (isOpen(record)) {
    findings.wait(about, record.money, `${nameOf(record)} is asked for and not confirmed (${record.state})`);
    return;
  }
  // Nothing was charged by any report: a cancel had nothing to give back, and a refund is missed with its payment.
  if (of.payments.length === 0 && (record.kind === 'cancel' || isMissed(of, findings))) return;
  if (!isCovered(coverage, record.at)) {
    findings.wait(about, record.money, `${nameOf(record)} is not in a report yet`);
    return;
  }
  const detail = `${nameOf(record)} is confirmed in the ledger (${known.state}), and no report has it`;
  findings.differ('missing-refund', about, { expected: record.money, detail });
}

const lastOf = (rows: readonly StoredRow[]): StoredRow | undefined =>
  [...rows]
    .sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : (a.at ?? 0) - (b.at ?? 0) || a.line - b.line))
    .at(-1);

function judgeRest(of: Case, known: Known, rest: readonly StoredRow[], findings: Findings): void {
  const { day } = findings.coverage;
  const today = rest.filter((row) => row.day === day);
  if (isTwiceBack(of)) {
    const row = lastOf(of.returns);
    const { charged, returned } = totals(of);
    const currency = of.payments[0]?.money?.currency ?? known.money?.currency;
    const expected = currency ? { amount: charged, currency } : null;
    const found = currency ? { amount: returned, currency } : null;
    const detail = `${of.returns.length} returns give back more than was charged`;
    // The same difference on each day that has a piece: it is told by the last of all.
    if (row && of.returns.some((r) => r.day === day))
      findings.differ('reversed-twice', { of, row }, { expected, found, detail });
    return;
  }
  const standing = standingOf(known);
  // What was never meant to be charged and is back again is as it should be; what is not back is said of the charge.
  if (standing === 'not-taken' && of.payments.length > 0) return;
  for (const row of today) {
    if (standing === 'open') {
      findings.wait({ of, row }, row.money, `given back by the report; the ledger is still at it (${known.state})`);
      continue;
    }
    const failed = known.returns.some(({ id, state }) => id === row.refundId && state === 'failed');
    const said = failed ? 'the ledger was told that it had failed' : `no such return in the ledger (${known.state})`;
    findings.differ('refund-not-known', { of, row }, { found: row.money, detail: said });
  }
}
