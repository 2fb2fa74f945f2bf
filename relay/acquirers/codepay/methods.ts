/**
 * One address serves every call; the body's `method` says which (section 1). `order.query` and `order.refund.submit` are
 * seen as literals; the other three are derived from the SDK's class names and to be confirmed with CodePay's sandbox.
 * Source: reference acquirers/codepay.md.
 */
export const methods = {
  pay: 'bscanc.pay.submit',
  inquire: 'order.query',
  cancel: 'order.revoker',
  refund: 'order.refund.submit',
  inquireRefund: 'order.refund.query',
} as const;
export type Method = (typeof methods)[keyof typeof methods];

/** Of the PayCloud superset; whether CodePay has it for an account is not confirmed (section 4), so it is no part of `methods`. */
export const detailsMethod = 'reconcile.trans.details';

/** A timestamp further than this from the gateway's clock is refused (section 0.1). */
export const TIMESTAMP_WINDOW_MS = 900_000;
