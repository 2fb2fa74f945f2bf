import { anyUpTopic, kioskOfUp, relayStateTopic } from '../../../protocol/topics.js';
import type { Acquirer, AuthorizationNotice } from '../../../relay/acquirers/contract.js';
import type { AdmissionRules } from '../../../relay/greet/admit.js';
import type { Database } from '../../../relay/ledger/database.js';
import type { Vault } from '../../../relay/linking/crypto.js';
import { BuyersDesk } from '../../../relay/linking/desk.js';
import { hearAuthorization } from '../../../relay/linking/notices.js';
import type { LinkingRules } from '../../../relay/linking/rules.js';
import { type Office, openOffice } from '../../../relay/office.js';
import type { DoubtfulPolicy, Policy } from '../../../relay/payment/types.js';
import { Accounts } from '../../../relay/routing/accounts.js';
import type { Log } from '../../../relay/runtime/log.js';
import type { Chance } from '../chance.js';
import type { FaultSource, Faults } from '../faults.js';
import type { MemoryDatabase } from '../ledger/database.js';
import type { MemoryLedger } from '../ledger/ledger.js';
import type { Story } from '../story.js';
import type { Timeline } from '../time.js';
import { plan, type SimulatedAcquirer } from './acquirer.js';
import { type Broker, Link } from './broker.js';
import type { Denial } from './denial.js';
import { EPOCH_MS } from './epoch.js';
import { flaky } from './flaky.js';
import { timers } from './kiosk.js';
import { linkingRules } from './linkable.js';
import { Process } from './process.js';

/** Of a doubtful vend each world has its own. */
export const policy: Policy = {
  callTimeoutMs: plan.callTimeoutMs,
  inquiryDelaysMs: plan.inquiryDelaysMs,
  cancelDelaysMs: plan.cancelDelaysMs,
  vendMarginMs: 5_000,
  reportLateMs: 120_000,
  operatorInquiryDelaysMs: [60_000, 300_000, 900_000],
  doubtful: 'ask',
  refundInquiryDelaysMs: plan.refundInquiryDelaysMs,
  newRefundDelaysMs: plan.newRefundDelaysMs,
};

const admissionTo = (acquirer: Acquirer): AdmissionRules => {
  const to = { merchant: 'm', account: 'simulated', why: 'm, route 1', acquirer, deadlineMs: 50_000 };
  return {
    payValidMs: timers.payValidMs,
    kioskDeadlineMs: timers.deadlineMs,
    route: () => to,
    routeLinked: () => to,
    cap: () => Number.POSITIVE_INFINITY,
  };
};

/** Relays agree on the time to so much: what network time keeps, and rule 11 has room for. */
const SKEW_MOST_MS = 2_000;
const CODE_HASH_KEY = Buffer.alloc(32, 7);

export type RelayParts = {
  readonly name: string;
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly story: Story;
  readonly broker: Broker;
  readonly acquirer: SimulatedAcquirer;
  readonly database: MemoryDatabase;
  readonly chance: Chance;
  readonly log: Log;
  readonly denial: Denial;
  readonly doubtful: DoubtfulPolicy;
  /** A start that failed by what no fault of the world explains. */
  readonly onFault: (who: string, error: unknown) => void;
};

/** One relay instance: the shipped office, between a broker and a ledger of this world. */
export class SimulatedRelay {
  readonly name: string;
  readonly #parts: RelayParts;
  readonly #clockSet: FaultSource;
  readonly #answerLost: FaultSource | undefined;
  readonly #links: { readonly vault: Vault; readonly rules: LinkingRules } | undefined;
  #life:
    | { process: Process; link: Link; office: Office; memory: MemoryLedger; phones: BuyersDesk | undefined }
    | undefined;

  constructor(parts: RelayParts) {
    this.#parts = parts;
    this.name = parts.name;
    const { faults, name } = parts;
    this.#clockSet = faults.source('clock-set', name);
    const isLinked = faults.share('wallet-linked') > 0 || faults.share('wallet-links') > 0;
    this.#links = isLinked ? { vault: parts.acquirer.parts.links.vault, rules: linkingRules } : undefined;
    this.#answerLost = faults.share('ledger-answer-lost') > 0 ? faults.source('ledger-answer-lost', name) : undefined;
  }

