import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '../ledger/database.js';
import { gaugesOf } from '../ledger/gauges.js';
import type { LinkCallMade } from '../linking/runner.js';
import type { Attempt } from '../payment/types.js';
import type { RefundCallMade } from '../refunds/runner.js';
import type { Clock } from '../runtime/clock.js';
import type { Counters } from '../runtime/counters.js';
import type { Applied } from '../worker/apply.js';
import { type CallMade, isOurs } from '../worker/made.js';
import type { Circuit } from './circuit.js';

export type MetricsParts = {
  readonly db: Database;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly linked: () => boolean;
  readonly clockRight: () => boolean;
  readonly circuits: () => readonly (readonly [account: string, kind: Circuit['kind']])[];
  readonly kiosksClosed: () => number;
};

const SECOND_MS = 1_000;
/** Beyond these the oldest are given up: another relay has gone on with them, and their end is not heard here. */
const MEASURED_MOST = 10_000;
/** Of the ledger's own numbers, which cost queries; a scrape does not wait longer. */
const GAUGES_WITHIN_MS = 2_000;

/** From the Pay's frame to its call, and from its answer to the word for the kiosk. */
type Timed = { readonly heardAt: number; beforeMs: number; answeredAt: number | null };

/**
 * What a monitor reads at `/metrics`. Names and states only: no code, no id and no kiosk is ever a label, so the number of
 * series does not grow with what is sold.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #parts: MetricsParts;
  readonly #timed = new Map<string, Timed>();
  readonly #added: Histogram;
  readonly #calls: Histogram<'account' | 'call' | 'answer'>;
  readonly #ends: Counter<'state' | 'reason'>;
  readonly #events: Gauge<'event'>;
  readonly #open: Gauge<'state'>;
  readonly #oldest: Gauge;
  readonly #outbox: Gauge;
  readonly #circuit: Gauge<'account' | 'state'>;
  readonly #pool: Gauge<'what'>;
  readonly #up: Gauge<'dependency'>;
  readonly #closed: Gauge;

  constructor(parts: MetricsParts) {
    this.#parts = parts;
    const registers = [this.#registry];
    const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> =>
      new Gauge({ name: `quietzone_${name}`, help, labelNames, registers });
    this.#added = new Histogram({
      ...{ name: 'quietzone_added_seconds', help: 'Pay heard to its end told, less the call itself', registers },
      // Fine around what is promised: at most 20 ms for 99 of 100.
      buckets: [0.001, 0.002, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    });
    this.#calls = new Histogram({
      ...{ name: 'quietzone_acquirer_call_seconds', help: 'Calls to acquirers, by kind of answer', registers },
      ...{ labelNames: ['account', 'call', 'answer'], buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] },
    });
    this.#ends = new Counter({
      ...{ name: 'quietzone_attempts_total', help: 'Attempts by the state they came to in this relay', registers },
      labelNames: ['state', 'reason'],
    });
    this.#events = gauge('events', 'What this relay has counted since its start, by name', 'event');
    this.#open = gauge('open_attempts', 'Attempts in the ledger that something is still to be done for', 'state');
    this.#oldest = gauge('oldest_due_seconds', 'For how long the longest due attempt has been due');
    this.#outbox = gauge('outbox', 'Updates in the ledger that a kiosk has not answered yet');
    this.#circuit = gauge('circuit', '1 for the state of the circuit of each account', 'account', 'state');
    this.#pool = gauge('ledger_pool', 'Questions to the ledger: under way, waiting, and the most at once', 'what');
    this.#up = gauge('up', '1: the dependency is there', 'dependency');
    this.#closed = gauge('kiosks_closed', 'Kiosks that this relay has told that no payment is accepted');
  }

  accepted({ id }: Attempt, heardAt: number): void {
    const [oldest] = this.#timed.keys();
    if (oldest !== undefined && this.#timed.size >= MEASURED_MOST) this.#timed.delete(oldest);
    this.#timed.set(id, { heardAt, beforeMs: 0, answeredAt: null });
  }

  called({ account, attempt, call, answer, startedAt, ms, ours }: CallMade): void {
    const timed = call === 'pay' ? this.#timed.get(attempt) : undefined;
    if (timed) {
      timed.beforeMs = startedAt - timed.heardAt;
      timed.answeredAt = startedAt + ms;
    }
    if (!ours) this.#calls.observe({ account, call, answer }, ms / SECOND_MS);
  }

  /** For a person's refund or cancel. */
  refundCalled({ account, call, answer, ms }: RefundCallMade): void {
    if (!isOurs(answer)) this.#calls.observe({ account, call, answer: answer.kind }, ms / SECOND_MS);
  }

  /** For a link. One that was not sent is no call. */
  linkCalled({ account, call, answer, ms }: LinkCallMade): void {
    if (answer !== 'not-sent') this.#calls.observe({ account, call: `link-${call}`, answer }, ms / SECOND_MS);
  }

  committed({ attempt, moved }: Applied): void {
    if (moved) this.#ends.inc({ state: attempt.state, reason: attempt.reason ?? '' });
    const timed = this.#timed.get(attempt.id);
    if (!timed) return;
    if (timed.answeredAt !== null) {
      this.#added.observe((timed.beforeMs + this.#parts.clock.now() - timed.answeredAt) / SECOND_MS);
    }
    // A call of it is under way, or the attempt came to an end without one.
    if (timed.answeredAt !== null || attempt.state !== 'submitted') this.#timed.delete(attempt.id);
  }

  /** Prometheus text, and its content type. */
  async text(): Promise<{ readonly type: string; readonly body: string }> {
    const { counters, linked, clockRight, circuits, kiosksClosed } = this.#parts;
    for (const [event, count] of Object.entries(counters.all())) this.#events.set({ event }, count);
    this.#circuit.reset();
    for (const [account, state] of circuits()) this.#circuit.set({ account, state }, 1);
    this.#closed.set(kiosksClosed());
    this.#up.set({ dependency: 'broker' }, Number(linked()));
    this.#up.set({ dependency: 'clock' }, Number(clockRight()));
    this.#up.set({ dependency: 'ledger' }, Number(await this.#fromLedger()));
    return { type: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  async #fromLedger(): Promise<boolean> {
    const { db, clock } = this.#parts;
    const load = db.load?.();
    for (const [what, count] of Object.entries(load ?? {})) this.#pool.set({ what }, count);
    let cancel = (): void => {};
    const late = new Promise<undefined>((resolve) => {
      cancel = clock.after(GAUGES_WITHIN_MS, () => resolve(undefined));
    });
    const gauges = await Promise.race([gaugesOf(db).catch(() => undefined), late]);
    cancel();
    if (!gauges) return false;
    this.#open.reset();
    for (const [state, count] of gauges.open) this.#open.set({ state }, count);
    this.#oldest.set(gauges.oldestDue === null ? 0 : Math.max(0, clock.now() - gauges.oldestDue) / SECOND_MS);
    this.#outbox.set(gauges.outbox);
    return true;
  }
}
