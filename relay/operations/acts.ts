import { formatAmount, type Money } from '../../protocol/money.js';
import * as attempts from '../ledger/attempts.js';
import type { Stored } from '../ledger/contract.js';
import type { Transaction } from '../ledger/database.js';
import * as kiosks from '../ledger/kiosks.js';
import { addSteps } from '../ledger/records.js';
import { ledgerTransaction } from '../ledger/sql-ledger.js';
import type { AppliedLink } from '../linking/apply.js';
import { barsResolution } from '../payment/resolved.js';
import { type Attempt, paidByToken, type Resolution } from '../payment/types.js';
import { type Abilities, abilitiesOf, mayCancel, mayRefund, type Refusal } from '../refunds/allowed.js';
import { type AppliedRefund, applyRefundIn } from '../refunds/apply.js';
import { givenOf, insertRefund, loadRefund, lockRefund } from '../refunds/store.js';
import type { Refund, RefundFound } from '../refunds/types.js';
import type { Account, Accounts } from '../routing/accounts.js';
import { type Applied, applyIn } from '../worker/apply.js';
import type { Answer } from './once.js';
import { viewPayment, viewRefund } from './payment-view.js';
import { loadPayment } from './payments.js';
import { problem } from './problem.js';

/** What a person does to a payment, each within the one transaction that also keeps its answer and its audit row. */

export type ActContext = {
  readonly accounts: Accounts;
  readonly now: number;
  /** This relay's name, or the command line's. */
  readonly relay: string;
  /** First wait of the outbox, ms. */
  readonly firstTellMs: number;
  readonly who: string;
};

/** `changed` and the others: what follows the commit. */
export type Done = Answer & {
  readonly attempt?: string;
  readonly payment?: Applied;
  readonly refund?: AppliedRefund;
  readonly link?: AppliedLink;
  readonly refusedAs?: string;
};

export type AskedRefund = { readonly money?: Money; readonly reason: string };

export const refused = (status: number, code: string, message: string): Done => ({
  ...{ status, body: problem(code, message) },
  refusedAs: code,
});
const noPayment = refused(404, 'not-found', 'no such payment');
const unknownAccount = (account: string): Refusal => ({
  refused: 'account-unknown',
  message: `account "${account}" is not in this config, so its acquirer cannot be asked; put it back`,
});

/** Of a wallet that the account links no more, only the contract is known. */
function abilitiesFor(attempt: Attempt, { acquirer }: Account): Abilities {
  const { wallet: paying } = paidByToken(attempt);
  const wallet = acquirer.linking?.wallets.find(({ issuer }) => issuer === paying);
  return abilitiesOf(acquirer.capabilities, wallet);
}

/** Requested now; the refund worker of any relay takes it from here. */
export function refundPayment(tx: Transaction, id: string, asked: AskedRefund, context: ActContext): Promise<Done> {
  return giveBack(tx, id, 'refund', asked.reason, context, async (held, account) =>
    mayRefund(held.attempt, asked.money, await givenOf(tx, id), abilitiesFor(held.attempt, account), context.now),
  );
}

/** Of the whole payment. */
export function cancelPayment(tx: Transaction, id: string, reason: string, context: ActContext): Promise<Done> {
  return giveBack(tx, id, 'cancel', reason, context, async (held, account) =>
    mayCancel(held.attempt, await givenOf(tx, id), abilitiesFor(held.attempt, account), context.now),
  );
}

async function giveBack(
  tx: Transaction,
  id: string,
  kind: Refund['kind'],
  reason: string,
  { accounts, now, who }: ActContext,
  decide: (held: Stored, account: Account) => Promise<Money | Refusal>,
): Promise<Done> {
  // Two who ask at once wait for each other here, so the running total is right for both (trap 7).
  const held = await attempts.lock(tx, id);
  if (!held?.attempt.money) return noPayment;
  const account = accounts.get(held.attempt.account);
  const money = account ? await decide(held, account) : unknownAccount(held.attempt.account);
  if ('refused' in money) return { ...refused(409, money.refused, money.message), attempt: id };
  const asked = { attempt: id, kind, money, reason, requestedBy: who, replaces: null, place: 0 };
  const refund = await insertRefund(tx, { ...asked, at: now, nextAt: now });
  const detail = `${refund.id}: ${formatAmount(money)} ${money.currency}, by ${who}`;
  await addSteps(tx, id, [{ at: now, name: `${kind}-requested`, detail, ms: null }]);
  return { status: 202, body: await answerOf(tx, id, refund), attempt: id };
}

async function answerOf(tx: Transaction, id: string, refund: Refund): Promise<object> {
  const payment = await loadPayment(tx, id);
  return { refund: viewRefund(refund), payment: payment ? viewPayment(payment) : null };
}

export type AskedResolution = { readonly found: Resolution; readonly note: string };

/** A person's word on a payment that only a person can settle. */
export async function resolvePayment(
  tx: Transaction,
  id: string,
  { found, note }: AskedResolution,
  context: ActContext,
): Promise<Done> {
  const held = await attempts.lock(tx, id);
  if (!held?.attempt.money) return noPayment;
  const why = barsResolution(held.attempt, found);
  if (why !== undefined) {
    return { ...refused(409, 'not-resolvable', `the payment is ${held.attempt.state}: ${why}`), attempt: id };
  }
  const { who: by, now } = context;
  const payment = await applyIn(ledgerTransaction(tx), held, { type: 'resolved', found, by }, context);
  await tx.query('INSERT INTO resolution (attempt, found, note, by, at) VALUES ($1, $2, $3, $4, $5)', [
    ...[id, found, note, by, now],
  ]);
  const seen = await loadPayment(tx, id);
  return { status: 200, body: { payment: seen ? viewPayment(seen) : null }, attempt: id, payment };
}

/** A person's word on a refund of which the acquirer does not tell what became. */
export async function resolveRefund(
  tx: Transaction,
  id: string,
  { found, note }: { readonly found: RefundFound; readonly note: string },
  context: ActContext,
): Promise<Done> {
  const known = await loadRefund(tx, id);
  const held = known && (await attempts.lock(tx, known.attempt));
  const stored = held && (await lockRefund(tx, id));
  if (!held || !stored) return refused(404, 'not-found', 'no such refund');
  const { attempt } = held;
  if (stored.refund.state !== 'operator') {
    const { state } = stored.refund;
    const why = state === 'requested' || state === 'pending' ? 'the relay is at work on it' : 'it has its end';
    return { ...refused(409, 'not-resolvable', `the refund is ${state}: ${why}`), attempt: attempt.id };
  }
  const refund = await applyRefundIn(tx, attempt, stored, { type: 'settled', found, by: context.who }, context);
  await addSteps(tx, attempt.id, [{ at: context.now, name: 'note', detail: `${id}: ${note}`, ms: null }]);
  return { status: 200, body: await answerOf(tx, attempt.id, refund.refund), attempt: attempt.id, refund };
}

/** A kiosk that was shut out is greeted again. */
export async function allowKiosk(tx: Transaction, name: string): Promise<Done> {
  if (!(await kiosks.allow(tx, name))) return refused(404, 'not-blocked', 'no kiosk of that name is shut out');
  return { status: 200, body: { kiosk: name, allowed: true } };
}
