import { type Currency, isCurrency, parseAmount } from '../../../protocol/money.js';
import { type Method, methods } from '../../acquirers/codepay/methods.js';
import type { Amount } from '../books.js';

/** Which fields each call must have, as data. Source: reference acquirers/codepay.md sections 0.1 and 1. */
type Fields = ReadonlyMap<string, string>;
type Rule = readonly [name: string, pattern: RegExp];

const NUMBER = /^[A-Za-z0-9]{1,32}$/;
const TRANS_NO = /^[A-Za-z0-9]{1,64}$/;
const TEXT = /\S/;
const CURRENCY = /^[A-Z]{3}$/;
const AMOUNT = /^(0|[1-9]\d{0,11})(\.\d{1,3})?$/;
const WALLETS = /^(Alipay\+|Alipay|WeChatPay|UnionPay)$/;
const URL_TEXT = /^https?:\/\/[^\s?]+$/;

const common: readonly Rule[] = [
  ['format', /^JSON$/],
  ['charset', /^UTF-8$/],
  ['version', /^1\.0$/],
];
const money: readonly Rule[] = [
  ['price_currency', CURRENCY],
  ['order_amount', AMOUNT],
];
const required: Readonly<Record<Method, readonly Rule[]>> = {
  [methods.pay]: [
    ...money,
    ['auth_code', TEXT],
    ['pay_method_id', WALLETS],
    ['description', TEXT],
    ['expires', /^[1-9]\d{0,4}$/],
  ],
  [methods.inquire]: [],
  [methods.cancel]: [],
  [methods.refund]: [...money, ['orig_merchant_order_no', NUMBER]],
  [methods.inquireRefund]: [],
};
const optional: readonly Rule[] = [
  ['trans_amount', AMOUNT],
  ['notify_url', URL_TEXT],
];

/** The amount in minor units; undefined where the currency has not so many places, or is not known. */
export function amountIn(fields: Fields): Amount | undefined {
  const currency = fields.get('price_currency') ?? '';
  if (!isCurrency(currency)) return undefined;
  return { currency, value: minorUnits(fields.get('order_amount') ?? '', currency) };
}

function minorUnits(text: string, currency: Currency): number {
  try {
    return parseAmount(text, currency);
  } catch {
    return 0;
  }
}

/** The name of the first field at fault; undefined when the request is in order. An empty field is one too many. */
export function faultyField(method: Method, fields: Fields): string | undefined {
  const empty = [...fields].find(([, value]) => value === '');
  if (empty) return empty[0];
  // A query names the order by our number or by the gateway's own.
  const byTransNo = (method === methods.inquire || method === methods.inquireRefund) && fields.has('trans_no');
  const named: Rule = byTransNo ? ['trans_no', TRANS_NO] : ['merchant_order_no', NUMBER];
  const missing = [...common, named, ...required[method]].find(
    ([name, pattern]) => !pattern.test(fields.get(name) ?? ''),
  );
  if (missing) return missing[0];
  const malformed = optional.find(([name, pattern]) => fields.has(name) && !pattern.test(fields.get(name) ?? ''));
  if (malformed) return malformed[0];
  if (!fields.has('order_amount')) return undefined;
  if ((fields.get('trans_amount') ?? fields.get('order_amount')) !== fields.get('order_amount')) return 'trans_amount';
  return (amountIn(fields)?.value ?? 0) > 0 ? undefined : 'order_amount';
}
