import type PgBoss from 'pg-boss';
import type { Clock } from '../runtime/clock.js';
import { dayAfter, dayOf } from '../runtime/days.js';
import { errorFields, type Log } from '../runtime/log.js';
import { raiseOnce } from './alarms.js';
import type { ReportSource } from './collect.js';
import { daysDue, nextTime } from './due.js';
import { type RunParts, type RunResult, reconcileDay } from './run.js';

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
  readonly #ending = new AbortController();

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
      const day = dayOf(clock.now(), this.#parts.zone);
      await this.#alarm(`reconciliation is not planned since ${day}; see the log, and reconcile by hand`);
    }
  }

  /** Waits for a day that is being compared, and for no acquirer: what is not done is left for the next time. */
  async stop(): Promise<void> {
    this.#ending.abort();
    this.#cancelTimer?.();
    const boss = this.#boss;
    this.#boss = undefined;
    const late = new Promise<void>((resolve) => {
      setTimeout(resolve, STOP_MS).unref();
    });
    const ended = boss?.stop({ graceful: true, wait: true, timeout: STOP_MS }).catch(() => {});
    await Promise.race([Promise.all([ended, this.#work]), late]);
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
    if (this.#ending.signal.aborted) return;
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
    const { run, clock } = this.#parts;
    const { account, zone } = source;
    const yesterday = dayAfter(dayOf(clock.now(), zone), -1);
    const done = new Set<string>();
    let isWhole = true;
    // Asked again after each day: what it has brought may be of days that were done before.
    for (;;) {
      const day = (await daysDue(run.db, account, yesterday)).find((due) => !done.has(due));
      if (day === undefined) return isWhole;
      if (this.#ending.signal.aborted) return false;
      done.add(day);
      isWhole = (await this.#ofDay(source, day, yesterday)) && isWhole;
    }
  }

  /** A day that is not whole a day after its report was to come is nothing that mends itself. */
  async #ofDay(source: ReportSource, day: string, yesterday: string): Promise<boolean> {
    const { run, clock } = this.#parts;
    const { account } = source;
    const isLate = day < yesterday;
    const cannot = `${account}, ${day}: not reconciled; see the log, or relay reconcile --account ${account} --day ${day}`;
    try {
      const result = await reconcileDay({ ...run, now: () => clock.now(), signal: this.#ending.signal }, source, day);
      this.#say(result);
      const isBad = result.outcome === 'incomplete';
      if (isLate && isBad && !this.#ending.signal.aborted) await this.#alarm(cannot);
      // What is wrong in a line is not mended by asking again.
      return result.problems.length === 0;
    } catch (error) {
      if (isLate && !this.#ending.signal.aborted) await this.#alarm(cannot);
      throw error;
    }
  }

  #say({ account, day, outcome, rows, payments, problems, faults, differences, waiting }: RunResult): void {
    const { log } = this.#parts;
    const counts = { rows, payments, differences: differences.length, waiting: waiting.length };
    const said = { event: 'reconciled', account, day, outcome, ...counts, faults: faults.length };
    if (outcome === 'clean') log.info(said);
    else log.warn({ ...said, problems });
  }

  async #alarm(detail: string): Promise<void> {
    const { run, clock, log } = this.#parts;
    await raiseOnce(run.db, detail, clock.now()).catch((error: unknown) => {
      log.error({ event: 'alarm-not-raised', ...errorFields(error) }, detail);
    });
  }
}
