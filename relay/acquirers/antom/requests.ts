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

const accountIn = ({ merchantAccountId }: ContractFields) =>
  merchantAccountId === undefined ? {} : { merchantAccountId };

const DESCRIPTION_MAX_CHARS = 256;
/** What `paymentMethodId` holds (section 1.2). Longer EMV CPM codes are never cut: half a code is another code. */
export const CODE_MAX_CHARS = 128;

/** Every scalar is a JSON string; amounts are minor units (section 0.5). */
const amountOf = ({ amount, currency }: Money) => ({ currency, value: String(amount) });

/** The body of `pay`, user-presented mode. Source: reference acquirers/antom.md section 1.2. */
export function payBody(request: PayRequest, context: PayContext) {
  const { merchant, settlementCurrency, notifyUrl, merchantRegion } = context;
  const reference = request.reference || request.requestId;
  return {
    productCode: 'IN_STORE_PAYMENT',
    paymentRequestId: request.requestId,
    paymentFactor: { inStorePaymentScenario: 'PaymentCode' },
    paymentAmount: amountOf(request.money),
    paymentMethod: { paymentMethodType: 'CONNECT_WALLET', paymentMethodId: request.code },
    settlementStrategy: { settlementCurrency },
    paymentNotifyUrl: notifyUrl,
    paymentExpiryTime: isoWithOffset(request.expiresAt),
    ...(merchantRegion === undefined ? {} : { merchantRegion }),
    ...accountIn(context),
    order: {
      referenceOrderId: reference,
      orderDescription: `${merchant.merchantName} ${request.kiosk} ${reference}`.slice(0, DESCRIPTION_MAX_CHARS),
      orderAmount: amountOf(request.money),
      merchant,
      env: { storeTerminalId: request.kiosk, storeTerminalRequestTime: isoWithOffset(request.scannedAt) },
    },
  };
}

/** The body of `inquiryPayment` and `cancel`: Antom's own id wins where both are given (sections 1.5 and 1.6). */
export const referBody = (requestId: string, acquirerId: string | undefined, contract: ContractFields = {}) => ({
  paymentRequestId: requestId,
  ...(acquirerId === undefined ? {} : { paymentId: acquirerId }),
  ...accountIn(contract),
});

/** The body of `refund`, of all or a part: Antom takes its own id of the payment only (section 1.7). */
export const refundBody = ({ refundId, money }: RefundRequest, acquirerId: string) => ({
  refundRequestId: refundId,
  paymentId: acquirerId,
  refundAmount: amountOf(money),
});

/** The body of `inquiryRefund`: after a timeout our id is the only one there is (section 1.8). */
export const referRefundBody = (refundId: string, contract: ContractFields = {}) => ({
  refundRequestId: refundId,
  ...accountIn(contract),
});
