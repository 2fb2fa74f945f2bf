import { createPrivateKey } from 'node:crypto';
import { originOf, repeats, rsaKey } from '../checks.js';
import type { NotSent, Unknown } from '../contract.js';
import { post } from '../http.js';
import { type AnswerTime, answerTime } from '../time.js';
import { type Answer, openAnswer } from './answers.js';
import { isDocumented } from './documented.js';
import { type KeyOptions, publicKeysOf } from './keys.js';
import { type Api, apiPath } from './paths.js';
import { signatureHeader } from './signing.js';

/** One line for the log after each answer; `tracerId` is what Antom's support asks for. */
export type AntomTrace = {
  readonly api: Api;
  /** Of the payment; absent where the call is about none. */
  readonly requestId?: string;
  readonly tracerId?: string;
  readonly code?: string;
};

export type ClientOptions = KeyOptions & {
  /** Scheme, host and port only, such as https://open-sea-global.alipay.com */
  readonly baseUrl: string;
  readonly clientId: string;
  /** PKCS#8, ours. A secret. */
  readonly privateKeyPem: string;
  /** Of our key: Antom knows several of ours while we change it. */
  readonly keyVersion: string;
  /** Of the merchant that has authorised us, in ISV mode only (section 0). A secret. */
  readonly agentToken?: string;
  /** Certificates to trust instead of the system's, for a sandbox or an inspecting proxy. */
  readonly caPem?: string;
  readonly clock: () => Date;
  readonly onTrace?: (trace: AntomTrace) => void;
  /** Of each answer whose signature is right: the time that it names, which the signature covers. */
  readonly onTime?: (time: AnswerTime) => void;
};

/** `content` makes the request's body; a fault in it is `not-sent`. */
export type AntomCall = {
  readonly api: Api;
  /** Of the payment, for the trace. */
  readonly requestId?: string;
  readonly content: () => object;
  /** A payment code, or a token, among the content, in case the answer repeats it. */
  readonly secret?: string;
  readonly timeoutMs: number;
  /** No byte is written later than this, by `clock`. */
  readonly sendUntil?: Date;
  readonly signal: AbortSignal | undefined;
};
export type AntomClient = (call: AntomCall) => Promise<Answer | Unknown | NotSent>;

const ANSWER_MAX_BYTES = 256 * 1024;

/**
 * The answer without a result code that repeats the payment code. A documented code stays, whatever it shares with the
 * payment code: a customer may choose the letters of one, and must not choose what an answer means.
 */
function withoutEcho(opened: Answer | Unknown, isEcho: (text: string) => boolean): Answer | Unknown {
  if (opened.code === undefined || isDocumented(opened.code) || !isEcho(opened.code)) return opened;
  return 'kind' in opened ? { kind: 'unknown', detail: opened.detail } : { ...opened, code: '' };
}

/**
 * Signs, sends, checks. What a call says is settled, and signed, before a socket is opened.
 * @throws RangeError naming the option that is wrong; the client itself never rejects.
 */
export function createClient(options: ClientOptions): AntomClient {
  const { clientId, clock, keyVersion, caPem, agentToken } = options;
  const origin = originOf(options.baseUrl, 'https://open-sea-global.alipay.com');
  if (!/^[\x21-\x7e]{1,128}$/.test(clientId)) {
    throw new RangeError('clientId: expected 1 to 128 letters, digits and signs, as the dashboard shows it');
  }
  const privateKey = rsaKey('privateKeyPem', 'an RSA private key as PEM (PKCS#8)', () =>
    createPrivateKey(options.privateKeyPem),
  );
  const publicKeys = publicKeysOf(options);
  if (agentToken !== undefined && !/^[\x21-\x7e]{1,128}$/.test(agentToken)) {
    throw new RangeError(
      `agentToken: found ${agentToken.length} characters, expected 1 to 128 letters, digits and signs`,
    );
  }

  function prepare(path: string, content: object) {
    const body = Buffer.from(JSON.stringify(content), 'utf8');
    const time = String(clock().getTime());
    const headers = {
      'Content-Type': 'application/json; charset=UTF-8',
      'Client-Id': clientId,
      'Request-Time': time,
      Signature: signatureHeader({ path, clientId, time, body }, privateKey, keyVersion),
      ...(agentToken === undefined ? {} : { 'Agent-Token': agentToken }),
    };
    return { body, headers };
  }

  return async ({ api, requestId, content, secret, timeoutMs, sendUntil, signal }) => {
    const path = apiPath(api, clientId);
    let prepared: ReturnType<typeof prepare>;
    try {
      prepared = prepare(path, content());
    } catch {
      // Such as a date that is none. The fault's own text could hold the code.
      return { kind: 'not-sent', detail: 'request-not-writable' };
    }
    const url = new URL(path, origin);
    const notAfter = sendUntil && { at: sendUntil, clock };
    const limits = { timeoutMs, maxAnswerBytes: ANSWER_MAX_BYTES, notAfter };
    const askedAt = clock().getTime();
    const answered = await post({ url, ...prepared, ...limits, caPem, signal });
    if (answered.kind !== 'answer') return answered;
    const header = (name: string): string | undefined => {
      const value = answered.headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    const [time, signature, tracerId] = [header('response-time'), header('signature'), header('tracerid')];
    const isEcho = (text: string): boolean => repeats(text, secret) || repeats(text, agentToken);
    const answer = openAnswer({ body: answered.body, path, clientId, time, signature }, publicKeys);
    const opened = withoutEcho(answer, isEcho);
    const told = 'verified' in opened && opened.verified ? answerTime(time, askedAt, clock().getTime()) : undefined;
    if (told) options.onTime?.(told);
    options.onTrace?.({
      api,
      ...(requestId === undefined ? {} : { requestId }),
      ...(tracerId === undefined || isEcho(tracerId) ? {} : { tracerId: tracerId.slice(0, 64) }),
      ...(opened.code ? { code: opened.code } : {}),
    });
    return opened;
  };
}
