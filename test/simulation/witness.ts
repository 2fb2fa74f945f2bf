import type { Outcome } from '../../agent/orders/order.js';
import { type AttemptId, type OrderId, orderOf } from '../../protocol/ids.js';
import type { KioskRow } from '../../relay/ledger/contract.js';
import type { Attempt, State } from '../../relay/payment/types.js';
import type { Commit } from './ledger/database.js';
import type { Oracle } from './oracle.js';

/** Twice another journal within this time is a clone (rule 14); the relays of the worlds are set up with it. */
const CLONE_WINDOW_MS = 600_000;

/** The lease of a Welcome in the worlds, and the longest way that it may have had. */
const GREETED_MOST_MS = 65_000;

const uncalled = { last: '', paid: false, cancelled: false };

/** How an attempt may have ended in the ledger whose order's last event was this. A person may change what a person was given. */
const ends: Readonly<Record<Exclude<Outcome, 'cancelled' | 'out-of-service'>, readonly State[]>> = {
  delivered: ['delivered', 'doubtful', 'operator'],
  declined: ['declined'],
  reversed: ['reversed'],
  refused: ['refused'],
  operator: ['operator', 'doubtful', 'delivered', 'reversed'],
};

/**
 * Sees who is greeted, what the acquirer is asked, and what the kiosk apps are told: for the predicates that no balance of
 * money and goods shows.
 */
export class Witness {
  readonly #oracle: Oracle;
  readonly #now: () => number;
  /** When last, by boot. */
  readonly #greeted = new Map<string, number>();
  readonly #calls = new Map<AttemptId, { last: string; paid: boolean; cancelled: boolean }>();
  readonly #told = new Map<OrderId, Outcome>();

  constructor(oracle: Oracle, now: () => number) {
    this.#oracle = oracle;
    this.#now = now;
  }

  /** A kiosk's row was committed. `alone`: one device of this name ever was, with one card that kept what it was given. */
  greeted(before: KioskRow | undefined, after: KioskRow, alone: () => boolean): void {
    const { name } = after;
    const violate = (predicate: 'S13' | 'L5' | 'L6', text: string): void =>
      this.#oracle.violate(predicate, text, undefined, name);
    if (after.nonce !== null) this.#greeted.set(after.nonce, this.#now());
    if (!before) return;
    if (before.blockedAt === null && after.blockedAt !== null && alone())
      violate('L6', 'shut out as one of two devices, and there is only one');
    if (before.blockedAt !== null && after.blockedAt !== null && after.nonce !== null)
      violate('S13', 'greeted, while it is shut out as one of two devices');
    if (before.nonce === null || after.nonce === before.nonce || after.nonce === null) return;
    if (before.chain.includes(after.nonce)) violate('L5', 'a late Hello has made an older boot the newest again');
    const [last, now] = [before.switchedAt, after.switchedAt];
    if (last !== null && now !== null && now !== last && now - last < CLONE_WINDOW_MS)
      violate('S13', 'two journals take turns under one name, and both sell');
  }

  /** An attempt began in this boot. */
  began(id: AttemptId, nonce: string): void {
    const greetedAt = this.#greeted.get(nonce);
    if (greetedAt === undefined) {
      const text = 'a scan was taken in a boot that no relay has greeted: nothing before it is resolved';
      this.#oracle.violate('L5', text, id);
    } else if (this.#now() - greetedAt > GREETED_MOST_MS) {
      this.#oracle.violate('S13', 'an attempt began long after a relay was last known to listen', id);
    }
  }

  /** A relay asks the acquirer. */
  asks(id: AttemptId, what: string): void {
    const known = this.#calls.get(id) ?? uncalled;
    if (what === 'cancel' && !known.cancelled && !known.paid && known.last !== 'inquire')
      this.#oracle.violate('S9', `a cancel straight after ${known.last || 'nothing'}, without an inquiry`, id);
    this.#calls.set(id, { ...known, last: what, cancelled: known.cancelled || what === 'cancel' });
  }

  /** Undecided at the deadline: the inquiry and the cancel have nothing between them but this commit. */
  decided({ attempts, callsStarted, callsEnded }: Commit): void {
    for (const { call, attempt: id } of callsStarted) {
      // One that its relay did not live to make stands in the way of no cancel.
      if (call === 'inquire') this.#calls.set(id, { ...(this.#calls.get(id) ?? uncalled), last: call });
      if (call !== 'cancel') continue;
      const left = attempts.some(({ before, after }) => after.id === id && before?.state === 'submitted');
      if (left && !callsEnded.some(({ attempt }) => attempt === id))
        this.#oracle.violate('S9', 'undecided, and cancelled without a last inquiry', id);
    }
  }

  /** The acquirer has said "paid". */
  saidPaid(id: AttemptId): void {
    const known = this.#calls.get(id);
    if (known) known.paid = true;
  }

  /** A kiosk app was given the last event of an order. */
  told(order: OrderId, outcome: Outcome): void {
    const earlier = this.#told.get(order);
    if (earlier !== undefined) this.#oracle.violate('L3', `the kiosk app was told ${earlier}, and then ${outcome}`);
    this.#told.set(order, outcome);
  }

  /** At the end: what the kiosk app was told is what the ledger has. */
  checkTold(id: AttemptId, row: Attempt | undefined): void {
    const outcome = this.#told.get(orderOf(id));
    if (outcome === undefined || outcome === 'cancelled' || outcome === 'out-of-service') return;
    if (!row && outcome === 'refused') return;
    if (!row || !ends[outcome].includes(row.state))
      this.#oracle.violate('L3', `the kiosk app was told ${outcome}, the ledger has ${row?.state ?? 'nothing'}`, id);
  }
}
