import type { CancelAnswer, InquiryAnswer, PayAnswer, RefundAnswer } from '../../../relay/acquirers/contract.js';
import { step } from '../../../relay/payment/step.js';
import {
  type Attempt,
  type DoubtfulPolicy,
  type PaymentEvent,
  type Policy,
  resolutions,
} from '../../../relay/payment/types.js';
import { type Edge, edgesOf, explore, type Named, type Way } from './explore.js';
import type { Drawing } from './render.js';

/** Scanned at 0: pay until 20 s, relay's deadline 50 s, kiosk's 60 s, landing until 85 s. */
const scanned: Attempt = {
  ...{ id: 'a', kiosk: 'k', order: 'o', boot: 'b', money: { amount: 100, currency: 'HKD' }, issuer: null },
  ...{ reference: '', merchant: '', acquirer: 'x', account: 'x', route: '', createdAt: 0, scannedAt: 0 },
  ...{ link: null, confirmedAt: null },
  ...{ payUntil: 20_000, deadlineAt: 50_000, vendUntil: 60_000, landingUntil: 85_000 },
  ...{ state: 'submitted', reason: null, passwordPending: false, acquirerId: null, payAt: null, paidSeen: false },
  ...{ inquiries: 0, cancels: 0, cancelRefused: false, reversal: null, finding: null, nextAt: 0 },
};
/** The same by a linked wallet: nothing is sent before its owner has pressed. */
const linked: Attempt = { ...scanned, link: 'l', nextAt: 20_001 };
const tombstone: Attempt = { ...scanned, state: 'refused', money: null, nextAt: null };

/** Plans of one wait each: longer ones only go the same ways more often. */
const policy = (doubtful: DoubtfulPolicy): Policy => ({
  ...{ callTimeoutMs: 5_000, vendMarginMs: 5_000, reportLateMs: 60_000, doubtful },
  ...{ inquiryDelaysMs: [1_000], cancelDelaysMs: [1_000], operatorInquiryDelaysMs: [1_000] },
  ...{ refundInquiryDelaysMs: [1_000], newRefundDelaysMs: [1_000] },
});

/** In time; between the deadline and the last moment at which pay can land; after that. */
const times = [10_000, 56_000, 90_000];

const paid = { kind: 'paid', money: { amount: 100, currency: 'HKD' } } as const;
const wrong = { kind: 'paid', money: { amount: 101, currency: 'HKD' } } as const;
const declined = { kind: 'declined', reason: 'risk' } as const;
const unknown = { kind: 'unknown', detail: 'timeout' } as const;
const notSent = { kind: 'not-sent', detail: 'x' } as const;
const noAmount = { kind: 'paid' } as const;
const pending = { kind: 'pending' } as const;

const common = {
  ...{ paid, 'paid otherwise': wrong, 'paid somewhat': noAmount, pending, declined, unknown, 'not sent': notSent },
} as const;
const payAnswers: Readonly<Record<string, PayAnswer>> = { ...common, conflict: { kind: 'conflict' } };
const inquiryAnswers: Readonly<Record<string, InquiryAnswer>> = {
  ...common,
  cancelled: { kind: 'cancelled' },
  'not found': { kind: 'not-found' },
};
const cancelAnswers: Readonly<Record<string, CancelAnswer>> = {
  done: { kind: 'cancelled' },
  'not found': { kind: 'not-found' },
  refused: { kind: 'refused' },
  'refund instead': { kind: 'refund-instead' },
  ...{ unknown, 'not sent': notSent },
};
const refundAnswers: Readonly<Record<string, RefundAnswer>> = {
  done: { kind: 'refunded' },
  needless: { kind: 'already-returned' },
  'in hand': pending,
  failed: { kind: 'failed', retry: 'new-id' },
  'failed for good': { kind: 'failed', retry: 'never' },
  'not found': { kind: 'not-found' },
  ...{ unknown, 'not sent': notSent },
};
const deliveries = ['delivered', 'failed', 'not-delivered', 'doubtful'] as const;

const named = <A>(kind: string, answers: Readonly<Record<string, A>>, of: (answer: A) => PaymentEvent) =>
  Object.entries(answers).map(([name, answer]) => ({ name: `${kind} ${name}`, event: of(answer) }));

const fromKiosk: readonly Named<PaymentEvent>[] = [
  { name: 'abort', event: { type: 'abort' } },
  ...deliveries.map((delivery) => ({ name: `vend ${delivery}`, event: { type: 'vend-reported', delivery } as const })),
  ...deliveries.map((listed) => ({
    name: `swept ${listed}`,
    event: { type: 'swept', listed, bootInChain: true } as const,
  })),
  { name: 'swept unlisted', event: { type: 'swept', listed: null, bootInChain: true } },
  { name: 'swept journal lost', event: { type: 'swept', listed: null, bootInChain: false } },
];

const fromPersons: readonly Named<PaymentEvent>[] = resolutions.map((found) => ({
  name: `resolved ${found}`,
  event: { type: 'resolved', found, by: 'x' },
}));

