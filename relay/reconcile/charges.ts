import type { Case } from './cases.js';
import { isCovered, isInDay } from './coverage.js';
import type { Findings } from './findings.js';
import { isAllBack, totals } from './sums.js';
import type { Known } from './types.js';

/** Whether money was taken: the ledger's word beside the report's rows. The table is in README.md. */

/**
 * What the ledger says of the charge. `back`: it was given back, if it was ever taken. `open`: it is still being decided.
 * `unsure`: with the operator, and nobody knows.
 */
export type Standing = 'taken' | 'back' | 'not-taken' | 'open' | 'unsure';

export function standingOf({ state, finding, paidSeen }: Known): Standing {
  switch (state) {
    case 'approved':
    case 'delivered':
    case 'doubtful':
      return 'taken';
    case 'reversed':
      return 'back';
    case 'declined':
    case 'refused':
      return 'not-taken';
    case 'submitted':
    case 'reversing':
      return 'open';
    case 'operator':
      if (finding === 'charged') return 'taken';
      if (finding === 'returned') return 'back';
      if (finding === 'not-charged') return 'not-taken';
      return paidSeen ? 'taken' : 'unsure';
  }
}

/** Whether the ledger says that a charge must be on some report. A cancel alone may have come before any charge. */
export function wasTaken(known: Known): boolean {
  const standing = standingOf(known);
  if (standing === 'taken') return true;
  return standing === 'back' && known.returns.some(({ kind, state }) => kind === 'refund' && state === 'confirmed');
}

/** Whether this day says of a payment without a row that it was never charged. */
export function isMissed({ known, payments }: Case, { coverage }: Findings): boolean {
  if (!known || payments.length > 0 || known.paidAt === null || !wasTaken(known)) return false;
  return isInDay(coverage, known.paidAt);
}

export function judgeCharges(of: Case, findings: Findings): void {
  if (of.known) {
    if (of.payments.length === 0) judgeMissing(of, of.known, findings);
    else judgeCharged(of, of.known, findings);
    return;
  }
  for (const row of inDay(of, findings)) {
    const detail = isAllBack(of) ? 'not in the ledger; given back again' : 'not in the ledger';
    findings.differ('charged-not-known', { of, row }, { found: row.money, detail });
  }
}

const inDay = ({ payments }: Case, { coverage }: Findings) => payments.filter(({ day }) => day === coverage.day);

function judgeMissing(of: Case, known: Known, findings: Findings): void {
  const { coverage } = findings;
  const { paidAt, money, state } = known;
  if (paidAt === null || !isInDay(coverage, paidAt)) return;
  if (standingOf(known) === 'open') {
    findings.wait({ of }, money, `the ledger is still at it (${state})`);
  } else if (isMissed(of, findings)) {
    const detail = `${state} in the ledger, and no charge in the report`;
    if (isCovered(coverage, paidAt)) findings.differ('known-not-charged', { of }, { expected: money, detail });
    else
      findings.wait(
        { of },
        money,
        'not in a report yet: near midnight, or a report is missing or has lines that were lost',
      );
  }
}

function judgeCharged(of: Case, known: Known, findings: Findings): void {
  const [first, ...others] = of.payments;
  const today = inDay(of, findings);
  const standing = standingOf(known);
  const [row] = today;
  if (row && !isAllBack(of)) {
    if (standing === 'open') {
      findings.wait({ of, row }, row.money, `charged by the report; the ledger is still at it (${known.state})`);
    } else if (standing === 'not-taken' || standing === 'unsure') {
      const detail = `charged ${totals(of).charged} in all; ${known.state} in the ledger`;
      findings.differ('charged-not-known', { of, row }, { found: row.money, detail });
    }
  }
  if (first && today.includes(first)) findings.compare({ of, row: first }, known.money, 'the charge');
  for (const extra of others) {
    if (!today.includes(extra)) continue;
    const detail = `charged again under another id of the acquirer’s; the first is ${first?.acquirerId ?? 'without one'}`;
    findings.differ('duplicate-charge', { of, row: extra }, { expected: null, found: extra.money, detail });
  }
}
