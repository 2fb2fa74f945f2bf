import type { Greeting, Lease, Ledger, LedgerTransaction, Stored } from '../../../relay/ledger/contract.js';
import {
  type AlarmKind,
  type Attempt,
  type Call,
  finalStates,
  type Reversal,
  type State,
  states,
} from '../../../relay/payment/types.js';
import type { Random } from '../../fuzz/random.js';
import type { AttemptRow, MemoryDatabase } from '../../simulation/ledger/database.js';

/** Random operations on a ledger small enough that they meet: few kiosks, orders, codes and attempts. */

type Methods<T> = { [K in keyof T]: T[K] extends (...args: never[]) => Promise<unknown> ? K : never }[keyof T];
type Asked<T> = {
  [K in Methods<T>]: { name: K; args: T[K] extends (...args: infer A) => unknown ? A : never };
}[Methods<T>];
export type Statement = Asked<LedgerTransaction>;
export type Operation = Exclude<Asked<Ledger>, { name: 'transaction' }>;

/** What came of it: a value, or an error's message. */
export type Outcome = { readonly value: unknown } | { readonly error: string };

export async function run(target: Ledger | LedgerTransaction, { name, args }: Statement | Operation): Promise<Outcome> {
  const method = (target as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>)[name];
  try {
    const value = await method?.apply(target, args);
    return { value: unordered.has(name) ? inOrder(value as readonly unknown[]) : value };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** SQL promises which rows these take, not in which order they come back. */
const unordered: ReadonlySet<string> = new Set(['claimDue', 'takeDue', 'takeOwed']);
const inOrder = (values: readonly unknown[]): unknown[] =>
  values.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

export const kiosks = ['lobby-1', 'lobby-2'] as const;
const orders = ['0a', '0b', '0c'] as const;
const codes = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9'] as const;
const boots = ['boot-1', 'boot-2'] as const;
const relays = ['r1', 'r2', 'r3'] as const;
const kinds: readonly AlarmKind[] = ['clone', 'finding', 'wrong-amount'];
export const ids = Array.from({ length: 10 }, (_, i) => `a${i}`);
const calls: readonly Call[] = ['pay', 'inquire', 'cancel', 'refund', 'inquire-refund'];
const begun: readonly State[] = ['submitted', 'submitted', 'submitted', 'approved', 'reversing'];
const SPAN = 100_000;

export class Generator {
  readonly #random: Random;
  readonly #database: MemoryDatabase;
  #times = 0;
  /** What most is about now, so that two connections meet. */
  #focus: readonly string[] = [];

  constructor(random: Random, database: MemoryDatabase) {
    this.#random = random;
    this.#database = database;
  }

  below(n: number): number {
    return this.#random.below(n);
  }

  chance(probability: number): boolean {
    return this.#random.below(1_000) < probability * 1_000;
  }

  /** Half of what follows is about one attempt, its kiosk and order, and one code. */
  focus(): void {
    const there = ids.flatMap((id) => this.#database.attempt(id) ?? []);
    const { id, kiosk, order } = there.length > 0 ? this.pick(there) : { id: 'a0', kiosk: kiosks[0], order: orders[0] };
    this.#focus = [id, kiosk, order, this.#database.codeHash(id) ?? codes[0], relays[0], kinds[0] ?? ''];
  }

  pick<T>(from: readonly T[]): T {
    if (this.#focus.length > 0) {
      const meant = from.filter((one) => typeof one === 'string' && this.#focus.includes(one));
      if (meant.length > 0 && this.chance(0.75)) return this.#random.pick(meant);
    }
    return this.#random.pick(from);
  }

  /** No two are the same, since SQL leaves open which of two rows of one time comes first. */
  time(): number {
    this.#times += 1;
    return this.below(SPAN / 1_000) * 1_000 + (this.#times % 1_000);
  }

  #timeOrNull(): number | null {
    return this.chance(0.3) ? null : this.time();
  }

  /** Mostly one that is there, and more often one that can still move. */
  #id(): string {
    const there = ids.filter((id) => this.#database.attempt(id));
    const open = there.filter((id) => !finalStates.has(this.#database.attempt(id)?.state ?? 'refused'));
    if (open.length > 0 && this.chance(0.6)) return this.pick(open);
    return there.length > 0 && this.chance(0.7) ? this.pick(there) : this.pick(ids);
  }

  /** Mostly one that is not there, so that it is the order or the code that bars it. */
  #newId(): string {
    const free = ids.filter((id) => !this.#database.attempt(id));
    return free.length > 0 && this.chance(0.7) ? this.pick(free) : this.pick(ids);
  }

  statement(): Statement {
    const kiosk = this.pick(kiosks);
    const id = this.#id();
    switch (this.below(23)) {
      case 0:
        return { name: 'lockForHello', args: [kiosk] };
      case 1:
        return { name: 'lockForPay', args: [kiosk] };
      case 2:
        return { name: 'saveGreeting', args: [kiosk, this.#greeting()] };
      case 3:
        return this.chance(0.4)
          ? { name: 'saveChallenge', args: [kiosk, this.pick(boots), `challenge-${this.time()}`] }
          : { name: 'block', args: [kiosk, this.time()] };
      case 4:
        return { name: 'load', args: [id] };
      case 5:
      case 6:
        return { name: 'lock', args: [id] };
      case 7:
      case 22:
        return { name: 'lockForSweep', args: [kiosk, this.pick(boots), ids.filter(() => this.chance(0.5))] };
      case 8:
      case 9:
      case 10:
        return this.#insert();
      case 11:
      case 12:
      case 13:
      case 20:
      case 21:
        return this.#save(id);
      case 14:
        return { name: 'whoBars', args: [this.#attempt(), this.pick(codes)] };
      case 15:
        return this.chance(0.5) ? { name: 'dueNow', args: [id, this.time()] } : { name: 'codeHashOf', args: [id] };
      case 16:
        return {
          name: 'callStarted',
          args: [id, this.pick(relays), this.pick(calls), this.time()],
        };
      case 17: {
        const call = { id: 1 + this.below(12), at: this.time(), answer: 'paid', code: this.chance(0.5) ? 'U1' : null };
        return { name: 'callEnded', args: [call] };
      }
      case 18: {
        const step = () => ({ at: this.time(), name: 'pay', detail: '', ms: this.chance(0.5) ? this.below(99) : null });
        return { name: 'addSteps', args: [id, this.chance(0.5) ? [step()] : [step(), step(), step()]] };
      }
      default: {
        const attempt = this.chance(0.8) ? id : null;
        return { name: 'raiseAlarm', args: [{ at: this.time(), kind: this.pick(kinds), kiosk, attempt, detail: 'x' }] };
      }
    }
  }

  #greeting(): Greeting {
    const chain = boots.slice(0, this.below(3));
    const hello = { type: 'hello', epoch: 'e', number: 1, nonce: this.pick(boots), chain, board: 'board' } as const;
    const clock = { offset: this.below(99), at: this.time() };
    const rest = { atMs: this.time(), open: [], version: 'test' };
    return { hello: { ...hello, ...rest }, now: this.time(), clock, switched: this.chance(0.3) };
  }

  #attempt(): Attempt {
    const at = this.below(20);
    const state: State = this.chance(0.8) ? this.pick(begun) : this.pick(states);
    const money =
      state === 'refused' && this.chance(0.5) ? null : ({ amount: 1 + this.below(9), currency: 'HKD' } as const);
    return {
      ...{ id: this.#newId(), kiosk: this.pick(kiosks), order: this.pick(orders), boot: this.pick(boots), money },
      ...{ merchant: 'm', acquirer: 'test', account: this.pick(['a', 'b']), route: 'why' },
      ...{ link: this.chance(0.3) ? 'link-1' : null, confirmedAt: null },
      ...{ issuer: this.chance(0.5) ? 'alipay' : null, reference: 'r', createdAt: at, scannedAt: at },
      ...{ payUntil: 20, deadlineAt: 50, vendUntil: 60, landingUntil: 90, state, reason: null },
      ...{ passwordPending: this.chance(0.2), acquirerId: null, payAt: null, paidSeen: false, inquiries: 0 },
      ...{ cancels: 0, cancelRefused: false, finding: null, nextAt: this.#timeOrNull(), reversal: null },
    };
  }

  #insert(): Statement {
    const attempt = this.#attempt();
    const lease = this.chance(0.4)
      ? { leaseOwner: this.pick(relays), leaseUntil: this.time() }
      : { leaseOwner: null, leaseUntil: null };
    // One in ten breaks the rule that only a refused attempt has no code.
    const codeHash = this.chance(attempt.state === 'refused' ? 0.7 : 0.1) ? null : this.#code();
    return { name: 'insert', args: [attempt, { codeHash, telling: this.#telling(), ...lease }] };
  }

  /** Half of them, whatever the rest is about. */
  #code(): string {
    return this.chance(0.5) ? this.pick(codes) : (codes[this.below(codes.length)] ?? codes[0]);
  }

  #telling() {
    return this.chance(0.6) ? { owed: true, tellAt: this.#timeOrNull() } : { owed: false, tellAt: null };
  }

  #save(id: string): Statement {
    const row = this.#database.row(id);
    // Sometimes of what was never there, and sometimes of what it was before.
    const base = row?.attempt ?? { ...this.#attempt(), id };
    const version = (row?.version ?? 1) - (this.chance(0.1) ? 1 : 0);
    const state = this.pick(this.chance(0.6) ? likely[base.state] : states);
    const attempt: Attempt = {
      ...base,
      state,
      ...{ nextAt: this.#timeOrNull(), inquiries: base.inquiries + this.below(2), paidSeen: this.chance(0.5) },
      ...{ reason: this.chance(0.3) ? 'vend-failed' : null, payAt: this.chance(0.5) ? base.payAt : this.time() },
      ...{
        acquirerId: this.chance(0.5) ? 'x-1' : base.acquirerId,
        finding: this.chance(0.2) ? 'charged' : base.finding,
      },
      // Sometimes taken back, which no save may.
      confirmedAt: this.chance(0.3) ? this.time() : this.chance(0.1) ? null : base.confirmedAt,
      reversal: mayReverse.has(state) ? this.#reversal(id) : null,
      // What was asked is not for a save to change.
      ...(this.chance(0.1) ? { money: { amount: 77, currency: 'JPY' }, reference: 'other' } : {}),
    };
    const stored: Stored = { attempt, version };
    const telling = this.chance(0.5) ? this.#telling() : undefined;
    return { name: 'save', args: [stored, this.time(), telling, this.chance(0.5) ? this.#lease(row) : undefined] };
  }

  /** Of who holds the attempt, or of somebody. */
  #lease(row: AttemptRow | undefined): Lease {
    const owner = this.chance(0.6) ? (row?.leaseOwner ?? relays[0]) : this.pick(relays);
    return { owner, until: this.chance(0.5) ? this.time() : null };
  }

  /** Mostly a step of the one there is, or a new one; sometimes what no rule allows. */
  #reversal(id: string): Reversal | null {
    const begun = this.#database.reversals(id);
    if (this.chance(0.3)) return begun.at(-1) ?? null;
    const state = this.pick(['requested', 'pending', 'confirmed', 'failed', 'failed'] as const);
    const ended = state === 'confirmed' || state === 'failed';
    const endedAt = ended !== this.chance(0.05) ? this.time() : null;
    const old = begun.length > 0 && this.chance(0.6) ? this.pick(begun) : undefined;
    if (old) {
      const more = { tries: old.tries + this.below(3) - (this.chance(0.1) ? 1 : 0), inquiries: old.inquiries };
      const asked = this.chance(0.05) ? { requestedAt: old.requestedAt + 1 } : {};
      return { ...old, state, endedAt, ...more, ...asked };
    }
    const kind = this.pick(['cancel', 'refund'] as const);
    const number = begun.filter((r) => r.kind === kind).length + (this.chance(0.2) ? 0 : 1);
    // Once in a while another attempt's.
    const name = `${this.chance(0.05) ? this.pick(ids) : id}-${kind}-${this.below(5)}`;
    const money = { amount: this.below(20), currency: 'HKD' } as const;
    return { id: name, kind, number, money, state, requestedAt: this.time(), endedAt, tries: 1, inquiries: 0 };
  }

  /** `among`: others hold locks. Then none that waits for several rows, since SQL leaves open in which order. */
  operation(among = false): Operation {
    const id = this.#id();
    const relay = this.pick(relays);
    const now = this.below(SPAN);
    const plan = { firstMs: 1_000, mostMs: 4_000, tries: 1 + this.below(4) };
    switch (this.below(14)) {
      case 0:
      case 1:
      case 2:
        return { name: 'claimDue', args: [relay, now, now + this.below(SPAN), 1 + this.below(4)] };
      case 3:
        return { name: 'nextDue', args: [this.#about(now), this.#about(now + this.below(SPAN))] };
      case 4:
        return { name: 'stateOf', args: [id] };
      case 5:
        return {
          name: 'release',
          args: [id, this.chance(0.5) ? (this.#database.row(id)?.leaseOwner ?? relay) : relay],
        };
      case 6: {
        const leased = ids.filter((one) => this.#database.row(one)?.leaseOwner === relay);
        if (among && leased.length > 1) return { name: 'release', args: [id, relay] };
        return { name: 'releaseAll', args: [relay] };
      }
      case 7:
      case 8:
        return { name: 'takeDue', args: [now, plan, this.#tellLimit()] };
      case 9: {
        const kiosk = this.pick(kiosks);
        const owed = ids.filter((one) => this.#database.row(one)?.owed && this.#database.attempt(one)?.kiosk === kiosk);
        if (among && owed.length > 1) return { name: 'settle', args: [kiosk, id, undefined] };
        return { name: 'takeOwed', args: [kiosk, now, plan] };
      }
      case 10:
      case 11:
        return { name: 'settle', args: [this.pick(kiosks), id, this.#standing(id)] };
      case 12:
        return { name: 'newest', args: [1 + this.below(4)] };
      default:
        return {
          name: 'allow',
          args: [kiosks.find((name) => this.#database.kiosk(name)?.blockedAt) ?? this.pick(kiosks)],
        };
    }
  }

  /** Half of the time one at which something is due, to the millisecond. */
  #about(time: number): number {
    const times = ids.flatMap((id) => this.#database.attempt(id)?.nextAt ?? []);
    return times.length > 0 && this.chance(0.5) ? this.pick(times) : time;
  }

  #standing(id: string) {
    const state = this.#database.attempt(id)?.state;
    if (this.chance(0.3)) return undefined;
    return state === undefined || state === 'doubtful' || this.chance(0.3) ? 'operator' : state;
  }

  /** Rows told together come back at one time; then no limit may fall between them. */
  #tellLimit(): number {
    const times = ids.flatMap((id) => this.#database.row(id)?.tellAt ?? []);
    return new Set(times).size === times.length ? 1 + this.below(4) : 100;
  }
}

/** Those in which the machine has begun to give the money back, or has to leave it to the operator. */
const mayReverse: ReadonlySet<State> = new Set([
  'reversing',
  'reversed',
  'declined',
  'operator',
  'delivered',
  'refused',
]);

const likely: Readonly<Record<State, readonly State[]>> = {
  submitted: ['submitted', 'approved', 'declined', 'reversing', 'operator'],
  approved: ['approved', 'delivered', 'reversing', 'doubtful'],
  doubtful: ['doubtful', 'delivered', 'reversing'],
  reversing: ['reversing', 'reversing', 'reversed', 'declined', 'operator'],
  operator: ['operator', 'submitted', 'doubtful'],
  declined: ['declined'],
  reversed: ['reversed'],
  delivered: ['delivered'],
  refused: ['refused'],
};
