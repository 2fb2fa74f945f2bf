import { Chance } from './chance.js';

/** The fault classes of reference practice/reliability.md section 3 that are not hardware, each with how often it may strike. */
export const faultClasses = {
  // Process crash and power loss; a chance for each payment that a kiosk begins.
  'kiosk-killed': 0.02,
  'kiosk-power-cut': 0.02,
  'relay-killed': 0.004,
  // Storage of the kiosk; a chance for each block written, or for each power cut.
  'block-torn': 0.5,
  'disk-slow': 0.02,
  'disk-failing': 0.001,
  'disk-full': 0.001,
  'disk-damaged': 0.02,
  'journal-lost': 0.02,
  'card-cloned': 0.01,
  'board-changed': 0.01,
  // Network; a chance for each frame, connection or payment.
  'frame-lost': 0.03,
  'frame-twice': 0.03,
  'frame-late': 0.02,
  'frame-very-late': 0.003,
  'link-cut': 0.02,
  'link-half-open': 0.01,
  'broker-restarted': 0.003,
  'relay-cut-off': 0.003,
  // The ledger.
  'ledger-slow': 0.02,
  'ledger-crashed': 0.002,
  'ledger-unsynced': 0.3,
  'ledger-answer-lost': 0.005,
  // The acquirer; a chance for each call or payment.
  'request-lost': 0.02,
  'answer-lost': 0.03,
  'request-late': 0.02,
  'acquirer-unclear': 0.02,
  'acquirer-busy': 0.01,
  'acquirer-down': 0.002,
  'paid-late': 0.03,
  'paid-at-cancel': 0.03,
  'found-late': 0.02,
  'wrong-amount': 0.01,
  'amount-unsaid': 0.01,
  'cancel-window-over': 0.02,
  'cancel-fails': 0.03,
  'refund-pending': 0.2,
  'refund-fails': 0.1,
  'id-conflict': 0.002,
  // People and devices.
  'code-shown-again': 0.05,
  'code-shown-elsewhere': 0.01,
  'two-phones': 0.02,
  'scan-split': 0.05,
  'scan-garbage': 0.03,
  'scan-flood': 0.003,
  'customer-aborts': 0.04,
  'vend-fails': 0.03,
  'vend-doubtful': 0.02,
  'vend-slow': 0.02,
  'vend-known-late': 0.5,
  // Clocks.
  'clock-drift': 0.5,
  'clock-set': 0.3,
  // The acquirer once more; a chance for each inquiry about a payment that it has called paid.
  'declined-after-paid': 0.2,
  // Customers whose wallet is linked: no fault, but what those after it need; a chance for each of them.
  'wallet-linked': 0.2,
  'press-missing': 0.1,
  'press-on-phone': 0.3,
  'token-cancelled': 0.1,
  'unlinked-meanwhile': 0.05,
  'press-by-stranger': 0.05,
  'member-code-old': 0.1,
  'member-code-again': 0.05,
  'limit-raced': 0.05,
  'first-code-shown': 0.2,
  // Customers who link their wallet first; a chance for each customer, or for each of them.
  'wallet-links': 0.03,
  'link-photographed': 0.2,
  'link-refused': 0.1,
  'link-silent': 0.1,
  // The wallets; a chance for each call, agreement or notification.
  'link-call-lost': 0.1,
  'token-in-process': 0.3,
  'token-refused': 0.05,
  'token-expires': 0.2,
  'notice-early': 0.05,
  'notice-lost': 0.1,
  'notice-twice': 0.2,
  'notice-late': 0.05,
  'notice-forged': 0.1,
} as const satisfies Record<string, number>;

export type FaultClass = keyof typeof faultClasses;
export const faultNames = Object.keys(faultClasses) as FaultClass[];

/** One fault that struck: its class, where, and the how-manieth draw of that place it was. */
export type Fault = { readonly id: string; readonly class: FaultClass; readonly place: string; readonly at: number };

export type FaultPlan = {
  /** Share of the usual rate: 0 never. */
  readonly shares: Readonly<Record<FaultClass, number>>;
  /** For shrinking: only these strike. */
  readonly only?: ReadonlySet<string>;
};

