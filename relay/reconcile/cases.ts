import type { Known, StoredRow } from './types.js';

/** One payment: what the ledger knows of it, and every row that any report has of it. */
export type Case = {
  readonly known: Known | undefined;
  readonly payments: readonly StoredRow[];
  /** Cancels, refunds and reversals by the acquirer. */
  readonly returns: readonly StoredRow[];
  readonly disputes: readonly StoredRow[];
};

/** How rows find their payment. */
type Index = {
  readonly byRequest: ReadonlyMap<string, Known>;
  readonly byReturn: ReadonlyMap<string, Known>;
  readonly byAcquirer: ReadonlyMap<string, Known>;
  /** Our id of the payment that the acquirer calls so, by its own rows. */
  readonly requestOf: ReadonlyMap<string, string>;
};

function indexOf(known: readonly Known[], rows: readonly StoredRow[]): Index {
  const payments = rows.filter(({ type }) => type === 'payment');
  return {
    byRequest: new Map(known.map((k) => [k.attempt, k])),
    byReturn: new Map(known.flatMap((k) => k.returns.map((r) => [r.id, k] as const))),
    byAcquirer: new Map(known.flatMap((k) => (k.acquirerId === null ? [] : [[k.acquirerId, k] as const]))),
    requestOf: new Map(
      payments.flatMap(({ acquirerId, requestId }) =>
        acquirerId === null || requestId === null ? [] : [[acquirerId, requestId] as const],
      ),
    ),
  };
}

/** The acquirer's id of the payment that a row is about; a dispute's and a refund's own is another's. */
const paymentIdOf = ({ type, acquirerId, originalId }: StoredRow): string | null =>
  originalId ?? (type === 'payment' || type === 'cancel' || type === 'payment-reversal' ? acquirerId : null);

function knownOf(index: Index, row: StoredRow): Known | undefined {
  const paymentId = paymentIdOf(row);
  const asked = row.requestId ?? (paymentId === null ? null : (index.requestOf.get(paymentId) ?? null));
  return (
    (asked === null ? undefined : index.byRequest.get(asked)) ??
    (row.refundId === null ? undefined : index.byReturn.get(row.refundId)) ??
    (paymentId === null ? undefined : index.byAcquirer.get(paymentId))
  );
}

/** Of rows that the ledger knows nothing of, which go together. */
function strangerOf(index: Index, row: StoredRow): string {
  const paymentId = paymentIdOf(row);
  const asked = paymentId === null ? undefined : index.requestOf.get(paymentId);
  return asked ?? row.requestId ?? paymentId ?? row.refundId ?? row.key;
}

/** The one that the ledger names first; else the earliest. */
function byAge(known: Known | undefined) {
  const rank = (row: StoredRow): number => (known?.acquirerId != null && row.acquirerId === known.acquirerId ? 0 : 1);
  const at = (row: StoredRow): number => row.at ?? Number.MAX_SAFE_INTEGER;
  return (a: StoredRow, b: StoredRow): number =>
    rank(a) - rank(b) || at(a) - at(b) || (a.day < b.day ? -1 : a.day > b.day ? 1 : a.line - b.line);
}

const isReturn = ({ type }: StoredRow): boolean =>
  type === 'cancel' || type === 'refund' || type === 'payment-reversal';

/** Rows of transactions only; fees and the like are nobody's payment. Every known payment is a case, with rows or without. */
export function casesOf(known: readonly Known[], rows: readonly StoredRow[]): Case[] {
  const index = indexOf(known, rows);
  const groups = new Map<string, { known: Known | undefined; rows: StoredRow[] }>();
  for (const k of known) groups.set(`known ${k.attempt}`, { known: k, rows: [] });
  for (const row of rows) {
    if (row.type !== 'payment' && row.type !== 'dispute' && !isReturn(row)) continue;
    const owner = knownOf(index, row);
    const name = owner ? `known ${owner.attempt}` : `stranger ${strangerOf(index, row)}`;
    const group = groups.get(name) ?? { known: owner, rows: [] };
    group.rows.push(row);
    groups.set(name, group);
  }
  return [...groups.values()].map((group) => {
    const sorted = [...group.rows].sort(byAge(group.known));
    return {
      known: group.known,
      payments: sorted.filter(({ type }) => type === 'payment'),
      returns: sorted.filter(isReturn),
      disputes: sorted.filter(({ type }) => type === 'dispute'),
    };
  });
}
