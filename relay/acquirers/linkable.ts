import type { Currency } from '../../protocol/money.js';
import type { IssuerId } from '../../protocol/words.js';

/** One wallet that can be linked, as data. Amounts in minor units, both ends inclusive; absent: the sources name no limit. */
export type LinkableWallet = {
  /** Our name of it, such as `alipayhk`. */
  readonly issuer: IssuerId;
  /** The acquirer's, such as `ALIPAY_HK`. */
  readonly method: string;
  /** For people: "AlipayHK". */
  readonly name: string;
  readonly currency: Currency;
  readonly least: number;
  readonly most?: number;
  readonly mostADay?: number;
  readonly mostAYear?: number;
  readonly refund: boolean;
  readonly partialRefund: boolean;
  /** From the payment on. */
  readonly refundWindowMs: number;
  /** What it paid can only be refunded. */
  readonly neverCancelled?: true;
  readonly chargeback: boolean;
  /** What the sources say otherwise than the fields above, which follow the stricter one. */
  readonly disputed: readonly Disputed[];
};

export type Disputed = {
  readonly field: 'least' | 'most' | 'mostADay' | 'mostAYear' | 'chargeback';
  readonly says: readonly { readonly source: string; readonly value: number | boolean }[];
};