  get link(): Link | undefined {
    return this.#life?.link;
  }

  start(): void {
    if (this.#life) return;
    const { name, timeline, broker, acquirer, database, chance, log, story, denial, doubtful } = this.#parts;
    const process = new Process(name, timeline);
    const skew = this.#clockSet.strikes() ? this.#clockSet.chance.between(-SKEW_MOST_MS, SKEW_MOST_MS) : 0;
    const clock = process.clock(EPOCH_MS + skew, 1, true);
    const random = chance.fork('life');
    const memory = database.connect(name);
    const ledger = flaky(memory, this.#answerLost);
    const state = (online: boolean) => Buffer.from(JSON.stringify({ online }));
    const link = new Link({
      ...{ name, process, broker, chance: chance.fork('link'), stateTopic: relayStateTopic(name) },
      ...{ online: state(true), offline: state(false) },
      wants: (topic) => topic.endsWith(UP_END) && kioskOfUp(topic) !== undefined,
    });
    const port = denial.over(acquirer.port(process, clock));
    const office = openOffice({
      ...{ relay: name, ledger, clock, log, codeHashKey: CODE_HASH_KEY, welcomeMs: 60_000 },
      accounts: new Accounts([{ name: 'simulated', acquirer: port, policy: { ...policy, doubtful } }]),
      admission: admissionTo(port),
      random: (n) => random.bytes(n),
      greeting: { cloneWindowMs: 600_000 },
      knows: () => true,
      publish: (topic, payload) => link.publish(topic, payload),
      onChanged: () => {},
      ...(this.#links ? { linking: { ...this.#links, links: flaky(memory.links, this.#answerLost) } } : {}),
    });
    this.#life = { process, link, office, memory, phones: phonesOf(office) };
    story.tell(name, () => 'the relay starts', name);
    void process.mine(office.start()).then(
      () =>
        link.start({
          onConnected: () => {},
          onDisconnected: () => {},
          onMessage: (topic, payload) => office.desk.hear(topic, payload),
        }),
      (error: unknown) => {
        this.#parts.onFault(name, error);
        this.kill(2_000);
      },
    );
  }

  /** Where the buyer's page asks; undefined: nobody is there. */
  get phones(): BuyersDesk | undefined {
    return this.#life?.phones;
  }

  /** What the acquirer says by itself of a link. False: nobody has acknowledged it. */
  async hear(notice: AuthorizationNotice): Promise<boolean> {
    const { office } = this.#life ?? {};
    if (!office?.linking) return false;
    const { links } = office.linking.parts;
    const context = office.linking.context();
    const hear = links.transaction((tx, at) => hearAuthorization(tx, at, notice, 'simulated', context));
    const heard = await hear.catch(() => undefined);
    if (!heard) return false;
    if (notice.what === 'code') this.#parts.acquirer.parts.linkWitness.heard(heard.applied?.link);
    if (heard.applied) office.linking.committed(heard.applied);
    return true;
  }

  /** After a crash of the database's server: it answers again. */
  mendLedger(): void {
    this.#life?.memory.mend();
  }

  kill(awayMs: number): void {
    const { story, timeline, name } = this.#parts;
    const life = this.#life;
    if (!life) return;
    story.tell(name, () => 'killed', name);
    this.#life = undefined;
    life.process.die();
    life.link.died(false);
    life.memory.cut('dead');
    timeline.after(awayMs, () => this.start());
  }
}

/** The list of past payments alone asks the tables; no phone of these worlds looks at it. */
const unasked = (): Promise<never> => Promise.reject(new Error('no phone asks for its payments'));
const noTables: Database = {
  ...{ kind: 'postgres', warnings: [], query: unasked, transaction: unasked, start: unasked, stop: unasked },
};

function phonesOf({ linking, context, committed }: Office): BuyersDesk | undefined {
  return linking && new BuyersDesk({ db: noTables, office: linking, applyContext: context, committed });
}

const UP_END = anyUpTopic.slice(anyUpTopic.lastIndexOf('/'));
