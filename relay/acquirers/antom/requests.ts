import type { Money } from '../../../protocol/money.js';
import type { PayRequest, RefundRequest } from '../contract.js';
import { isoWithOffset } from './paths.js';

/** Who sells, as the contract with Antom names it. MCC: four digits of ISO 18245. */
export type Merchant = {
  readonly referenceMerchantId: string;
  readonly merchantName: string;
  readonly merchantMCC: string;
  readonly store: { readonly referenceStoreId: string; readonly storeName: string; readonly storeMCC: string };
};

/**
 * What a contract adds to what its calls say. Which of it an integration needs, Antom says in its dashboard (sections 1.2, 1.5
 * and 1.6 name both and leave it open): absent by default.
 */
export type ContractFields = {
  /** At most 32 characters; of a system integrator's or ISV's merchant. */
  readonly merchantAccountId?: string | undefined;
  /** Two letters; for one product only. */
  readonly merchantRegion?: string | undefined;
};

export type PayContext = ContractFields & {
  readonly merchant: Merchant;
  readonly settlementCurrency: string;
  readonly notifyUrl: string;
};

export const accountIn = ({ merchantAccountId }: ContractFields) =>
  merchantAccountId === undefined ? {} : { merchantAccountId };
export const regionIn = ({ merchantRegion }: ContractFields) =>
  merchantRegion === undefined ? {} : { merchantRegion };

const DESCRIPTION_MAX_CHARS = 256;
/** What `paymentMethodId` holds (section 1.2). Longer EMV CPM codes are never cut: half a code is another code. */
export const CODE_MAX_CHARS = 128;

/** Every scalar is a JSON string; amounts are minor units (section 0.5). */
const amountOf = ({ amount, currency }: Money) => ({ currency, value: String(amount) });

/** What both products say of what is bought, and from whom. */
function orderOf({ requestId, kiosk, money, ...request }: PayRequest, { merchant }: PayContext) {
  const reference = request.reference || requestId;
  return {
    referenceOrderId: reference,
    orderDescription: `${merchant.merchantName} ${kiosk} ${reference}`.slice(0, DESCRIPTION_MAX_CHARS),
    orderAmount: amountOf(money),
    merchant,
  };
}

/** The body of `pay`, user-presented mode. Source: reference acquirers/antom.md section 1.2. */
export const payBody = (request: PayRequest, context: PayContext) => ({
  productCode: 'IN_STORE_PAYMENT',
  paymentRequestId: request.requestId,
  paymentFactor: { inStorePaymentScenario: 'PaymentCode' },
  paymentAmount: amountOf(request.money),
  paymentMethod: { paymentMethodType: 'CONNECT_WALLET', paymentMethodId: request.code },
  settlementStrategy: { settlementCurrency: context.settlementCurrency },
  paymentNotifyUrl: context.notifyUrl,
  paymentExpiryTime: isoWithOffset(request.expiresAt),
  ...regionIn(context),
  ...accountIn(context),
  order: {
    ...orderOf(request, context),
    env: { storeTerminalId: request.kiosk, storeTerminalRequestTime: isoWithOffset(request.scannedAt) },
  },
});

/** Antom lets an automatic debit live a minute, by its own clock: ours may be a little ahead (section 2.4). */
const DEBIT_LIFE_MOST_MS = 55_000;

/** The body of `pay`, automatic debit by an access token; `now`: of the call. Source: reference acquirers/antom.md section 2.4. */
export const debitBody = (request: PayRequest, method: string, context: PayContext, now: Date) => ({
  productCode: 'AGREEMENT_PAYMENT',
  paymentRequestId: request.requestId,
  paymentAmount: amountOf(request.money),
  paymentMethod: { paymentMethodType: method, paymentMethodId: request.code },
  settlementStrategy: { settlementCurrency: context.settlementCurrency },
  paymentNotifyUrl: context.notifyUrl,
  paymentExpiryTime: isoWithOffset(new Date(Math.min(request.expiresAt.getTime(), now.getTime() + DEBIT_LIFE_MOST_MS))),
  ...regionIn(context),
  ...accountIn(context),
  order: { ...orderOf(request, context), env: { terminalType: 'WEB' } },
});

/** The body of `inquiryPayment` and `cancel`: Antom's own id wins where both are given (sections 1.5 and 1.6). */
export const referBody = (requestId: string, acquirerId: string | undefined, contract: ContractFields = {}) => ({
  paymentRequestId: requestId,
  ...(acquirerId === undefined ? {} : { paymentId: acquirerId }),
  ...accountIn(contract),
});

/** Half of what a payment's address may have. */
const REFUND_URL_MAX_CHARS = 1_024;

/**
 * The body of `refund`, of all or a part: Antom takes its own id of the payment only (section 1.7). `notifyUrl`: only a linked
 * wallet's refund is told of by itself; one that is too long is left out, and the inquiry tells.
 */
export const refundBody = ({ refundId, money, wallet }: RefundRequest, acquirerId: string, notifyUrl: string) => ({
  refundRequestId: refundId,
  paymentId: acquirerId,
  refundAmount: amountOf(money),
  ...(wallet === undefined || notifyUrl.length > REFUND_URL_MAX_CHARS ? {} : { refundNotifyUrl: notifyUrl }),
});

/** The body of `inquiryRefund`: after a timeout our id is the only one there is (section 1.8). */
export const referRefundBody = (refundId: string, contract: ContractFields = {}) => ({
  refundRequestId: refundId,
  ...accountIn(contract),
});
