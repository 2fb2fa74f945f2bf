import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { call } from '../../../deploy/demo/http.js';
import { agentEntry } from '../../../deploy/demo/places.js';
import { journalOf } from './configs.js';

/** The three books that must agree, read once the storm is over: the acquirer's, the relay's, the kiosks'. */

/** A payment in the sandbox's ledger; minor units. */
export type Charge = {
  readonly paymentRequestId: string;
  readonly state: string;
  readonly charged: number;
  readonly returned: number;
  readonly currency: string;
  readonly scenario: string;
};

/** An attempt in the relay's ledger. `amount` is null in a tombstone. */
export type AttemptRow = {
  readonly id: string;
  readonly kiosk: string;
  readonly order: string;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly state: string;
  readonly reason: string | null;
  /** The kiosk has not yet taken note. */
  readonly owed: boolean;
  /** How often its pay was handed to a sender. */
  readonly pays: number;
};

export type AlarmRow = { readonly kind: string; readonly kiosk: string; readonly attempt: string | null };

/** A record of a kiosk's journal. */
export type JournalLine = {
  readonly kiosk: string;
  readonly kind: string;
  readonly attempt?: string;
  readonly order?: string;
  readonly amount?: number;
  readonly delivery?: string;
};

export type Books = {
  readonly charges: readonly Charge[];
  readonly attempts: readonly AttemptRow[];
  readonly alarms: readonly AlarmRow[];
  readonly journals: readonly JournalLine[];
  /** What is wrong with a journal as such, by the word of its own tool. */
  readonly journalFaults: readonly string[];
};

export async function readCharges(controlUrl: string): Promise<readonly Charge[]> {
  return (await call<{ payments: Charge[] }>(`${controlUrl}/control/ledger`)).payments;
}

/** The relay's ledger, past the relay: plain SQL on its database. */
export class LedgerReader {
  readonly #sql: postgres.Sql<{ bigint: number }>;

  constructor(url: string) {
    const types = { bigint: { to: 20, from: [20], serialize: String, parse: Number } };
    this.#sql = postgres(url, { max: 2, connect_timeout: 5, onnotice: () => {}, types });
  }

  async attempts(): Promise<readonly AttemptRow[]> {
    return await this.#sql<AttemptRow[]>`
      SELECT id, kiosk, order_id AS "order", amount, currency, state, reason, owed,
        (SELECT count(*) FROM acquirer_call c WHERE c.attempt = a.id AND c.call = 'pay') AS pays
      FROM attempt a ORDER BY created_at, id`;
  }

  async alarms(): Promise<readonly AlarmRow[]> {
    return await this.#sql<AlarmRow[]>`SELECT kind, kiosk, attempt FROM alarm ORDER BY id`;
  }

  /** Attempts that have not ended, or whose end the kiosk has not taken note of. */
  async open(): Promise<number> {
    const [row] = await this.#sql<{ count: number }[]>`
      SELECT count(*) AS count FROM attempt WHERE owed OR state IN ('submitted', 'approved', 'reversing')`;
    return row?.count ?? 0;
  }

  /** All that the relay wrote down of one attempt, as lines. */
  async story(attempt: string): Promise<string[]> {
    const rows = await this.#sql<{ at: number; line: string }[]>`
      SELECT at, 'event ' || name || ' ' || detail AS line FROM attempt_event WHERE attempt = ${attempt}
      UNION ALL SELECT started_at, 'call ' || call || ' by ' || relay FROM acquirer_call WHERE attempt = ${attempt}
      UNION ALL SELECT ended_at, 'answer ' || call || ': ' || coalesce(answer, '') || ' ' || coalesce(code, '')
        FROM acquirer_call WHERE attempt = ${attempt} AND ended_at IS NOT NULL
      UNION ALL SELECT requested_at, kind || ' requested' FROM reversal WHERE attempt = ${attempt}
      UNION ALL SELECT ended_at, kind || ' ' || state FROM reversal WHERE attempt = ${attempt} AND ended_at IS NOT NULL
      UNION ALL SELECT at, 'alarm ' || kind || ': ' || detail FROM alarm WHERE attempt = ${attempt}
      ORDER BY 1`;
    const whole = await this.#sql`SELECT * FROM attempt WHERE id = ${attempt}`;
    const { code_hash: _, ...row } = whole[0] ?? {};
    return [JSON.stringify(row), ...rows.map(({ at, line }) => `${new Date(at).toISOString()} ${line}`)];
  }

  /** All rows, as text: for the search for secrets. */
  async everything(): Promise<{ path: string; bytes: Buffer }[]> {
    const tables = ['attempt', 'attempt_event', 'acquirer_call', 'reversal', 'alarm', 'kiosk'];
    return await Promise.all(
      tables.map(async (table) => {
        const rows = await this.#sql<{ row: string }[]>`SELECT row_to_json(t)::text AS row FROM ${this.#sql(table)} t`;
        return { path: `table ${table}`, bytes: Buffer.from(rows.map(({ row }) => row).join('\n')) };
      }),
    );
  }

  async close(): Promise<void> {
    await this.#sql.end({ timeout: 2 });
  }
}

const run = promisify(execFile);
const JOURNAL_MAX_BYTES = 64 * 1024 * 1024;

type Printed = { readonly lines: readonly JournalLine[]; readonly faults: readonly string[] };

/** A kiosk's journal as the shipped tool prints it; what the tool finds wrong with it are `faults`. */
export async function readJournal(folder: string, kiosk: string): Promise<Printed> {
  const args = [agentEntry, 'journal', 'print', '--json', journalOf(folder, kiosk)];
  const { stdout, stderr } = await run(process.execPath, args, { maxBuffer: JOURNAL_MAX_BYTES }).catch(printed);
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  return {
    lines: lines.map((line) => ({ ...(JSON.parse(line) as Omit<JournalLine, 'kiosk'>), kiosk })),
    faults: stderr
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `${kiosk}: ${line}`),
  };
}

/** The tool ends with 1 when it found faults, and has printed all the same. */
function printed(error: unknown): { stdout: string; stderr: string } {
  if (error instanceof Error && 'stdout' in error && 'stderr' in error) {
    return { stdout: String(error.stdout), stderr: String(error.stderr) || error.message };
  }
  throw error;
}
