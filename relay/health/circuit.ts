/**
 * A circuit breaker for one account with an acquirer: pure, total, told the time. It decides one thing only: whether a new
 * Pay may be accepted. Inquiries, cancels and refunds are never stopped.
 *
 * closed ──pays fail──► open ──an inquiry is answered──► half-open ──a pay is answered──► closed
 *                        ▲                                   │
 *                        └────────── that pay fails ─────────┘ (and it stays open twice as long)
 *
 * An inquiry that is answered shows that the acquirer is there, not that it takes payments: so one customer's payment is let
 * through before all are.
 */
export type CircuitPolicy = {
  /** So many pays without an answer in a row open it. */
  readonly streak: number;
  /** Or this share of those in the window, if there are at least so many. */
  readonly share: number;
  readonly least: number;
  readonly windowMs: number;
  /** Open so long before the first probe; doubled after each failed trial, up to the most. */
  readonly waitMs: number;
  readonly waitMostMs: number;
  /** A trial of which nothing is heard for so long is not waited for. */
  readonly trialMs: number;
};

export const circuitPolicy: CircuitPolicy = {
  streak: 5,
  share: 0.5,
  least: 20,
  windowMs: 30_000,
  waitMs: 5_000,
  waitMostMs: 120_000,
  trialMs: 30_000,
};

/** Pays that ended in one part of the window. */
type Part = { readonly at: number; readonly ended: number; readonly failed: number };

export type Circuit =
  | { readonly kind: 'closed'; readonly streak: number; readonly parts: readonly Part[] }
  | { readonly kind: 'open'; readonly waitMs: number; readonly probeAt: number }
  /** `trialAt`: when the one payment that is tried was accepted; null: it has not come yet. */
  | { readonly kind: 'half-open'; readonly waitMs: number; readonly trialAt: number | null };

export type CircuitEvent =
  /** `failed`: without an answer, or with one that tells nothing. A decline is an answer. */
  | { readonly type: 'pay-ended'; readonly failed: boolean }
  /** Of an inquiry or a cancel, whoever asked for it. */
  | { readonly type: 'asked'; readonly failed: boolean }
  /** A Pay was accepted. */
  | { readonly type: 'accepted' }
  /** And then not sent, for a cause of ours: it tells nothing of the acquirer. */
  | { readonly type: 'not-made' };

export const closedCircuit: Circuit = { kind: 'closed', streak: 0, parts: [] };

const PARTS = 10;

export function stepCircuit(circuit: Circuit, event: CircuitEvent, now: number, policy: CircuitPolicy): Circuit {
  switch (circuit.kind) {
    case 'closed':
      return event.type === 'pay-ended' ? counted(circuit, event.failed, now, policy) : circuit;
    case 'open':
      return whileOpen(circuit, event, now);
    case 'half-open':
      return whileTrying(circuit, event, now, policy);
  }
}

/** May a new Pay be accepted? */
export function admits(circuit: Circuit, now: number, { trialMs }: CircuitPolicy): boolean {
  if (circuit.kind === 'closed') return true;
  if (circuit.kind === 'open') return false;
  return circuit.trialAt === null || now - circuit.trialAt > trialMs;
}

/** When somebody shall ask the acquirer anything, to see whether it answers; null: no need. */
export const probeAt = (circuit: Circuit): number | null => (circuit.kind === 'open' ? circuit.probeAt : null);

type Of<Kind extends Circuit['kind']> = Extract<Circuit, { readonly kind: Kind }>;

function counted({ streak, parts }: Of<'closed'>, failed: boolean, now: number, policy: CircuitPolicy): Circuit {
  const inRow = failed ? streak + 1 : 0;
  const partMs = policy.windowMs / PARTS;
  const at = Math.floor(now / partMs) * partMs;
  const kept = parts.filter((part) => part.at > now - policy.windowMs && part.at !== at);
  const last = parts.find((part) => part.at === at) ?? { at, ended: 0, failed: 0 };
  const all = [...kept, { at, ended: last.ended + 1, failed: last.failed + (failed ? 1 : 0) }];
  const [ended, lost] = [sum(all, 'ended'), sum(all, 'failed')];
  const tooMany = failed && ended >= policy.least && lost >= ended * policy.share;
  if (inRow >= policy.streak || tooMany) return opened(policy.waitMs, now);
  return { kind: 'closed', streak: inRow, parts: all };
}

const sum = (parts: readonly Part[], what: 'ended' | 'failed'): number => parts.reduce((all, p) => all + p[what], 0);
const opened = (waitMs: number, now: number): Circuit => ({ kind: 'open', waitMs, probeAt: now + waitMs });

/** A pay that was under way when it opened may still succeed: as good as a probe. */
function whileOpen(circuit: Of<'open'>, event: CircuitEvent, now: number): Circuit {
  if (event.type === 'accepted' || event.type === 'not-made') return circuit;
  const { waitMs } = circuit;
  if (event.type === 'pay-ended') return event.failed ? circuit : { kind: 'half-open', waitMs, trialAt: null };
  if (now < circuit.probeAt) return circuit;
  return event.failed ? opened(waitMs, now) : { kind: 'half-open', waitMs, trialAt: null };
}

function whileTrying(circuit: Of<'half-open'>, event: CircuitEvent, now: number, policy: CircuitPolicy): Circuit {
  if (event.type === 'accepted') return { ...circuit, trialAt: now };
  if (event.type === 'asked') return circuit;
  // The next customer is the trial: nobody waits for an answer that cannot come.
  if (event.type === 'not-made') return circuit.trialAt === null ? circuit : { ...circuit, trialAt: null };
  // One from before, which took its time to fail, says nothing of now.
  if (event.failed && circuit.trialAt === null) return circuit;
  return event.failed ? opened(Math.min(circuit.waitMs * 2, policy.waitMostMs), now) : closedCircuit;
}
