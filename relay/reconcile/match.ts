import { casesOf } from './cases.js';
import { judgeCharges } from './charges.js';
import type { Coverage } from './coverage.js';
import { Findings } from './findings.js';
import { judgeReturns } from './returns.js';
import type { Known, Matched, StoredRow } from './types.js';

/**
 * One day's transactions against the ledger. `rows` are those of the day, and what other days' reports have of the same
 * payments; `known` is what the ledger has within the slack of the day, and every payment that a row of the day is about.
 * Pure: the same rows in another order say the same.
 */
export function matchTransactions(known: readonly Known[], rows: readonly StoredRow[], coverage: Coverage): Matched {
  const findings = new Findings(coverage);
  for (const of of casesOf(known, rows)) {
    judgeCharges(of, findings);
    judgeReturns(of, findings);
  }
  return findings;
}
