import { step } from '../../../relay/payment/step.js';
import type { Attempt, DoubtfulPolicy, PaymentEvent, Policy } from '../../../relay/payment/types.js';
import { type Explored, explore, type Machine, type Named } from './explore.js';
import type { Drawing } from './render.js';

/** Scanned at 0: pay until 20 s, relay's deadline 50 s, kiosk's 60 s, landing until 85 s. */
const scanned: Attempt = {
  ...{ id: 'a', kiosk: 'k', order: 'o', boot: 'b', money: { amount: 100, currency: 'HKD' }, issuer: null },
  ...{ reference: '', acquirer: 'x', createdAt: 0, scannedAt: 0 },
  ...{ payUntil: 20_000, deadlineAt: 50_000, vendUntil: 60_000, landingUntil: 85_000 },
  ...{ state: 'submitted', reason: null, passwordPending: false, acquirerId: null, payAt: null, paidSeen: false },
  ...{ inquiries: 0, cancels: 0, cancelRefused: false, reversal: null, finding: null, nextAt: 0 },
};
const tombstone: Attempt = { ...scanned, state: 'refused', money: null, nextAt: null };

/** Plans of one wait each: longer ones only go the same ways more often. */
const policy = (doubtful: DoubtfulPolicy): Policy => ({
  ...{ callTimeoutMs: 5_000, vendMarginMs: 5_000, reportLateMs: 60_000, doubtful },
  ...{ inquiryDelaysMs: [1_000], cancelDelaysMs: [1_000], operatorInquiryDelaysMs: [1_000] },
  ...{ refundInquiryDelaysMs: [1_000], newRefundDelaysMs: [1_000] },
});

const times = [
  { now: 10_000, says: '' },
  { now: 56_000, says: '(deadline)' },
  { now: 90_000, says: '(landed)' },
];

const paid = { kind: 'paid', money: { amount: 100, currency: 'HKD' } } as const;
const paidWrong = { kind: 'paid', money: { amount: 101, currency: 'HKD' } } as const;
const paidUnsaid = { kind: 'paid' } as const;
const pending = { kind: 'pending' } as const;
const declined = { kind: 'declined', reason: 'risk' } as const;
const unknown = { kind: 'unknown', detail: 'timeout' } as const;
const notSent = { kind: 'not-sent', detail: 'x' } as const;

const payAnswers = {
  ...{ paid, 'other-amount': paidWrong, 'no-amount': paidUnsaid, pending, declined, unknown, 'not-sent': notSent },
  conflict: { kind: 'conflict' },
} as const;
const inquiryAnswers = {
  ...{ paid, 'other-amount': paidWrong, 'no-amount': paidUnsaid, pending, declined, unknown, 'not-sent': notSent },
  ...{ cancelled: { kind: 'cancelled' }, 'not-found': { kind: 'not-found' } },
} as const;
const cancelAnswers = {
  ...{ done: { kind: 'cancelled' }, 'not-found': { kind: 'not-found' }, refused: { kind: 'refused' } },
  ...{ 'refund-instead': { kind: 'refund-instead' }, unknown, 'not-sent': notSent },
} as const;
const refundAnswers = {
  ...{ done: { kind: 'refunded' }, needless: { kind: 'already-returned' }, 'in-hand': pending },
  ...{ failed: { kind: 'failed', retry: 'new-id' }, 'failed-for-good': { kind: 'failed', retry: 'never' } },
  ...{ 'not-found': { kind: 'not-found' }, unknown, 'not-sent': notSent },
} as const;
const deliveries = ['delivered', 'failed', 'not-delivered', 'doubtful'] as const;

const named = <A>(kind: string, answers: Readonly<Record<string, A>>, of: (answer: A) => PaymentEvent) =>
  Object.entries(answers).map(([name, answer]) => ({ name: `${kind} ${name}`, event: of(answer) }));

/** Asked at the latest moment of the time it is: after landing only what was asked after it counts. */
const askedAt = 80_000;