/** Where faults come from. Each class at each place draws from its own stream: one that is left out moves no other. */
export class Faults {
  readonly struck: Fault[] = [];
  /** False: healed. */
  active = true;
  readonly #seed: number;
  readonly #plan: FaultPlan;
  readonly #now: () => number;
  readonly #onFault: (fault: Fault) => void;
  readonly #ordered = new Map<FaultClass, number>();

  constructor(seed: number, plan: FaultPlan, now: () => number, onFault: (fault: Fault) => void) {
    this.#seed = seed;
    this.#plan = plan;
    this.#now = now;
    this.#onFault = onFault;
  }

  share(name: FaultClass): number {
    return this.#plan.shares[name];
  }

  /** The next so many draws of this class strike, wherever they are made: for a script that wants this fault and no other. */
  order(name: FaultClass, times = 1): void {
    this.#ordered.set(name, times);
  }

  #isOrdered(name: FaultClass): boolean {
    const times = this.#ordered.get(name);
    if (times === undefined) return false;
    if (times > 1) this.#ordered.set(name, times - 1);
    else this.#ordered.delete(name);
    return true;
  }

  /** A place at which one class may strike, again and again. */
  source(name: FaultClass, place: string): FaultSource {
    const rate = Math.min(1, faultClasses[name] * this.#plan.shares[name]);
    return new FaultSource(name, place, rate, this.#seed, this);
  }

  /** @param drawn what chance said; @returns the fault's id, when it strikes */
  strikes(drawn: boolean, draws: number, { name, place }: FaultSource): string | undefined {
    const ordered = this.#ordered.size > 0 && this.#isOrdered(name);
    if (!ordered && !(drawn && this.active)) return undefined;
    const id = `${name}@${place}#${draws}`;
    const { only } = this.#plan;
    if (only && !only.has(id)) return undefined;
    const fault: Fault = { id, class: name, place, at: this.#now() };
    this.struck.push(fault);
    this.#onFault(fault);
    return id;
  }
}

/** One class at one place. */
export class FaultSource {
  readonly name: FaultClass;
  readonly place: string;
  readonly #rate: number;
  readonly #seed: number;
  readonly #faults: Faults;
  #draws = 0;
  #when: Chance | undefined;
  #size: Chance | undefined;

  constructor(name: FaultClass, place: string, rate: number, seed: number, faults: Faults) {
    this.name = name;
    this.place = place;
    this.#rate = rate;
    this.#seed = seed;
    this.#faults = faults;
  }

  /** For the size of the fault that struck last. Each has its own, so that one that is left out changes no other. */
  get chance(): Chance {
    this.#size ??= new Chance(this.#seed, `size of ${this.name}@${this.place}`);
    return this.#size;
  }

  strikes(): boolean {
    this.#draws += 1;
    const id = this.#faults.strikes(this.#drawn(), this.#draws, this);
    if (id !== undefined) this.#size = new Chance(this.#seed, id);
    return id !== undefined;
  }

  #drawn(): boolean {
    if (this.#rate === 0) return false;
    this.#when ??= new Chance(this.#seed, `${this.name}@${this.place}`);
    return this.#when.hits(this.#rate);
  }
}

/** Drawn apart, so that worlds of before are what they were. */
const late: ReadonlySet<FaultClass> = new Set([
  ...(['wallet-linked', 'press-missing', 'press-on-phone', 'token-cancelled', 'unlinked-meanwhile'] as const),
  ...(['press-by-stranger', 'member-code-old', 'member-code-again', 'limit-raced', 'first-code-shown'] as const),
  ...(['wallet-links', 'link-photographed', 'link-refused', 'link-silent', 'link-call-lost'] as const),
  ...(['token-in-process', 'token-refused', 'token-expires', 'notice-early', 'notice-lost'] as const),
  ...(['notice-twice', 'notice-late', 'notice-forged'] as const),
]);

/** Some classes often, some rarely, some not at all: a world of every fault at once hides what two of them do. */
export function swarm(chance: Chance): Record<FaultClass, number> {
  const quiet = chance.hits(0.05);
  const shares = {} as Record<FaultClass, number>;
  for (const name of faultNames) {
    const drawn = (late.has(name) ? chance.fork(name) : chance).next();
    shares[name] = quiet || drawn < 0.45 ? 0 : drawn < 0.75 ? 0.3 : drawn < 0.95 ? 1 : 4;
  }
  return shares;
}
