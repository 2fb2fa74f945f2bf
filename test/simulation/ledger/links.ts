import type { Currency } from '../../../protocol/money.js';
import type { LedgerTransaction } from '../../../relay/ledger/contract.js';
import type { LinkKey, LinkLease, Links, LinkTransaction, StoredLink } from '../../../relay/linking/contract.js';
import type { WalletLink } from '../../../relay/linking/types.js';
import { checkLink, guardLink, isOffered, keyOf } from './link-table.js';
import { mode, tryLock, waitForEnd } from './locks.js';
import type { LinkRow, LinkSlot, Writer } from './rows.js';
import { after, type Session, type Soon } from './session.js';
import { each, locked } from './statements.js';
import type { Store } from './store.js';

/** The table of linked wallets on a `MemoryDatabase`, statement by statement as relay/linking/store.ts has them. */

type Run = <T>(statement: (writer: Writer, store: Store) => Soon<T>) => Promise<T>;

const stored = ({ link, version }: LinkRow): StoredLink => ({ link, version });
const any = (): boolean => true;

/** The links' part of a transaction. */
export const linksIn = (run: Run): LinkTransaction => ({
  insert: (link) => run((writer, store) => insert(store, writer, link)),
  lock: (id) =>
    run(
      (writer, store) =>
        locked(store.links.slots.get(id), writer, mode.forUpdate, any, stored) as Soon<StoredLink | undefined>,
    ),
  lockBy: (key, values) => run((writer, store) => lockBy(store, writer, key, values)),
  lockOffered: (kiosk) => run((writer, store) => lockOffered(store, writer, kiosk)),
  save: (saved, lease) => run((writer, store) => save(store, writer, saved, lease)),
  addEvents: (link, events) =>
    run((writer, store) => {
      const isThere = store.links.slots.get(link)?.seenBy(writer) !== undefined;
      if (events.length > 0 && !isThere) throw new Error('wallet_link_event: no such link');
    }),
  spent: (link: string, currency: Currency, from: number) =>
    run((writer, store) => store.links.spent(writer, link, currency, from)),
});

/** False: the id or the short code is taken. */
function insert(store: Store, writer: Writer, link: WalletLink): Soon<boolean> {
  checkLink(link);
  const other = store.links.slots.get(link.id) ?? store.links.find('short', link.short);
  const writes = other?.writtenByOther(writer);
  if (writes) return after(writer, waitForEnd(writes, writer), () => insert(store, writer, link));
  if (other) return false;
  store.links.add(writer, link);
  return true;
}

/** Its own writes count, though the indexes know only of what is committed. */
const ownOf = (writer: Writer, fits: (row: LinkRow) => boolean): LinkSlot[] =>
  writer.links.filter(({ pending }) => pending !== undefined && fits(pending));

function lockBy(store: Store, writer: Writer, key: LinkKey, values: readonly string[]): Soon<StoredLink | undefined> {
  const fits = ({ link }: LinkRow): boolean => values.includes(keyOf(link, key) ?? '');
  const found = values.flatMap((value) => store.links.find(key, value) ?? []);
  const slot = found[0] ?? ownOf(writer, fits)[0];
  return locked(slot, writer, mode.forUpdate, fits, stored);
}

function lockOffered(store: Store, writer: Writer, kiosk: string): Soon<StoredLink[]> {
  const fits = ({ link }: LinkRow): boolean => link.kiosk === kiosk && isOffered(link);
  const own = writer.links.length > 0 ? ownOf(writer, fits) : [];
  const found = [...new Set([...store.links.offeredAt(kiosk), ...own])].sort((a, b) => (a.id < b.id ? -1 : 1));
  const rows: StoredLink[] = [];
  const take = (row: LinkRow): void => {
    rows.push(stored(row));
  };
  const lockOne = (slot: LinkSlot) => locked(slot, writer, mode.forUpdate, fits, take);
  return after(writer, each(found, lockOne), () => rows);
}

function save(store: Store, writer: Writer, { link, version }: StoredLink, lease: LinkLease | undefined): Soon<void> {
  const slot = store.links.slots.get(link.id);
  const changed = (): never => {
    throw new Error(`link ${link.id}: its row changed under its lock`);
  };
  const write = (row: LinkRow): true => {
    guardLink(row.link, link);
    checkLink(link);
    const held = lease !== undefined && lease.owner === row.leaseOwner;
    const leaseOwner = held && lease.until === null ? null : row.leaseOwner;
    const leaseUntil = held ? lease.until : row.leaseUntil;
    if (slot) writer.writeLink(slot, { link, version: version + 1, leaseOwner, leaseUntil });
    return true;
  };
  const done = locked(slot, writer, mode.update, (row) => row.version === version, write);
  if (done instanceof Promise) return done.then((yes) => (yes ? undefined : changed()));
  return done ? undefined : changed();
}

const unleased = (row: LinkRow): LinkRow => ({ ...row, leaseOwner: null, leaseUntil: null });

type Ledger = {
  transaction<T>(work: (tx: LedgerTransaction & { links(): LinkTransaction }) => Promise<T>): Promise<T>;
};

/** As one relay reaches it. */
export class MemoryLinks implements Links {
  readonly #ledger: Ledger;
  readonly #store: Store;
  readonly #session: Session;

  constructor(ledger: Ledger, store: Store, session: Session) {
    this.#ledger = ledger;
    this.#store = store;
    this.#session = session;
  }

  transaction<T>(work: (tx: LedgerTransaction, links: LinkTransaction) => Promise<T>): Promise<T> {
    return this.#ledger.transaction((tx) => work(tx, tx.links()));
  }

  load(id: string): Promise<WalletLink | undefined> {
    return this.#session.read(() => this.#store.links.slots.get(id)?.row?.link);
  }

  ofSession(sessions: readonly string[]): Promise<WalletLink[]> {
    return this.#session.read(() =>
      sessions
        .flatMap((session) => [...this.#store.links.ofSession(session)].flatMap(({ row }) => row?.link ?? []))
        .sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1)),
    );
  }

  claimDue(owner: string, now: number, until: number, limit: number): Promise<string[]> {
    return this.#session.statement((writer) => {
      const claimed: string[] = [];
      this.#store.links.due.until(now, (slot) => {
        const { row } = slot;
        const isFree = row && (row.leaseUntil === null || row.leaseUntil <= now);
        if (isFree && claimed.length < limit && tryLock(slot, writer, mode.forUpdate)) {
          writer.writeLink(slot, { ...row, leaseOwner: owner, leaseUntil: until });
          claimed.push(slot.id);
        }
        return claimed.length < limit;
      });
      return claimed;
    });
  }

  nextDue(now: number, end: number): Promise<number | null> {
    return this.#session.read(() => {
      const at = this.#store.links.due.after(now);
      return at !== null && at < end ? at : null;
    });
  }

  async release(id: string, owner: string): Promise<void> {
    await this.#session.statement((writer) => this.#unlease(writer, this.#store.links.slots.get(id), owner));
  }

  releaseAll(owner: string): Promise<number> {
    return this.#session.statement((writer) => {
      const held = [...this.#store.links.slots.values()].filter(({ row }) => row?.leaseOwner === owner);
      const rest = each(held, (slot) => this.#unlease(writer, slot, owner));
      return after(writer, rest, () => held.length);
    });
  }

  #unlease(writer: Writer, slot: LinkSlot | undefined, owner: string): Soon<unknown> {
    const isHeld = ({ leaseOwner }: LinkRow): boolean => leaseOwner === owner;
    return locked(slot, writer, mode.update, isHeld, (row) => slot && writer.writeLink(slot, unleased(row)));
  }
}
