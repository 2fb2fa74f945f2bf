import type { KeyObject } from 'node:crypto';
import { isoWithOffset } from '../../acquirers/antom/paths.js';
import { signatureHeader } from '../../acquirers/antom/signing.js';
import { isJson, jsonIn } from '../json.js';
import type { Dialect, News } from '../notifier.js';
import { amountJson, success, time } from './results.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export type NoticeKeys = {
  readonly key: KeyObject;
  readonly stranger: () => KeyObject;
  readonly clockMs: () => number;
};

const amountPattern = /"value":"(\d)/;
const otherDigit = (digit: string): string => (digit === '9' ? '8' : '9');

/** In-store, only what was paid is told, eight times at most. Source: reference acquirers/antom.md sections 0.3 and 1.9. */
export const antomDialect = (clientId: string, { key, stranger, clockMs }: NoticeKeys): Dialect => ({
  gapsMs: [0, 2 * MINUTE_MS, 10 * MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 6 * HOUR_MS, 15 * HOUR_MS],
  answerWithinMs: 5_000,
  sends: new Set(['paid']),
  write({ payment, amount, manner }: News, url) {
    const content = {
      notifyType: 'PAYMENT_RESULT',
      ...success(),
      paymentRequestId: payment.paymentRequestId,
      paymentId: payment.paymentId,
      paymentAmount: amountJson(amount),
      paymentCreateTime: time(payment.createdAtMs),
      paymentTime: time(payment.paidAtMs ?? payment.createdAtMs),
      pspCustomerInfo: { pspName: 'ALIPAY_HK' },
    };
    const body = JSON.stringify(content);
    const requestTime = isoWithOffset(new Date(clockMs()));
    const parts = { path: url.pathname + url.search, clientId, time: requestTime, body: Buffer.from(body) };
    const headers = {
      'Content-Type': 'application/json; charset=UTF-8',
      'Client-Id': clientId,
      'Request-Time': requestTime,
      Signature: signatureHeader(parts, manner === 'strange-key' ? stranger() : key, '1'),
    };
    const sent =
      manner === 'tampered' ? body.replace(amountPattern, (_, digit: string) => `"value":"${otherDigit(digit)}`) : body;
    return { headers, body: sent };
  },
  isTaken(status, body) {
    const result = jsonIn(Buffer.from(body))?.['result'];
    return status === 200 && isJson(result) && result['resultStatus'] === 'S' && result['resultCode'] === 'SUCCESS';
  },
});
