import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Currency } from '../../../protocol/money.js';
import type { Capabilities } from '../../../relay/acquirers/capabilities.js';
import type { Acquirer, PollPlan } from '../../../relay/acquirers/contract.js';
import { DeclarationWorker } from '../../../relay/customs/worker.js';
import type { Database } from '../../../relay/ledger/database.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { SqlLedger } from '../../../relay/ledger/sql-ledger.js';
import { Feed } from '../../../relay/operations/feed.js';
import { buildOperations, type OperationsParts } from '../../../relay/operations/server.js';
import { createToken, type Scope, scopes } from '../../../relay/operations/tokens.js';
import type { Attempt, PaymentEvent, Policy } from '../../../relay/payment/types.js';
import type { RefundCallMade } from '../../../relay/refunds/runner.js';
import { RefundWorker } from '../../../relay/refunds/worker.js';
import { Accounts } from '../../../relay/routing/accounts.js';
import { systemClock } from '../../../relay/runtime/clock.js';
import { Counters } from '../../../relay/runtime/counters.js';
import type { ScenarioName } from '../../../relay/sandbox/scenarios.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../relay/sandbox/server.js';
import { apply } from '../../../relay/worker/apply.js';
import { sleep, until } from '../../support/wait.js';
import { antomFor, codepayFor, freshRequest, keys } from '../acquirer/stage.js';
import { databases, type Kind } from '../ledger/databases.js';

/** The operations of a real relay: real HTTP, a real ledger, and a sandbox that speaks a real acquirer's protocol. */

const plan: PollPlan = {
  callTimeoutMs: 5_000,
  inquiryDelaysMs: [0, 50, 50],
  cancelDelaysMs: [50, 50],
  refundInquiryDelaysMs: [20, 50, 50, 100, 100, 200],
  newRefundDelaysMs: [50],
  codeLifeMs: 60_000,
};
const policy: Policy = {
  ...plan,
  ...{ vendMarginMs: 100, reportLateMs: 60_000, operatorInquiryDelaysMs: [60_000], doubtful: 'ask' },
};

const customs = { place: 'ZONGSHU', merchant: { code: '4403961DPF', name: 'Kiosk Co' }, statuses: {} };

export const acquirers = ['antom', 'codepay'] as const;
export type AcquirerName = (typeof acquirers)[number];

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> };
export type Sent = { readonly token?: string; readonly key?: string; readonly body?: object };

export class World {
  readonly db: Database;
  readonly ledger: SqlLedger;
  readonly #close: () => Promise<void>;
  readonly sandboxes: Readonly<Record<AcquirerName, Sandbox>>;
  readonly counters = new Counters();
  readonly log: object[] = [];
  /** Calls of refunds and cancels by people. */
  readonly called: RefundCallMade[] = [];
  /** Of each acquirer, changed by a test; put back by `fresh`. */
  changed: { capabilities?: Partial<Capabilities>; acquirer?: (real: Acquirer) => Acquirer } = {};
  readonly accounts: Accounts;
  worker: RefundWorker;
  /** Of declarations to customs: a test starts it. */
  declarations: DeclarationWorker | undefined;
  /** Buyers are sealed with it; a test may do without. */
  sealKey: Uint8Array | undefined = randomBytes(32);
  app: FastifyInstance | undefined;
  base = '';
  /** With all scopes. */
  token = '';

