import type { RelayConfig } from './config/schema.js';
import type { Queries } from './ledger/database.js';
import { type Erased, erase } from './ledger/retention.js';
import { KEYS_KEPT_MS } from './operations/once.js';
import type { Clock } from './runtime/clock.js';
import { errorFields, type Log } from './runtime/log.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** After a start there are payments to be finished first. */
const FIRST_MS = 10 * 60_000;

/** What the config says is old enough, erased once. */
export function eraseOld(db: Queries, { retention }: RelayConfig, now: number): Promise<Erased> {
  const ages = {
    hashesBefore: now - retention.code_hashes_hours * HOUR_MS,
    buyersBefore: now - retention.buyers_days * DAY_MS,
    wordsBefore: now - retention.words_days * DAY_MS,
    auditBefore: now - retention.audit_days * DAY_MS,
    reportsBefore: now - retention.reports_days * DAY_MS,
    keysBefore: now - KEYS_KEPT_MS,
  };
  return erase(db, ages, now);
}

/** One line for a person. */
export const erasedText = ({ hashes, buyers, links, notifications, words, audit, reportRows, keys }: Erased): string =>
  `erased: ${hashes} hashes of codes, buyers' data of ${buyers} payments, ${links} links, ${notifications} notifications, ` +
  `people's words of ${words} records, ${audit} audit rows, ${reportRows} rows of reports, ${keys} kept answers\n`;

export type RetentionParts = {
  readonly db: Queries;
  readonly config: RelayConfig;
  readonly clock: Clock;
  readonly log: Log;
  /** Seals anew what a linking key before the present one has sealed; returns how many links. */
  readonly reseal?: (() => Promise<number>) | undefined;
};

/** Once a day, by every relay: what one has erased, the next does not find. */
export class Retention {
  readonly #parts: RetentionParts;
  #cancelTimer: (() => void) | undefined;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#next(FIRST_MS);
  }

  stop(): void {
    this.#cancelTimer?.();
  }

  #next(ms: number): void {
    this.#cancelTimer = this.#parts.clock.after(ms, () => void this.#run());
  }

  async #run(): Promise<void> {
    const { db, config, clock, log, reseal } = this.#parts;
    this.#next(DAY_MS);
    try {
      log.info({ event: 'erased', ...(await eraseOld(db, config, clock.now())) });
    } catch (error) {
      // Tomorrow again.
      log.error({ event: 'erase-failed', ...errorFields(error) });
    }
    try {
      if (reseal) log.info({ event: 'resealed', links: await reseal() });
    } catch (error) {
      log.error({ event: 'reseal-failed', ...errorFields(error) });
    }
  }
}
