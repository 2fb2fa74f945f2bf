import type { IssuerId } from '../../../protocol/words.js';
import type { PayRequest, RefundRequest } from '../contract.js';
import { amountText } from './amounts.js';
import { paymentNumber, refundNumber } from './numbers.js';
import type { CodePaySettings } from './settings.js';

/** What each call says beside the common parameters, all texts. Source: reference acquirers/codepay.md section 1. */

/** Who sells. Texts that are absent are not sent: an empty parameter is signed by some and not by others. */
export type Shop = {
  readonly description: string;
  readonly storeNo?: string;
  readonly notifyUrl?: string;
  /** Must be bound to the merchant on the platform first. */
  readonly terminalSn?: string;
  /** Comes back in queries, notifications and bills. */
  readonly attach?: string;
};

type Content = Readonly<Record<string, string>>;

const DESCRIPTION_MAX_CHARS = 128;
const CONTROL_CHARS = /\p{Cc}/gu;

/** Half a character would be written in one way and signed in another, so none is let in, and none is cut. */
function goods(shop: Shop, { kiosk, reference }: PayRequest): string {
  const whole = Buffer.from(`${shop.description} ${kiosk} ${reference}`, 'utf8').toString('utf8');
  const characters = [...whole.replace(CONTROL_CHARS, ' ').trim()];
  return characters.slice(0, DESCRIPTION_MAX_CHARS).join('');
}

/** '' where no wallet of CodePay's is known for the issuer. */
export function walletOf(issuer: IssuerId | undefined, { wallets, defaultWallet }: CodePaySettings): string {
  if (issuer === undefined || !Object.hasOwn(wallets, issuer)) return defaultWallet;
  return wallets[issuer] ?? defaultWallet;
}

const amounts = (money: PayRequest['money'], { sendTransAmount }: CodePaySettings): Content => {
  const text = amountText(money);
  return { price_currency: money.currency, order_amount: text, ...(sendTransAmount ? { trans_amount: text } : {}) };
};

/** @throws RangeError for ids and amounts that CodePay cannot be told. */
export function payContent(request: PayRequest, shop: Shop, expires: number, settings: CodePaySettings): Content {
  return {
    auth_code: request.code,
    pay_method_id: walletOf(request.issuer, settings),
    merchant_order_no: paymentNumber(request.requestId, settings.orderNumbers),
    ...amounts(request.money, settings),
    description: goods(shop, request),
    expires: String(expires),
    ...(shop.storeNo === undefined ? {} : { store_no: shop.storeNo }),
    ...(shop.terminalSn === undefined ? {} : { terminal_sn: shop.terminalSn }),
    ...(shop.attach === undefined ? {} : { attach: shop.attach }),
    ...(shop.notifyUrl === undefined ? {} : { notify_url: shop.notifyUrl }),
  };
}

/** Of a payment, by our number alone: the acquirer's own is not always told in time. */
export const referContent = (requestId: string, { orderNumbers }: CodePaySettings): Content => ({
  merchant_order_no: paymentNumber(requestId, orderNumbers),
});

export const refundContent = (request: RefundRequest, shop: Shop, settings: CodePaySettings): Content => ({
  orig_merchant_order_no: paymentNumber(request.requestId, settings.orderNumbers),
  merchant_order_no: refundNumber(request.refundId),
  ...amounts(request.money, settings),
  ...(shop.notifyUrl === undefined ? {} : { notify_url: shop.notifyUrl }),
});

export const referRefundContent = (refundId: string): Content => ({ merchant_order_no: refundNumber(refundId) });
