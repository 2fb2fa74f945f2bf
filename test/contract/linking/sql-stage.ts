import { randomBytes } from 'node:crypto';
import { bootTag } from '../../../protocol/ids.js';
import type { Hello, Link, PayLinked } from '../../../protocol/messages.js';
import type { Money } from '../../../protocol/money.js';
import { anyCapabilities } from '../../../relay/acquirers/capabilities.js';
import type { ConsultRequest, Linking, TokenAnswer } from '../../../relay/acquirers/contract.js';
import type { LinkableWallet } from '../../../relay/acquirers/linkable.js';
import type { AdmissionRules } from '../../../relay/greet/admit.js';
import { admitLinked } from '../../../relay/greet/admit-linked.js';
import { hearHello } from '../../../relay/greet/hello.js';
import { memberCode } from '../../../relay/linking/codes.js';
import { Vault } from '../../../relay/linking/crypto.js';
import { BuyersDesk } from '../../../relay/linking/desk.js';
import { noOwnLimits } from '../../../relay/linking/limits.js';
import { hearAuthorization } from '../../../relay/linking/notices.js';
import { LinkOffice } from '../../../relay/linking/office.js';
import { type LinkingRules, linkingOf, linkPolicy } from '../../../relay/linking/rules.js';
import { runLink } from '../../../relay/linking/runner.js';
import { SqlLinks } from '../../../relay/linking/store.js';
import { Accounts } from '../../../relay/routing/accounts.js';
import { Counters } from '../../../relay/runtime/counters.js';
import { plan, ScriptedAcquirer } from '../../unit/relay/link/stage.js';
import type { Opened } from '../ledger/databases.js';
import { policy } from '../ledger/scene.js';
import type { DeskStage } from './desk-suite.js';
import { HandClock } from './hand-clock.js';

const KIOSK = 'lobby-1';
const relay = 'relay-1';
const wallet: LinkableWallet = {
  ...{ issuer: 'alipayhk', method: 'ALIPAY_HK', name: 'AlipayHK', currency: 'HKD', least: 10, most: 5_000_000 },
  ...{ refund: true, partialRefund: true, refundWindowMs: 365 * 86_400_000, chargeback: true, disputed: [] },
};

/** An acquirer that says what the test wants, when it wants. */
class ScriptedLinking implements Linking {
  readonly wallets = [wallet];
  /** Of each consult, in order. */
  readonly states: string[] = [];
  silent = false;
  token: TokenAnswer = { kind: 'pending' };

  async consult({ state }: ConsultRequest) {
    if (this.silent) return { kind: 'unknown', detail: 'timeout' } as const;
    this.states.push(state);
    return { kind: 'consulted', url: `https://wallet.example/agree?state=${state}` } as const;
  }
  async applyToken() {
    return this.token;
  }
  async refreshToken() {
    return { kind: 'pending' } as const;
  }
  async revoke() {
    return { kind: 'revoked' } as const;
  }
}

const log = { info: () => {}, warn: () => {}, error: () => {} };
const LEASE_MS = 60_000;

