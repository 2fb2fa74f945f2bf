import { formatAmount, type Money } from '../../protocol/money.js';
import type { Customs } from '../acquirers/customs.js';
import type { Attempt } from '../payment/types.js';
import { type Given, returnedOf } from '../refunds/allowed.js';
import { againAt } from './step.js';
import { counts, type Declaration, type Declared } from './types.js';

/** What may be declared, decided before anybody is asked: pure. Source: reference acquirers/antom.md section 2.9. */

export const DECLARED_IN = 'CNY';

export type Refusal = { readonly refused: RefusalCode; readonly message: string };
export const declarationRefusals = [
  'no-customs',
  'not-delivered',
  'no-acquirer-id',
  'given-back',
  'amount',
  'merchant',
  'buyer',
  'key',
  'declared-already',
  'split',
  'too-much',
  'under-way',
  'too-soon',
] as const;
export type RefusalCode = (typeof declarationRefusals)[number];
export const refuse = (refused: RefusalCode, message: string): Refusal => ({ refused, message });

const said = (amount: number): string => `${formatAmount({ amount, currency: DECLARED_IN })} ${DECLARED_IN}`;

/** Undefined: this payment can be declared. */
export function barred(attempt: Attempt, given: Given): Refusal | undefined {
  if (attempt.state !== 'delivered') {
    return refuse('not-delivered', `the payment is ${attempt.state}: only what was paid and delivered is declared`);
  }
  if (attempt.acquirerId === null) {
    return refuse(
      'no-acquirer-id',
      'the acquirer never said its own id of this payment, without which it declares none',
    );
  }
  const left = returnedOf(attempt, given).remaining;
  return left === 0 ? refuse('given-back', 'all of it was given back, or is being so') : undefined;
}

/** What is declared when nobody says how much: all of it, where it was paid in CNY. */
export function amountOf({ money }: Attempt, asked: number | undefined): Money | Refusal {
  if (asked !== undefined) return { amount: asked, currency: DECLARED_IN };
  if (money?.currency === DECLARED_IN) return money;
  return refuse(
    'amount',
    `amount: found none, expected one in ${DECLARED_IN}, since it was paid in ${money?.currency ?? 'nothing'}: ` +
      'the acquirer names it as customsDeclarationAmount',
  );
}

/**
 * Undefined: `declared` may stand beside the others of the payment. Each place has a register of its own: there an order is
 * declared once as a whole, or in parts, each once, and never for more than was paid and not given back. `was`: what it
 * declared before, where it is sent again.
 */
export function clashes(
  attempt: Attempt,
  given: Given,
  declared: Declared,
  others: readonly Declaration[],
  was?: Declared,
): Refusal | undefined {
  const there = atPlaceOf(declared, others);
  const [whole] = there.filter((d) => d.declared.subOrder === null);
  if (whole && declared.subOrder === null) {
    return refuse(
      'declared-already',
      `${whole.id} declares it to ${declared.customs} already; send that again instead`,
    );
  }
  if (there.length > 0 && (whole !== undefined) === (declared.subOrder !== null)) {
    const expected = whole
      ? 'no part: it is declared as a whole'
      : 'a part, with its subOrder: it is declared in parts';
    return refuse('split', `${declared.customs} has a declaration of this payment, so expected ${expected}`);
  }
  const same = there.find((d) => d.declared.subOrder === declared.subOrder);
  if (same) return refuse('declared-already', `${same.id} declares this subOrder already; send that again instead`);
  const isLess = was?.customs === declared.customs && declared.money.amount < was.money.amount;
  // What was declared before some of it was given back is put right part by part: each step may leave too much.
  const left = isLess ? (attempt.money?.amount ?? 0) : returnedOf(attempt, given).remaining;
  return tooMuch(attempt, declared, there, left);
}

/** Those that count, in the register of the same place. */
export const atPlaceOf = ({ customs }: Declared, others: readonly Declaration[]): Declaration[] =>
  others.filter((d) => counts(d) && d.declared.customs === customs);

function tooMuch(
  { money }: Attempt,
  declared: Declared,
  there: readonly Declaration[],
  left: number,
): Refusal | undefined {
  // What a payment in another currency is worth in CNY, the acquirer knows.
  if (money?.currency !== DECLARED_IN) return undefined;
  const taken = there.reduce((sum, d) => sum + d.declared.money.amount, 0);
  if (taken + declared.money.amount <= left) return undefined;
  return refuse(
    'too-much',
    `amount: found ${said(declared.money.amount)}, expected at most ${said(Math.max(0, left - taken))}, ` +
      `which is what was paid, was not given back, and is not declared to ${declared.customs} yet`,
  );
}

/** Undefined: it may be sent, and not only be asked for: somebody may have given back what it is of in the meantime. */
export function barsSending(
  attempt: Attempt,
  given: Given,
  d: Declaration,
  all: readonly Declaration[],
): Refusal | undefined {
  const bar = barred(attempt, given);
  // Less than before is right also where it is too much still: `clashes`.
  if (bar || d.push > 1) return bar;
  const others = all.filter(({ id }) => id !== d.id);
  return tooMuch(attempt, d.declared, atPlaceOf(d.declared, others), returnedOf(attempt, given).remaining);
}

/**
 * Undefined: it may be sent, by what the acquirer says that all there may come to. Of what it has taken before only the own
 * amount counts: parts are put right one by one, and each step may leave too much (`clashes`).
 */
export function barsWorth(d: Declaration, all: readonly Declaration[], worth: Money): string | undefined {
  const isChange = d.push > 1 && Object.keys(d.taken).length > 0;
  const others = isChange ? [] : atPlaceOf(d.declared, all).filter(({ id }) => id !== d.id);
  const sum = others.reduce((amount, { declared }) => amount + declared.money.amount, d.declared.money.amount);
  if (sum <= worth.amount) return undefined;
  const inCurrency = (amount: number): string => `${formatAmount({ ...worth, amount })} ${worth.currency}`;
  return `the acquirer says that ${inCurrency(worth.amount)} may be declared, and this makes it ${inCurrency(sum)}`;
}

/** Undefined: it is not being sent, so a person may have it sent again, once the acquirer takes it: `tooSoon`. */
export function barsAgain(d: Declaration): Refusal | undefined {
  return d.state === 'requested'
    ? refuse('under-way', 'the relay is sending it; see what comes of it first')
    : undefined;
}

/** Undefined: the acquirer takes it again now. Asked last: whoever waits five minutes hears of nothing else afterwards. */
export function tooSoon(
  d: Declaration,
  { againAfterMs }: Pick<Customs, 'againAfterMs'>,
  now: number,
): Refusal | undefined {
  const wait = againAt(d, { againAfterMs }) - now;
  if (wait <= 0) return undefined;
  return refuse(
    'too-soon',
    `the acquirer takes it again ${againAfterMs / 1_000} s after the last time: wait ${Math.ceil(wait / 1_000)} s`,
  );
}
