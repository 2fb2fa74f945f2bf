import { states } from '../payment/types.js';
import { refundStates } from '../refunds/types.js';

/** The API's shapes: what requests are checked by, answers written by, and the OpenAPI document made of. */

type Shape = Readonly<Record<string, unknown>>;

export const string = (description: string, more: Shape = {}): Shape => ({ type: 'string', description, ...more });
export const integer = (description: string, more: Shape = {}): Shape => ({ type: 'integer', description, ...more });
export const boolean = (description: string): Shape => ({ type: 'boolean', description });
export const time = (description: string): Shape => string(description, { format: 'date-time' });
export const orNull = (shape: Shape): Shape => ({ ...shape, type: [shape['type'], 'null'] });
export const list = (items: Shape): Shape => ({ type: 'array', items });
export const ref = (name: string): Shape => ({ $ref: `${name}#` });

/** All fields are there, and no others. `absent`: those that may be. */
export function object(properties: Shape, absent: readonly string[] = []): Shape {
  const required = Object.keys(properties).filter((name) => !absent.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}

export const attemptId = string('A payment: 32 signs of hex', { pattern: '^[0-9a-f]{32}$' });
export const declarationId = string('A declaration to customs', { pattern: '^d[0-9a-f]{31}$' });
export const refundId = string('A refund or cancel', { pattern: '^[rc][0-9]{1,4}[0-9a-f]{32}$' });
const minor = 'minor units of the currency';

const refund = object({
  id: string('Of a refund the id that the acquirer knows it by'),
  payment: string('The payment that it is of'),
  kind: string('A cancel is of the whole payment', { enum: ['refund', 'cancel'] }),
  amount: integer(`To be given back, ${minor}`),
  currency: string('ISO 4217'),
  state: string('Requested is not confirmed: only "confirmed" is the acquirer\'s word that the money is back', {
    enum: refundStates,
  }),
  reason: string("The person's words"),
  requestedBy: string('Who asked for it'),
  requestedAt: time('When'),
  endedAt: orNull(time('When it was confirmed or had failed')),
  replaces: orNull(string('The one that failed, in whose place this is asked')),
  settledBy: orNull(string('Who settled it, where the acquirer never said')),
  code: orNull(string("The acquirer's last code")),
  tries: integer('How often it was asked for, always under its own id'),
  inquiries: integer('How often the acquirer was asked what became of it'),
});

const payment = {
  id: string('The payment'),
  receipt: string('What customer and operator read to each other'),
  order: string('The order that it paid'),
  kiosk: string('The kiosk'),
  merchant: string('The merchant; empty in rows of an older relay'),
  account: string("The merchant's account with the acquirer"),
  acquirer: string('The adapter'),
  acquirerId: orNull(string("The acquirer's own id")),
  route: string('Why it went to that account'),
  issuer: orNull(string('The wallet, as decoded')),
  link: orNull(string('The linked wallet that pays; null: a code was scanned')),
  confirmedAt: orNull(time('When its owner pressed to pay')),
  reference: string("The order's reference"),
  state: string('Where it stands', { enum: states }),
  passwordPending: boolean('The wallet asks its owner for the password'),
  reason: orNull(string('Why it stands there')),
  finding: orNull(string('What the acquirer said after a person was called')),
  amount: integer(`Asked, ${minor}`),
  currency: string('ISO 4217'),
  createdAt: time('When it was admitted'),
  returned: object({
    requested: integer(`Asked to be given back and not confirmed yet, ${minor}`),
    confirmed: integer(`Given back, as the acquirer confirmed, ${minor}`),
    remaining: integer(`What may still be given back, ${minor}`),
  }),
  resolved: {
    ...object({
      found: string("A person's word"),
      note: string('How it was found out'),
      by: string('Who says so'),
      at: time('When'),
    }),
    type: ['object', 'null'],
  },
};

const step = object({
  at: time('When'),
  name: string('What'),
  detail: string('More of it'),
  ms: orNull(integer('How long it took, ms')),
});
const call = object({
  call: string('Which call'),
  refund: orNull(string('Which refund it was of; null: of the payment')),
  relay: string('Which relay made it'),
  startedAt: time('Before it was made'),
  endedAt: orNull(time('When it was answered; null: nobody heard it')),
  answer: orNull(string('What it meant')),
  code: orNull(string("The acquirer's own code")),
});
const reversal = object({
  id: string('The record'),
  kind: string('cancel or refund'),
  amount: integer(`Given back, ${minor}`),
  currency: string('ISO 4217'),
  state: string('Requested is not confirmed'),
  requestedAt: time('When'),
  endedAt: orNull(time('When it was confirmed or had failed')),
  tries: integer('How often it was asked for'),
  inquiries: integer('How often the acquirer was asked what became of it'),
});
const audit = object({
  id: integer('In the order in which it happened'),
  at: time('When'),
  who: string('Name of the token, or the user of a command line'),
  origin: string('From where'),
  act: string('What'),
  target: string('To what'),
  attempt: orNull(string('The payment that it is about')),
  detail: string('What was asked'),
  outcome: string('done, "refused: CODE", or failed: the ledger did not answer; the payment shows whether it was done'),
});

const attempt = object(
  {
    ...{ attempt: string('The attempt'), kiosk: string('The kiosk') },
    ...{ amount: integer(`Asked, ${minor}`), currency: string('ISO 4217'), issuer: string('The wallet, as decoded') },
    ...{ reference: string("The order's reference"), standing: string('As the kiosk hears it') },
    ...{ reason: string('Why'), receipt: string('What customer and operator read to each other') },
    finding: string('What the acquirer said after the operator was called'),
    createdAt: time('When it was admitted'),
    steps: list(
      object(
        { at: time('When'), name: string('What'), detail: string('More of it'), ms: integer('How long it took, ms') },
        ['ms'],
      ),
    ),
  },
  ['issuer', 'reason', 'finding'],
);
const alarm = object(
  {
    ...{ at: time('When'), kind: string('Which alarm'), kiosk: string('The kiosk'), detail: string('What happened') },
    ...{ attempt: string('The attempt'), receipt: string('Its receipt') },
  },
  ['kiosk', 'attempt', 'receipt'],
);
const nothing = { type: 'null' };

export const shapes: Readonly<Record<string, Shape>> = {
  Problem: object({
    error: object({
      code: string('For programs'),
      message: string('For people: the field, what was found, the remedy'),
    }),
  }),
  Refund: refund,
  Payment: object(payment),
  WholePayment: object({
    ...payment,
    steps: list(step),
    calls: list(call),
    reversals: list(reversal),
    refunds: list(refund),
    declarations: list(ref('Declaration')),
    audit: list(audit),
  }),
  Payments: object({
    payments: list(ref('Payment')),
    next: orNull(string('For `cursor`: what comes after these; null: nothing')),
  }),
  RefundAsked: object({ refund: ref('Refund'), payment: { anyOf: [ref('Payment'), nothing] } }),
  PaymentResolved: object({ payment: { anyOf: [ref('Payment'), nothing] } }),
  Audit: object({ audit: list(audit), next: orNull(string('For `cursor`; null: nothing')) }),
  Attempt: attempt,
  Attempts: object({ attempts: list(ref('Attempt')) }),
  Alarms: object({ alarms: list(alarm) }),
  Status: object({
    relay: string('Name of this relay'),
    counters: { type: 'object', additionalProperties: { type: 'integer' }, description: 'Counts by name' },
  }),
  Ready: object({
    ledger: boolean('It answers within 2 s'),
    broker: boolean('Connected'),
    clock: boolean('The wall clock is the one that this process began with'),
  }),
  Alive: object({ ok: boolean('Always true') }),
  Allowed: object({ kiosk: string('The kiosk'), allowed: boolean('Always true') }),
  AcquirerOrder: object({
    account: string('Whose acquirer was asked'),
    id: string("The acquirer's own id"),
    found: boolean('Whether it knows such an order'),
    kind: orNull(string('What it is: sale, refund, pre-authorisation, …, as the acquirer says')),
    state: orNull(string('paid, pending, declined, cancelled, refunded or failed, as the acquirer says')),
    number: orNull(string('The order number it was asked for under')),
    amount: orNull(integer(`What it is of, ${minor}`)),
    currency: orNull(string('ISO 4217')),
    payment: orNull(string('The payment of ours that it is; null: none')),
    detail: orNull(string('Why nothing is known')),
  }),
};

const refusals: Shape = {
  '4xx': { description: 'Refused; says why', ...ref('Problem') },
  '5xx': {
    description: 'Not answered; a write may have been done all the same: ask again under the same Idempotency-Key',
    ...ref('Problem'),
  },
};
export const replies = (shape: string, more: Shape = {}): Shape => ({
  200: { description: 'As asked', ...ref(shape) },
  ...more,
  ...refusals,
});
/** Of what is only asked for, and done later: never 200. */
export const asked = (shape: string, description: string): Shape => ({
  202: { description, ...ref(shape) },
  ...refusals,
});
