import type { Reason } from '../../../protocol/words.js';
import type { UnknownDetail } from '../contract.js';

/**
 * What each result code means, as data. Source: reference acquirers/antom.md sections 0.7, 1.3, 1.5 to 1.8 and 2.4, mapped by
 * common.md section 2. `status` is what Antom documents for the code; a code that comes with another status is a
 * contradiction and decides nothing.
 */
export type ResultStatus = 'S' | 'F' | 'U';

export type PayRow = { readonly status: ResultStatus } & (
  | { readonly kind: 'paid' | 'pending' | 'conflict' }
  | { readonly kind: 'declined'; readonly reason: Reason; readonly alarm?: true }
  | { readonly kind: 'unknown'; readonly detail: UnknownDetail }
);
export type CancelRow = { readonly status: ResultStatus } & (
  | { readonly kind: 'cancelled' | 'refund-instead' | 'not-found' | 'refused' }
  | { readonly kind: 'unknown'; readonly detail: UnknownDetail }
);
export type InquiryRow = { readonly status: ResultStatus } & (
  | { readonly kind: 'see-payment-status' | 'not-found' }
  | { readonly kind: 'unknown'; readonly detail: UnknownDetail }
);
export type RefundRow = { readonly status: ResultStatus } & (
  | { readonly kind: 'refunded' | 'pending' | 'already-returned' }
  | { readonly kind: 'failed'; readonly retry: 'new-id' | 'never'; readonly alarm?: true }
  | { readonly kind: 'unknown'; readonly detail: UnknownDetail }
);
export type RefundInquiryRow = { readonly status: ResultStatus } & (
  | { readonly kind: 'see-refund-status' | 'not-found' }
  | { readonly kind: 'unknown'; readonly detail: UnknownDetail }
);
export type Table<Row> = Readonly<Record<string, Row>>;

const declined = (reason: Reason): PayRow => ({ status: 'F', kind: 'declined', reason });
const alarm = (reason: Reason): PayRow => ({ status: 'F', kind: 'declined', reason, alarm: true });
export const unclear = { status: 'F', kind: 'unknown', detail: 'unclear' } as const;

/** Refused at the gateway, before any payment is looked at. Only these are believed without a signature. */
export const gatewayCodes: ReadonlySet<string> = new Set([
  'ACCESS_DENIED',
  'INVALID_API',
  'CLIENT_INVALID',
  'INVALID_CLIENT_STATUS',
  'UNKNOWN_CLIENT',
  'CLIENT_FORBIDDEN_ACCESS_API',
  'OAUTH_FAILED',
  'INVALID_SIGNATURE',
  'SIGNATURE_INVALID',
  'KEY_NOT_FOUND',
  'MEDIA_TYPE_NOT_ACCEPTABLE',
  'METHOD_NOT_SUPPORTED',
  'NO_INTERFACE_DEF',
  'PARAM_ILLEGAL',
]);
export const atGateway = <Row>(row: Row): Table<Row> =>
  Object.fromEntries([...gatewayCodes].map((code) => [code, row]));

export const undecided = {
  UNKNOWN_EXCEPTION: { status: 'U', kind: 'unknown', detail: 'unclear' },
  REQUEST_TRAFFIC_EXCEED_LIMIT: { status: 'U', kind: 'unknown', detail: 'busy' },
} as const;

export const payCodes: Table<PayRow> = {
  ...atGateway(alarm('configuration')),
  ...undecided,
  SUCCESS: { status: 'S', kind: 'paid' },
  PAYMENT_IN_PROCESS: { status: 'U', kind: 'pending' },
  EXPIRED_CODE: declined('code-expired'),
  INVALID_CODE: declined('code-expired'),
  INVALID_PAYMENT_CODE: declined('code-not-accepted'),
  USER_BALANCE_NOT_ENOUGH: declined('insufficient-funds'),
  USER_AMOUNT_EXCEED_LIMIT: declined('limit-exceeded'),
  PAYMENT_AMOUNT_EXCEED_LIMIT: declined('limit-exceeded'),
  PAYMENT_COUNT_EXCEED_LIMIT: declined('limit-exceeded'),
  USER_KYC_NOT_QUALIFIED: declined('wallet-restricted'),
  USER_NOT_EXIST: declined('wallet-restricted'),
  USER_STATUS_ABNORMAL: declined('wallet-restricted'),
  USER_PAYMENT_VERIFICATION_FAILED: declined('wrong-password'),
  // Of automatic debit (section 2.4): wrong or too many passwords there, and a token that a scanned code never is.
  VERIFY_UNMATCHED: declined('wrong-password'),
  VERIFY_TIMES_EXCEED_LIMIT: declined('wrong-password'),
  INVALID_ACCESS_TOKEN: declined('wallet-restricted'),
  INVALID_PAYMENT_METHOD_META_DATA: alarm('configuration'),
  RISK_REJECT: declined('risk'),
  FRAUD_REJECT: declined('risk'),
  // What was taken all the same goes back by itself (section 2.4).
  SUSPECTED_RISK: declined('risk'),
  ORDER_IS_CANCELED: declined('other'),
  ORDER_IS_CLOSED: declined('other'),
  ORDER_NOT_EXIST: alarm('other'),
  REPEAT_REQ_INCONSISTENT: { status: 'F', kind: 'conflict' },
  CURRENCY_NOT_SUPPORT: alarm('configuration'),
  NO_PAY_OPTIONS: alarm('configuration'),
  INVALID_CONTRACT: alarm('configuration'),
  SETTLE_CONTRACT_NOT_MATCH: alarm('configuration'),
  INVALID_MERCHANT_STATUS: alarm('configuration'),
  MERCHANT_KYB_NOT_QUALIFIED: alarm('configuration'),
  MERCHANT_NOT_REGISTERED: alarm('configuration'),
  PAYMENT_NOT_QUALIFIED: alarm('configuration'),
  PROCESS_FAIL: alarm('acquirer-unavailable'),
  SYSTEM_ERROR: alarm('acquirer-unavailable'),
};

