import type { LinkId } from '../../protocol/ids.js';
import type { Currency } from '../../protocol/money.js';
import type { LedgerTransaction, StepRecord } from '../ledger/contract.js';
import type { WalletLink } from './types.js';

/** What the relay's parts ask of the table of linked wallets. `SqlLinks` of store.ts keeps it. */

/** The link with the version of its row. */
export type StoredLink = { readonly link: WalletLink; readonly version: number };

/** Null gives it back. */
export type LinkLease = { readonly owner: string; readonly until: number | null };

/** By which hash, or name, a link is found; several values where a key has just been changed. */
export type LinkKey = 'short' | 'state' | 'first' | 'token' | 'member';

/**
 * In one transaction with the ledger. Whoever needs both holds the kiosk's row, then the link's, then an attempt's: nothing
 * waits in a circle.
 */
export interface LinkTransaction {
  /** False: the id or the short code is taken. */
  insert(link: WalletLink): Promise<boolean>;
  lock(id: LinkId): Promise<StoredLink | undefined>;
  lockBy(key: LinkKey, values: readonly string[]): Promise<StoredLink | undefined>;
  /** Those of a kiosk that nobody has agreed to yet, locked. */
  lockOffered(kiosk: string): Promise<StoredLink[]>;
  /** @throws Error where the row has changed since `version`, or may not change so */
  save(stored: StoredLink, lease?: LinkLease): Promise<void>;
  addEvents(link: LinkId, events: readonly StepRecord[]): Promise<void>;
  /** What it has paid since `from` and may still: minor units, under its lock. */
  spent(link: LinkId, currency: Currency, from: number): Promise<number>;
}

export interface Links {
  transaction<T>(work: (tx: LedgerTransaction, links: LinkTransaction) => Promise<T>): Promise<T>;
  load(id: LinkId): Promise<WalletLink | undefined>;
  /** Of the phones whose cookie has one of these hashes, newest first. */
  ofSession(sessions: readonly string[]): Promise<WalletLink[]>;
  /** Takes up to `limit` due links that nobody holds, the longest due first. */
  claimDue(owner: string, now: number, until: number, limit: number): Promise<LinkId[]>;
  /** The first time after `now` and before `end` at which something is due; null: none. */
  nextDue(now: number, end: number): Promise<number | null>;
  release(id: LinkId, owner: string): Promise<void>;
  /** What an earlier process of the same name held, or a relay that is dead. */
  releaseAll(owner: string): Promise<number>;
}
