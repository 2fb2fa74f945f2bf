import type { DownBody } from '../../protocol/messages.js';
import type { AnswerTime } from '../acquirers/time.js';
import type { Ledger } from '../ledger/contract.js';
import type { Database } from '../ledger/database.js';
import type { LinkCallMade } from '../linking/runner.js';
import type { Attempt } from '../payment/types.js';
import type { Accounts } from '../routing/accounts.js';
import type { Clock } from '../runtime/clock.js';
import type { Counters } from '../runtime/counters.js';
import { errorFields, type Log } from '../runtime/log.js';
import type { Applied } from '../worker/apply.js';
import type { CallMade } from '../worker/made.js';
import { Circuits } from './circuits.js';
import { Clocks, DATABASE } from './clocks.js';
import { Metrics } from './metrics.js';
import { Service } from './service.js';

export type HealthParts = {
  readonly db: Database;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
  /** This relay's name. */
  readonly relay: string;
  /** Known once the relay is put together. */
  readonly accounts: () => Accounts;
  /** The accounts that a kiosk's payments may go to. */
  readonly accountsOf: (kiosk: string) => readonly string[];
  readonly send: (kiosk: string, body: DownBody) => boolean;
  readonly linked: () => boolean;
  /** The wall clock is the one that this process began with. */
  readonly wallRight: () => boolean;
};

const ASK_DATABASE_MS = 30_000;

/**
 * Watches the work and everybody it depends on, and says where no new payment may go. It decides nothing of an attempt that
 * was accepted.
 */
export class Health {
  readonly metrics: Metrics;
  readonly #parts: HealthParts;
  readonly #clocks: Clocks;
  readonly #circuits: Circuits;
  readonly #service: Service;
  #cancelTimer: (() => void) | undefined;
  #stopped = false;

  constructor(parts: HealthParts) {
    this.#parts = parts;
    const { clock, log, counters, accounts, accountsOf, send, db, linked } = parts;
    const changed = (): void => this.#service.changed();
    this.#clocks = new Clocks({
      onApart: (source, byMs) => {
        this.#sayApart(source, byMs);
        changed();
      },
      onTogether: (source) => {
        log.info({ event: 'clock-right', source });
        changed();
      },
    });
    this.#circuits = new Circuits({ clock, log, counters, accounts, onChanged: changed });
    const open = (kiosk: string): boolean => accountsOf(kiosk).some(this.usable);
    this.#service = new Service({ clock, send, open });
    this.metrics = new Metrics({
      ...{ db, clock, counters, linked, clockRight: () => this.clockRight },
      circuits: () =>
        accounts()
          .all()
          .map(({ name }) => [name, this.#circuits.of(name).kind] as const),
      kiosksClosed: () => this.#service.closed,
    });
  }

  /** The database's time is asked for before the first payment is taken. */
  async start(): Promise<void> {
    this.#circuits.start();
    this.#service.start();
    await this.#askDatabase();
  }

  stop(): void {
    this.#stopped = true;
    this.#circuits.stop();
    this.#service.stop();
    this.#cancelTimer?.();
  }

  get clockRight(): boolean {
    return this.#parts.wallRight() && this.#clocks.right;
  }

  /** Our time minus the database's, ms, as far as it is beyond doubt: relays compare their times through the ledger. */
  get clockOffMs(): number {
    return this.#clocks.offBy(DATABASE);
  }

  /** May new payments go to this account? */
  readonly usable = (account: string): boolean => {
    const within = this.#parts.accounts().of(account).acquirer.capabilities.clockWithinMs;
    return (
      this.#circuits.admits(account) &&
      (within === undefined || this.#clocks.within(account, within, this.#parts.clock.now()))
    );
  };

  /** An account's answer has named its own time. */
  readonly onTime = (account: string, time: AnswerTime): void => this.#clocks.measured({ source: account, ...time });

  accepted(attempt: Attempt, heardAt: number): void {
    this.#circuits.accepted(attempt.account);
    this.metrics.accepted(attempt, heardAt);
  }

  linkCalled(made: LinkCallMade): void {
    this.metrics.linkCalled(made);
  }

  called(made: CallMade): void {
    this.#circuits.called(made);
    this.metrics.called(made);
  }

  committed(applied: Applied): void {
    this.metrics.committed(applied);
  }

  heard(kiosk: string): void {
    this.#service.heard(kiosk);
  }

  async #askDatabase(): Promise<void> {
    const { db, clock, log } = this.#parts;
    try {
      const askedAt = clock.now();
      const [row] = await db.query('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now');
      const [theirs, heardAt] = [Number(row?.['now']), clock.now()];
      this.#clocks.measured({ source: DATABASE, theirs, askedAt, heardAt, grainMs: 1 });
    } catch (error) {
      log.warn({ event: 'clock-not-compared', source: DATABASE, ...errorFields(error) });
    }
    if (this.#stopped) return;
    this.#cancelTimer = clock.after(ASK_DATABASE_MS, () => void this.#askDatabase());
  }

  #sayApart(source: string, byMs: number): void {
    const { clock, ledger, log, counters, relay } = this.#parts;
    counters.add('alarm-clock');
    const side = byMs > 0 ? 'ahead of' : 'behind';
    const detail =
      `${relay}: its clock is ${Math.round(Math.abs(byMs) / 1_000)} s ${side} that of ${source}. ` +
      'Put the wrong one right (NTP), and restart the relay if it was its own';
    log.error({ event: 'alarm', kind: 'clock', source, byMs: Math.round(byMs) }, detail);
    ledger
      .transaction((tx) => tx.raiseAlarm({ at: clock.now(), kind: 'clock', kiosk: '', attempt: null, detail }))
      .catch((error: unknown) => {
        log.error({ event: 'alarm-not-stored', kind: 'clock', ...errorFields(error) });
      });
  }
}
