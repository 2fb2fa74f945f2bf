import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { originOf, repeats, rsaKey } from '../checks.js';
import type { NotSent, Unknown } from '../contract.js';
import { post } from '../http.js';
import { type AnswerTime, answerTime } from '../time.js';
import { type Answer, openAnswer } from './answers.js';
import { rowOf } from './codes.js';
import type { detailsMethod, Method } from './methods.js';
import type { CodePaySettings } from './settings.js';
import { signatureOf } from './signing.js';

type CalledMethod = Method | typeof detailsMethod;

/** One line for the log after each answer; `psn` is what CodePay's support asks for. */
export type CodePayTrace = {
  readonly method: CalledMethod;
  readonly requestId: string;
  readonly psn?: string;
  readonly code?: string;
};

export type ClientOptions = {
  /** Scheme, host and port only, such as https://gw.codepay.us */
  readonly baseUrl: string;
  readonly appId: string;
  readonly merchantNo: string;
  /** PKCS#8 or PKCS#1, ours. A secret. */
  readonly privateKeyPem: string;
  /** SPKI, the gateway's, from the platform. */
  readonly codepayPublicKeyPem: string;
  /** Certificates to trust instead of the system's, for a sandbox or an inspecting proxy. */
  readonly caPem?: string;
  readonly clock: () => Date;
  readonly onTrace?: (trace: CodePayTrace) => void;
  /** Of each answer: the time of its HTTP head. */
  readonly onTime?: (time: AnswerTime) => void;
};

/** `content` makes what the call says of its own; a fault in it is `not-sent`. */
export type CodePayCall = {
  readonly method: CalledMethod;
  readonly requestId: string;
  readonly content: () => Readonly<Record<string, string>>;
  /** A payment code among the content, in case the answer repeats it. */
  readonly secret?: string;
  readonly timeoutMs: number;
  /** No byte is written later than this, by `clock`. */
  readonly sendUntil?: Date;
  readonly signal: AbortSignal | undefined;
};
export type CodePayClient = (call: CodePayCall) => Promise<Answer | Unknown | NotSent>;

const ANSWER_MAX_BYTES = 256 * 1024;
const ID = /^[A-Za-z0-9_-]{1,32}$/;

const idOf = (field: string, text: string): string => {
  if (ID.test(text)) return text;
  throw new RangeError(`${field}: expected 1 to 32 letters and digits, as the platform shows it`);
};

/** @throws RangeError naming the option that is wrong. */
export const gatewayKeyOf = ({ codepayPublicKeyPem }: Pick<ClientOptions, 'codepayPublicKeyPem'>): KeyObject =>
  rsaKey('codepayPublicKeyPem', 'an RSA public key as PEM (SPKI)', () => createPublicKey(codepayPublicKeyPem));

/**
 * Signs, sends, checks. What a call says is settled, and signed, before a socket is opened.
 * @throws RangeError naming the option that is wrong; the client itself never rejects.
 */
export function createClient(options: ClientOptions, { codes, errorCodes, entryPath }: CodePaySettings): CodePayClient {
  const { clock, caPem } = options;
  const url = new URL(entryPath, originOf(options.baseUrl, 'https://gw.codepay.us'));
  const ids = { app_id: idOf('appId', options.appId), merchant_no: idOf('merchantNo', options.merchantNo) };
  const privateKey = rsaKey('privateKeyPem', 'an RSA private key as PEM', () =>
    createPrivateKey(options.privateKeyPem),
  );
  const publicKey = gatewayKeyOf(options);
  const headers = { 'Content-Type': 'application/json; charset=utf-8' };

  /** The code without what it repeats of the payment code; a code that config knows is nobody's secret. */
  const isEcho = (code: string, secret: string | undefined): boolean =>
    rowOf(codes, code) === undefined && rowOf(errorCodes, code) === undefined && repeats(code, secret);

  function bodyOf(method: CalledMethod, content: Readonly<Record<string, string>>): Buffer {
    const common = { format: 'JSON', charset: 'UTF-8', sign_type: 'RSA2', version: '1.0' };
    const fields = { ...ids, method, ...common, timestamp: String(clock().getTime()), ...content };
    const said = new Map(Object.entries(fields).filter(([, value]) => value !== ''));
    return Buffer.from(JSON.stringify({ ...Object.fromEntries(said), sign: signatureOf(said, privateKey) }), 'utf8');
  }

  return async ({ method, requestId, content, secret, timeoutMs, sendUntil, signal }) => {
    let body: Buffer;
    try {
      body = bodyOf(method, content());
    } catch {
      // Such as an id that is none. The fault's own text could hold the code.
      return { kind: 'not-sent', detail: 'request-not-writable' };
    }
    const notAfter = sendUntil && { at: sendUntil, clock };
    const limits = { timeoutMs, maxAnswerBytes: ANSWER_MAX_BYTES, notAfter };
    const askedAt = clock().getTime();
    const answered = await post({ url, headers, body, ...limits, caPem, signal });
    if (answered.kind !== 'answer') return answered;
    const told = answerTime(answered.headers.date, askedAt, clock().getTime());
    if (told) options.onTime?.(told);
    const opened = openAnswer(answered.body, publicKey, (code) => isEcho(code, secret));
    const psn = 'psn' in opened ? opened.psn : '';
    options.onTrace?.({
      method,
      requestId,
      ...(psn === '' || repeats(psn, secret) ? {} : { psn: psn.slice(0, 64) }),
      ...(opened.code ? { code: opened.code } : {}),
    });
    return opened;
  };
}