const fixed: readonly Named<PaymentEvent>[] = [
  { name: 'due', event: { type: 'due', codeHeld: true } },
  { name: 'due without-code', event: { type: 'due', codeHeld: false } },
  ...named('pay', payAnswers, (answer) => ({ type: 'pay-answered', answer })),
  ...named('inquiry', inquiryAnswers, (answer) => ({ type: 'inquiry-answered', answer, askedAt })),
  { name: 'inquiry not-found-landed', event: { type: 'inquiry-answered', answer: { kind: 'not-found' }, askedAt: 86_000 } },
  ...named('cancel', cancelAnswers, (answer) => ({ type: 'cancel-answered', answer, askedAt })),
  { name: 'cancel not-found-landed', event: { type: 'cancel-answered', answer: { kind: 'not-found' }, askedAt: 86_000 } },
  { name: 'abort', event: { type: 'abort' } },
  ...deliveries.map((delivery) => ({ name: `vend ${delivery}`, event: { type: 'vend-reported', delivery } as const })),
  ...deliveries.map((listed) => ({
    name: `swept ${listed}`,
    event: { type: 'swept', listed, bootInChain: true } as const,
  })),
  { name: 'swept unlisted', event: { type: 'swept', listed: null, bootInChain: true } },
  { name: 'swept unlisted-journal-lost', event: { type: 'swept', listed: null, bootInChain: false } },
];

function events({ reversal }: Attempt): readonly Named<PaymentEvent>[] {
  const refundId = reversal?.id ?? 'none';
  return [
    ...fixed,
    ...named('refund', refundAnswers, (answer) => ({ type: 'refund-answered', refundId, answer })),
    ...named('refund-inquiry', refundAnswers, (answer) => ({ type: 'refund-inquiry-answered', refundId, answer })),
  ];
}

/** Reversing has three parts, which its record and what the acquirer said of the cancel tell apart. */
function place({ state, reversal, cancelRefused }: Attempt): string {
  if (state !== 'reversing') return state;
  if (reversal?.kind === 'refund') return 'refunding';
  return cancelRefused ? 'asking' : 'cancelling';
}

/** What steers, and no more: times differ only in being there, counts only up to the end of their plans. */
function key(attempt: Attempt): string {
  const { state, payAt, paidSeen, inquiries, cancels, cancelRefused, reversal, finding, nextAt } = attempt;
  const record = reversal && [reversal.kind, reversal.number, reversal.state, few(reversal.tries), few(reversal.inquiries)];
  return JSON.stringify([
    ...[state, payAt === null, paidSeen, few(inquiries), few(cancels), cancelRefused, record, finding, nextAt === null],
  ]);
}
const few = (count: number): number => Math.min(count, 3);

const machine = (
  doubtful: DoubtfulPolicy,
  placeOf: (attempt: Attempt) => string,
): Machine<Attempt, PaymentEvent> => ({
  ...{ starts: [scanned, tombstone], times, events, place: placeOf, key },
  step: (attempt, event, now) => step(attempt, event, now, policy(doubtful)).attempt,
});

/** With the ways that only another policy opens, named after it. */
export function explorePayment(): Explored {
  const base = explore(machine('ask', place));
  const edges = new Map(base.edges);
  for (const doubtful of ['keep', 'reverse'] as const) {
    for (const [id, edge] of explore(machine(doubtful, place)).edges) {
      const known = edges.get(id);
      const why = new Map(known?.why);
      for (const [name, at] of edge.why) {
        if (!known?.why.has(name)) why.set(`${name} (policy ${doubtful})`, at);
      }
      edges.set(id, { ...edge, why });
    }
  }
  return { edges, places: base.places };
}

/** The record of giving money back, of whichever attempt; "none" where there is none. */
export const exploreReversal = (): Explored =>
  explore(machine('ask', ({ reversal: r }) => (r ? `${r.kind === 'cancel' ? 'cancel' : `refund${r.number}`}_${r.state}` : 'none')));

const says = times.map((t) => t.says);

export const paymentDrawing: Drawing = {
  order: [
    ...['submitted', 'approved', 'cancelling', 'asking', 'refunding', 'doubtful'],
    ...['operator', 'declined', 'reversed', 'delivered', 'refused'],
  ],
  first: ['submitted', 'refused'],
  last: ['declined', 'reversed', 'delivered', 'refused'],
  within: { name: 'reversing', parts: ['cancelling', 'asking', 'refunding'] },
  says,
};
