import type { Reason } from '../../../protocol/words.js';
import type { RejectReason } from '../../decode/result.js';
import type { View } from '../../kiosk/view.js';

/** Title: at most 40 characters (16 Chinese ones). Body: what happened, and what the customer can do. */
export type Words = { readonly title: string; readonly body: string };

/** Views that say the same to every customer; declined and refused take their words from the reason. */
export type PlainView = Exclude<View['kind'], 'declined' | 'refused'>;

/** What a customer can do about a scan that is no payment code; reference codes/formats.md, section 6. */
export type RejectGroup = 'shop-code' | 'refresh-code' | 'hold-steady' | 'kind-not-taken' | 'not-a-payment-code';

/** All that a language must bring. A word missing in one of them does not compile. */
export type Catalogue = {
  readonly views: Readonly<Record<PlainView, Words>>;
  readonly reasons: Readonly<Record<Reason, Words>>;
  readonly rejects: Readonly<Record<RejectGroup, Words>>;
  readonly refusedScans: Readonly<Record<'busy' | 'no-order', Words>>;
  /** The sentence that names whom to ask; `contact` comes from the config. */
  contact(contact: string): string;
};

export const rejectGroups: Readonly<Record<RejectReason, RejectGroup>> = {
  empty: 'hold-steady',
  incomplete: 'hold-steady',
  'too-long': 'refresh-code',
  'control-char': 'refresh-code',
  'non-ascii': 'refresh-code',
  'bad-charset': 'refresh-code',
  'bad-length': 'refresh-code',
  'unknown-prefix': 'not-a-payment-code',
  'merchant-presented': 'shop-code',
  'merchant-presented-corrupt': 'shop-code',
  url: 'shop-code',
  'structured-text': 'not-a-payment-code',
  'boarding-pass': 'not-a-payment-code',
  'product-code': 'not-a-payment-code',
  'gs1-data': 'not-a-payment-code',
  'invoice-carrier': 'not-a-payment-code',
  'scanner-config': 'not-a-payment-code',
  'unsupported-eci': 'not-a-payment-code',
  'unrecognised-text': 'not-a-payment-code',
  'cpm-unsupported': 'kind-not-taken',
};
