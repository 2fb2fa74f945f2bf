import type { Money } from '../../protocol/money.js';
import type { ReportFault, ReportKind, ReportRow } from '../acquirers/report.js';
import type { Finding, State } from '../payment/types.js';

/** What is compared, and what comes of it. Which acquirer a row is from makes no difference here. */

/** A row as it is kept: with the file it stood in and that file's day. */
export type StoredRow = ReportRow & {
  readonly kind: ReportKind;
  readonly day: string;
  readonly file: string;
};

/** One way of giving money back, as the ledger has it. */
export type Return = {
  /** Of a refund the id that the acquirer was asked under. */
  readonly id: string;
  readonly kind: 'cancel' | 'refund';
  readonly money: Money;
  /** `operator`: nobody knows; it may still be made. */
  readonly state: 'requested' | 'pending' | 'confirmed' | 'failed' | 'operator';
  /** When it ended; when it was asked for where it has not. */
  readonly at: number;
};

/** A payment as the ledger has it. */
export type Known = {
  readonly attempt: string;
  readonly kiosk: string;
  readonly state: State;
  readonly finding: Finding | null;
  readonly paidSeen: boolean;
  readonly money: Money | null;
  readonly acquirerId: string | null;
  /** When the pay request left; null: it never did. */
  readonly paidAt: number | null;
  readonly changedAt: number;
  /** The linked wallet that paid, and when its owner pressed; null: a code was scanned. */
  readonly link: string | null;
  readonly pressedAt: number | null;
  readonly returns: readonly Return[];
};

export const differenceTypes = [
  'charged-not-known',
  'known-not-charged',
  'duplicate-charge',
  'amount',
  'currency',
  'missing-refund',
  'refund-not-known',
  'reversed-twice',
  'dispute',
  'settlement',
] as const;
export type DifferenceType = (typeof differenceTypes)[number];

/** Whose it is. */
export type Subject = {
  readonly attempt: string | null;
  readonly kiosk: string;
  readonly requestId: string | null;
  readonly refundId: string | null;
  readonly acquirerId: string | null;
};

export type Difference = Subject & {
  readonly type: DifferenceType;
  /** The same for the same difference, whenever it is found. */
  readonly key: string;
  readonly day: string;
  /** What the ledger, or the first of two reports, says. */
  readonly expected: Money | null;
  readonly found: Money | null;
  readonly detail: string;
  readonly source: { readonly file: string; readonly line: number } | null;
};

/** Not decided yet: it may come with the next day's report, or with the ledger's next answer. */
export type Waiting = Subject & { readonly day: string; readonly money: Money | null; readonly why: string };

export type Matched = { readonly differences: readonly Difference[]; readonly waiting: readonly Waiting[] };

/** A fault with the file that it stands in. */
export type FileFault = ReportFault & { readonly file: string };
