import { formatAmount } from '../../protocol/money.js';
import type { Buyer, Customs, Registered } from '../acquirers/customs.js';
import { amountOf, barred, barsAgain, clashes, type Refusal, refuse, tooSoon } from '../customs/allowed.js';
import { applyDeclarationIn } from '../customs/apply.js';
import { policiesOf } from '../customs/runner.js';
import { sealBuyer } from '../customs/seal.js';
import {
  declarationIdOf,
  declarationsOf,
  insertDeclaration,
  loadDeclaration,
  lockDeclaration,
  nextNumber,
} from '../customs/store.js';
import type { Declaration, DeclarationFound, Declared } from '../customs/types.js';
import * as attempts from '../ledger/attempts.js';
import type { Transaction } from '../ledger/database.js';
import { addSteps } from '../ledger/records.js';
import { givenOf } from '../refunds/store.js';
import { type ActContext, type Done, refused } from './acts.js';
import { viewDeclaration } from './declaration-view.js';

/** What a person does about customs, each within the one transaction that also keeps its answer and its audit row. */

/** Absent: as the account has it, or, when it is sent again, as it was. `buyer` null: none. */
export type AskedDeclaration = {
  /** Minor units of CNY. */
  readonly amount?: number;
  readonly customs?: string;
  readonly subOrder?: string;
  readonly merchantCode?: string;
  readonly merchantName?: string;
  readonly buyer?: Buyer | null;
};

/** A secret; undefined: no buyer can be named. */
export type SealKey = Uint8Array | undefined;

const said = (refusal: Refusal, attempt: string): Done => ({
  ...refused(409, refusal.refused, refusal.message),
  attempt,
});
/** `next`: where the same goods are to be declared after it. */
function accepted(declaration: Declaration, { places }: Customs): Done {
  const next = places.find(({ code }) => code === declaration.declared.customs)?.next ?? null;
  return { status: 202, body: { declaration: viewDeclaration(declaration), next }, attempt: declaration.attempt };
}
const noKey = refuse(
  'key',
  'buyer: found one, expected none, since no key is set to seal it with: set secrets.customs_key_file or customs_key_env',
);

function customsOf({ accounts }: ActContext, account: string): Customs | Refusal {
  const known = accounts.get(account);
  if (known?.acquirer.customs) return known.acquirer.customs;
  const why = known ? 'has no [account.customs]' : 'is not in this config';
  return refuse('no-customs', `account "${account}" ${why}, so nothing of it is declared to customs`);
}

function merchantOf(asked: AskedDeclaration, known: Registered | undefined): Registered | Refusal {
  const [code, name] = [asked.merchantCode ?? known?.code, asked.merchantName ?? known?.name];
  if (code !== undefined && name !== undefined) return { code, name };
  const message =
    'found none, expected merchantCode and merchantName as customs has them, here or in [account.customs]';
  return refuse('merchant', `merchantCode: ${message}`);
}

/** Requested now; the worker of any relay takes it from here. */
export async function declarePayment(
  tx: Transaction,
  id: string,
  asked: AskedDeclaration,
  context: ActContext,
  sealKey: SealKey,
): Promise<Done> {
  const held = await attempts.lock(tx, id);
  if (!held?.attempt.money) return refused(404, 'not-found', 'no such payment');
  const { attempt } = held;
  const customs = customsOf(context, attempt.account);
  if ('refused' in customs) return said(customs, id);
  const given = await givenOf(tx, id);
  const bar = barred(attempt, given);
  if (bar) return said(bar, id);
  const money = amountOf(attempt, asked.amount);
  if ('refused' in money) return said(money, id);
  const merchant = merchantOf(asked, customs.merchant);
  if ('refused' in merchant) return said(merchant, id);
  const buyer = asked.buyer ?? null;
  if (buyer && !sealKey) return said(noKey, id);
  const declared: Declared = {
    ...{ money, customs: asked.customs ?? customs.place, merchantCode: merchant.code, merchantName: merchant.name },
    ...{ subOrder: asked.subOrder ?? null, buyerNamed: buyer !== null },
  };
  const clash = clashes(attempt, given, declared, await declarationsOf(tx, id));
  if (clash) return said(clash, id);
  const number = await nextNumber(tx, id);
  const sealed = buyer && sealKey ? sealBuyer(sealKey, declarationIdOf(id, number), buyer) : null;
  const { who: requestedBy, now: at } = context;
  const made = await insertDeclaration(tx, { attempt: id, number, requestedBy, declared, at, buyer: sealed });
  await tell(tx, made, 'declaration-requested', context);
  return accepted(made, customs);
}

