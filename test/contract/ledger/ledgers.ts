import type { Ledger, LedgerTransaction } from '../../../relay/ledger/contract.js';
import type { Database } from '../../../relay/ledger/database.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { MemoryDatabase } from '../../simulation/ledger/database.js';
import { databases, empty, type Opened } from './databases.js';

/** A ledger of a test file's own. `fresh` empties it; on the double that is another object. */
export type LedgerKind = {
  readonly name: string;
  open(): Promise<{ fresh(): Promise<Ledger>; close(): Promise<void> }>;
  /** What is under the ledger, once open; undefined for the double. */
  readonly db: (() => Database) | undefined;
};

const onSql = (kind: ReturnType<typeof databases>[number]): LedgerKind => {
  let opened: Opened | undefined;
  const database = (): Database => {
    if (!opened) throw new Error(`${kind.name}: not open`);
    return opened.db;
  };
  return {
    name: kind.name,
    async open() {
      const { db, ledger, close } = await kind.open();
      opened = { db, ledger, close };
      await migrate(db, await shippedMigrations(), 1);
      const fresh = async (): Promise<Ledger> => {
        await empty(db);
        return ledger;
      };
      return { fresh, close };
    },
    db: database,
  };
};

const double: LedgerKind = {
  name: "the simulator's double",
  open: async () => ({ fresh: async () => new MemoryDatabase().connect('relay-1'), close: async () => {} }),
  db: undefined,
};

/** The databases, and the double that the simulator runs on. */
export const ledgers = (): LedgerKind[] => [...databases().map(onSql), double];

/** The same with some methods of one's own. */
export function instead<T extends Ledger | LedgerTransaction>(target: T, own: Partial<T>): T {
  return new Proxy(target, {
    get(of, name) {
      const method: unknown = Reflect.get(own, name) ?? Reflect.get(of, name);
      return typeof method === 'function' ? method.bind(of) : method;
    },
  });
}
