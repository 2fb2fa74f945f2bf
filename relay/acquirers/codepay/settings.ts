import type { IssuerId, Reason } from '../../../protocol/words.js';
import type { OrderNumbers } from './numbers.js';

/**
 * What CodePay's documents leave open, with the default of reference acquirers/codepay.md; each to be settled with
 * CodePay for one's own contract. All of it is here and nowhere else.
 */

/**
 * What a `code` other than 0 means (section 0.3: no table is published). Believed only when signed; a code that is not
 * listed decides nothing.
 */
export const codeMeanings = [
  /** No order, or no refund, has this number. */
  'no-such-order',
  /** An order or a refund has this number already. */
  'number-used',
  /** The call was refused unread: signature, time, parameters, merchant. */
  'call-refused',
  'busy',
  /** To a refund: the money is back already. */
  'already-returned',
  /** To a refund: another one, later, may do. */
  'refund-later',
  /** To a refund: none will do. */
  'refund-refused',
] as const;
export type CodeMeaning = (typeof codeMeanings)[number];

export type CodePaySettings = {
  /** The one path of every call (section 0: some pages show one for each). */
  readonly entryPath: string;
  /**
   * An attempt's id as order number: 22 signs, for a gateway was found to take no more than 24 (section 5, point 11), or as
   * it is, 32. To be changed only while no payment is open: another number is another order.
   */
  readonly orderNumbers: OrderNumbers;
  /** Whether `trans_amount` is sent beside `order_amount`, equal to it (section 5, point 8). */
  readonly sendTransAmount: boolean;
  /** `pay_method_id` by issuer; '' where none is known, so that the code is not accepted (section 1.1). */
  readonly wallets: Readonly<Record<IssuerId, string>>;
  /** For a code of no issuer, or of one that `wallets` does not know. */
  readonly defaultWallet: string;
  readonly codes: Readonly<Record<string, CodeMeaning>>;
  /** Why a payment failed, by `trans_error_code` (section 5, point 2); one that is not listed is 'other'. */
  readonly errorCodes: Readonly<Record<string, Reason>>;
  /**
   * Whether a signed "paid" or "refunded" of a notification is taken for the answer to an inquiry. Its official fields are not
   * known to us (section 5, point 5), so without it a notification only makes the relay inquire at once.
   */
  readonly believeNotifications: boolean;
};

export const codepaySettings: CodePaySettings = {
  entryPath: '/api/entry',
  orderNumbers: 'short',
  sendTransAmount: true,
  wallets: {
    ...{ alipay: 'Alipay+', alipayplus: 'Alipay+', jkopay: 'Alipay+', wechatpay: 'WeChatPay', unionpay: 'UnionPay' },
    ...{ ecny: '', jdpay: '', bestpay: '', qqwallet: '' },
    ...{ linepay: '', paypay: '', rakutenpay: '', dbarai: '', merpay: '', aupay: '' },
  },
  defaultWallet: 'Alipay+',
  codes: {},
  errorCodes: {},
  believeNotifications: false,
};

/** Wallets are added to ours, the rest takes its place. */
export const settingsWith = (own: Partial<CodePaySettings>): CodePaySettings => ({
  ...codepaySettings,
  ...own,
  wallets: { ...codepaySettings.wallets, ...own.wallets },
});
