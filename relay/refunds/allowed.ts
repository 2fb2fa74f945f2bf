import { formatAmount, type Money } from '../../protocol/money.js';
import { amountStep, type Capabilities, cancelDeadline } from '../acquirers/capabilities.js';
import type { LinkableWallet } from '../acquirers/linkable.js';
import type { Attempt } from '../payment/types.js';
import { isOpen, type Refund, takes } from './types.js';

/** What may be given back of a payment, decided before anybody is asked: pure. Source: common.md section 5, traps 4 to 9. */

/** Records of giving back, read under the lock of the attempt's row. */
export type Given = {
  readonly refunds: readonly Refund[];
  readonly reversed: Reversed;
};

/** The payment machine's own records of giving back, minor units. */
export type Reversed = {
  /** Back, or perhaps still: all that have not failed. */
  readonly taken: number;
  /** Of the payment's currency only; where another one was charged, it is that which went back. */
  readonly requested: number;
  readonly confirmed: number;
};
export const notReversed: Reversed = { taken: 0, requested: 0, confirmed: 0 };

/** Minor units of the payment's currency. Requested is not confirmed: both are told. */
export type Returned = {
  /** Asked for, and not certain yet. */
  readonly requested: number;
  readonly confirmed: number;
  /** What may still be refunded; 0 where nothing may. */
  readonly remaining: number;
};

export const refusalCodes = [
  'not-delivered',
  'currency',
  'too-much',
  'part-not-possible',
  'amount-not-possible',
  'refund-not-possible',
  'cancel-not-possible',
  'too-many-refunds',
  'window-over',
  'cancelled',
  'refunded',
  'account-unknown',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];
export type Refusal = { readonly refused: RefusalCode; readonly message: string };
const refuse = (refused: RefusalCode, message: string): Refusal => ({ refused, message });

const sum = (refunds: readonly Refund[]): number => refunds.reduce((total, { money }) => total + money.amount, 0);

export function returnedOf(attempt: Attempt, { refunds, reversed }: Given): Returned {
  const charged = attempt.state === 'delivered' ? (attempt.money?.amount ?? 0) : 0;
  const taken = sum(refunds.filter(takes)) + reversed.taken;
  return {
    requested: sum(refunds.filter((r) => isOpen(r) || r.state === 'operator')) + reversed.requested,
    confirmed: sum(refunds.filter(({ state }) => state === 'confirmed')) + reversed.confirmed,
    remaining: Math.max(0, charged - taken),
  };
}

/** A payment is made at this time or later, so a window counted from here closes too early rather than too late. */
const paidAt = ({ payAt, createdAt }: Attempt): number => payAt ?? createdAt;

const said = (amount: number, { currency }: Money): string => `${formatAmount({ amount, currency })} ${currency}`;

function notDelivered({ state }: Attempt): Refusal {
  const why: Partial<Record<Attempt['state'], string>> = {
    submitted: 'it is not decided yet',
    approved: 'the kiosk has not said yet whether it delivered; if it did not, the money goes back by itself',
    reversing: 'its money is going back already',
    reversed: 'its money is back already',
    doubtful: 'resolve it first, as delivered or give-back',
    operator: 'resolve it first: only a person can say where its money is',
    declined: 'nothing was charged',
    refused: 'nothing was charged',
  };
  return refuse('not-delivered', `the payment is ${state}: ${why[state] ?? 'only a delivered one can be given back'}`);
}

/** What a refund and a cancel both ask. */
function barred(attempt: Attempt, { refunds }: Given): Refusal | undefined {
  if (attempt.state !== 'delivered' || !attempt.money) return notDelivered(attempt);
  const cancel = refunds.find((r) => r.kind === 'cancel' && takes(r));
  if (!cancel) return undefined;
  // Trap 6: the acquirer would refuse it, or give the money back twice.
  return refuse('cancelled', `cancel ${cancel.number} of the whole payment is ${cancel.state}`);
}

export type Abilities = Pick<
  Capabilities,
  'cancelUntil' | 'refundWindowMs' | 'refundsMost' | 'partialRefunds' | 'steps'
> & {
  readonly refunds: boolean;
  readonly cancels: boolean;
};

