import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createAntom } from '../../../relay/acquirers/antom/adapter.js';
import { signatureHeader } from '../../../relay/acquirers/antom/signing.js';
import { createCodepay } from '../../../relay/acquirers/codepay/adapter.js';
import { signatureOf } from '../../../relay/acquirers/codepay/signing.js';
import { type Notifications, SqlNotifications } from '../../../relay/ledger/notifications.js';
import type { AppliedRefund } from '../../../relay/refunds/apply.js';
import type { Accounts } from '../../../relay/routing/accounts.js';
import { systemClock } from '../../../relay/runtime/clock.js';
import { Counters } from '../../../relay/runtime/counters.js';
import type { Endpoint } from '../../../relay/webhooks/endpoints.js';
import { buildWebhooks, type WebhookLimits } from '../../../relay/webhooks/server.js';
import type { Applied } from '../../../relay/worker/apply.js';
import { antomOptions, CLIENT_ID, privateKey } from '../../unit/relay/antom/fixtures.js';
import { codepayOptions, settings } from '../../unit/relay/codepay/fixtures.js';
import type { Opened } from '../ledger/databases.js';
import { attemptId, Scene } from '../ledger/scene.js';

/** The port that notifications arrive at, over real HTTP, with a real ledger behind it and attempts that a scene has put there. */

const nowhere = 'http://127.0.0.1:1';
export const antom = createAntom(antomOptions(nowhere));
export const codepay = createCodepay(codepayOptions(nowhere));
export const believing = createCodepay(
  codepayOptions(nowhere, { settings: { ...settings, believeNotifications: true } }),
);

const endpoints: Endpoint[] = [
  { account: 'test', acquirer: antom, paths: ['/antom', '/shared'] },
  { account: 'test', acquirer: codepay, paths: ['/codepay', '/shared'] },
  { account: 'test', acquirer: believing, paths: ['/believing'] },
  { account: 'another', acquirer: antom, paths: ['/another'] },
  { account: 'test', acquirer: antom, paths: ['/rewritten'], publicPath: '/antom/notify?key=1' },
  { account: 'guarded', acquirer: codepay, paths: ['/guarded'], from: ['3.135.111.52', '18.217.220.0/24'] },
  { account: 'open', acquirer: codepay, paths: ['/open'], from: ['127.0.0.0/8'] },
];

export type Said = { readonly status: number; readonly text: string };
type Options = {
  readonly notifications?: Notifications;
  readonly limits?: Partial<WebhookLimits>;
  readonly proxies?: string[];
  /** In the place of the scene's, to which everything is one account. */
  readonly accounts?: Accounts;
};

export class Stage {
  readonly scene: Scene;
  readonly notifications: SqlNotifications;
  readonly applied: Applied[] = [];
  readonly refunds: AppliedRefund[] = [];
  readonly lines: object[] = [];
  readonly counters = new Counters();
  readonly #app: FastifyInstance;

  constructor({ db, ledger }: Pick<Opened, 'db' | 'ledger'>, options: Options = {}) {
    this.scene = new Scene(ledger);
    this.notifications = new SqlNotifications(db);
    const line = (fields: object): void => {
      this.lines.push(fields);
    };
    this.#app = buildWebhooks({
      ...{ endpoints, clock: systemClock, counters: this.counters, proxies: options.proxies ?? [] },
      notifications: options.notifications ?? this.notifications,
      context: () => ({ ...this.scene.context, ...(options.accounts ? { accounts: options.accounts } : {}) }),
      refundHeard: (applied) => this.refunds.push(applied),
      committed: (applied) => this.applied.push(applied),
      log: { info: line, warn: line, error: line },
      ...(options.limits ? { limits: options.limits } : {}),
    });
  }

  async start(): Promise<void> {
    await this.#app.listen({ host: '127.0.0.1', port: 0 });
  }

  stop(): Promise<void> {
    return this.#app.close();
  }

  get port(): number {
    return (this.#app.server.address() as AddressInfo).port;
  }

  async post(path: string, body: string, headers: Record<string, string> = {}): Promise<Said> {
    const url = `http://127.0.0.1:${this.port}${path}`;
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: response.status, text: await response.text() };
  }

  /** As Antom sends it. */
  antom(content: object, path = '/antom', signedPath = path): Promise<Said> {
    const body = JSON.stringify(content);
    return this.post(path, body, antomHeaders(body, signedPath));
  }

  /** As CodePay sends it. */
  codepay(content: Readonly<Record<string, string | number>>, path = '/codepay'): Promise<Said> {
    return this.post(path, codepayBody(content));
  }

  async nextAt(name: string): Promise<number | null> {
    return (await this.scene.attempt(name)).nextAt;
  }
}

export const TIME = '2026-01-01T12:00:00+08:00';
export function antomHeaders(body: string, path: string, clientId = CLIENT_ID): Record<string, string> {
  const signature = signatureHeader({ path, clientId, time: TIME, body: Buffer.from(body) }, privateKey, '1');
  return { 'client-id': clientId, 'request-time': TIME, signature };
}

export const codepaySigned = (content: Readonly<Record<string, string | number>>): Record<string, string | number> => ({
  ...content,
  sign: signatureOf(new Map(Object.entries(content).map(([k, v]) => [k, String(v)])), privateKey),
});
export const codepayBody = (content: Readonly<Record<string, string | number>>): string =>
  JSON.stringify(codepaySigned(content));

/** Of the scene's attempt of this name. */
export const paidNotice = (name: string, more: object = {}) => ({
  notifyType: 'PAYMENT_RESULT',
  result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' },
  paymentRequestId: attemptId(name),
  paymentId: '20260101000000000000001',
  paymentAmount: { currency: 'HKD', value: '3550' },
  paymentCreateTime: TIME,
  paymentTime: TIME,
  pspCustomerInfo: { pspName: 'ALIPAY_HK', displayCustomerId: '852-9***21' },
  ...more,
});

export const refundNotice = (name: string, more: object = {}) => ({
  notifyType: 'REFUND_RESULT',
  result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' },
  refundStatus: 'SUCCESS',
  refundRequestId: `r1${attemptId(name)}`,
  refundId: '20260101000000000000002',
  refundAmount: { currency: 'HKD', value: '3550' },
  ...more,
});

export const codepayNotice = (name: string, more: Readonly<Record<string, string | number>> = {}) => ({
  ...{ app_id: 'wzTESTAPP000000001', merchant_no: '312300000001', format: 'JSON', charset: 'UTF-8', sign_type: 'RSA2' },
  ...{ version: '1.0', timestamp: '1767225612345', http_request_id: '0101abc', method: 'trans.notify' },
  ...{ merchant_order_no: attemptId(name), trans_no: 'T9001', trans_type: 1, trans_status: 2 },
  ...{ pay_scenario: 'BSCANQR_PAY', pay_method_id: 'Alipay+', price_currency: 'HKD' },
  ...{ order_amount: '35.50', trans_amount: '35.50', paid_amount: '35.50', trans_end_time: '2026-01-01 00:00:10' },
  ...more,
});

export const TAKEN_ANTOM = {
  status: 200,
  text: '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}',
};
export const AGAIN_ANTOM = {
  status: 200,
  text: '{"result":{"resultCode":"UNKNOWN_EXCEPTION","resultStatus":"U","resultMessage":"unknown"}}',
};
export const TAKEN_CODEPAY = { status: 200, text: 'success' };
export const AGAIN_CODEPAY = { status: 503, text: 'again' };
