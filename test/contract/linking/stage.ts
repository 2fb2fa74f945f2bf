import { randomBytes } from 'node:crypto';
import { bootTag } from '../../../protocol/ids.js';
import type { DownBody, Hello, Link, PayLinked } from '../../../protocol/messages.js';
import type { Money } from '../../../protocol/money.js';
import type { AuthorizationNotice } from '../../../relay/acquirers/contract.js';
import type { AdmissionRules } from '../../../relay/greet/admit.js';
import { admitLinked, type LinkedAdmission } from '../../../relay/greet/admit-linked.js';
import { hearHello } from '../../../relay/greet/hello.js';
import type { Database } from '../../../relay/ledger/database.js';
import { SqlNotifications } from '../../../relay/ledger/notifications.js';
import { SqlLedger } from '../../../relay/ledger/sql-ledger.js';
import { memberCode } from '../../../relay/linking/codes.js';
import { Vault } from '../../../relay/linking/crypto.js';
import { BuyersDesk } from '../../../relay/linking/desk.js';
import type { OwnLimits } from '../../../relay/linking/limits.js';
import { LinkOffice } from '../../../relay/linking/office.js';
import type { LinkingRules } from '../../../relay/linking/rules.js';
import { linkingOf, linkPolicy } from '../../../relay/linking/rules.js';
import { runLink } from '../../../relay/linking/runner.js';
import { SqlLinks } from '../../../relay/linking/store.js';
import type { WalletLink } from '../../../relay/linking/types.js';
import type { Attempt } from '../../../relay/payment/types.js';
import { Accounts } from '../../../relay/routing/accounts.js';
import { Counters } from '../../../relay/runtime/counters.js';
import { type Heard, hearNotification } from '../../../relay/webhooks/hear.js';
import type { Applied } from '../../../relay/worker/apply.js';
import { Codes } from '../../../relay/worker/codes.js';
import { runAttempt } from '../../../relay/worker/runner.js';
import { alipayHk, LinkingAcquirer } from '../../support/linking-acquirer.js';
import { policy } from '../ledger/scene.js';
import { HandClock } from './hand-clock.js';

export const PHONE = 'a1'.repeat(16);
const NOON = Date.UTC(2026, 10, 22, 4, 0, 7);

export type StageOptions = {
  readonly relay?: string;
  readonly clock?: HandClock;
  readonly acquirer?: LinkingAcquirer;
  readonly vault?: Vault;
  readonly limits?: OwnLimits;
  readonly ownCodes?: boolean;
};

/**
 * One relay with a real ledger, a double of the acquirer and time in the test's hand. Its worker is the test: nothing due is
 * done before `work`.
 */
export class LinkStage {
  readonly clock: HandClock;
  readonly acquirer: LinkingAcquirer;
  readonly vault: Vault;
  readonly links: SqlLinks;
  readonly ledger: SqlLedger;
  readonly office: LinkOffice;
  readonly desk: BuyersDesk;
  readonly counters = new Counters();
  readonly log: object[] = [];
  readonly sent: { readonly kiosk: string; readonly body: DownBody }[] = [];
  readonly accounts: Accounts;
  readonly rules: LinkingRules;
  readonly relay: string;
  readonly #db: Database;
  /** Accepted with this relay's lease. */
  readonly #own: string[] = [];

  constructor(db: Database, options: StageOptions = {}) {
    const { relay = 'relay-1', clock = new HandClock(NOON), acquirer = new LinkingAcquirer() } = options;
    this.#db = db;
    this.relay = relay;
    this.clock = clock;
    this.acquirer = acquirer;
    this.acquirer.now = () => clock.now();
    this.vault = options.vault ?? new Vault(Buffer.alloc(32, 1), undefined, randomBytes);
    this.links = new SqlLinks(db);
    this.ledger = new SqlLedger(db);
    this.accounts = new Accounts([{ name: 'test', acquirer, policy }]);
    this.rules = {
      ...{ publicUrl: 'https://pay.example.com', codeLifeMs: 180_000, firstPaymentMs: 60_000, zoneMinutes: 480 },
      ...{ ownCodes: options.ownCodes ?? false },
      limits: options.limits ?? { maxPayment: {}, maxDay: {}, maxYear: {} },
      route: (kiosk, wallet) =>
        wallet === alipayHk.issuer ? { merchant: kiosk.startsWith('other') ? 'n' : 'm', account: 'test' } : undefined,
    };
    const keep = (fields: object): void => {
      this.log.push(fields);
    };
    this.office = new LinkOffice({
      ...{ links: this.links, vault: this.vault, rules: this.rules, accounts: this.accounts, clock, relay },
      ...{ random: randomBytes, counters: this.counters, log: { info: keep, warn: keep, error: keep } },
      send: (kiosk, body) => this.sent.push({ kiosk, body }),
    });
    this.desk = new BuyersDesk({ db, office: this.office, applyContext: () => this.context(), committed: () => {} });
  }

  context() {
    return { now: this.clock.now(), accounts: this.accounts, relay: this.relay, firstTellMs: 1_000 };
  }

  /** A kiosk that is greeted; its monotonic clock is the relay's. */
  async greet(kiosk = 'lobby-1'): Promise<string> {
    const nonce = randomBytes(16).toString('hex');
    const hello: Hello = {
      ...{ type: 'hello', epoch: 'e', number: 1, nonce, chain: [nonce], board: kiosk, atMs: this.clock.now() },
      ...{ open: [], version: 'test' },
    };
    const rules = { cloneWindowMs: 1 };
    const heard = await hearHello(this.ledger, kiosk, hello, { ...this.context(), rules, random: randomBytes });
    if (heard.decision.type === 'challenge') {
      const challenge = heard.decision.challenge;
      await hearHello(this.ledger, kiosk, { ...hello, challenge }, { ...this.context(), rules, random: randomBytes });
    }
    return bootTag(nonce);
  }

