/**
 * PostgreSQL's row locks, weakest first. `keyShare` is what a foreign key takes, `update` what it writes with (every
 * UPDATE of ours leaves the key alone), `forUpdate` what SELECT FOR UPDATE takes.
 */
export const mode = { keyShare: 0, share: 1, update: 2, forUpdate: 3 } as const;
export type Mode = (typeof mode)[keyof typeof mode];

/** The table "Conflicting Row-Level Locks" of PostgreSQL's manual, by the numbers above. */
const conflict = (a: Mode, b: Mode): boolean => a + b >= 3;

type Waiter = {
  readonly holder: Holder;
  /** A row's lock, or the end of another transaction. */
  readonly on: Lockable | Holder;
  readonly wants: Mode;
  /** Counts all waits: the lower one has waited longer. */
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
};

/** What holds locks: a transaction, until its end. */
export class Holder {
  readonly held: Lockable[] = [];
  waiting: Waiter | undefined;
  /** Those who wait for its end. */
  readonly queue: Waiter[] = [];
}

type Held = { readonly holder: Holder; mode: Mode };

/** What can be locked: a row. */
export class Lockable {
  readonly holders: Held[] = [];
  readonly queue: Waiter[] = [];
}

/** One would have to wait. */
export function isLocked(on: Lockable, holder: Holder, wants: Mode): boolean {
  for (const held of on.holders) if (held.holder !== holder && conflict(held.mode, wants)) return true;
  return false;
}

function lockOf(on: Lockable, holder: Holder): Held | undefined {
  for (const held of on.holders) if (held.holder === holder) return held;
  return undefined;
}

function grant(on: Lockable, holder: Holder, wants: Mode): void {
  const own = lockOf(on, holder);
  if (own) {
    if (own.mode < wants) own.mode = wants;
    return;
  }
  on.holders.push({ holder, mode: wants });
  holder.held.push(on);
}

/** SKIP LOCKED: false where one would have to wait. */
export function tryLock(on: Lockable, holder: Holder, wants: Mode): boolean {
  if (isLocked(on, holder, wants)) return false;
  grant(on, holder, wants);
  return true;
}

/**
 * Undefined: granted. Who asks for what the holders allow does not queue, as in PostgreSQL; the others wait in order.
 * @throws Error, through the promise, for a deadlock.
 */
export function lock(on: Lockable, holder: Holder, wants: Mode): Promise<void> | undefined {
  return tryLock(on, holder, wants) ? undefined : wait(on, holder, wants);
}

/** Until `other` has committed or rolled back. */
export const waitForEnd = (other: Holder, holder: Holder): Promise<void> => wait(other, holder, mode.forUpdate);

let waits = 0;

function wait(on: Lockable | Holder, holder: Holder, wants: Mode): Promise<void> {
  return new Promise((resolve, reject) => {
    waits += 1;
    const waiter: Waiter = { holder, on, wants, since: waits, resolve, reject };
    holder.waiting = waiter;
    // Who holds a weaker lock already goes first: those in the queue wait for it anyway.
    if (on instanceof Lockable && lockOf(on, holder)) on.queue.unshift(waiter);
    else on.queue.push(waiter);
    breakCycles(holder);
  });
}

/** PostgreSQL looks for a cycle after a second of waiting, so it is who has waited longest that finds it and fails. */
function breakCycles(holder: Holder): void {
  for (let cycle = cycleFrom(holder, holder, new Set()); cycle; cycle = cycleFrom(holder, holder, new Set())) {
    const [victim] = cycle.toSorted((a, b) => (a.waiting?.since ?? 0) - (b.waiting?.since ?? 0));
    const reject = victim && forgetWait(victim);
    reject?.(Object.assign(new Error('deadlock detected'), { code: '40P01' }));
    if (victim === holder) return;
  }
}

/** Those who wait for each other from `from` to `target`. */
function cycleFrom(from: Holder, target: Holder, seen: Set<Holder>): Holder[] | undefined {
  for (const next of blockersOf(from)) {
    if (next === target) return [from];
    if (seen.has(next)) continue;
    seen.add(next);
    const rest = cycleFrom(next, target, seen);
    if (rest) return [from, ...rest];
  }
  return undefined;
}

function blockersOf({ waiting }: Holder): Holder[] {
  if (!waiting) return [];
  const { on, wants, holder } = waiting;
  if (on instanceof Holder) return [on];
  const ahead = on.queue.slice(0, on.queue.indexOf(waiting)).filter((w) => conflict(w.wants, wants));
  const holding = on.holders.filter((held) => held.holder !== holder && conflict(held.mode, wants));
  return [...holding, ...ahead].map((other) => other.holder);
}

/** Its wait is over without the lock. Returns how to tell it so. */
export function forgetWait(holder: Holder): Waiter['reject'] | undefined {
  const { waiting } = holder;
  if (!waiting) return undefined;
  holder.waiting = undefined;
  const { queue } = waiting.on;
  queue.splice(queue.indexOf(waiting), 1);
  if (waiting.on instanceof Lockable) serve(waiting.on);
  return waiting.reject;
}

/** The transaction is over. */
export function releaseAll(holder: Holder): void {
  for (const on of holder.held) {
    const own = lockOf(on, holder);
    if (own) remove(on.holders, own);
    if (on.queue.length > 0) serve(on);
  }
  holder.held.length = 0;
  if (holder.queue.length > 0) for (const waiter of holder.queue.splice(0)) done(waiter);
}

/** Of the few there are at one time, mostly the last. */
export function remove<T>(list: T[], item: T): boolean {
  const index = list.lastIndexOf(item);
  if (index < 0) return false;
  if (index === list.length - 1) list.pop();
  else list.splice(index, 1);
  return true;
}

function serve(on: Lockable): void {
  for (let next = on.queue[0]; next && tryLock(on, next.holder, next.wants); next = on.queue[0]) {
    on.queue.shift();
    done(next);
  }
}

function done(waiter: Waiter): void {
  waiter.holder.waiting = undefined;
  waiter.resolve();
}
