import type { Money } from '../../protocol/money.js';
import { dayOf } from '../runtime/days.js';
import type { Case } from './cases.js';
import type { Coverage } from './coverage.js';
import type { Difference, DifferenceType, Known, Return, StoredRow, Subject, Waiting } from './types.js';

/** Gathers what is found of cases: each difference once, with whose it is and where it stands. */

type About = { readonly of: Case; readonly row?: StoredRow | undefined; readonly back?: Return | undefined };
type Said = { readonly expected?: Money | null; readonly found?: Money | null; readonly detail: string };

function subjectOf({ of, row, back }: About): Subject {
  const { known } = of;
  const refund = row?.refundId ?? (back?.kind === 'refund' ? back.id : null);
  return {
    attempt: known?.attempt ?? null,
    kiosk: known?.kiosk ?? '',
    requestId: row?.requestId ?? known?.attempt ?? of.payments[0]?.requestId ?? null,
    refundId: refund,
    acquirerId: row?.acquirerId ?? of.payments[0]?.acquirerId ?? known?.acquirerId ?? null,
  };
}

/** What of a difference stays the same when it is found again. */
function keyOf(type: DifferenceType, { of, row, back }: About): string {
  const whose = of.known?.attempt ?? of.payments[0]?.requestId ?? of.payments[0]?.acquirerId ?? '';
  return JSON.stringify([type, whose, row ? row.key : (back?.id ?? '')]);
}

/** Where something of the ledger would stand. */
const momentOf = (known: Known | undefined, back: Return | undefined): number =>
  back?.at ?? known?.paidAt ?? known?.changedAt ?? 0;

export class Findings {
  readonly differences: Difference[] = [];
  readonly waiting: Waiting[] = [];
  readonly coverage: Coverage;
  constructor(coverage: Coverage) {
    this.coverage = coverage;
  }

  #dayOf({ of, row, back }: About): string {
    return row?.day ?? dayOf(momentOf(of.known, back), this.coverage.zone);
  }

  differ(type: DifferenceType, about: About, { expected = null, found = null, detail }: Said): void {
    const { row } = about;
    this.differences.push({
      ...{ type, key: keyOf(type, about), day: this.#dayOf(about), ...subjectOf(about), expected, found, detail },
      source: row ? { file: row.file, line: row.line } : null,
    });
  }

  wait(about: About, money: Money | null, why: string): void {
    this.waiting.push({ ...subjectOf(about), day: this.#dayOf(about), money, why });
  }

  /** Amount and currency of one pair; `what`: whose it is, in words. */
  compare(about: About & { readonly row: StoredRow }, expected: Money | null, what: string): void {
    const { money: found } = about.row;
    if (expected === null) return;
    if (found === null) {
      this.wait(about, expected, `${what}: its amount in the report could not be read`);
    } else if (found.currency !== expected.currency) {
      this.differ('currency', about, { expected, found, detail: `${what} in another currency` });
    } else if (found.amount !== expected.amount) {
      this.differ('amount', about, { expected, found, detail: `${what} with another amount` });
    }
  }
}
