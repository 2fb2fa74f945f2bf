import type { Currency } from '../../../protocol/money.js';
import { type Capabilities, type ContractLimits, supports, withLimits } from '../capabilities.js';
import type { Acquirer, CancelAnswer, InquiryAnswer, LookUpAnswer, PollPlan } from '../contract.js';
import { isPayable } from './amounts.js';
import { cancelAnswer, inquiryAnswer, payAnswer } from './answers.js';
import { capabilitiesOf } from './capabilities.js';
import { type ClientOptions, createClient, gatewayKeyOf } from './client.js';
import { type AskPage, readDetails } from './details.js';
import { detailsMethod, methods } from './methods.js';
import { codepayReplies, readNotification } from './notifications.js';
import { paymentNumber, refundNumber } from './numbers.js';
import { lookUpAnswer } from './orders.js';
import { codepayPlan, expiresSeconds } from './plan.js';
import { refundAnswer, refundInquiryAnswer } from './refunds.js';
import { type DetailsSettings, detailsSettings } from './reports.js';
import { payContent, referContent, referRefundContent, refundContent, type Shop, walletOf } from './requests.js';
import { type CodePaySettings, settingsWith } from './settings.js';

/** Everything that config says of one CodePay contract. */
export type CodePayOptions = ClientOptions & {
  readonly shop: Shop;
  /** What the contract allows; all when absent. */
  readonly currencies?: readonly Currency[];
  readonly plan?: Partial<PollPlan>;
  /** What CodePay's documents leave open. */
  readonly settings?: Partial<CodePaySettings>;
  /** What the contract says otherwise than `capabilities.ts`. */
  readonly limits?: ContractLimits;
  /** Where the account can be asked for its list of a day. */
  readonly details?: Partial<DetailsSettings>;
};

/**
 * CodePay, QR Pay (Customer-presented). Source: reference acquirers/codepay.md.
 * @throws RangeError naming the option that is wrong.
 */
export function createCodepay(options: CodePayOptions): Acquirer {
  const settings = settingsWith(options.settings ?? {});
  const client = createClient(options, settings);
  const { shop, clock } = options;
  const plan: PollPlan = { ...codepayPlan, ...options.plan };
  const own = { ...capabilitiesOf(options.currencies, plan), ...listing(options.details) };
  const capabilities = withLimits(own, options.limits);
  const ours = { appId: options.appId, merchantNo: options.merchantNo, publicKey: gatewayKeyOf(options) };

  async function inquire(requestId: string, timeoutMs: number, signal?: AbortSignal): Promise<InquiryAnswer> {
    const content = () => referContent(requestId, settings);
    const answer = await client({ method: methods.inquire, requestId, content, timeoutMs, signal });
    if ('kind' in answer) return answer;
    return inquiryAnswer(answer, paymentNumber(requestId, settings.orderNumbers), settings);
  }

  /** Two calls share the time of one. A cancel that was not heard is not inquired after: it is said again. */
  async function cancel(requestId: string, signal?: AbortSignal): Promise<CancelAnswer> {
    const timeoutMs = Math.ceil(plan.callTimeoutMs / 2);
    const content = () => referContent(requestId, settings);
    const revoked = await client({ method: methods.cancel, requestId, content, timeoutMs, signal });
    return 'kind' in revoked ? revoked : cancelAnswer(revoked, await inquire(requestId, timeoutMs, signal));
  }

  return {
    name: 'codepay',
    plan,
    capabilities,
    async pay(request, signal) {
      const { requestId, money, code, sendUntil } = request;
      if (!supports(capabilities, money.currency) || !isPayable(money)) {
        return { kind: 'declined', reason: 'configuration', alarm: true };
      }
      if (walletOf(request.issuer, settings) === '') return { kind: 'declined', reason: 'code-not-accepted' };
      const expires = expiresSeconds(request.expiresAt, clock().getTime(), plan.callTimeoutMs);
      if (!(expires >= 1)) return { kind: 'not-sent', detail: 'too-late' };
      const answer = await client({
        method: methods.pay,
        requestId,
        content: () => payContent(request, shop, expires, settings),
        secret: code,
        timeoutMs: plan.callTimeoutMs,
        sendUntil,
        signal,
      });
      return 'kind' in answer ? answer : payAnswer(answer, paymentNumber(requestId, settings.orderNumbers), settings);
    },
    inquire: (requestId, _acquirerId, signal) => inquire(requestId, plan.callTimeoutMs, signal),
    cancel: (requestId, _acquirerId, signal) => cancel(requestId, signal),
    async refund(request, signal) {
      const content = () => refundContent(request, shop, settings);
      const { requestId } = request;
      const answer = await client({
        method: methods.refund,
        requestId,
        content,
        timeoutMs: plan.callTimeoutMs,
        signal,
      });
      return 'kind' in answer ? answer : refundAnswer(answer, settings);
    },
    async inquireRefund(refundId, requestId, signal) {
      const content = () => referRefundContent(refundId);
      const { callTimeoutMs: timeoutMs } = plan;
      const answer = await client({ method: methods.inquireRefund, requestId, content, timeoutMs, signal });
      return 'kind' in answer ? answer : refundInquiryAnswer(answer, refundNumber(refundId), settings);
    },
    verifyNotification: (raw) => readNotification(raw, ours, settings),
    replies: codepayReplies,
    reconcile(period, signal) {
      const { callTimeoutMs: timeoutMs } = plan;
      const ask: AskPage = (content) => client({ method: detailsMethod, requestId: '', content, timeoutMs, signal });
      return readDetails(ask, period, { ...detailsSettings, ...options.details });
    },
    lookUp: (acquirerId, signal) => lookUp(client, acquirerId, plan.callTimeoutMs, settings, signal),
  };
}

/** One query answers for sales and their like, the other for what gives money back; neither says which it is. */
async function lookUp(
  client: ReturnType<typeof createClient>,
  acquirerId: string,
  timeoutMs: number,
  settings: CodePaySettings,
  signal?: AbortSignal,
): Promise<LookUpAnswer> {
  const content = () => ({ trans_no: acquirerId });
  const ask = (method: typeof methods.inquire | typeof methods.inquireRefund) =>
    client({ method, requestId: acquirerId, content, timeoutMs, signal });
  const positive = lookUpAnswer(await ask(methods.inquire), acquirerId, settings);
  if (positive.kind === 'order' || positive.kind === 'not-sent') return positive;
  const negative = lookUpAnswer(await ask(methods.inquireRefund), acquirerId, settings);
  return negative.kind === 'order' || positive.kind === 'not-found' ? negative : positive;
}

const listing = (details: object | undefined): Pick<Capabilities, 'lists'> => (details ? { lists: true } : {});
