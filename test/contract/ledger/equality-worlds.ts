import type { Ledger } from '../../../relay/ledger/contract.js';
import type { Database } from '../../../relay/ledger/database.js';
import { MemoryDatabase } from '../../simulation/ledger/database.js';
import { ids, kiosks as kioskNames } from './equality-operations.js';

/** A ledger and what can be read of its tables behind its back. */
export type World = {
  readonly name: string;
  connect(relay: string): Ledger;
  /** What no method of the ledger tells: versions, codes, leases, outbox, calls, reversals, kiosks. */
  hidden(): Promise<unknown>;
  /** Somebody waits for a lock. */
  waits(): Promise<boolean>;
};

/** On SQL. Its tables are empty and their numbers begin at 1. */
export async function sqlWorld(db: Database, ledger: Ledger): Promise<World> {
  await db.query('TRUNCATE alarm, attempt, kiosk RESTART IDENTITY CASCADE');
  return {
    name: ledger.kind,
    connect: () => ledger,
    async waits() {
      const [row] = await db.query(
        `SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return row?.['n'] !== 0;
    },
    async hidden() {
      const [row] = await db.query(`SELECT json_build_array(${tables.map(columnsOf).join(', ')})::text AS tables`);
      return JSON.parse(String(row?.['tables']));
    },
  };
}

const tables = [
  ['attempt', 'id', 'version', 'code_hash', 'lease_owner', 'lease_until', 'owed', 'tell_at', 'tell_tries'],
  ['acquirer_call', 'id', 'attempt', 'relay', 'call', 'started_at', 'ended_at', 'answer', 'code'],
  [
    ...['reversal', 'id', 'attempt', 'kind', 'number', 'amount', 'currency', 'state', 'requested_at', 'ended_at'],
    ...['tries', 'inquiries'],
  ],
  [
    ...['kiosk', 'name', 'nonce', 'chain', 'board', 'challenge', 'challenge_nonce', 'switched_at', 'blocked_at'],
    ...['clock_offset', 'clock_at'],
  ],
];

/** A table as a list of lists, by its key. */
const columnsOf = ([table, key, ...columns]: readonly string[]): string =>
  `(SELECT coalesce(json_agg(json_build_array(${[key, ...columns].join(', ')}) ORDER BY ${key}), '[]') FROM ${table})`;

export type MemoryWorld = World & { readonly database: MemoryDatabase };

export function memoryWorld(): MemoryWorld {
  const database = new MemoryDatabase();
  return {
    name: 'memory',
    database,
    connect: (relay) => database.connect(relay),
    waits: () => Promise.reject(new Error('memory: a hand knows that itself')),
    async hidden() {
      const rows = ids.toSorted().flatMap((id) => {
        const row = database.row(id);
        if (!row) return [];
        const { version, codeHash, leaseOwner, leaseUntil, owed, tellAt, tellTries } = row;
        return [[id, version, codeHash, leaseOwner, leaseUntil, owed, tellAt, tellTries]];
      });
      const calls = ids.flatMap((id) => database.calls(id)).sort((a, b) => a.id - b.id);
      const columns = calls.map((c) => [c.id, c.attempt, c.relay, c.call, c.startedAt, c.endedAt, c.answer, c.code]);
      const begun = ids.flatMap((id) => database.reversals(id).map((r) => ({ ...r, ...r.money, attempt: id })));
      begun.sort((a, b) => (a.id < b.id ? -1 : 1));
      const reversals = begun.map((r) => [
        ...[r.id, r.attempt, r.kind, r.number, r.amount, r.currency, r.state, r.requestedAt, r.endedAt],
        ...[r.tries, r.inquiries],
      ]);
      const kiosks = kioskNames.toSorted().flatMap((name) => {
        const k = database.kiosk(name);
        const told = k && [k.challenge, k.challengeNonce, k.switchedAt, k.blockedAt, k.clockOffset, k.clockAt];
        return k && told ? [[name, k.nonce, k.chain.join(','), k.board, ...told]] : [];
      });
      return [rows, columns, reversals, kiosks];
    },
  };
}

/** All that anybody can see of a ledger. `at`: some time to ask about. `apart`: those that `newest` does not show. */
export async function stateOf(world: World, on: { apart: readonly string[]; at: number }) {
  const ledger = world.connect('looker');
  const [loaded, newest, steps, alarms, due, hidden] = await Promise.all([
    Promise.all(on.apart.map((id) => ledger.load(id))),
    ledger.newest(1_000),
    ledger.stepsOf(ids),
    ledger.newestAlarms(1_000),
    ledger.nextDue(on.at, on.at + 5_000),
    world.hidden(),
  ]);
  return { loaded, newest, steps, alarms, due, hidden };
}