/** The shipped desk on a real ledger, with kiosk, acquirer and time in the test's hand. */
export class SqlStage implements DeskStage {
  readonly desk: BuyersDesk;
  readonly #opened: Opened;
  readonly #clock = new HandClock(Date.UTC(2026, 10, 22, 12, 0, 7));
  readonly #linking = new ScriptedLinking();
  readonly #acquirer = Object.assign(new ScriptedAcquirer({}, plan), {
    ...{ linking: this.#linking, capabilities: anyCapabilities },
  });
  readonly #accounts = new Accounts([{ name: 'test', acquirer: this.#acquirer, policy }]);
  readonly #vault = new Vault(Buffer.alloc(32, 5), undefined, randomBytes);
  readonly #rules: LinkingRules = {
    ...{ publicUrl: 'https://pay.example', codeLifeMs: 180_000, firstPaymentMs: 60_000, ownCodes: false },
    ...{ limits: noOwnLimits, zoneMinutes: 480, route: () => ({ merchant: 'm', account: 'test' }) },
  };
  readonly #links: SqlLinks;
  readonly #office: LinkOffice;
  /** Of the kiosk's boot. */
  readonly #nonce = randomBytes(16).toString('hex');
  #count = 0;

  constructor(opened: Opened) {
    this.#opened = opened;
    this.#links = new SqlLinks(opened.db);
    this.#office = new LinkOffice({
      ...{ links: this.#links, vault: this.#vault, rules: this.#rules, accounts: this.#accounts, clock: this.#clock },
      ...{ log, relay, random: randomBytes, counters: new Counters(), send: () => {} },
    });
    const applyContext = () => this.#applyContext();
    this.desk = new BuyersDesk({ db: opened.db, office: this.#office, applyContext, committed: () => {} });
  }

  /** The kiosk is greeted. */
  async start(): Promise<this> {
    const hello: Hello = {
      ...{ type: 'hello', epoch: randomBytes(16).toString('hex'), number: 1, nonce: this.#nonce, version: 'test' },
      ...{ chain: [this.#nonce], board: 'b', atMs: this.#clock.now(), open: [] },
    };
    const context = { ...this.#applyContext(), rules: { cloneWindowMs: 600_000 }, random: randomBytes };
    await hearHello(this.#opened.ledger, KIOSK, hello, context);
    return this;
  }

  async offer(money?: Money): Promise<string> {
    const id = randomBytes(16).toString('hex');
    const frame: Link = { type: 'link', link: id, wallet: 'alipayhk', modulesMost: 29, givenUp: false };
    await this.#office.hear(KIOSK, bootTag(this.#nonce), money ? { ...frame, money } : frame);
    await this.#run(id);
    const link = await this.#links.load(id);
    if (!link) throw new Error('the link was not taken');
    return link.short;
  }

  async offerUnasked(): Promise<string> {
    this.#linking.silent = true;
    return await this.offer();
  }

  async consulted(): Promise<void> {
    this.#linking.silent = false;
    await this.pass(1_500);
  }

  async authorise(code: string): Promise<string> {
    const id = await this.#withShort(code);
    this.#linking.token = { kind: 'pending' };
    const n = ++this.#count;
    const state = this.#linking.states.at(-1) ?? '';
    const notice = { kind: 'authorization', what: 'code', key: `k${n}`, state, code: `c${n}` } as const;
    const context = this.#office.context();
    const heard = await this.#links.transaction((tx, at) => hearAuthorization(tx, at, notice, 'test', context));
    if (heard.outcome !== 'applied') throw new Error(`the notice was ${heard.outcome}`);
    await this.#run(id);
    return id;
  }

  async link(code: string): Promise<string> {
    const until = { accessUntil: null, refreshToken: null, refreshUntil: null, user: '852-9***21' };
    this.#linking.token = { kind: 'tokens', accessToken: `t${++this.#count}`, ...until };
    // The longest wait between two tries for a token.
    await this.pass(16_000);
    return await this.#withShort(code);
  }

  async scan(link: string, { amount, currency }: Money): Promise<string> {
    const now = this.#clock.now();
    const { member } = (await this.#links.load(link)) ?? { member: null };
    const code = memberCode(this.#vault, member ?? '', now).text;
    const attempt = randomBytes(16).toString('hex');
    const scanned = { code, amount, currency, reference: 'R', scanMs: now, validMs: 20_000 };
    const frame: PayLinked = { type: 'pay-linked', attempt, ...scanned, pressed: false };
    const linking = { vault: this.#vault, rules: this.#rules, accounts: this.#accounts, links: this.#links };
    const admitted = await admitLinked(this.#opened.ledger, KIOSK, bootTag(this.#nonce), frame, {
      ...{ now, rules: this.#admission(), codeHashKey: Buffer.alloc(32, 7), relay, leaseMs: 15_000 },
      ...{ firstTellMs: 1_000, apply: this.#applyContext(), linking },
    });
    if (admitted.type !== 'accepted') throw new Error(`the scan was ${JSON.stringify(admitted)}`);
    return attempt;
  }

  async pass(ms: number): Promise<void> {
    this.#clock.pass(ms);
    const now = this.#clock.now();
    for (const id of await this.#links.claimDue(relay, now, now + LEASE_MS, 100)) await this.#run(id);
  }

  /** What the worker does with one link. */
  async #run(id: string): Promise<void> {
    const [accounts, clock] = [this.#accounts, this.#clock];
    const ways = { policyOf: linkPolicy(accounts), linkingOf: linkingOf(accounts) };
    const parts = { links: this.#links, vault: this.#vault, clock, relay, random: randomBytes, ...ways };
    const around = { leaseMs: LEASE_MS, returnUrl: 'https://pay.example/M', committed: () => {} };
    await runLink(id, { ...parts, ...around }, new AbortController().signal);
  }

  #applyContext() {
    return { now: this.#clock.now(), accounts: this.#accounts, relay, firstTellMs: 1_000 };
  }

  #admission(): AdmissionRules {
    const to = { merchant: 'm', account: 'test', why: 'm, route 1', acquirer: this.#acquirer, deadlineMs: 50_000 };
    const where = { route: () => to, routeLinked: () => to, cap: () => 100_000 };
    return { payValidMs: 20_000, kioskDeadlineMs: 60_000, ...where };
  }

  async #withShort(code: string): Promise<string> {
    const [row] = await this.#opened.db.query('SELECT id FROM wallet_link WHERE short = $1', [code]);
    return String(row?.['id']);
  }
}
