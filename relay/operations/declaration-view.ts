import type { DeclarationsAnswer } from '../acquirers/customs.js';
import { declarationCallsOf, declarationsOf } from '../customs/store.js';
import { type Declaration, declarationStates } from '../customs/types.js';
import type { Queries } from '../ledger/database.js';
import { iso } from './payment-view.js';
import { boolean, integer, list, object, orNull, ref, string, time } from './schemas.js';

/** What people see of declarations to customs; a buyer never. */

const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

export const viewDeclaration = ({ declared, taken, ...d }: Declaration) => ({
  id: d.id,
  payment: d.attempt,
  amount: declared.money.amount,
  currency: declared.money.currency,
  customs: declared.customs,
  merchantCode: declared.merchantCode,
  merchantName: declared.merchantName,
  subOrder: declared.subOrder,
  buyerNamed: declared.buyerNamed,
  state: d.state,
  push: d.push,
  requestedBy: d.requestedBy,
  requestedAt: iso(d.requestedAt),
  sentAt: isoOrNull(d.sentAt),
  endedAt: isoOrNull(d.endedAt),
  tries: d.tries,
  inquiries: d.inquiries + d.watches,
  code: d.code,
  word: d.word,
  customsPaymentId: taken.customsPaymentId ?? null,
  customsOrderId: taken.customsOrderId ?? null,
  identity: taken.identity ?? null,
  channel: taken.channel ?? null,
  channelId: taken.channelId ?? null,
  registration: taken.registration ?? null,
  resultCode: d.resultCode,
  resultText: d.resultText,
  returnedAt: d.returnedAt,
  settledBy: d.settledBy,
});

export const viewDeclarationsOf = async (q: Queries, payment: string) =>
  (await declarationsOf(q, payment)).map(viewDeclaration);

/** With every call of it. */
export async function viewWholeDeclaration(q: Queries, declaration: Declaration) {
  const calls = await declarationCallsOf(q, declaration.id);
  return {
    ...viewDeclaration(declaration),
    calls: calls.map((c) => ({ ...c, startedAt: iso(c.startedAt), endedAt: isoOrNull(c.endedAt) })),
  };
}

/** The acquirer's own records, as it answers. */
export function viewRecords(account: string, answer: DeclarationsAnswer) {
  if (answer.kind !== 'seen') {
    return { account, records: [], missing: [], detail: `it did not tell: ${answer.kind}, ${answer.detail}` };
  }
  const records = answer.declarations.map((seen) => ({
    ...{ id: seen.declarationId, means: seen.means, word: seen.word, customs: seen.customs ?? null },
    ...{ amount: seen.money?.amount ?? null, currency: seen.money?.currency ?? null },
    ...{ customsPaymentId: seen.customsPaymentId ?? null, customsOrderId: seen.customsOrderId ?? null },
    ...{ resultCode: seen.resultCode ?? null, resultText: seen.resultText ?? null },
    returnedAt: seen.returnedAt ?? null,
  }));
  return { account, records, missing: answer.missing, detail: null };
}

const theirs = {
  word: orNull(string("The acquirer's own word of it")),
  customsPaymentId: orNull(string("The payment's id at customs")),
  customsOrderId: orNull(string("The order's id at customs")),
  resultCode: orNull(string("Customs' own code")),
  resultText: orNull(string("Customs' own words")),
  returnedAt: orNull(string('When customs answered, as the acquirer writes it')),
};

const declaration = {
  id: string('The declaration; the acquirer knows it by this'),
  payment: string('The payment that it is of'),
  amount: integer('Declared, minor units'),
  currency: string('Always CNY'),
  customs: string('Where it is declared'),
  merchantCode: string("The merchant's code at customs"),
  merchantName: string("The merchant's name at customs"),
  subOrder: orNull(string('The part of the order; null: the order as a whole')),
  buyerNamed: boolean('A buyer was named, and is kept nowhere once the acquirer has the declaration'),
  state: string("declared: the acquirer has it; only accepted is customs' word", { enum: declarationStates }),
  push: integer('How often people had it sent'),
  requestedBy: string('Who had it sent last'),
  requestedAt: time('When it was asked for first'),
  sentAt: orNull(time('When it was sent last')),
  endedAt: orNull(time('When it was accepted or had failed')),
  tries: integer('How often it was sent since a person last asked'),
  inquiries: integer('How often the acquirer was asked what became of it'),
  code: orNull(string("The acquirer's last result code")),
  ...theirs,
  identity: orNull(string('passed or not-passed: whether the buyer is the one who paid')),
  channel: orNull(string('The clearing house')),
  channelId: orNull(string('Its id of the payment')),
  registration: orNull(string("The acquirer's number at customs")),
  settledBy: orNull(string('Who settled it, where customs never said')),
};

const call = object({
  call: string('declare or inquire-declaration'),
  push: integer('Of which sending'),
  relay: string('Which relay made it'),
  startedAt: time('Before it was made'),
  endedAt: orNull(time('When it was answered; null: nobody heard it')),
  answer: orNull(string('What it meant')),
  code: orNull(string("The acquirer's own code")),
});

export const declarationShapes = {
  Declaration: object(declaration),
  WholeDeclaration: object({ ...declaration, calls: list(call) }),
  Declarations: object({
    declarations: list(ref('Declaration')),
    next: orNull(string('For `cursor`; null: nothing comes after these')),
  }),
  DeclarationAsked: object({
    declaration: ref('Declaration'),
    next: orNull(string('Where the same goods are to be declared after it; null: nowhere')),
  }),
  CustomsRecords: object({
    account: string('Whose acquirer was asked'),
    records: list(
      object({
        id: string('The declaration'),
        means: string('waiting, accepted or failed; unclear: a word that nobody has documented'),
        customs: orNull(string('Where')),
        amount: orNull(integer('Minor units')),
        currency: orNull(string('ISO 4217')),
        ...theirs,
      }),
    ),
    missing: list(string('One that the acquirer does not know')),
    detail: orNull(string('Why nothing is known')),
  }),
} as const;
