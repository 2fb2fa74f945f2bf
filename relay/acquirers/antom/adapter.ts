import type { Currency, Money } from '../../../protocol/money.js';
import { amountStep, type Capabilities, type ContractLimits, supports, withLimits } from '../capabilities.js';
import type { Acquirer, PollPlan } from '../contract.js';
import { cancelAnswer, inquiryAnswer, payAnswer } from './answers.js';
import { capabilitiesOf } from './capabilities.js';
import { type ClientOptions, createClient } from './client.js';
import { debitCodes, payCodes } from './codes.js';
import { type CustomsSettings, createCustoms } from './customs.js';
import { publicKeysOf } from './keys.js';
import { createLinking, type LinkingOptions } from './linking.js';
import { antomReplies, readNotification } from './notifications.js';
import { antomPlan } from './plan.js';
import { refundAnswer, refundInquiryAnswer } from './refunds.js';
import {
  CODE_MAX_CHARS,
  type ContractFields,
  debitBody,
  type Merchant,
  payBody,
  referBody,
  referRefundBody,
  refundBody,
} from './requests.js';
import { walletOf } from './wallets.js';

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
    /** Absent: nothing is declared to customs. */
    readonly customs?: CustomsSettings;
    /** Absent: the contract has no Scan to Link. */
    readonly linking?: LinkingOptions;
  };

const isPayable = (capabilities: Capabilities, { amount, currency }: Money): boolean =>
  Number.isSafeInteger(amount) && amount > 0 && amount % amountStep(capabilities, currency) === 0;

const misconfigured = { kind: 'declined', reason: 'configuration', alarm: true } as const;

/**
 * Antom, user-presented mode (IN_STORE_PAYMENT) and automatic debit (AGREEMENT_PAYMENT) of linked wallets. Source: reference
 * acquirers/antom.md sections 0 to 2.
 * @throws RangeError naming the option that is wrong.
 */
export function createAntom(options: AntomOptions): Acquirer {
  const client = createClient(options);
  const plan: PollPlan = { ...antomPlan, ...options.plan };
  const timeoutMs = plan.callTimeoutMs;
  const capabilities = withLimits(capabilitiesOf(options.currencies), options.limits);
  const keys = publicKeysOf(options);
  const { wallets = [], authClientId } = options.linking ?? {};
  const { notifyUrl, merchantAccountId, merchantRegion } = options;
  const linking = createLinking({
    ...{ client, wallets, timeoutMs, secure: new URL(options.baseUrl).protocol === 'https:' },
    context: { notifyUrl, merchantAccountId, merchantRegion, authClientId },
  });

  return {
    name: 'antom',
    plan,
    capabilities,
    async pay(request, signal) {
      const { requestId, money, code, wallet: issuer } = request;
      if (!supports(capabilities, money.currency) || !isPayable(capabilities, money)) return misconfigured;
      const wallet = issuer === undefined ? undefined : walletOf(wallets, issuer);
      if (issuer !== undefined && wallet?.currency !== money.currency) return misconfigured;
      // Which codes Antom takes, Antom says; only what its field cannot hold is not asked.
      if (code.length > CODE_MAX_CHARS) {
        return { kind: 'declined', reason: wallet ? 'unlinked' : 'code-not-accepted' };
      }
      const content = () =>
        wallet ? debitBody(request, wallet.method, options, options.clock()) : payBody(request, options);
      const limits = { timeoutMs, sendUntil: request.sendUntil, signal };
      const answer = await client({ api: 'pay', requestId, content, secret: code, ...limits });
      return 'kind' in answer ? answer : payAnswer(answer, requestId, wallet ? debitCodes : payCodes);
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
      if (!isPayable(capabilities, request.money)) return { kind: 'failed', retry: 'never', alarm: true };
      const content = () => refundBody(request, acquirerId, notifyUrl);
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
    ...(options.customs ? { customs: createCustoms(options.customs, client, timeoutMs) } : {}),
    ...(options.linking ? { linking } : {}),
  };
}
