import type { Currency } from '../../../protocol/money.js';
import { type ContractLimits, supports, withLimits } from '../capabilities.js';
import type { Acquirer, PayRequest, PollPlan } from '../contract.js';
import { cancelAnswer, inquiryAnswer, payAnswer } from './answers.js';
import { capabilitiesOf } from './capabilities.js';
import { type ClientOptions, createClient } from './client.js';
import { publicKeysOf } from './keys.js';
import { antomReplies, readNotification } from './notifications.js';
import { antomPlan } from './plan.js';
import { refundAnswer, refundInquiryAnswer } from './refunds.js';
import {
  CODE_MAX_CHARS,
  type ContractFields,
  type Merchant,
  payBody,
  referBody,
  referRefundBody,
  refundBody,
} from './requests.js';

/** Everything that config says of one Antom contract. */
export type AntomOptions = ClientOptions &
  ContractFields & {
    readonly settlementCurrency: Currency;
    readonly merchant: Merchant;
    readonly notifyUrl: string;
    /** What the contract allows; all when absent. */
    readonly currencies?: readonly Currency[];
    readonly plan?: Partial<PollPlan>;
    /** What the contract says otherwise than `capabilities.ts`. */
    readonly limits?: ContractLimits;
  };

/** Antom wants rupiah in whole hundreds of its minor unit (section 0.5); to round would be another amount. */
const isPayable = ({ amount, currency }: PayRequest['money']): boolean =>
  Number.isSafeInteger(amount) && amount > 0 && (currency !== 'IDR' || amount % 100 === 0);

/**
 * Antom, user-presented mode (IN_STORE_PAYMENT). Source: reference acquirers/antom.md sections 0 and 1.
 * @throws RangeError naming the option that is wrong.
 */
export function createAntom(options: AntomOptions): Acquirer {
  const client = createClient(options);
  const plan: PollPlan = { ...antomPlan, ...options.plan };
  const timeoutMs = plan.callTimeoutMs;
  const capabilities = withLimits(capabilitiesOf(options.currencies), options.limits);
  const keys = publicKeysOf(options);

  return {
    name: 'antom',
    plan,
    capabilities,
    async pay(request, signal) {
      const { requestId, money, code } = request;
      if (!supports(capabilities, money.currency) || !isPayable(money)) {
        return { kind: 'declined', reason: 'configuration', alarm: true };
      }
      // Which codes Antom takes, Antom says; only what its field cannot hold is not asked.
      if (code.length > CODE_MAX_CHARS) return { kind: 'declined', reason: 'code-not-accepted' };
      const answer = await client({
        api: 'pay',
        requestId,
        content: () => payBody(request, options),
        secret: code,
        timeoutMs,
        sendUntil: request.sendUntil,
        signal,
      });
      return 'kind' in answer ? answer : payAnswer(answer, requestId);
    },
    async inquire(requestId, acquirerId, signal) {
      const content = () => referBody(requestId, acquirerId, options);
      const answer = await client({ api: 'inquiryPayment', requestId, content, timeoutMs, signal });
      return 'kind' in answer ? answer : inquiryAnswer(answer, requestId);
    },
    async cancel(requestId, acquirerId, signal) {
      const content = () => referBody(requestId, acquirerId, options);
      const answer = await client({ api: 'cancel', requestId, content, timeoutMs, signal });
      return 'kind' in answer ? answer : cancelAnswer(answer, requestId, acquirerId);
    },
    async refund(request, signal) {
      const { requestId, acquirerId } = request;
      // The payment machine inquires first, which tells it.
      if (acquirerId === undefined) return { kind: 'not-sent', detail: 'no-payment-id' };
      if (!isPayable(request.money)) return { kind: 'failed', retry: 'never', alarm: true };
      const content = () => refundBody(request, acquirerId);
      const answer = await client({ api: 'refund', requestId, content, timeoutMs, signal });
      return 'kind' in answer ? answer : refundAnswer(answer, request);
    },
    async inquireRefund(refundId, requestId, signal) {
      const content = () => referRefundBody(refundId, options);
      const answer = await client({ api: 'inquiryRefund', requestId, content, timeoutMs, signal });
      return 'kind' in answer ? answer : refundInquiryAnswer(answer, refundId);
    },
    verifyNotification: (raw) => readNotification(raw, options.clientId, keys),
    replies: antomReplies,
  };
}
