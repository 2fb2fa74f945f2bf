import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Api, apiPath, apis, isoWithOffset } from '../../acquirers/antom/paths.js';
import { signatureHeader, verifySignature } from '../../acquirers/antom/signing.js';
import { isJson, type Json, jsonIn } from '../json.js';
import { type Handler, readBody } from '../listener.js';
import { errorPage, REQUEST_MAX_BYTES, type Reply, type SandboxCall, strangerKey } from '../stage.js';
import { PAGES } from './consent.js';

/** Antom's side of the wire: checks the signature on raw bytes, asks for a decision, signs the answer. */
export type AntomPortOptions = {
  readonly clientId: string;
  readonly merchantPublicPem: string;
  readonly acquirerPrivatePem: string;
  readonly clockMs: () => number;
  readonly decide: (api: Api, fields: Json) => Reply;
  /** The wallet's page, for browsers: nothing of it is signed. */
  readonly page: Handler;
  readonly onCall?: ((call: SandboxCall) => void) | undefined;
};

const failure = (resultCode: string): Json => ({
  result: { resultStatus: 'F', resultCode, resultMessage: resultCode.toLowerCase() },
});

/** The amount under another currency's name: one that exists, so that only comparing finds it. */
function inOtherCurrency(body: Json): Json {
  const amount = body['paymentAmount'];
  if (!isJson(amount)) return body;
  return { ...body, paymentAmount: { ...amount, currency: amount['currency'] === 'USD' ? 'EUR' : 'USD' } };
}

function codeOf(body: Json): string {
  const { result } = body;
  return isJson(result) && typeof result['resultCode'] === 'string' ? result['resultCode'] : '';
}

/** Why a request is refused unread, in Antom's word; undefined when it is our merchant's own. */
function refusalOf(request: IncomingMessage, raw: Buffer, clientId: string, merchantKey: KeyObject) {
  const header = (name: string): string => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : '';
  };
  if (header('client-id') !== clientId) return 'KEY_NOT_FOUND';
  const parts = { path: request.url ?? '', clientId, time: header('request-time'), body: raw };
  const good = /^\d{13}$/.test(parts.time) && verifySignature(parts, header('signature'), merchantKey);
  return good ? undefined : 'INVALID_SIGNATURE';
}

/** Signs and sends; without a key the answer goes out unsigned. */
function createAnswerer(clientId: string, clockMs: () => number) {
  let answers = 0;
  return (response: ServerResponse, body: Json, signWith?: KeyObject): void => {
    const raw = Buffer.from(JSON.stringify(body), 'utf8');
    const time = isoWithOffset(new Date(clockMs()));
    const parts = { path: response.req.url ?? '', clientId, time, body: raw };
    response.writeHead(200, {
      'Content-Type': 'application/json; charset=UTF-8',
      'Content-Length': raw.length,
      'client-id': clientId,
      'response-time': time,
      tracerId: `sandbox-${++answers}`,
      ...(signWith ? { signature: signatureHeader(parts, signWith, '1') } : {}),
    });
    response.end(raw);
  };
}

export function createAntomPort(options: AntomPortOptions) {
  const { clientId } = options;
  const merchantKey = createPublicKey(options.merchantPublicPem);
  const antomKey = createPrivateKey(options.acquirerPrivatePem);
  const answer = createAnswerer(clientId, options.clockMs);
  const stranger = strangerKey();

  function say(response: ServerResponse, { manner, body }: Reply): void {
    switch (manner) {
      case 'drop':
        response.req.socket.destroy();
        return;
      case 'silent':
        return;
      case 'html':
        response.writeHead(200, { 'Content-Type': 'text/html' }).end(errorPage);
        return;
      case 'bad-signature':
        answer(response, body, stranger());
        return;
      case 'wrong-currency':
        answer(response, inOtherCurrency(body), antomKey);
        return;
      case 'plain':
        answer(response, body, antomKey);
        return;
    }
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url?.startsWith(PAGES)) return await options.page(request, response);
    const raw = await readBody(request, REQUEST_MAX_BYTES);
    if (!raw) {
      request.socket.destroy();
      return;
    }
    const refuse = (api: Api | 'none', code: string, signWith?: KeyObject): void => {
      options.onCall?.({ api, manner: 'plain', code });
      answer(response, failure(code), signWith);
    };
    const unsigned = refusalOf(request, raw, clientId, merchantKey);
    if (unsigned !== undefined) return refuse('none', unsigned);
    const api = apis.find((name) => apiPath(name, clientId) === request.url);
    if (!api) return refuse('none', 'NO_INTERFACE_DEF', antomKey);
    if (request.method !== 'POST') return refuse(api, 'METHOD_NOT_SUPPORTED', antomKey);
    const fields = jsonIn(raw);
    if (!fields) return refuse(api, 'PARAM_ILLEGAL', antomKey);
    const reply = options.decide(api, fields);
    const { paymentRequestId, manner } = reply;
    const id = paymentRequestId === undefined ? {} : { paymentRequestId };
    options.onCall?.({ api, ...id, manner, code: codeOf(reply.body) });
    await reply.after;
    say(response, reply);
  };
}