/** Answers come only to what was asked; everything else comes when it likes. */
function events({ link, payAt, cancels, reversal }: Attempt, now: number): readonly Named<PaymentEvent>[] {
  const askedAt = now - 1_000;
  const refundId = reversal?.kind === 'refund' && reversal.tries > 0 ? reversal.id : undefined;
  return [
    { name: 'due', event: { type: 'due', codeHeld: true } },
    ...(link === null ? [] : [{ name: 'confirmed', event: { type: 'confirmed', by: 'kiosk' } } as const]),
    ...fromKiosk,
    ...fromPersons,
    ...(payAt === null
      ? []
      : [
          ...named('pay', payAnswers, (answer) => ({ type: 'pay-answered', answer })),
          ...named('inquiry', inquiryAnswers, (answer) => ({ type: 'inquiry-answered', answer, askedAt })),
        ]),
    ...(cancels === 0
      ? []
      : named('cancel', cancelAnswers, (answer) => ({ type: 'cancel-answered', answer, askedAt }))),
    ...(refundId === undefined
      ? []
      : [
          ...named('refund', refundAnswers, (answer) => ({ type: 'refund-answered', refundId, answer })),
          ...named('refund-inquiry', refundAnswers, (answer) => ({
            ...{ type: 'refund-inquiry-answered', refundId, answer },
          })),
        ]),
  ];
}

/** Counts steer only in reversing, and only up to the end of their plans; of times only whether there is one. */
function key(attempt: Attempt): string {
  const {
    state,
    link,
    confirmedAt,
    payAt,
    paidSeen,
    inquiries,
    cancels,
    cancelRefused,
    reversal: r,
    finding,
    nextAt,
  } = attempt;
  const record = r && [r.kind, r.number, r.state, few(r.tries), state === 'reversing' ? few(r.inquiries) : 0];
  const counts = state === 'reversing' ? [few(inquiries), few(cancels), cancelRefused] : [few(cancels)];
  // What a person may say depends on whether the report is late, and on what the acquirer said at last.
  const person = state === 'approved' ? nextAt === null : state === 'operator' ? finding : null;
  const waits = link !== null && confirmedAt === null;
  return JSON.stringify([state, waits, payAt === null, paidSeen, counts, record, person]);
}
const few = (count: number): number => Math.min(count, 2);

const by =
  (doubtful: DoubtfulPolicy) =>
  (attempt: Attempt, event: PaymentEvent, now: number): Attempt =>
    step(attempt, event, now, policy(doubtful)).attempt;

/** Every way of an attempt; of the other policies, the ways that only they open. */
export function paymentWays(): Way<Attempt>[] {
  const ways = explore({ starts: [scanned, linked, tombstone], times, events, step: by('ask'), key });
  const approved = ways.find((way) => way.to.state === 'approved')?.to;
  if (!approved) throw new Error('no attempt is ever approved');
  const others = (['keep', 'reverse'] as const).flatMap((doubtful) =>
    fromKiosk.map(({ name, event }) => {
      const [to, asked] = [by(doubtful)(approved, event, 10_000), by('ask')(approved, event, 10_000)];
      return {
        from: approved,
        to: to.state === asked.state ? approved : to,
        name: `${name} (policy ${doubtful})`,
        at: 0,
      };
    }),
  );
  return [...ways, ...others];
}

const says = ['', 'after the deadline', 'after the last landing'];

/** Reversing has three parts: what the acquirer said of the cancel, and the record, tell them apart. */
export const paymentEdges = (ways: readonly Way<Attempt>[]): Edge[] =>
  edgesOf(ways, ({ state, reversal, cancelRefused }) => {
    if (state !== 'reversing') return state;
    if (reversal?.kind === 'refund') return 'refunding';
    return cancelRefused ? 'asking' : 'cancelling';
  });

export const paymentDrawing: Drawing = {
  order: [
    ...['submitted', 'approved', 'cancelling', 'asking', 'refunding', 'doubtful'],
    ...['operator', 'declined', 'reversed', 'delivered', 'refused'],
  ],
  first: ['submitted', 'refused'],
  last: ['declined', 'reversed', 'delivered', 'refused'],
  within: { name: 'reversing', parts: ['cancelling', 'asking', 'refunding'] },
  times: says,
};

/** The record of giving money back; a further refund is another record, and waits before it is asked for. */
export const reversalEdges = (ways: readonly Way<Attempt>[]): Edge[] =>
  edgesOf(ways, ({ reversal: r }) => {
    if (!r) return 'none';
    return r.kind === 'refund' && r.tries === 0 ? 'another_refund' : `${r.kind}_${r.state}`;
  });

export const reversalDrawing: Drawing = {
  order: [
    ...['none', 'cancel_requested', 'cancel_confirmed', 'cancel_failed', 'refund_requested', 'refund_pending'],
    ...['another_refund', 'refund_confirmed', 'refund_failed'],
  ],
  first: ['none'],
  last: ['cancel_confirmed', 'cancel_failed', 'refund_confirmed', 'refund_failed'],
  times: says,
};