/** Of a linked wallet's payment, and of one that an inquiry or a notice tells of: only such a one has a token (section 2.4). */
export const debitCodes: Table<PayRow> = { ...payCodes, INVALID_ACCESS_TOKEN: declined('unlinked') };

/** `result` says only how the call went; the payment's own word is `paymentStatus`. */
export const inquiryCodes: Table<InquiryRow> = {
  ...atGateway(unclear),
  ...undecided,
  SUCCESS: { status: 'S', kind: 'see-payment-status' },
  ORDER_NOT_EXIST: { status: 'F', kind: 'not-found' },
  USER_KYC_NOT_QUALIFIED: unclear,
  PROCESS_FAIL: unclear,
  SYSTEM_ERROR: unclear,
};

export const paymentStatuses: Table<'paid' | 'declined' | 'cancelled' | 'pending'> = {
  SUCCESS: 'paid',
  FAIL: 'declined',
  CANCELLED: 'cancelled',
  PROCESSING: 'pending',
  PENDING: 'pending',
};

/** A cancel may be repeated, so what is not understood is asked again until the plan ends with the operator. */
export const cancelCodes: Table<CancelRow> = {
  ...atGateway(unclear),
  ...undecided,
  SUCCESS: { status: 'S', kind: 'cancelled' },
  ORDER_IS_CANCELED: { status: 'F', kind: 'cancelled' },
  CANCEL_WINDOW_EXCEED: { status: 'F', kind: 'refund-instead' },
  PAYMENT_METHOD_NOT_SUPPORTED: { status: 'F', kind: 'refund-instead' },
  ORDER_NOT_EXIST: { status: 'F', kind: 'not-found' },
  ORDER_STATUS_INVALID: { status: 'F', kind: 'refused' },
  MERCHANT_BALANCE_NOT_ENOUGH: { status: 'F', kind: 'refused' },
  PROCESS_FAIL: { status: 'F', kind: 'refused' },
  USER_NOT_EXIST: { status: 'F', kind: 'refused' },
  USER_STATUS_ABNORMAL: { status: 'F', kind: 'refused' },
  SYSTEM_ERROR: unclear,
};

const never: RefundRow = { status: 'F', kind: 'failed', retry: 'never' };
const misused: RefundRow = { ...never, alarm: true };
const another: RefundRow = { status: 'F', kind: 'failed', retry: 'new-id', alarm: true };

/**
 * F ends a refund's id. Where the gateway, or a fault of the system, answers instead, it tells nothing of the refund; nor
 * does a clash of ids, which speaks of the refund that stands.
 */
export const refundCodes: Table<RefundRow> = {
  ...atGateway(unclear),
  ...undecided,
  SUCCESS: { status: 'S', kind: 'refunded' },
  REFUND_IN_PROCESS: { status: 'U', kind: 'pending' },
  ORDER_IS_CANCELED: { status: 'F', kind: 'already-returned' },
  MERCHANT_BALANCE_NOT_ENOUGH: another,
  ORDER_STATUS_INVALID: another,
  REFUND_AMOUNT_EXCEED: never,
  REFUND_WINDOW_EXCEED: never,
  MULTIPLE_REFUNDS_NOT_SUPPORTED: never,
  PARTIAL_REFUND_NOT_SUPPORTED: never,
  REFUND_NOT_SUPPORTED: never,
  PAYMENT_METHOD_NOT_SUPPORTED: never,
  ORDER_NOT_EXIST: misused,
  ORDER_IS_CLOSED: misused,
  CURRENCY_NOT_SUPPORT: misused,
  INVALID_MERCHANT_STATUS: misused,
  INVALID_CONTRACT: misused,
  PROCESS_FAIL: misused,
  REPEAT_REQ_INCONSISTENT: unclear,
  SYSTEM_ERROR: unclear,
};

/** `result` says only how the call went; the refund's own word is `refundStatus`. */
export const refundInquiryCodes: Table<RefundInquiryRow> = {
  ...atGateway(unclear),
  ...undecided,
  SUCCESS: { status: 'S', kind: 'see-refund-status' },
  ORDER_NOT_EXIST: { status: 'F', kind: 'not-found' },
  PROCESS_FAIL: unclear,
  SYSTEM_ERROR: unclear,
};

/** No reason comes with FAIL: another refund may do, and says why if it does not. */
export const refundStatuses: Table<RefundRow> = {
  SUCCESS: { status: 'S', kind: 'refunded' },
  PROCESSING: { status: 'S', kind: 'pending' },
  FAIL: { ...another, status: 'S' },
};

/** Own rows only: a code named "constructor" finds nothing. */
export const rowOf = <Row>(table: Table<Row>, code: string): Row | undefined =>
  Object.hasOwn(table, code) ? table[code] : undefined;
