import type { Api } from '../../acquirers/antom/paths.js';
import { isJson, type Json } from '../json.js';

/** Which fields each call must have, as data. Source: reference acquirers/antom.md sections 1.2, 1.5 to 1.8 and 2. */
type Rule = { readonly path: string; readonly pattern: RegExp };

const text = (max: number): RegExp => new RegExp(`^[^]{1,${max}}$`);
const only = (word: string): RegExp => new RegExp(`^${word}$`);
const CURRENCY = /^[A-Z]{3}$/;
const MINOR_UNITS = /^[1-9]\d{0,15}$/;
const MCC = /^\d{4}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/;
const URL_TEXT = /^https?:\/\/\S{1,2040}$/;
const WALLET = /^(?!CONNECT_WALLET$)[A-Z][A-Z_]{1,63}$/;
const TERMINAL = /^(WEB|WAP|APP|MINI_APP)$/;

const amount = (path: string): Rule[] => [
  { path: `${path}.currency`, pattern: CURRENCY },
  { path: `${path}.value`, pattern: MINOR_UNITS },
];

/** What a call must say, what it may, and of which names at least one. */
type Shape = {
  readonly required?: readonly Rule[];
  readonly optional?: readonly Rule[];
  readonly oneOf?: readonly string[];
};

/** Both products of `pay`. */
const order: readonly Rule[] = [
  { path: 'paymentRequestId', pattern: text(64) },
  ...amount('paymentAmount'),
  { path: 'paymentMethod.paymentMethodId', pattern: text(128) },
  { path: 'settlementStrategy.settlementCurrency', pattern: CURRENCY },
  { path: 'order.referenceOrderId', pattern: text(64) },
  { path: 'order.orderDescription', pattern: text(256) },
  ...amount('order.orderAmount'),
];
const merchant: readonly Rule[] = [
  { path: 'order.merchant.referenceMerchantId', pattern: text(64) },
  { path: 'order.merchant.merchantName', pattern: text(256) },
  { path: 'order.merchant.merchantMCC', pattern: MCC },
  { path: 'order.merchant.store.referenceStoreId', pattern: text(64) },
  { path: 'order.merchant.store.storeName', pattern: text(256) },
  { path: 'order.merchant.store.storeMCC', pattern: MCC },
];
const expiry: readonly Rule[] = [{ path: 'paymentExpiryTime', pattern: TIME }];

const scanned: Shape = {
  required: [
    { path: 'productCode', pattern: only('IN_STORE_PAYMENT') },
    ...order,
    { path: 'paymentMethod.paymentMethodType', pattern: only('CONNECT_WALLET') },
    { path: 'paymentFactor.inStorePaymentScenario', pattern: only('PaymentCode') },
    { path: 'paymentNotifyUrl', pattern: URL_TEXT },
    ...merchant,
    { path: 'order.env.storeTerminalId', pattern: text(64) },
    { path: 'order.env.storeTerminalRequestTime', pattern: TIME },
  ],
  optional: expiry,
};
/** By an access token (section 2.4). */
const debit: Shape = {
  required: [...order, { path: 'paymentMethod.paymentMethodType', pattern: WALLET }, ...merchant],
  optional: [
    ...expiry,
    { path: 'paymentNotifyUrl', pattern: URL_TEXT },
    { path: 'order.env.terminalType', pattern: TERMINAL },
  ],
};

const paymentOrIts: Shape = { oneOf: ['paymentRequestId', 'paymentId'] };
const shapes: Readonly<Record<Exclude<Api, 'pay'>, Shape>> = {
  inquiryPayment: paymentOrIts,
  cancel: paymentOrIts,
  refund: {
    required: [
      { path: 'refundRequestId', pattern: text(64) },
      { path: 'paymentId', pattern: text(64) },
      ...amount('refundAmount'),
    ],
    optional: [{ path: 'refundNotifyUrl', pattern: /^https?:\/\/\S{1,1015}$/ }],
  },
  inquiryRefund: { oneOf: ['refundRequestId', 'refundId'] },
  consult: {
    required: [
      { path: 'customerBelongsTo', pattern: WALLET },
      { path: 'authRedirectUrl', pattern: /^https?:\/\/\S{1,1015}$/ },
      { path: 'authState', pattern: text(256) },
      { path: 'terminalType', pattern: TERMINAL },
    ],
    optional: [
      { path: 'authClientId', pattern: text(64) },
      { path: 'authNotifyUrl', pattern: URL_TEXT },
      { path: 'merchantRegion', pattern: /^[A-Z]{2}$/ },
    ],
  },
  applyToken: {
    required: [
      { path: 'grantType', pattern: /^(AUTHORIZATION_CODE|REFRESH_TOKEN)$/ },
      { path: 'customerBelongsTo', pattern: WALLET },
    ],
    optional: [
      { path: 'authCode', pattern: text(128) },
      { path: 'refreshToken', pattern: text(128) },
      { path: 'merchantRegion', pattern: /^[A-Z]{2}$/ },
    ],
    oneOf: ['authCode', 'refreshToken'],
  },
  revoke: { required: [{ path: 'accessToken', pattern: text(128) }] },
  declare: {
    required: [
      { path: 'declarationRequestId', pattern: text(32) },
      { path: 'paymentId', pattern: text(64) },
      { path: 'declarationAmount.currency', pattern: only('CNY') },
      { path: 'declarationAmount.value', pattern: MINOR_UNITS },
      { path: 'customs.customsCode', pattern: text(128) },
      { path: 'customs.region', pattern: only('CN') },
      { path: 'merchantCustomsInfo.merchantCustomsCode', pattern: text(128) },
      { path: 'merchantCustomsInfo.merchantCustomsName', pattern: text(256) },
      { path: 'splitOrder', pattern: /^(true|false)$/ },
    ],
    optional: [
      { path: 'subOrderId', pattern: text(64) },
      { path: 'buyerCertificate.certificateType', pattern: only('ID_CARD') },
      { path: 'buyerCertificate.certificateNo', pattern: /^\d{17}[\dX]$/ },
      { path: 'buyerCertificate.holderName.fullName', pattern: text(128) },
    ],
  },
  inquiryDeclarationRequests: {},
};

/** Which of the two products a `pay` is of. */
export const isDebit = (fields: Json): boolean => fields['productCode'] === 'AGREEMENT_PAYMENT';
const shapeOf = (api: Api, fields: Json): Shape => {
  if (api !== 'pay') return shapes[api];
  return isDebit(fields) ? debit : scanned;
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
  const { required = [], optional = [], oneOf = [] } = shapeOf(api, fields);
  const wrong = notText(fields, '');
  if (wrong !== undefined) return wrong;
  const missing = required.find((rule) => !fits(rule, textAt(fields, rule.path) ?? ''));
  if (missing) return missing.path;
  const malformed = optional.find((rule) => {
    const value = textAt(fields, rule.path);
    return value !== undefined && !fits(rule, value);
  });
  if (malformed) return malformed.path;
  return oneOf.length > 0 && !oneOf.some((name) => textAt(fields, name)) ? oneOf.join(' or ') : undefined;
}
