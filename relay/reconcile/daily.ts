import type PgBoss from 'pg-boss';
import type { Clock } from '../runtime/clock.js';
import { dayAfter, dayOf } from '../runtime/days.js';
import { errorFields, type Log } from '../runtime/log.js';
import type { ReportSource } from './collect.js';
import { DAYS_BACK, dueDays, lastRuns, nextTime } from './due.js';
import { type RunParts, reconcileDay } from './run.js';

/**
 * Reconciles every day by itself. On PostgreSQL the calendar is pg-boss's, in a schema of its own, so that of many relays one
 * does it. PGlite serves one relay only, and a timer of the process is enough.
 */
export type DailyParts = {
  readonly run: Omit<RunParts, 'now'>;
  readonly sources: readonly ReportSource[];
  /** "HH:MM" in the zone. */
  readonly at: string;
  readonly zone: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the ledger on PostgreSQL; a secret. Absent: a timer. */
  readonly databaseUrl?: string | undefined;
};

export const JOBS_SCHEMA = 'quietzone_jobs';
const QUEUE = 'reconcile';
/** A report may come late. */
const AGAIN_MS = 1_800_000;
const AGAIN_TIMES = 24;
const STOP_MS = 10_000;

export class Daily {
  readonly #parts: DailyParts;
  #boss: PgBoss | undefined;
  #cancelTimer: (() => void) | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(parts: DailyParts) {
    this.#parts = parts;
  }

  /** Never rejects: a relay that cannot plan this still takes payments. */
  async start(): Promise<void> {
    const { databaseUrl, clock, log } = this.#parts;
    if (databaseUrl === undefined) {
      this.#plan(nextTime(clock.now(), this.#parts.at, this.#parts.zone));
      return;
    }
    try {
      await this.#startBoss(databaseUrl);
    } catch (error) {
      log.error({ event: 'reconcile-not-planned', ...errorFields(error) }, 'reconcile by hand until this is mended');
    }
  }

  /** Waits for a day that is being looked at; what it has not begun is left for the next time. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    const boss = this.#boss;
    this.#boss = undefined;
    await boss?.stop({ graceful: true, wait: true, timeout: STOP_MS }).catch(() => {});
    await this.#work;
  }

  async #startBoss(connectionString: string): Promise<void> {
    const { at, zone, log } = this.#parts;
    // Loaded late: who reconciles by hand needs none of it.
    const { default: Boss } = await import('pg-boss');
    const boss = new Boss({ connectionString, schema: JOBS_SCHEMA, max: 2, application_name: 'quietzone-jobs' });
    boss.on('error', (error) => log.warn({ event: 'jobs', ...errorFields(error) }));
    this.#boss = boss;
    await boss.start();
    await boss.createQueue(QUEUE);
    const [hours, minutes] = at.split(':').map(Number);
    const again = { retryLimit: AGAIN_TIMES, retryDelay: AGAIN_MS / 1_000 };
    await boss.schedule(QUEUE, `${minutes} ${hours} * * *`, {}, { tz: zone, expireInHours: 4, ...again });
    await boss.work(QUEUE, { batchSize: 1, pollingIntervalSeconds: 30 }, () => this.#tracked());
  }

  /** @throws Error where a report was not there, so that pg-boss tries again. */
  async #tracked(): Promise<void> {
    const work = this.runDue();
    this.#work = work.catch(() => {});
    if (!(await work)) throw new Error('a report was not there, or not whole');
  }

  #plan(at: number): void {
    const { clock } = this.#parts;
    if (this.#stopped) return;
    this.#cancelTimer = clock.after(at - clock.now(), () => {
      this.#work = this.runDue().then((isWhole) => {
        const next = nextTime(clock.now(), this.#parts.at, this.#parts.zone);
        this.#plan(isWhole ? next : Math.min(next, clock.now() + AGAIN_MS));
      });
    });
  }

  /** All accounts, each on its own: what one's reports lack keeps no other waiting. False: a report was not there. */
  async runDue(): Promise<boolean> {
    let isWhole = true;
    for (const source of this.#parts.sources) {
      try {
        isWhole = (await this.#ofAccount(source)) && isWhole;
      } catch (error) {
        isWhole = false;
        this.#parts.log.error({ event: 'reconcile-failed', account: source.account, ...errorFields(error) });
      }
    }
    return isWhole;
  }

  async #ofAccount(source: ReportSource): Promise<boolean> {
    const { run, clock, log } = this.#parts;
    const { account, zone } = source;
    const yesterday = dayAfter(dayOf(clock.now(), zone), -1);
    let isWhole = true;
    for (const day of dueDays(yesterday, await lastRuns(run.db, account, dayAfter(yesterday, -DAYS_BACK)))) {
      if (this.#stopped) return false;
      const result = await reconcileDay({ ...run, now: () => clock.now() }, source, day);
      const { outcome, rows, payments, problems, faults } = result;
      const counts = { rows, payments, differences: result.differences.length, waiting: result.waiting.length };
      const said = { event: 'reconciled', account, day, outcome, ...counts, faults: faults.length };
      if (outcome === 'clean') log.info(said);
      else log.warn({ ...said, problems });
      isWhole &&= problems.length === 0;
    }
    return isWhole;
  }
}
