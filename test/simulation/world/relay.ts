import { anyUpTopic, kioskOfUp, relayStateTopic } from '../../../protocol/topics.js';
import type { Acquirer } from '../../../relay/acquirers/contract.js';
import type { AdmissionRules } from '../../../relay/greet/admit.js';
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
import { EPOCH_MS, plan, type SimulatedAcquirer } from './acquirer.js';
import { type Broker, Link } from './broker.js';
import type { Denial } from './denial.js';
import { flaky } from './flaky.js';
import { timers } from './kiosk.js';
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
  #life: { process: Process; link: Link; office: Office; memory: MemoryLedger } | undefined;

  constructor(parts: RelayParts) {
    this.#parts = parts;
    this.name = parts.name;
    const { faults, name } = parts;
    this.#clockSet = faults.source('clock-set', name);
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
    });
    this.#life = { process, link, office, memory };
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

const UP_END = anyUpTopic.slice(anyUpTopic.lastIndexOf('/'));
