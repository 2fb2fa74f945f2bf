import type { KeyObject } from 'node:crypto';
import { isoWithOffset } from '../../acquirers/antom/paths.js';
import { signatureHeader } from '../../acquirers/antom/signing.js';
import { isJson, jsonIn } from '../json.js';
import type { Dialect, LinkNews, News, NotifyManner, Written } from '../notifier.js';
import type { Link } from './links.js';
import { pspOf } from './operations.js';
import { amountJson, result, success, time } from './results.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export type NoticeKeys = {
  readonly key: KeyObject;
  readonly stranger: () => KeyObject;
  readonly clockMs: () => number;
};

/** One character of what matters most, changed after it was signed. */
const TAMPERED = /("value":"|"authCode":"|"accessToken":")(.)/;
const otherThan = (character: string): string => (character === '9' ? '8' : '9');

/** Signs what is told, and spoils it where the manner says so. */
export const sealing = (clientId: string, { key, stranger, clockMs }: NoticeKeys) =>
  function sealed(content: object, url: URL, manner: NotifyManner): Written {
    const body = JSON.stringify(content);
    const requestTime = isoWithOffset(new Date(clockMs()));
    const parts = { path: url.pathname + url.search, clientId, time: requestTime, body: Buffer.from(body) };
    const headers = {
      'Content-Type': 'application/json; charset=UTF-8',
      'Client-Id': clientId,
      'Request-Time': requestTime,
      Signature: signatureHeader(parts, manner === 'strange-key' ? stranger() : key, '1'),
    };
    const spoilt = (_: string, before: string, character: string): string => before + otherThan(character);
    return { headers, body: manner === 'tampered' ? body.replace(TAMPERED, spoilt) : body };
  };

function resultOf({ kind, payment }: News): object {
  if (kind === 'pending') return result('U', 'PAYMENT_IN_PROCESS');
  return kind === 'failed' ? result('F', payment.failure ?? 'PROCESS_FAIL') : success();
}

/** One that failed, or is undecided, is told of only where it was made by a token (sections 1.9 and 2.7). */
function paymentNotice(news: News): object {
  const { kind, payment, amount } = news;
  return {
    notifyType: kind === 'pending' ? 'PAYMENT_PENDING' : 'PAYMENT_RESULT',
    ...resultOf(news),
    paymentRequestId: payment.paymentRequestId,
    paymentId: payment.paymentId,
    paymentAmount: amountJson(amount),
    paymentCreateTime: time(payment.createdAtMs),
    ...(payment.paidAtMs === undefined ? {} : { paymentTime: time(payment.paidAtMs) }),
    pspCustomerInfo: { pspName: pspOf(payment) },
  };
}

/** Its `result` is that of the call (section 2.8). */
const refundNotice = ({ kind, refund, amount }: News): object => ({
  notifyType: 'REFUND_RESULT',
  ...success(),
  refundStatus: kind === 'refunded' ? 'SUCCESS' : 'FAIL',
  refundRequestId: refund?.refundRequestId,
  refundId: refund?.refundId,
  refundAmount: amountJson(amount),
  ...(kind === 'refunded' && refund ? { refundTime: time(refund.atMs) } : {}),
});

/**
 * In-store, only what was paid is told; of automatic debits also what is undecided, failed or was refunded; eight times at most.
 * Source: reference acquirers/antom.md sections 0.3, 1.9, 2.7 and 2.8.
 */
export function antomDialect(clientId: string, keys: NoticeKeys): Dialect {
  const sealed = sealing(clientId, keys);
  return {
    gapsMs: [0, 2 * MINUTE_MS, 10 * MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 6 * HOUR_MS, 15 * HOUR_MS],
    answerWithinMs: 5_000,
    sends: (kind, { debited, state }) => kind === 'paid' || (debited !== undefined && state !== 'CANCELLED'),
    write: (news, url) => sealed(news.refund ? refundNotice(news) : paymentNotice(news), url, news.manner),
    isTaken(status, body) {
      const said = jsonIn(Buffer.from(body))?.['result'];
      return status === 200 && isJson(said) && said['resultStatus'] === 'S' && said['resultCode'] === 'SUCCESS';
    },
  };
}

/** What is told of a link; undefined of a refusal, and where its consult named no address. Source: reference acquirers/antom.md section 2.2. */
export function linkNews(link: Link, sealed: ReturnType<typeof sealing>): LinkNews | undefined {
  const { number, notifyUrl: url, authState, authClientId, authCode, tokens, state } = link;
  const client = authClientId === undefined ? {} : { authClientId };
  if (url === undefined) return undefined;
  const told = (kind: LinkNews['kind'], content: object): LinkNews => ({
    ...{ kind, link: number, url },
    write: (to, manner) => sealed({ ...content, ...client, ...success() }, to, manner),
  });
  if (state === 'agreed' && authCode) {
    const code = { authState, authCode: authCode.text };
    return told('authorised', { authorizationNotifyType: 'AUTHCODE_CREATED', ...code });
  }
  if (state === 'cancelled' && tokens) {
    const token = { accessToken: tokens.access, reason: 'The authorization was cancelled.' };
    return told('token-cancelled', { authorizationNotifyType: 'TOKEN_CANCELED', ...token });
  }
  return undefined;
}