function tell(tx: Transaction, { id, attempt, declared }: Declaration, name: string, { now, who }: ActContext) {
  const { money, customs } = declared;
  const detail = `${id}: ${formatAmount(money)} ${money.currency} to ${customs}, by ${who}`;
  return addSteps(tx, attempt, [{ at: now, name, detail, ms: null }]);
}

/** What is sent when a person has it sent again: as it was, but for what is asked otherwise. */
function changed({ declared: was }: Declaration, asked: AskedDeclaration): Declared | Refusal {
  if (asked.subOrder !== undefined && was.subOrder === null) {
    return refuse('split', 'subOrder: found one, expected none: it was declared as a whole, and stays so');
  }
  if (was.buyerNamed && asked.buyer === undefined) {
    const message = 'the buyer again, who is not kept once the acquirer has the declaration, or null for none';
    return refuse('buyer', `buyer: found nothing, expected ${message}`);
  }
  return {
    money: { ...was.money, amount: asked.amount ?? was.money.amount },
    customs: asked.customs ?? was.customs,
    merchantCode: asked.merchantCode ?? was.merchantCode,
    merchantName: asked.merchantName ?? was.merchantName,
    subOrder: asked.subOrder ?? was.subOrder,
    buyerNamed: asked.buyer !== undefined && asked.buyer !== null,
  };
}

type Held = NonNullable<Awaited<ReturnType<typeof holdDeclaration>>>;

/** Its rows, locked in the order in which everybody locks them. */
async function holdDeclaration(tx: Transaction, id: string) {
  const known = await loadDeclaration(tx, id);
  const held = known && (await attempts.lock(tx, known.attempt));
  const stored = held && (await lockDeclaration(tx, id));
  return held && stored ? { attempt: held.attempt, stored } : undefined;
}
const unknown = refused(404, 'not-found', 'no such declaration');

/** The same declaration again, under the same id. */
export async function declareAgain(
  tx: Transaction,
  id: string,
  asked: AskedDeclaration,
  context: ActContext,
  sealKey: SealKey,
): Promise<Done> {
  const held = await holdDeclaration(tx, id);
  if (!held) return unknown;
  const { attempt, stored } = held;
  const customs = customsOf(context, attempt.account);
  if ('refused' in customs) return said(customs, attempt.id);
  const given = await givenOf(tx, attempt.id);
  const bar = barsAgain(stored.declaration) ?? barred(attempt, given);
  if (bar) return said(bar, attempt.id);
  const declared = changed(stored.declaration, asked);
  if ('refused' in declared) return said(declared, attempt.id);
  if (asked.buyer && !sealKey) return said(noKey, attempt.id);
  const others = (await declarationsOf(tx, attempt.id)).filter((other) => other.id !== id);
  const clash = clashes(attempt, given, declared, others, stored.declaration.declared);
  const bars = clash ?? tooSoon(stored.declaration, customs, context.now);
  if (bars) return said(bars, attempt.id);
  const buyer = asked.buyer && sealKey ? sealBuyer(sealKey, id, asked.buyer) : null;
  const event = { type: 'again', declared, by: context.who } as const;
  const { declaration } = await step(tx, { attempt, stored: { ...stored, buyer } }, event, context);
  await tell(tx, declaration, 'declaration-again', context);
  return accepted(declaration, customs);
}

const step = (
  tx: Transaction,
  { attempt, stored }: Held,
  event: Parameters<typeof applyDeclarationIn>[3],
  c: ActContext,
) => applyDeclarationIn(tx, attempt, stored, event, { now: c.now, relay: c.relay, policyOf: policiesOf(c.accounts) });

/** A person's word, where customs' own never comes. */
export async function resolveDeclaration(
  tx: Transaction,
  id: string,
  { found, note }: { readonly found: DeclarationFound; readonly note: string },
  context: ActContext,
): Promise<Done> {
  const held = await holdDeclaration(tx, id);
  if (!held) return unknown;
  const { attempt, stored } = held;
  const { state } = stored.declaration;
  if (state !== 'operator') {
    const why = state === 'requested' || state === 'declared' ? 'the relay is at work on it' : 'it has its end';
    return { ...refused(409, 'not-resolvable', `the declaration is ${state}: ${why}`), attempt: attempt.id };
  }
  const { declaration } = await step(tx, held, { type: 'settled', found, by: context.who }, context);
  await addSteps(tx, attempt.id, [{ at: context.now, name: 'note', detail: `${id}: ${note}`, ms: null }]);
  return { status: 200, body: { declaration: viewDeclaration(declaration), next: null }, attempt: attempt.id };
}
