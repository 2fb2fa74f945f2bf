import type { CustomsPlace, DeclarationMeaning } from '../customs.js';
import { gatewayCodes, type ResultStatus, rowOf } from './codes.js';

/** What Antom's codes and words about customs mean, as data. Source: reference acquirers/antom.md sections 0.7 and 2.9. */

export const customsPlaces: readonly CustomsPlace[] = [
  // Most ports.
  { code: 'ZONGSHU' },
  { code: 'ZHENGZHOU' },
  { code: 'NINGBO' },
  { code: 'HENAN', next: 'ZONGSHU' },
  { code: 'SHANGHAI_CBT' },
];

export type DeclareRow = { readonly status: ResultStatus } & (
  | { readonly kind: 'taken' | 'conflict' }
  | { readonly kind: 'refused'; readonly alarm?: true }
  | { readonly kind: 'unknown'; readonly detail: 'unclear' | 'busy' }
);

const refused: DeclareRow = { status: 'F', kind: 'refused' };
const alarm: DeclareRow = { status: 'F', kind: 'refused', alarm: true };
const conflict: DeclareRow = { status: 'F', kind: 'conflict' };
const unclear: DeclareRow = { status: 'F', kind: 'unknown', detail: 'unclear' };
const undecided = {
  UNKNOWN_EXCEPTION: { status: 'U', kind: 'unknown', detail: 'unclear' },
  REQUEST_TRAFFIC_EXCEED_LIMIT: { status: 'U', kind: 'unknown', detail: 'busy' },
} as const;

export const declareCodes: Readonly<Record<string, DeclareRow>> = {
  ...Object.fromEntries([...gatewayCodes].map((code) => [code, alarm])),
  ...undecided,
  SUCCESS: { status: 'S', kind: 'taken' },
  // Declared under another id, or for more than was paid.
  DUPLICATED_DECLARATIONS: refused,
  TOTAL_DECLARATION_AMOUNT_EXCEED: refused,
  ORDER_NOT_EXIST: refused,
  ORDER_STATUS_INVALID: refused,
  USER_STATUS_ABNORMAL: refused,
  RISK_REJECT: refused,
  // Sent again too soon, or with a change that is none of those allowed.
  CONTEXT_INCONSISTENT: conflict,
  REPEAT_REQ_INCONSISTENT: conflict,
  PROCESS_FAIL: unclear,
  SYSTEM_ERROR: unclear,
};

type InquiryRow = { readonly status: ResultStatus } & (
  | { readonly kind: 'see-records' }
  | { readonly kind: 'unknown'; readonly detail: 'unclear' | 'busy' | 'refused' }
);
const refusedUnread: InquiryRow = { status: 'F', kind: 'unknown', detail: 'refused' };

/** `result` says only how the call went; the record's own word is `declarationRequestStatus`. */
export const customsInquiryCodes: Readonly<Record<string, InquiryRow>> = {
  ...Object.fromEntries([...gatewayCodes].map((code) => [code, refusedUnread])),
  ...undecided,
  SUCCESS: { status: 'S', kind: 'see-records' },
  ARRAY_SIZE_EXCEEDED: refusedUnread,
  PROCESS_FAIL: { status: 'F', kind: 'unknown', detail: 'unclear' },
  SYSTEM_ERROR: { status: 'F', kind: 'unknown', detail: 'unclear' },
};

/**
 * Antom documents one word, IN_PROCESS, and says that there are others (section 4). The two ends are called here as Antom
 * calls those of payments and refunds; a word that is called otherwise is the config's to say (`statuses`), and until then
 * decides nothing.
 */
export const declarationStatuses: Readonly<Record<string, DeclarationMeaning>> = {
  IN_PROCESS: 'waiting',
  SUCCESS: 'accepted',
  FAIL: 'failed',
};

/** The config's word goes before ours. */
export const meaningOf = (
  word: string,
  own: Readonly<Record<string, DeclarationMeaning>>,
): DeclarationMeaning | 'unclear' => rowOf(own, word) ?? rowOf(declarationStatuses, word) ?? 'unclear';
