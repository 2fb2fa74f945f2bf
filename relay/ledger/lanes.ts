import postgres from 'postgres';
import type { Row, Value } from './database.js';
import { LedgerError } from './database.js';
import { type Client, openClient, type PoolOptions } from './postgres-client.js';

/** What a statement came to. `command`: as the server names it: what was to be COMMIT may be ROLLBACK. */
export type Said = { readonly rows: Row[]; readonly command: string };

type Reserved = postgres.ReservedSql<{ bigint: number }>;

const lostError = (): LedgerError => new LedgerError('ledger: the connection was lost in the middle of a transaction');

/**
 * One connection for as long as it lives; statements go out in the order in which they are said, those of one moment in one
 * packet. Once lost it says nothing more: the driver would connect anew, and what belongs to a transaction must not be said
 * outside it.
 */
export class Lane {
  readonly openedAt = performance.now();
  readonly #client: Client;
  #sql: Reserved | undefined;
  #lost = false;
  /** Of who uses it now: what the driver still keeps in a queue when the connection goes is answered by nobody. */
  #whenLost: (error: Error) => void = () => {};

  constructor(options: PoolOptions) {
    this.#client = openClient(options, () => {
      this.#lost = true;
      this.#whenLost(lostError());
    });
  }

  /** Open, and not lost. */
  get usable(): boolean {
    return this.#sql !== undefined && !this.#lost;
  }

  /** The driver reserves a connection that stands; for one that does not it would wait for ever. */
  async open(): Promise<void> {
    await this.#client.sql.unsafe('SELECT 1');
    if (this.#lost) throw lostError();
    this.#sql = await this.#client.sql.reserve();
  }

  /** Without parameters it may be several statements; what comes back is then of no interest. */
  async say(text: string, params?: readonly Value[]): Promise<Said> {
    if (this.#lost || !this.#sql) throw lostError();
    const sql = this.#sql;
    const query = params ? sql.unsafe<Row[]>(text, [...params], { prepare: true }) : sql.unsafe<Row[]>(text);
    try {
      // At once: awaiting it would put it off, and the order of what is said with it is ours.
      const rows = await query.execute();
      return { rows: [...rows], command: rows.command };
    } catch (error) {
      if (isLost(error)) this.lose();
      throw error;
    }
  }

  /** Nothing more is said here. */
  lose(): void {
    this.#lost = true;
  }

  /** Fails at the latest when the connection is lost. One user at a time. */
  async using<T>(work: () => Promise<T>): Promise<T> {
    return await new Promise<T>((resolve, reject) => {
      this.#whenLost = reject;
      work().then(resolve, reject);
    });
  }

  /** At once, whatever is under way. */
  close(): Promise<void> {
    return this.#client.close(0);
  }
}

/** A statement that failed on a living connection failed by the server's word. */
const isLost = (error: unknown): boolean => !(error instanceof postgres.PostgresError) || error.severity !== 'ERROR';

/** A long life is given up: a server's process keeps what it has once learned. */
const LIFE_MS = 3_600_000;

/** As many connections as are used at once; each has one user at a time. */
export class Lanes {
  readonly #options: PoolOptions;
  readonly #free: Lane[] = [];
  readonly #used = new Set<Lane>();
  #closed = false;
  #idle: () => void = () => {};

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  async use<T>(work: (lane: Lane) => Promise<T>): Promise<T> {
    const found = this.#take();
    const lane = found ?? new Lane(this.#options);
    this.#used.add(lane);
    try {
      if (!found) await lane.open();
      return await lane.using(() => work(lane));
    } finally {
      this.#give(lane);
    }
  }

  #take(): Lane | undefined {
    if (this.#closed) throw new LedgerError('ledger: not started, or stopped');
    for (let lane = this.#free.pop(); lane; lane = this.#free.pop()) {
      if (lane.usable && performance.now() - lane.openedAt < LIFE_MS) return lane;
      void lane.close();
    }
    return undefined;
  }

  #give(lane: Lane): void {
    this.#used.delete(lane);
    if (lane.usable && !this.#closed) this.#free.push(lane);
    else void lane.close();
    if (this.#used.size === 0) this.#idle();
  }

  /** Waits so long for what is under way, s; then every connection is closed, whatever the server does. */
  async close(waitS: number): Promise<void> {
    this.#closed = true;
    let timer: NodeJS.Timeout | undefined;
    if (this.#used.size > 0 && waitS > 0) {
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, waitS * 1_000);
      });
      await Promise.race([new Promise<void>((resolve) => (this.#idle = resolve)), late]);
      clearTimeout(timer);
    }
    await Promise.all([...this.#free, ...this.#used].map((lane) => lane.close()));
  }
}