  /** What the kiosk is told at once. */
  async link(tag: string, frame: Partial<Link> = {}, kiosk = 'lobby-1'): Promise<DownBody | undefined> {
    const before = this.sent.length;
    const whole: Link = {
      ...{ type: 'link', link: randomBytes(16).toString('hex'), wallet: 'alipayhk', modulesMost: 29, givenUp: false },
      ...frame,
    };
    await this.office.hear(kiosk, tag, whole);
    return this.sent.slice(before).find(({ body }) => 'link' in body && body.link === whole.link)?.body;
  }

  pass(ms: number): this {
    this.clock.pass(ms);
    return this;
  }

  /** All links and attempts that are due now, to their rest. */
  async work(): Promise<void> {
    for (const id of this.#own.splice(0)) await this.runAttempt(id);
    for (;;) {
      const now = this.clock.now();
      const links = await this.links.claimDue(this.relay, now, now + 60_000, 50);
      const attempts = await this.ledger.claimDue(this.relay, now, now + 60_000, 50);
      if (links.length + attempts.length === 0) return;
      for (const id of links) await this.runLink(id);
      for (const id of attempts) await this.runAttempt(id);
    }
  }

  runLink(id: string, signal = new AbortController().signal): Promise<number | null> {
    const { links, vault, clock, relay, accounts, office } = this;
    const parts = {
      ...{ links, vault, clock, relay, random: randomBytes, leaseMs: 60_000, returnUrl: 'https://pay.example.com/M' },
      ...{ linkingOf: linkingOf(accounts), policyOf: linkPolicy(accounts) },
      committed: office.committed.bind(office),
    };
    return runLink(id, parts, signal);
  }

  runAttempt(id: string): Promise<number | null> {
    const { ledger, accounts, clock, relay, office } = this;
    const parts = {
      ...{ ledger, accounts, clock, relay, codes: new Codes(), tokens: office.tokens, leaseMs: 60_000 },
      ...{ firstTellMs: 1_000, committed: (_: Applied) => {} },
    };
    return runAttempt(id, parts, new AbortController().signal);
  }

  /** What the acquirer says by itself; each call is other news. */
  async notice(
    said: Pick<AuthorizationNotice, never> & object,
    key: string = randomBytes(8).toString('hex'),
    account = 'test',
  ): Promise<Heard> {
    const notice = { kind: 'authorization', key, ...said } as AuthorizationNotice;
    const heard = await hearNotification(
      new SqlNotifications(this.#db),
      notice,
      account,
      this.context(),
      this.office.context(),
    );
    if (heard.link) this.office.committed(heard.link);
    return heard;
  }

  agreed(state = this.acquirer.consults.at(-1)?.state ?? '', code = 'auth-1'): Promise<Heard> {
    return this.notice({ what: 'code', state, code });
  }

  async load(id: string): Promise<WalletLink> {
    const link = await this.links.load(id);
    if (!link) throw new Error(`${id}: no such link`);
    return link;
  }

  /** Offered, opened by this phone, agreed and linked. */
  async linked(tag: string, options: { money?: Money; session?: string; kiosk?: string } = {}): Promise<WalletLink> {
    const { money, session = PHONE, kiosk = 'lobby-1' } = options;
    const id = randomBytes(16).toString('hex');
    await this.link(tag, { link: id, ...(money ? { money } : {}) }, kiosk);
    await this.work();
    await this.desk.open((await this.load(id)).short, session);
    await this.agreed();
    await this.work();
    return await this.load(id);
  }

  memberCode({ member }: WalletLink): string {
    return memberCode(this.vault, member ?? '', this.clock.now()).text;
  }

  async pay(tag: string, frame: Partial<PayLinked> & { code: string }, kiosk = 'lobby-1'): Promise<LinkedAdmission> {
    const whole: PayLinked = {
      ...{ type: 'pay-linked', attempt: randomBytes(16).toString('hex'), amount: 1_200, currency: 'HKD' },
      ...{ reference: 'A-1', scanMs: this.clock.now(), validMs: 20_000, pressed: false, issuer: 'linked-wallet' },
      ...frame,
    };
    const admitted = await admitLinked(this.ledger, kiosk, tag, whole, {
      ...{ now: this.clock.now(), rules: this.admission, codeHashKey: Buffer.alloc(32, 7), relay: this.relay },
      ...{ leaseMs: 60_000, firstTellMs: 1_000, apply: this.context(), linking: this.office.parts },
    });
    if (admitted.type === 'accepted' && whole.pressed) this.#own.push(admitted.attempt.id);
    return admitted;
  }

  /** 'accepted', or 'refused' with its reason. */
  async paid(tag: string, frame: Partial<PayLinked> & { code: string }, kiosk?: string): Promise<string> {
    const admitted = await this.pay(tag, frame, kiosk);
    return admitted.type === 'refused' ? `refused ${admitted.attempt.reason}` : admitted.type;
  }

  async attempt(id: string): Promise<Attempt> {
    const attempt = await this.ledger.load(id);
    if (!attempt) throw new Error(`${id}: no such attempt`);
    return attempt;
  }

  get admission(): AdmissionRules {
    const { acquirer } = this;
    return {
      ...{ payValidMs: 20_000, kioskDeadlineMs: 60_000, route: () => undefined, cap: () => 10_000_000 },
      routeLinked: (kiosk, account) => ({
        ...{ merchant: kiosk.startsWith('other') ? 'n' : 'm', account, why: 'linked', acquirer, deadlineMs: 50_000 },
      }),
    };
  }
}
