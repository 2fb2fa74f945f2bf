import type { RandomBytes } from '../protocol/ids.js';
import { aftermath } from './aftermath.js';
import type { AdmissionRules } from './greet/admit.js';
import type { GreetRules } from './greet/decide.js';
import type { Ledger } from './ledger/contract.js';
import { Desk } from './link/desk.js';
import { Teller } from './link/teller.js';
import type { Links } from './linking/contract.js';
import type { Vault } from './linking/crypto.js';
import { LinkOffice } from './linking/office.js';
import type { LinkingRules } from './linking/rules.js';
import type { LinkCallMade } from './linking/runner.js';
import type { Attempt } from './payment/types.js';
import type { Accounts } from './routing/accounts.js';
import type { Clock } from './runtime/clock.js';
import { Counters } from './runtime/counters.js';
import type { Log } from './runtime/log.js';
import type { Applied, ApplyContext } from './worker/apply.js';
import { Codes } from './worker/codes.js';
import type { CallMade } from './worker/made.js';
import { Worker } from './worker/worker.js';

export type OfficeParts = {
  /** This relay's instance name. */
  readonly relay: string;
  readonly ledger: Ledger;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly admission: AdmissionRules;
  readonly greeting: GreetRules;
  /** A secret. */
  readonly codeHashKey: Uint8Array;
  /** How long a kiosk may believe its Welcome, ms. */
  readonly welcomeMs: number;
  /** Absent: no wallet can be linked. */
  readonly linking?: LinkingParts | undefined;
  readonly knows: (kiosk: string) => boolean;
  /** False: not connected, nothing was sent. */
  readonly publish: (topic: string, payload: Uint8Array) => boolean;
  /** An attempt has changed in this relay. */
  readonly onChanged: (attempt: string) => void;
  readonly watch?: OfficeWatch;
  /** Our time minus the ledger's, ms, as far as it is beyond doubt. */
  readonly clockOffMs?: () => number;
  /** Shared with those who watch. */
  readonly counters?: Counters;
};

export type LinkingParts = { readonly links: Links; readonly vault: Vault; readonly rules: LinkingRules };

/** Those who watch the work, and say what they have found elsewhere: metrics, circuits, kiosks out of service. */
export type OfficeWatch = {
  /** `heardAt`: when its Pay came. */
  accepted(attempt: Attempt, heardAt: number): void;
  called(made: CallMade): void;
  linkCalled?(made: LinkCallMade): void;
  committed(applied: Applied): void;
  /** A kiosk was greeted, or refused for want of an acquirer. */
  heard(kiosk: string): void;
};

export type Office = {
  readonly desk: Desk;
  readonly worker: Worker;
  readonly linking: LinkOffice | undefined;
  readonly teller: Teller;
  readonly counters: Counters;
  /** For what is heard beside the desk: what a step is told, and what follows its commit. */
  readonly context: () => ApplyContext;
  readonly committed: (applied: Applied) => void;
  start(): Promise<void>;
  /** Finishes the frames and calls under way, and tells their ends. */
  stop(): Promise<void>;
};

/** Waits of the outbox: 1 s doubling to 30 s, for about an hour; the kiosk's next Hello starts it again. */
const tellPlan = { firstMs: 1_000, mostMs: 30_000, tries: 120 };
const AT_ONCE = 64;
/** What was accepted is begun by then by whoever has accepted it; two at work on it would ask past each other. */
const BEGUN_WITHIN_MS = 1_000;
const POLL_MS = 1_000;
/** A lease outlives any one call by this, less what the ledger takes for the step before it. */
const LEASE_BEYOND_CALL_MS = 10_000;
/** At stop, frames under way get this long: a transaction on a ledger that still answers needs less. */
const FRAMES_DRAIN_MS = 8_000;

/**
 * All of a relay but its ends: frames in at the desk, frames out by `publish`, with a ledger, an acquirer, a clock and
 * randomness behind it. The program and the simulation put it together the same way; nothing runs before `start`.
 */
export function openOffice(parts: OfficeParts): Office {
  const { relay, ledger, accounts, clock, random, log, admission, greeting, onChanged } = parts;
  const { codeHashKey, welcomeMs, knows, publish, watch, clockOffMs } = parts;
  const leaseMs = accounts.longestCallMs + LEASE_BEYOND_CALL_MS;
  const firstTellMs = tellPlan.firstMs;
  const [counters, codes] = [parts.counters ?? new Counters(), new Codes()];
  const teller = new Teller({ ledger, clock, log, relay, plan: tellPlan, publish });
  const after = aftermath({ log, counters, teller, onChanged, worker: () => worker });
  const committed = (applied: Applied): void => {
    after(applied);
    watch?.committed(applied);
  };
  const called = (made: CallMade): void => {
    const { attempt, span, account, call, answer, ms } = made;
    log.info({ event: 'call', trace_id: attempt, span_id: span, account, call, answer, ms });
    watch?.called(made);
  };
  const linking =
    parts.linking &&
    new LinkOffice({
      ...{ ...parts.linking, accounts, clock, random, log, counters, relay },
      send: (kiosk, body) => teller.send(kiosk, body),
      called: (made) => watch?.linkCalled?.(made),
    });
  const shared = { ledger, clock, log, relay, accounts, codes, firstTellMs, committed };
  const worker: Worker = new Worker(
    { ...shared, leaseMs, called, clockOffMs, tokens: linking?.tokens },
    { atOnce: AT_ONCE, pollMs: POLL_MS, drainMs: accounts.longestCallMs * 2 },
    log,
  );
  const desk = new Desk({
    ...{ ...shared, counters, random, teller, admission, greeting, codeHashKey, welcomeMs, knows, clockOffMs, linking },
    workLeaseMs: leaseMs,
    wake: () => worker.wakeAt(clock.now()),
    goOn: (attempt) => void clock.after(BEGUN_WITHIN_MS, () => worker.runOwn(attempt)),
    heard: (kiosk) => watch?.heard(kiosk),
    accepted: (attempt, heardAt, begun) => {
      watch?.accepted(attempt, heardAt);
      worker.runOwn(attempt.id, begun);
      onChanged(attempt.id);
    },
  });
  return {
    ...{ desk, worker, teller, counters, committed, linking },
    context: () => ({ now: clock.now(), accounts, relay, firstTellMs }),
    start: async () => {
      await worker.start();
      await linking?.worker.start();
      teller.start();
    },
    stop: async () => {
      await desk.close(FRAMES_DRAIN_MS);
      await Promise.all([worker.stop(), linking?.worker.stop()]);
      teller.stop();
    },
  };
}
