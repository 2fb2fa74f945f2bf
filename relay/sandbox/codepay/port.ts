import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { topLevelFields } from '../../acquirers/codepay/fields.js';
import { type Method, methods } from '../../acquirers/codepay/methods.js';
import { codepaySettings } from '../../acquirers/codepay/settings.js';
import { signatureOf, verifySignature } from '../../acquirers/codepay/signing.js';
import { isJson, type Json } from '../json.js';
import { readBody } from '../listener.js';
import { errorPage, REQUEST_MAX_BYTES, type Reply, type SandboxCall, strangerKey } from '../stage.js';
import { isInWindow, type SandboxCode } from './codes.js';

/** CodePay's side of the wire: checks id, signature and time, asks for a decision, signs the answer. */
export type CodePayPortOptions = {
  readonly appId: string;
  readonly merchantNo: string;
  readonly merchantPublicPem: string;
  readonly acquirerPrivatePem: string;
  readonly clockMs: () => number;
  readonly decide: (method: Method, fields: ReadonlyMap<string, string>) => Reply;
  readonly onCall?: ((call: SandboxCall) => void) | undefined;
};

const known: readonly Method[] = Object.values(methods);

/** The amount under another currency's name: one that exists, so that only comparing finds it. */
function inOtherCurrency(body: Json): Json {
  const { data } = body;
  if (!isJson(data) || !('price_currency' in data)) return body;
  return { ...body, data: { ...data, price_currency: data['price_currency'] === 'USD' ? 'EUR' : 'USD' } };
}

export function createCodepayPort(options: CodePayPortOptions) {
  const { appId, merchantNo, clockMs, decide, onCall } = options;
  const merchantKey = createPublicKey(options.merchantPublicPem);
  const gatewayKey = createPrivateKey(options.acquirerPrivatePem);
  const stranger = strangerKey();
  let answers = 0;

  /** `data` is a text on the wire, and signed as that text; without a key the answer goes out unsigned. */
  function answer(response: ServerResponse, { data, ...body }: Json, signWith?: KeyObject): void {
    const said = { msg: body['code'] === '0' ? 'Success' : 'Refused', psn: `sandbox-${++answers}`, ...body };
    const fields = { ...said, ...(data === undefined ? {} : { data: JSON.stringify(data) }) };
    const sign = signWith && signatureOf(new Map(Object.entries(fields).map(([k, v]) => [k, String(v)])), signWith);
    const raw = JSON.stringify({ ...fields, ...(sign ? { sign } : {}) });
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' }).end(raw);
  }

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
        answer(response, inOtherCurrency(body), gatewayKey);
        return;
      case 'plain':
        answer(response, body, gatewayKey);
        return;
    }
  }

  /** Why a request is refused unread; undefined when it is our merchant's own. */
  function refusalOf(fields: ReadonlyMap<string, string>): SandboxCode | undefined {
    if (fields.get('app_id') !== appId || fields.get('merchant_no') !== merchantNo) return 'SANDBOX_APP';
    const isSigned = verifySignature(fields, fields.get('sign') ?? '', merchantKey);
    if (fields.get('sign_type') !== 'RSA2' || !isSigned) return 'SANDBOX_SIGNATURE';
    return undefined;
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const raw = await readBody(request, REQUEST_MAX_BYTES);
    if (!raw) {
      request.socket.destroy();
      return;
    }
    const refuse = (code: SandboxCode, signWith?: KeyObject): void => {
      onCall?.({ api: 'none', manner: 'plain', code });
      answer(response, { code }, signWith);
    };
    const fields = topLevelFields(raw.toString('utf8'));
    const isOurs = request.method === 'POST' && request.url === codepaySettings.entryPath;
    if (!isOurs || !fields) return refuse('SANDBOX_METHOD');
    const unsigned = refusalOf(fields);
    if (unsigned !== undefined) return refuse(unsigned);
    if (!isInWindow(fields.get('timestamp') ?? '', clockMs())) return refuse('SANDBOX_TIMESTAMP', gatewayKey);
    const method = known.find((name) => name === fields.get('method'));
    if (!method) return refuse('SANDBOX_METHOD', gatewayKey);
    const reply = decide(method, fields);
    const { paymentRequestId, manner, body } = reply;
    const id = paymentRequestId === undefined ? {} : { paymentRequestId };
    onCall?.({ api: method, ...id, manner, code: String(body['code'] ?? '') });
    await reply.after;
    say(response, reply);
  };
}
