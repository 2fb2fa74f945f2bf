import type { IssuerId } from '../../protocol/words.js';

/** Why a scan is no payment code. Stable ids; source: reference codes/formats.md, section 6. */
export const rejectReasons = [
  'empty',
  'incomplete',
  'too-long',
  'control-char',
  'non-ascii',
  'bad-charset',
  'bad-length',
  'unknown-prefix',
  'merchant-presented',
  'merchant-presented-corrupt',
  'url',
  'structured-text',
  'boarding-pass',
  'product-code',
  'gs1-data',
  'invoice-carrier',
  'scanner-config',
  'unsupported-eci',
  'unrecognised-text',
  'cpm-bad-base64',
  'cpm-bad-header',
  'cpm-unsupported-version',
  'cpm-truncated',
  'cpm-indefinite-length',
  'cpm-bad-length',
  'cpm-bad-tag',
  'cpm-bad-nesting',
  'cpm-duplicate',
  'cpm-missing-application',
  'cpm-missing-adf',
  'cpm-bad-value',
] as const;
export type RejectReason = (typeof rejectReasons)[number];

/**
 * What a frame is. It holds nothing of the code itself, so that there is one object a kind, made once: deciding allocates
 * nothing. Where the code stands in the frame, the decoder says.
 */
export type Verdict =
  /** `issuer` is absent where the shape does not tell. */
  | { readonly kind: 'wallet-code'; readonly issuer?: IssuerId }
  | { readonly kind: 'emv-cpm' }
  | { readonly kind: 'reject'; readonly reason: RejectReason };

const made = new Map<RejectReason, Verdict>(
  rejectReasons.map((reason) => [reason, Object.freeze({ kind: 'reject', reason })]),
);

export function reject(reason: RejectReason): Verdict {
  return made.get(reason) ?? { kind: 'reject', reason };
}
