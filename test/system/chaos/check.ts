import type { AttemptRow, Books, Charge, JournalLine } from './books.js';
import { outcomeOf, type Sale, toldToVend } from './witness.js';

/** What must hold of the books once all is quiet. Pure, so that each rule can be shown a book that breaks it. */

export type Violation = {
  /** The invariant, of design section 4.1 where it has a name there. */
  readonly rule: string;
  readonly what: string;
  readonly attempt?: string;
  readonly order?: string;
};

/** An attempt whose money stays with nobody's agreement but a person's: it is named, never hidden in a sum. */
export type Difference = {
  readonly attempt: string;
  readonly reason: string;
  readonly kept: number;
  readonly goods: 'went out' | 'did not go out' | 'not seen';
};

export type Findings = {
  readonly violations: readonly Violation[];
  /** Minor units. `kept` = `delivered` + `operator`, or there is a violation. */
  readonly sums: { readonly kept: number; readonly delivered: number; readonly operator: number };
  readonly differences: readonly Difference[];
};

const withOperator: ReadonlySet<string> = new Set(['operator', 'doubtful']);
/** Any of these calls the person who is meant; another alarm of the same attempt does not. */
const callsFor: Readonly<Record<string, readonly string[]>> = {
  doubtful: ['vend-doubtful'],
  operator: ['cancel-unconfirmed', 'cancel-refused', 'refund-unconfirmed', 'refund-failed', 'contradiction'],
};
const givenBack: ReadonlySet<string> = new Set(['declined', 'reversed', 'refused']);
/** Each of them says that a guarantee was broken somewhere. */
const impossibleAlarms: ReadonlySet<string> = new Set([
  ...['contradiction', 'charged-after-end', 'id-conflict', 'configuration'],
  ...['unknown-attempt', 'foreign-report', 'other-journal', 'clone', 'clock'],
]);

const keptOf = (charge: Charge | undefined): number => (charge ? charge.charged - charge.returned : 0);

/** All that is known of one attempt, side by side. */
type Case = {
  readonly row: AttemptRow;
  readonly charge: Charge | undefined;
  readonly sale: Sale | undefined;
  /** What people were called for. */
  readonly alarms: readonly string[];
};

export function check(books: Books, sales: readonly Sale[]): Findings {
  const charges = new Map(books.charges.map((charge) => [charge.paymentRequestId, charge]));
  const saleOf = new Map(sales.map((sale) => [sale.order, sale]));
  const alarmsOf = new Map<string | null, string[]>();
  for (const { attempt, kind } of books.alarms) alarmsOf.set(attempt, [...(alarmsOf.get(attempt) ?? []), kind]);
  const cases = books.attempts.map((row) => ({
    ...{ row, charge: charges.get(row.id), sale: saleOf.get(row.order), alarms: alarmsOf.get(row.id) ?? [] },
  }));
  const differences = cases.flatMap(differenceOf);
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  const sums = {
    kept: sum(books.charges.map(keptOf)),
    delivered: sum(cases.map(({ row }) => (row.state === 'delivered' ? (row.amount ?? 0) : 0))),
    operator: sum(differences.map(({ kept }) => kept)),
  };
  const violations = [
    ...cases.flatMap(ofAttempt),
    ...ofOrders(cases),
    ...ofCharges(books),
    ...ofSales(sales, cases),
    ...ofJournals(books, saleOf),
    ...books.journalFaults.map((what) => ({ rule: 'journal', what })),
    ...books.alarms.filter(({ kind }) => impossibleAlarms.has(kind)).map(ofAlarm),
    ...(sums.kept === sums.delivered + sums.operator ? [] : [unbalanced(sums)]),
  ];
  return { violations, sums, differences };
}

const ofAlarm = ({ kind, kiosk, attempt }: Books['alarms'][number]): Violation => ({
  rule: 'alarm',
  what: `the relay raised ${kind} for kiosk ${kiosk}`,
  ...(attempt === null ? {} : { attempt }),
});

const unbalanced = ({ kept, delivered, operator }: Findings['sums']): Violation => ({
  rule: 'reconciliation',
  what: `the acquirer keeps ${kept}, delivered are ${delivered}, with the operator ${operator} (minor units)`,
});

function differenceOf({ row, charge, sale }: Case): Difference[] {
  if (!withOperator.has(row.state)) return [];
  const goods = sale === undefined ? 'not seen' : sale.handedOut > 0 ? 'went out' : 'did not go out';
  return [{ attempt: row.id, reason: row.reason ?? '', kept: keptOf(charge), goods }];
}

type Say = (rule: string, what: string) => void;

function ofAttempt(one: Case): Violation[] {
  const { row, charge, sale } = one;
  const found: Violation[] = [];
  const say: Say = (rule, what) => {
    found.push({ rule, what: `${row.state}: ${what}`, attempt: row.id, order: row.order });
  };
  ofEnd(one, say);
  const kept = keptOf(charge);
  if (sale && sale.handedOut > 0 && kept !== row.amount) {
    say('S4', `goods for ${row.amount} went out, the acquirer keeps ${kept}`);
  }
  if (sale && row.amount !== null && row.amount !== sale.amount) say('S3', `the order was for ${sale.amount}`);
  if (!sale && row.amount !== null) say('S3', 'nobody has placed its order');
  if (row.pays > 1) say('S2', `${row.pays} pay requests were made`);
  if (row.owed) say('L3', 'the kiosk was never told, or never said that it was');
  return found;
}

const paidInFull = (row: AttemptRow, charge: Charge | undefined): boolean =>
  charge?.charged === row.amount && charge.returned === 0 && charge.currency === row.currency;

