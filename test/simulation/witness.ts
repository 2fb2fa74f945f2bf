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

/** What the acquirer is asked about one attempt. */
type Asked = {
  last: string;
  /** "Paid" was said; and a ledger holds that it was. */
  paid: boolean;
  paidKept: boolean;
  /** And it was heard while it could still decide something. */
  paidHeeded: boolean;
  cancelled: boolean;
  /** Written down and not made yet, by kind. */
  readonly due: Map<string, number>;
};

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
  readonly #asked = new Map<AttemptId, Asked>();
  /** Attempts of each kiosk that only its word or the acquirer's moves on, with the boot that opened them. */
  readonly #open = new Map<string, Map<AttemptId, string>>();
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

  /** An attempt began in this boot. `alone`: see above. */
  began(id: AttemptId, kiosk: string, nonce: string, alone: () => boolean): void {
    const greetedAt = this.#greeted.get(nonce);
    if (greetedAt === undefined) {
      const text = 'a scan was taken in a boot that no relay has greeted: nothing before it is resolved';
      this.#oracle.violate('L5', text, id);
    } else if (this.#now() - greetedAt > GREETED_MOST_MS) {
      this.#oracle.violate('S13', 'an attempt began long after a relay was last known to listen', id);
    }
    for (const [other, boot] of this.#open.get(kiosk) ?? [])
      if (boot !== nonce && alone())
        this.#oracle.violate('L5', `a scan was taken, and ${other} of an earlier boot is not resolved`, id);
  }

  /** A row as a commit left it; undefined: the commit was lost again. */
  moved({ id, kiosk, boot }: Attempt, state: State | undefined): void {
    const known = this.#open.get(kiosk);
    if (state !== 'submitted' && state !== 'approved') known?.delete(id);
    else if (known) known.set(id, boot);
    else this.#open.set(kiosk, new Map([[id, boot]]));
  }

  #askedOf(id: AttemptId): Asked {
    const known = this.#asked.get(id);
    if (known) return known;
    const made = { last: '', paid: false, paidKept: false, paidHeeded: false, cancelled: false, due: new Map() };
    this.#asked.set(id, made);
    return made;
  }

  /** A relay asks the acquirer. */
  asks(id: AttemptId, what: string): void {
    const known = this.#askedOf(id);
    const { due, last } = known;
    if (what === 'cancel' && !known.cancelled && !known.paid && last !== 'inquire')
      this.#oracle.violate('S9', `a cancel straight after ${last || 'nothing'}, without an inquiry`, id);
    const written = due.get(what) ?? 0;
    if (written < 1)
      this.#oracle.violate('reconciliation', `the acquirer is asked (${what}), and no ledger has it written down`, id);
    due.set(what, written - 1);
    known.last = what;
    known.cancelled ||= what === 'cancel';
  }

  /** Undecided at the deadline: the inquiry and the cancel have nothing between them but this commit. */
  decided({ attempts, callsStarted, callsEnded }: Commit): void {
    for (const { answer, attempt: id } of callsEnded) {
      if (answer !== 'paid') continue;
      const known = this.#askedOf(id);
      const was = attempts.find(({ after }) => after.id === id)?.before?.state;
      known.paidKept = true;
      known.paidHeeded ||= was === 'submitted' || was === 'reversing';
    }
    for (const { call, attempt: id } of callsStarted) {
      const known = this.#askedOf(id);
      const what = call === 'inquire-refund' ? 'inquire refund' : call;
      known.due.set(what, (known.due.get(what) ?? 0) + 1);
      // One that its relay did not live to make stands in the way of no cancel.
      if (call === 'inquire') known.last = call;
      if (call !== 'cancel') continue;
      const left = attempts.some(({ before, after }) => after.id === id && before?.state === 'submitted');
      if (left && !callsEnded.some(({ attempt }) => attempt === id))
        this.#oracle.violate('S9', 'undecided, and cancelled without a last inquiry', id);
    }
  }

  /** The acquirer has said "paid". */
  saidPaid(id: AttemptId): void {
    this.#askedOf(id).paid = true;
  }

  /** A ledger holds that the acquirer has said "paid". */
  keptPaid(id: AttemptId): boolean {
    return this.#asked.get(id)?.paidKept === true;
  }

  /** It was said while it could still decide something. */
  heededPaid(id: AttemptId): boolean {
    return this.#asked.get(id)?.paidHeeded === true;
  }

  /** A kiosk app was given the last event of an order. */
  told(order: OrderId, outcome: Outcome): void {
    const earlier = this.#told.get(order);
    if (earlier !== undefined) this.#oracle.violate('L3', `the kiosk app was told ${earlier}, and then ${outcome}`);
    this.#told.set(order, outcome);
  }

  /**
   * At the end: what the kiosk app was told is what the ledger has. `outAndBack`: the goods are out, and the policy has
   * given the money back, because the ledger heard of them too late or not at all: the word died with a power cut before
   * it was on the card or with the relay. Without the policy that is "doubtful", and a person's; with it a person was called.
   */
  checkTold(id: AttemptId, row: Attempt | undefined, outAndBack: boolean): void {
    const outcome = this.#told.get(orderOf(id));
    if (outcome === undefined || outcome === 'cancelled' || outcome === 'out-of-service') return;
    if (!row && outcome === 'refused') return;
    if (outcome === 'delivered' && row?.state === 'reversed' && outAndBack) return;
    if (!row || !ends[outcome].includes(row.state))
      this.#oracle.violate('L3', `the kiosk app was told ${outcome}, the ledger has ${row?.state ?? 'nothing'}`, id);
  }
}
