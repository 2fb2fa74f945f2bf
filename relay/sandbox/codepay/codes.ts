import { TIMESTAMP_WINDOW_MS } from '../../acquirers/codepay/methods.js';
import type { CodeMeaning } from '../../acquirers/codepay/settings.js';

/**
 * CodePay publishes no table of its codes, so these are the sandbox's own, named so that they are never taken for real
 * ones; what they mean is told to the relay by its config. Source: reference acquirers/codepay.md sections 0.3 and 5.
 */
export const sandboxCodes = {
  SANDBOX_NO_SUCH_ORDER: 'no-such-order',
  SANDBOX_NUMBER_USED: 'number-used',
  SANDBOX_SIGNATURE: 'call-refused',
  SANDBOX_TIMESTAMP: 'call-refused',
  SANDBOX_APP: 'call-refused',
  SANDBOX_METHOD: 'call-refused',
  SANDBOX_PARAMETER: 'call-refused',
  SANDBOX_ALREADY_RETURNED: 'already-returned',
  SANDBOX_NOT_PAID: 'refund-later',
  SANDBOX_REFUND_TOO_MUCH: 'refund-refused',
} as const satisfies Record<string, CodeMeaning>;
/** To a cancel; after which the relay inquires, so it needs no meaning. */
export type SandboxCode = keyof typeof sandboxCodes | 'SANDBOX_NOT_CANCELLABLE';

/** Why a payment failed: the books' word, which is Antom's, and `trans_error_code`. */
export const errorCodeOf = (failure: string | undefined): string =>
  ({
    USER_BALANCE_NOT_ENOUGH: 'SANDBOX_BALANCE',
    EXPIRED_CODE: 'SANDBOX_CODE_EXPIRED',
    INVALID_PAYMENT_CODE: 'SANDBOX_NO_PAYMENT_CODE',
    ORDER_IS_CLOSED: 'SANDBOX_EXPIRED',
    USER_PAYMENT_VERIFICATION_FAILED: 'SANDBOX_WRONG_PASSWORD',
  })[failure ?? ''] ?? 'SANDBOX_FAILED';

export const sandboxErrorCodes = {
  SANDBOX_BALANCE: 'insufficient-funds',
  SANDBOX_CODE_EXPIRED: 'code-expired',
  SANDBOX_NO_PAYMENT_CODE: 'code-not-accepted',
  SANDBOX_WRONG_PASSWORD: 'wrong-password',
} as const;

export const isInWindow = (timestamp: string, nowMs: number): boolean =>
  /^\d{13}$/.test(timestamp) && Math.abs(Number(timestamp) - nowMs) <= TIMESTAMP_WINDOW_MS;