/** What each end says of the money and of the goods. */
function ofEnd({ row, charge, sale, alarms }: Case, say: Say): void {
  const kept = keptOf(charge);
  if (row.state === 'delivered') {
    if (!paidInFull(row, charge)) say('S8', `asked ${row.amount}, the acquirer says ${JSON.stringify(charge)}`);
    if (sale && sale.handedOut !== 1) say('S7', `the goods went out ${sale.handedOut} times`);
  } else if (givenBack.has(row.state)) {
    if (kept !== 0) say('S6', `the acquirer keeps ${kept}`);
    if (sale && sale.handedOut > 0) say('S7', 'the goods went out');
  } else if (withOperator.has(row.state)) {
    if (!callsFor[row.state]?.some((kind) => alarms.includes(kind))) say('L1', 'no alarm calls the operator for that');
    if (kept !== 0 && kept !== row.amount && charge?.scenario !== 'wrong-amount') say('S8', `keeps ${kept}`);
  } else say('L1', 'has not ended');
}

/** S1: per order at most one attempt paid and not returned. */
function ofOrders(cases: readonly Case[]): Violation[] {
  const paid = new Map<string, number>();
  for (const { row, charge } of cases) {
    if (keptOf(charge) > 0) paid.set(row.order, (paid.get(row.order) ?? 0) + 1);
  }
  return [...paid].flatMap(([order, n]) => (n > 1 ? [{ rule: 'S1', what: `${n} attempts are paid`, order }] : []));
}

/** Nothing is charged that the relay does not know. */
function ofCharges({ charges, attempts }: Books): Violation[] {
  const rows = new Map(attempts.map((row) => [row.id, row]));
  return charges.flatMap(({ paymentRequestId: attempt, charged }): Violation[] => {
    const row = rows.get(attempt);
    if (!row) return [{ rule: 'L3', what: `charged ${charged}, and no attempt of the ledger`, attempt }];
    if (row.pays === 0) return [{ rule: 'write-ahead', what: 'no record of the pay request', attempt }];
    return [];
  });
}

const endStates: Readonly<Record<string, readonly string[]>> = {
  delivered: ['delivered'],
  declined: ['declined'],
  reversed: ['reversed'],
  refused: ['refused'],
  // A later definite word of the kiosk moves a doubtful one.
  operator: ['operator', 'doubtful', 'delivered', 'reversed'],
};

/** What the customer saw and got. */
function ofSales(sales: readonly Sale[], cases: readonly Case[]): Violation[] {
  const attempts = new Map(cases.map(({ row }) => [row.order, row]));
  return sales.flatMap((sale): Violation[] => {
    const { order } = sale;
    const found: Violation[] = [];
    const row = attempts.get(order);
    if (toldToVend(sale) > 1) found.push({ rule: 'S5', what: `told to vend ${toldToVend(sale)} times`, order });
    if (sale.handedOut > 0 && !row) found.push({ rule: 'S4', what: 'goods went out, and no attempt', order });
    const outcome = outcomeOf(sale);
    const allowed = endStates[outcome ?? ''];
    if (allowed && !(row && allowed.includes(row.state))) {
      found.push({ rule: 'L3', what: `the kiosk was told ${outcome}; the ledger says ${row?.state}`, order });
    }
    return found;
  });
}

/** The kiosks' own books: what was begun, what went out, what the relay has acknowledged. */
function ofJournals({ journals, attempts }: Books, saleOf: ReadonlyMap<string, Sale>): Violation[] {
  const rows = new Map(attempts.map((row) => [row.id, row]));
  const records = new Map<string, JournalLine[]>();
  const begun = new Map<string, number>();
  for (const line of journals) {
    if (line.attempt === undefined) continue;
    records.set(line.attempt, [...(records.get(line.attempt) ?? []), line]);
    if (line.kind === 'begun' && line.order !== undefined) begun.set(line.order, (begun.get(line.order) ?? 0) + 1);
  }
  const twice = [...begun].filter(([, n]) => n > 1);
  return [
    ...twice.map(([order, n]) => ({ rule: 'S5', what: `the journal has begun ${n} times`, order })),
    ...[...records].flatMap(([attempt, lines]) => ofRecords(attempt, lines, rows.get(attempt), saleOf)),
  ];
}

function ofRecords(
  attempt: string,
  lines: readonly JournalLine[],
  row: AttemptRow | undefined,
  saleOf: ReadonlyMap<string, Sale>,
): Violation[] {
  const found: Violation[] = [];
  const order = lines.find((line) => line.order !== undefined)?.order;
  const say = (rule: string, what: string): void => {
    found.push({ rule, what: `journal: ${what}`, attempt, ...(order === undefined ? {} : { order }) });
  };
  const delivery = lines.findLast((line) => line.kind === 'vended')?.delivery;
  const sale = saleOf.get(order ?? '');
  if (delivery === 'delivered' && sale && sale.handedOut === 0) say('S7', 'delivered, and nothing went out');
  if (delivery === 'delivered' && row?.state !== 'delivered') say('L3', `delivered; the ledger says ${row?.state}`);
  const begun = lines.some((line) => line.kind === 'begun');
  // A journal forgets its oldest records, never one from the middle.
  const whole = lines.some((line) => line.kind === 'opened');
  if (whole && !begun && sale && sale.handedOut > 0) say('rule 8', 'goods went out, and "begun" is not in it');
  if (begun && !row) say('S4', 'begun, and no attempt of the ledger');
  if (delivery !== undefined && !lines.some((line) => line.kind === 'closed')) {
    say('rule 7', `${delivery} was never acknowledged`);
  }
  return found;
}
