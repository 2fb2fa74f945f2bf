import type { Issuer } from '../../protocol/words.js';

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
  'cpm-unsupported',
] as const;
export type RejectReason = (typeof rejectReasons)[number];

export type Decoded =
  /** `code` is a secret. `issuer` is absent where the shape does not tell. */
  | { readonly kind: 'wallet-code'; readonly code: string; readonly issuer?: Issuer }
  | { readonly kind: 'reject'; readonly reason: RejectReason };
