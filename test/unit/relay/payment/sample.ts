import { step } from '../../../../relay/payment/step.js';
import type { Attempt, Effect, PaymentEvent, Policy, Reversal, State } from '../../../../relay/payment/types.js';

/** One attempt scanned at 0: pay until 20 s, relay's deadline 50 s, kiosk's 60 s, landing until 85 s. */
export const submittedAt0: Attempt = {
  id: '01'.repeat(8) + '02'.repeat(8),
  kiosk: 'lobby-1',
  order: '01'.repeat(8),
  boot: 'aa'.repeat(16),
  money: { amount: 3550, currency: 'HKD' },
  issuer: 'alipay',
  reference: 'A-12',
  merchant: 'm',
  acquirer: 'test',
  account: 'test',
  route: '',
  link: null,
  createdAt: 0,
  scannedAt: 0,
  payUntil: 20_000,
  deadlineAt: 50_000,
  vendUntil: 60_000,
  landingUntil: 85_000,
  state: 'submitted',
  reason: null,
  passwordPending: false,
  confirmedAt: null,
  acquirerId: null,
  payAt: 100,
  paidSeen: false,
  inquiries: 0,
  cancels: 0,
  cancelRefused: false,
  reversal: null,
  finding: null,
  nextAt: 5_100,
};

/** The first refund of that attempt, asked for once. */
export const refund: Reversal = {
  id: `r1${submittedAt0.id}`,
  kind: 'refund',
  number: 1,
  money: { amount: 3550, currency: 'HKD' },
  state: 'requested',
  requestedAt: 9_000,
  endedAt: null,
  tries: 1,
  inquiries: 0,
};
export const cancelRecord: Reversal = { ...refund, id: `c1${submittedAt0.id}`, kind: 'cancel' };

/** Reversing, past a cancel that was refused, with a refund under way. */
export const refunding = (more: Partial<Reversal> = {}, of: Partial<Attempt> = {}): Attempt => ({
  ...submittedAt0,
  ...{ state: 'reversing', reason: 'vend-failed', paidSeen: true, acquirerId: 'A-1', cancels: 1, cancelRefused: true },
  reversal: { ...refund, ...more },
  ...of,
});

export const policy: Policy = {
  callTimeoutMs: 5_000,
  inquiryDelaysMs: [0, 2_000, 3_000],
  cancelDelaysMs: [2_000, 3_000],
  refundInquiryDelaysMs: [5_000, 6_000, 7_000],
  newRefundDelaysMs: [60_000],
  vendMarginMs: 5_000,
  reportLateMs: 120_000,
  operatorInquiryDelaysMs: [60_000, 300_000],
  doubtful: 'ask',
};

export const right = { kind: 'paid', money: { amount: 3550, currency: 'HKD' } } as const;
export const wrong = { kind: 'paid', money: { amount: 3551, currency: 'HKD' } } as const;
export const otherCurrency = { kind: 'paid', money: { amount: 3550, currency: 'CNY' } } as const;
export const unsaid = { kind: 'paid' } as const;
export const pending = { kind: 'pending' } as const;
export const unknown = { kind: 'unknown', detail: 'timeout' } as const;
export const notSent = { kind: 'not-sent', detail: 'ECONNREFUSED' } as const;
export const declined = { kind: 'declined', reason: 'insufficient-funds' } as const;

export const at = (state: State, more: Partial<Attempt> = {}): Attempt => ({ ...submittedAt0, state, ...more });

export const run = (attempt: Attempt, event: PaymentEvent, now = 10_000) => step(attempt, event, now, policy);

export const callsOf = (effects: readonly Effect[]): string[] =>
  effects.flatMap((e) => (e.type === 'call' ? [e.call] : []));
export const alarmsOf = (effects: readonly Effect[]): string[] =>
  effects.flatMap((e) => (e.type === 'alarm' ? [e.kind] : []));
export const has = (effects: readonly Effect[], type: Effect['type']): boolean => effects.some((e) => e.type === type);

/** Answers to a refund and to its inquiry. */
export const refunded = { kind: 'refunded' } as const;
export const anotherId = { kind: 'failed', retry: 'new-id', code: 'MERCHANT_BALANCE_NOT_ENOUGH', alarm: true } as const;
export const neverAgain = { kind: 'failed', retry: 'never', code: 'REFUND_WINDOW_EXCEED' } as const;