  constructor(db: Database, close: () => Promise<void>, sandboxes: World['sandboxes']) {
    this.db = db;
    this.ledger = new SqlLedger(db);
    this.#close = close;
    this.sandboxes = sandboxes;
    const account = (name: AcquirerName, real: Acquirer) => ({ name, acquirer: this.#changing(real), policy });
    this.accounts = new Accounts([
      account('antom', antomFor(sandboxes.antom, { plan, customs })),
      account('codepay', codepayFor(sandboxes.codepay, { plan })),
    ]);
    this.worker = this.newWorker('relay-1');
  }

  /** Looks at `changed` at each call. */
  #changing(real: Acquirer): Acquirer {
    return new Proxy(real, {
      get: (target, name) => {
        if (name === 'capabilities') return { ...target.capabilities, ...this.changed.capabilities };
        return Reflect.get(this.changed.acquirer?.(target) ?? target, name);
      },
    });
  }

  newWorker(relay: string, leaseMs = 15_000, drainMs = 3_000): RefundWorker {
    const line = (fields: object) => this.log.push(fields);
    const log = { info: line, warn: line, error: line };
    const { db, accounts, counters } = this;
    const options = { atOnce: 4, pollMs: 50, drainMs };
    return new RefundWorker(
      {
        ...{ db, accounts, counters, log, relay, leaseMs, clock: systemClock, onChanged: () => {} },
        called: (made) => this.called.push(made),
      },
      options,
    );
  }

  /** `patience`: waits before inquiries, ms. */
  newDeclarationWorker(relay: string, patience: readonly number[], triesMost = 5, leaseMs = 15_000): DeclarationWorker {
    const line = (fields: object) => this.log.push(fields);
    const { db, accounts, counters, sealKey } = this;
    const plan = { triesMost, inquiryDelaysMs: patience, watchDelaysMs: [60_000] };
    const parts = { db, accounts, counters, relay, leaseMs, sealKey, plan, clock: systemClock, onChanged: () => {} };
    return new DeclarationWorker(
      { ...parts, log: { info: line, warn: line, error: line } },
      { atOnce: 10, pollMs: 50, drainMs: 3_000 },
    );
  }

  async listen(host = '127.0.0.1', metrics?: OperationsParts['metrics']): Promise<void> {
    const line = (fields: object) => this.log.push(fields);
    const { db, ledger, accounts, counters } = this;
    this.app = buildOperations({
      ...{ db, ledger, accounts, counters, host, clock: systemClock, firstTellMs: 1_000, feed: new Feed() },
      ...{ log: { info: line, warn: line, error: line }, instance: 'relay-1', ping: () => db.query('SELECT 1') },
      ...{ linked: () => true, clockRight: () => true, sealKey: this.sealKey },
      acted: () => {
        this.worker.wake();
        this.declarations?.wake();
      },
      ...(metrics ? { metrics } : {}),
    });
    await this.app.listen({ host: '127.0.0.1', port: 0 });
    this.base = `http://127.0.0.1:${(this.app.server.address() as AddressInfo).port}`;
  }

  /** An empty ledger, one token, and a worker that runs. */
  async fresh(): Promise<void> {
    await this.worker.stop();
    await this.declarations?.stop();
    this.declarations = undefined;
    await this.db.query(
      'TRUNCATE alarm, attempt, kiosk, audit, operations_token, operations_request RESTART IDENTITY CASCADE',
    );
    this.changed = {};
    this.called.length = 0;
    this.token = await this.newToken(scopes);
    this.worker = this.newWorker('relay-1');
    await this.worker.start();
  }

  async newToken(granted: readonly Scope[], days = 1, now = Date.now()): Promise<string> {
    return (await createToken(this.db, { name: 'ann', scopes: granted, days }, now, randomBytes)).secret;
  }

  async stop(): Promise<void> {
    await this.worker.stop();
    await this.declarations?.stop();
    await this.app?.close();
    await Promise.all(Object.values(this.sandboxes).map((sandbox) => sandbox.stop()));
    await this.#close();
  }

  async ask(method: 'GET' | 'POST', path: string, { token = this.token, key, body }: Sent = {}): Promise<Answer> {
    const response = await fetch(`${this.base}${path}`, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : { text } };
  }

  get = (path: string) => this.ask('GET', path);
  /** Under a key of its own. */
  post = (path: string, body?: object, more: Sent = {}) =>
    this.ask('POST', path, { key: randomBytes(8).toString('hex'), ...(body ? { body } : {}), ...more });

  refund = (id: string, amount?: number, more: Sent = {}) =>
    this.post(
      `/v1/payments/${id}/refunds`,
      { reason: 'spoilt goods', ...(amount === undefined ? {} : { amount, currency: 'HKD' }) },
      more,
    );
  cancel = (id: string) => this.post(`/v1/payments/${id}/cancel`, { reason: 'all wrong' });

  async on(id: string, event: PaymentEvent): Promise<Attempt> {
    const context = { now: systemClock.now(), accounts: this.accounts, relay: 'relay-1', firstTellMs: 1_000 };
    const applied = await apply(this.ledger, id, event, context);
    if (!applied) throw new Error(`${id}: not in the ledger`);
    return applied.attempt;
  }

  /** Admitted, its pay to be sent. */
  async admitted(account: AcquirerName, amount = 3_550, more: Partial<Attempt> = {}): Promise<string> {
    const id = randomBytes(16).toString('hex');
    const now = systemClock.now();
    const attempt: Attempt = {
      ...{ id, kiosk: 'lobby-1', order: id.slice(0, 16), boot: 'ab'.repeat(16), money: { amount, currency: 'HKD' } },
      ...{ issuer: 'alipay', reference: 'A-12', merchant: 'shop', acquirer: account, account, route: 'shop, route 1' },
      ...{ link: null, confirmedAt: null },
      ...{ createdAt: now, scannedAt: now, payUntil: now + 20_000, deadlineAt: now + 50_000, vendUntil: now + 60_000 },
      ...{ landingUntil: now + 85_000, state: 'submitted', reason: null, passwordPending: false, acquirerId: null },
      ...{
        payAt: null,
        paidSeen: false,
        inquiries: 0,
        cancels: 0,
        cancelRefused: false,
        reversal: null,
        finding: null,
      },
      nextAt: now,
      ...more,
    };
    const telling = { owed: false, tellAt: null };
    const extra = { codeHash: randomBytes(16).toString('hex'), telling, leaseOwner: null, leaseUntil: null };
    if (!(await this.ledger.transaction((tx) => tx.insert(attempt, extra)))) throw new Error('not inserted');
    return id;
  }

  /** Paid at the sandbox, in this scenario, and approved. */
  async approved(
    account: AcquirerName,
    amount = 3_550,
    scenario: ScenarioName = 'approve',
    currency: Currency = 'HKD',
  ): Promise<string> {
    const id = await this.admitted(account, amount, { money: { amount, currency } });
    await this.sandboxes[account].setScenario(scenario);
    await this.on(id, { type: 'due', codeHeld: true });
    const { acquirer } = this.accounts.of(account);
    await acquirer.pay(freshRequest({ requestId: id, money: { amount, currency } }));
    const answer = await acquirer.inquire(id);
    const { state } = await this.on(id, { type: 'inquiry-answered', answer, askedAt: systemClock.now() });
    if (state !== 'approved') throw new Error(`${account}: ${answer.kind}, ${state}`);
    return id;
  }

  async delivered(
    account: AcquirerName,
    amount = 3_550,
    scenario: ScenarioName = 'approve',
    currency: Currency = 'HKD',
  ): Promise<string> {
    const id = await this.approved(account, amount, scenario, currency);
    await this.on(id, { type: 'vend-reported', delivery: 'delivered' });
    return id;
  }

  /** What the sandbox has given back of it, minor units. */
  returned(account: AcquirerName, id: string): number | undefined {
    return this.sandboxes[account].ledger().payments.find((p) => p.paymentRequestId === id)?.returned;
  }

  async whole(id: string): Promise<Whole> {
    return (await this.get(`/v1/payments/${id}`)).body as unknown as Whole;
  }

  /** Waits until none of its refunds is under way. */
  async settled(id: string): Promise<Whole> {
    const isOpen = ({ state }: { readonly state: string }): boolean => state === 'requested' || state === 'pending';
    return await until(
      'its refunds to end',
      async () => {
        const whole = await this.whole(id);
        if (!whole.refunds.some(isOpen)) return whole;
        // PGlite has one connection for all: whoever asks all the time lets nobody else work.
        await sleep(50);
        return undefined;
      },
      50_000,
    );
  }

  async alarms(): Promise<string[]> {
    return (await this.ledger.newestAlarms(100)).map(({ kind }) => kind).reverse();
  }
}

export type Whole = {
  readonly state: string;
  readonly returned: { readonly requested: number; readonly confirmed: number; readonly remaining: number };
  readonly resolved: Record<string, unknown> | null;
  readonly refunds: readonly {
    readonly id: string;
    readonly kind: string;
    readonly amount: number;
    readonly state: string;
    readonly replaces: string | null;
    readonly tries: number;
  }[];
  readonly calls: readonly { readonly call: string; readonly answer: string; readonly refund: string | null }[];
  readonly steps: readonly { readonly name: string; readonly detail: string }[];
  readonly audit: readonly { readonly act: string; readonly who: string; readonly outcome: string }[];
};

export const states = ({ refunds }: Whole): string[] => refunds.map(({ kind, state }) => `${kind} ${state}`);
export const codeOf = ({ body }: Answer): unknown => (body['error'] as { code?: string } | undefined)?.code;

export async function openWorld(kind: Kind, antom: Partial<SandboxOptions> = {}): Promise<World> {
  const { db, close } = await kind.open();
  await migrate(db, await shippedMigrations(), 1);
  const sandboxes = {
    antom: await startSandbox({ keys, ...antom }),
    codepay: await startSandbox({ keys, acquirer: 'codepay' }),
  };
  const world = new World(db, close, sandboxes);
  await world.listen();
  return world;
}

/** Every database with every acquirer. */
export const stages = databases();
