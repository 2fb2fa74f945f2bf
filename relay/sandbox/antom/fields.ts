import type { Api } from '../../acquirers/antom/paths.js';
import { isJson, type Json } from '../json.js';

/** Which fields each call must have, as data. Source: reference acquirers/antom.md sections 1.2 and 1.5 to 1.8. */
type Rule = { readonly path: string; readonly pattern: RegExp };

const text = (max: number): RegExp => new RegExp(`^[^]{1,${max}}$`);
const only = (word: string): RegExp => new RegExp(`^${word}$`);
const CURRENCY = /^[A-Z]{3}$/;
const MINOR_UNITS = /^[1-9]\d{0,15}$/;
const MCC = /^\d{4}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/;
const URL_TEXT = /^https?:\/\/\S{1,2040}$/;

const amount = (path: string): Rule[] => [
  { path: `${path}.currency`, pattern: CURRENCY },
  { path: `${path}.value`, pattern: MINOR_UNITS },
];

const required: Readonly<Record<Api, readonly Rule[]>> = {
  pay: [
    { path: 'productCode', pattern: only('IN_STORE_PAYMENT') },
    { path: 'paymentRequestId', pattern: text(64) },
    ...amount('paymentAmount'),
    { path: 'paymentMethod.paymentMethodType', pattern: only('CONNECT_WALLET') },
    { path: 'paymentMethod.paymentMethodId', pattern: text(128) },
    { path: 'paymentFactor.inStorePaymentScenario', pattern: only('PaymentCode') },
    { path: 'paymentNotifyUrl', pattern: URL_TEXT },
    { path: 'settlementStrategy.settlementCurrency', pattern: CURRENCY },
    { path: 'order.referenceOrderId', pattern: text(64) },
    { path: 'order.orderDescription', pattern: text(256) },
    ...amount('order.orderAmount'),
    { path: 'order.merchant.referenceMerchantId', pattern: text(64) },
    { path: 'order.merchant.merchantName', pattern: text(256) },
    { path: 'order.merchant.merchantMCC', pattern: MCC },
    { path: 'order.merchant.store.referenceStoreId', pattern: text(64) },
    { path: 'order.merchant.store.storeName', pattern: text(256) },
    { path: 'order.merchant.store.storeMCC', pattern: MCC },
    { path: 'order.env.storeTerminalId', pattern: text(64) },
    { path: 'order.env.storeTerminalRequestTime', pattern: TIME },
  ],
  inquiryPayment: [],
  cancel: [],
  refund: [
    { path: 'refundRequestId', pattern: text(64) },
    { path: 'paymentId', pattern: text(64) },
    ...amount('refundAmount'),
  ],
  inquiryRefund: [],
};
const optional: Readonly<Record<Api, readonly Rule[]>> = {
  pay: [{ path: 'paymentExpiryTime', pattern: TIME }],
  inquiryPayment: [],
  cancel: [],
  refund: [],
  inquiryRefund: [],
};
/** At least one of these. */
const oneOf: Readonly<Record<Api, readonly string[]>> = {
  pay: [],
  inquiryPayment: ['paymentRequestId', 'paymentId'],
  cancel: ['paymentRequestId', 'paymentId'],
  refund: [],
  inquiryRefund: ['refundRequestId', 'refundId'],
};

function at(fields: Json, path: string): unknown {
  let value: unknown = fields;
  for (const name of path.split('.')) value = isJson(value) ? value[name] : undefined;
  return value;
}
/** Undefined when absent or no text. */
export function textAt(fields: Json, path: string): string | undefined {
  const value = at(fields, path);
  return typeof value === 'string' ? value : undefined;
}

/** The path of the first scalar that is not a JSON string: Antom's rule for every field. */
function notText(value: unknown, path: string): string | undefined {
  if (typeof value === 'string') return undefined;
  if (typeof value !== 'object' || value === null) return path;
  for (const [name, inner] of Object.entries(value)) {
    const found = notText(inner, path ? `${path}.${name}` : name);
    if (found !== undefined) return found;
  }
  return undefined;
}

const fits = ({ pattern }: Rule, value: string): boolean =>
  pattern.test(value) && (pattern !== TIME || !Number.isNaN(Date.parse(value)));

/** The name of the first field at fault; undefined when the request is in order. */
export function faultyField(api: Api, fields: Json): string | undefined {
  const wrong = notText(fields, '');
  if (wrong !== undefined) return wrong;
  const missing = required[api].find((rule) => !fits(rule, textAt(fields, rule.path) ?? ''));
  if (missing) return missing.path;
  const malformed = optional[api].find((rule) => {
    const value = textAt(fields, rule.path);
    return value !== undefined && !fits(rule, value);
  });
  if (malformed) return malformed.path;
  const names = oneOf[api];
  return names.length > 0 && !names.some((name) => textAt(fields, name)) ? names.join(' or ') : undefined;
}
