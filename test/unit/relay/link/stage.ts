import { randomBytes } from 'node:crypto';
import mqtt, { type MqttClient } from 'mqtt';
import { decodeDown, encodeUp } from '../../../../protocol/codec.js';
import { bootTag } from '../../../../protocol/ids.js';
import type { Down, Hello, Pay, UpBody, Update } from '../../../../protocol/messages.js';
import { downTopic, upTopic } from '../../../../protocol/topics.js';
import type { Standing } from '../../../../protocol/words.js';
import { anyCapabilities } from '../../../../relay/acquirers/capabilities.js';
import type {
  Acquirer,
  CancelAnswer,
  InquiryAnswer,
  PayAnswer,
  PayRequest,
  PollPlan,
  RefundAnswer,
} from '../../../../relay/acquirers/contract.js';
import { noNotifications } from '../../../../relay/acquirers/notifications.js';
import { parseConfig } from '../../../../relay/config/load.js';
import type { RelayConfig } from '../../../../relay/config/schema.js';
import type { RelaySecrets } from '../../../../relay/config/secrets.js';
import type { Database } from '../../../../relay/ledger/database.js';
import { type Relay, type RelayParts, startRelay } from '../../../../relay/main.js';
import type { Policy } from '../../../../relay/payment/types.js';
import { Accounts } from '../../../../relay/routing/accounts.js';
import { systemClock } from '../../../../relay/runtime/clock.js';
import { until } from '../../../support/wait.js';

/** Real time, faster than the field's: a relay's deadline of 1.5 s. */
export const plan: PollPlan = {
  callTimeoutMs: 100,
  inquiryDelaysMs: [0, 20, 50],
  cancelDelaysMs: [20, 30],
  refundInquiryDelaysMs: [20, 30],
  newRefundDelaysMs: [20],
  codeLifeMs: 600,
};

const configText = (brokerUrl: string, instance: string): string => `
instance = "${instance}"
mode = "demo"
[broker]
url = "${brokerUrl}"
[ledger]
kind = "pglite"
[secrets]
code_hash_key_env = "X"
[timers]
pay_valid_ms = 1400
deadline_ms = 1500
kiosk_deadline_ms = 5000
vend_margin_ms = 100
lease_ms = 60000
[limits.max_amount]
HKD = "100.00"
[[kiosk]]
name = "lobby-1"
[[kiosk]]
name = "lobby-2"
[[account]]
name = "x"
kind = "antom"
base_url = "http://127.0.0.1:1"
client_id = "x"
private_key_file = "x"
public_key_file = "x"
settlement_currency = "HKD"
notify_url = "http://127.0.0.1:1"
[account.merchant]
reference_merchant_id = "x"
merchant_name = "x"
merchant_mcc = "5499"
[account.merchant.store]
reference_store_id = "x"
store_name = "x"
store_mcc = "5499"
[operations]
port = 0
`;

export const testConfig = (brokerUrl: string, instance = 'relay-1'): RelayConfig =>
  parseConfig(configText(brokerUrl, instance), 'test');

export const testSecrets: RelaySecrets = {
  codeHashKey: Buffer.alloc(32, 1),
  accounts: new Map([['x', { privateKeyPem: '', publicKeyPem: '' }]]),
};

type Script = {
  pay: PayAnswer[];
  inquire: InquiryAnswer[];
  cancel: CancelAnswer[];
  refund: RefundAnswer[];
  inquireRefund: RefundAnswer[];
};

/** All that there is, under one name. */
export const oneAccount = (acquirer: Acquirer, policy: Policy, name = 'test'): Accounts =>
  new Accounts([{ name, acquirer, policy }]);

/** Answers from a script; when it is used up, "no answer". Keeps what it was asked. */
export class ScriptedAcquirer implements Acquirer {
  readonly name = 'scripted';
  readonly plan: PollPlan;
  readonly capabilities = anyCapabilities;
  readonly verifyNotification = noNotifications.verifyNotification;
  readonly replies = noNotifications.replies;
  readonly calls: { readonly call: string; readonly at: number; readonly request?: PayRequest }[] = [];
  readonly #script: Script;
  /** Each call waits for this first. */
  before: (call: string) => Promise<void> = async () => {};

  constructor(script: Partial<Script>, own: PollPlan = plan) {
    this.plan = own;
    this.#script = { pay: [], inquire: [], cancel: [], refund: [], inquireRefund: [], ...script };
  }

  pay = (request: PayRequest): Promise<PayAnswer> => this.#answer('pay', request);
  inquire = (): Promise<InquiryAnswer> => this.#answer('inquire');
  cancel = (): Promise<CancelAnswer> => this.#answer('cancel');
  refund = (): Promise<RefundAnswer> => this.#answer('refund');
  inquireRefund = (): Promise<RefundAnswer> => this.#answer('inquireRefund');