/** The stricter of what the contract allows and what the linked wallet that has paid does; `wallet` undefined: a code was scanned. */
export function abilitiesOf(contract: Capabilities, wallet: LinkableWallet | undefined): Abilities {
  if (!wallet) return { ...contract, refunds: true, cancels: true };
  return {
    ...{ ...contract, refunds: wallet.refund, cancels: !wallet.neverCancelled },
    refundWindowMs: Math.min(contract.refundWindowMs ?? Number.POSITIVE_INFINITY, wallet.refundWindowMs),
    partialRefunds: contract.partialRefunds && wallet.partialRefund,
  };
}

/** What else may be done where the wallet refunds nothing. */
function insteadOfRefund(attempt: Attempt, { cancels, cancelUntil }: Abilities, now: number): string {
  const end = cancelUntil && cancelDeadline(cancelUntil, paidAt(attempt));
  if (!cancels || (end !== null && now > end)) return 'give the money back by hand';
  return end === null
    ? 'cancel it instead'
    : `cancel it instead, which is possible until ${new Date(end).toISOString()}`;
}

/** `asked`: undefined is all that remains. Returns what is to be given back, or why nothing is. */
export function mayRefund(
  attempt: Attempt,
  asked: Money | undefined,
  given: Given,
  abilities: Abilities,
  now: number,
): Money | Refusal {
  const why = barred(attempt, given);
  if (why || !attempt.money) return why ?? notDelivered(attempt);
  const { money: charged } = attempt;
  const { remaining } = returnedOf(attempt, given);
  const money = asked ?? { amount: remaining, currency: charged.currency };
  if (money.currency !== charged.currency) {
    return refuse('currency', `currency: found ${money.currency}, expected ${charged.currency}, as it was paid`);
  }
  if (money.amount > remaining || remaining === 0) {
    const of = `of ${said(charged.amount, charged)} only ${said(remaining, charged)} can still be given back`;
    return refuse('too-much', `amount: ${of}; refunds that are not confirmed count as taken`);
  }
  const { refundWindowMs, refundsMost, partialRefunds } = abilities;
  if (!abilities.refunds) {
    const instead = insteadOfRefund(attempt, abilities, now);
    return refuse('refund-not-possible', `the wallet that paid takes no refund; ${instead}`);
  }
  if (refundWindowMs !== null && now > paidAt(attempt) + refundWindowMs) {
    const end = new Date(paidAt(attempt) + refundWindowMs).toISOString();
    return refuse('window-over', `the acquirer refunds this payment until ${end}; give the money back by hand`);
  }
  if (!partialRefunds && money.amount !== charged.amount) {
    return refuse('part-not-possible', `the acquirer refunds the whole ${said(charged.amount, charged)} or nothing`);
  }
  const step = amountStep(abilities, money.currency);
  if (money.amount % step !== 0) {
    return refuse(
      'amount-not-possible',
      `amount: expected a multiple of ${said(step, charged)}, as the acquirer takes it`,
    );
  }
  const made = given.refunds.filter((r) => r.kind === 'refund' && takes(r)).length;
  if (refundsMost !== null && made >= refundsMost) {
    return refuse(
      'too-many-refunds',
      `the acquirer takes ${refundsMost} refunds of one payment, and there are ${made}`,
    );
  }
  return money;
}

/** Trap 4: a cancel is of the whole payment, so it is only for one of which nothing was refunded. */
export function mayCancel(attempt: Attempt, given: Given, abilities: Abilities, now: number): Money | Refusal {
  const why = barred(attempt, given);
  if (why || !attempt.money) return why ?? notDelivered(attempt);
  if (!abilities.cancels) {
    return refuse(
      'cancel-not-possible',
      'a payment of this wallet is never cancelled once it is made; refund it instead',
    );
  }
  if (given.refunds.some(takes)) {
    return refuse('refunded', 'a cancel gives back the whole payment, and a part is refunded; refund the rest instead');
  }
  if (given.reversed.taken > 0) return refuse('refunded', 'the relay itself gave its money back, or may have');
  const { cancelUntil } = abilities;
  if (cancelUntil && now > cancelDeadline(cancelUntil, paidAt(attempt))) {
    const end = new Date(cancelDeadline(cancelUntil, paidAt(attempt))).toISOString();
    return refuse('window-over', `the acquirer cancels this payment until ${end}; refund it instead`);
  }
  return attempt.money;
}
