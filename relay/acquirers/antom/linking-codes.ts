import type { Reason } from '../../../protocol/words.js';
import type { UnknownDetail } from '../contract.js';
import { atGateway, type ResultStatus, type Table, undecided } from './codes.js';

/** What each result code of an authorisation means, as data. Source: reference acquirers/antom.md sections 0.7, 2.1, 2.3 and 2.5. */
type Failed = { readonly kind: 'failed'; readonly reason: Reason; readonly alarm?: true };
type Undecided = { readonly kind: 'unknown'; readonly detail: UnknownDetail };
export type ConsultRow = { readonly status: ResultStatus } & ({ readonly kind: 'consulted' } | Failed | Undecided);
export type TokenRow = { readonly status: ResultStatus } & (
  | { readonly kind: 'tokens' | 'pending' }
  | Failed
  | Undecided
);
export type RevokeRow = { readonly status: ResultStatus } & ({ readonly kind: 'revoked' } | Undecided);

const failed = (reason: Reason) => ({ status: 'F', kind: 'failed', reason }) as const;
const alarm = (reason: Reason) => ({ status: 'F', kind: 'failed', reason, alarm: true }) as const;
const refused = { status: 'F', kind: 'unknown', detail: 'refused' } as const;

/** Nothing is lost by giving a consult up: the kiosk offers another. */
export const consultCodes: Table<ConsultRow> = {
  ...atGateway(alarm('configuration')),
  ...undecided,
  SUCCESS: { status: 'S', kind: 'consulted' },
  NO_PAY_OPTIONS: alarm('configuration'),
  MERCHANT_NOT_REGISTERED: alarm('configuration'),
  PAYMENT_NOT_QUALIFIED: alarm('configuration'),
  RISK_REJECT: failed('risk'),
  INVALID_ACCESS_TOKEN: alarm('other'),
  PROCESS_FAIL: alarm('acquirer-unavailable'),
  SYSTEM_ERROR: alarm('acquirer-unavailable'),
};

/**
 * A buyer has agreed, or is linked already: only what speaks of their code or token ends that. A call that was refused for
 * another reason, such as a key of ours, tells nothing of it and may be made again once it is put right.
 */
export const tokenCodes: Table<TokenRow> = {
  ...atGateway(refused),
  ...undecided,
  SUCCESS: { status: 'S', kind: 'tokens' },
  AUTH_IN_PROCESS: { status: 'U', kind: 'pending' },
  INVALID_AUTHCODE: failed('unlinked'),
  INVALID_REFRESH_TOKEN: failed('unlinked'),
  USER_NOT_EXIST: failed('wallet-restricted'),
  USER_STATUS_ABNORMAL: failed('wallet-restricted'),
  NO_PAY_OPTIONS: alarm('configuration'),
  PROCESS_FAIL: refused,
  SYSTEM_ERROR: refused,
};

/** A wallet that is linked, and that the contract takes no more for now: its token is asked for anew as long as the old one lives. */
export const refreshCodes: Table<TokenRow> = { ...tokenCodes, NO_PAY_OPTIONS: refused };

/** To be repeated until it is done: what was promised to a buyer is that we can charge them no more. */
export const revokeCodes: Table<RevokeRow> = {
  ...atGateway(refused),
  ...undecided,
  SUCCESS: { status: 'S', kind: 'revoked' },
  INVALID_ACCESS_TOKEN: { status: 'F', kind: 'revoked' },
  PROCESS_FAIL: refused,
  SYSTEM_ERROR: refused,
};