  get names(): string[] {
    return this.calls.map((c) => c.call);
  }

  async #answer<C extends keyof Script>(call: C, request?: PayRequest): Promise<Script[C][number]> {
    this.calls.push({ call, at: systemClock.now(), ...(request ? { request } : {}) });
    await this.before(call);
    return this.#script[call].shift() ?? { kind: 'unknown', detail: 'timeout' };
  }
}

export type LogLine = Readonly<Record<string, unknown>>;

export async function testRelay(
  brokerUrl: string,
  database: Database,
  acquirer: Acquirer,
  instance?: string,
  more: Partial<RelayParts> = {},
): Promise<Relay & { readonly lines: LogLine[]; get: (path: string) => Promise<Response> }> {
  const lines: LogLine[] = [];
  const log = (level: string) => (fields: object, text?: string) => {
    lines.push({ level, ...fields, text });
  };
  const relay = await startRelay(testConfig(brokerUrl, instance), testSecrets, {
    log: { info: log('info'), warn: log('warn'), error: log('error') },
    acquirer,
    database,
    ...more,
  });
  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${relay.ports.api}${path}`);
  await until('relay linked', async () => ((await (await get('/readyz')).json()) as { broker: boolean }).broker);
  return { ...relay, lines, get };
}

/** A kiosk that does what a test tells it to, and hears everything. */
export class ScriptedKiosk {
  readonly name: string;
  readonly nonce = randomBytes(16).toString('hex');
  readonly heard: Down[] = [];
  #client: MqttClient | undefined;
  #seq = 0;
  readonly #bootedAt = Date.now();
  readonly #chain: string[];

  constructor(name = 'lobby-1', earlier: readonly string[] = []) {
    this.name = name;
    this.#chain = [this.nonce, ...earlier];
  }

  /** Its monotonic clock, ms. */
  now(): number {
    return Date.now() - this.#bootedAt;
  }

  async connect(brokerUrl: string): Promise<void> {
    const client = await mqtt.connectAsync(brokerUrl, { protocolVersion: 4, reconnectPeriod: 0 });
    client.on('message', (_, payload) => this.heard.push(decodeDown(payload)));
    await client.subscribeAsync(downTopic(this.name), { qos: 1 });
    this.#client = client;
  }

  async close(): Promise<void> {
    await this.#client?.endAsync(true);
    this.#client = undefined;
  }

  async send(body: UpBody): Promise<void> {
    this.#seq += 1;
    const frame = encodeUp({ boot: bootTag(this.nonce), seq: this.#seq, body });
    await this.raw(frame);
  }

  async raw(frame: Uint8Array): Promise<void> {
    await this.#client?.publishAsync(upTopic(this.name), Buffer.from(frame), { qos: 1 });
  }

  async hello(more: Partial<Hello> = {}): Promise<void> {
    await this.send({
      ...{ type: 'hello', epoch: 'ee'.repeat(16), number: 1, nonce: this.nonce, chain: this.#chain },
      ...{ board: 'board', atMs: this.now(), open: [], version: 'test' },
      ...more,
    });
  }

  /** Says Hello until it is welcome. */
  async greet(): Promise<void> {
    await this.hello();
    await until('a Welcome', () => this.heard.find((d) => d.body.type === 'welcome'));
  }

  async pay(more: Partial<Pay> = {}): Promise<string> {
    const attempt = more.attempt ?? randomBytes(16).toString('hex');
    const code =
      more.code ??
      `28${BigInt(`0x${randomBytes(7).toString('hex')}`)
        .toString()
        .padStart(17, '0')}`;
    await this.send({
      ...{ type: 'pay', attempt, code, amount: 3550, currency: 'HKD', reference: 'A-12' },
      ...{ scanMs: this.now(), validMs: 20_000 },
      ...more,
    });
    return attempt;
  }

  updates(attempt: string): Update[] {
    return this.heard.flatMap(({ body }) => (body.type === 'update' && body.attempt === attempt ? [body] : []));
  }

  standings(attempt: string): Standing[] {
    return this.updates(attempt).map((u) => u.standing);
  }

  async hears(attempt: string, standing: Standing): Promise<Update> {
    return await until(`${standing}`, () => this.updates(attempt).find((u) => u.standing === standing));
  }

  async hearsAck(attempt: string): Promise<void> {
    await until('a VendAck', () => this.heard.find((d) => d.body.type === 'vend-ack' && d.body.attempt === attempt));
  }

  async vend(attempt: string, delivery: 'delivered' | 'failed' | 'not-delivered' | 'doubtful'): Promise<void> {
    await this.send({ type: 'vend', attempt, delivery });
  }
}
