import { receiptOf } from '../../protocol/ids.js';
import type { Ledger, StepRecord } from '../ledger/contract.js';
import { standingOf } from '../link/teller.js';
import type { Attempt } from '../payment/types.js';

/** What people see of an attempt; amounts in minor units, no code and no key among it. */
export type AttemptView = {
  readonly attempt: string;
  readonly kiosk: string;
  readonly amount: number;
  readonly currency: string;
  readonly issuer?: string;
  readonly reference: string;
  readonly standing: string;
  readonly reason?: string;
  readonly receipt: string;
  /** What the acquirer said after the operator was called. */
  readonly finding?: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly steps: readonly {
    readonly at: string;
    readonly name: string;
    readonly detail: string;
    readonly ms?: number;
  }[];
};

const iso = (at: number): string => new Date(at).toISOString();

function viewOf(attempt: Attempt, steps: readonly StepRecord[]): AttemptView {
  return {
    attempt: attempt.id,
    kiosk: attempt.kiosk,
    amount: attempt.money?.amount ?? 0,
    currency: attempt.money?.currency ?? '',
    ...(attempt.issuer ? { issuer: attempt.issuer } : {}),
    reference: attempt.reference,
    standing: standingOf(attempt),
    ...(attempt.reason ? { reason: attempt.reason } : {}),
    receipt: receiptOf(attempt.id),
    ...(attempt.finding ? { finding: attempt.finding } : {}),
    createdAt: iso(attempt.createdAt),
    steps: steps.map((s) => ({
      at: iso(s.at),
      name: s.name,
      detail: s.detail,
      ...(s.ms === null ? {} : { ms: s.ms }),
    })),
  };
}

export async function viewAttempts(ledger: Ledger, limit: number): Promise<AttemptView[]> {
  const attempts = await ledger.newest(limit);
  const steps = await ledger.stepsOf(attempts.map((a) => a.id));
  return attempts.map((a) => viewOf(a, steps.get(a.id) ?? []));
}

const ATTEMPT_ID = /^[0-9a-f]{32}$/;

/** Undefined: no attempt's id, unknown, or a tombstone. */
export async function viewAttempt(ledger: Ledger, id: string): Promise<AttemptView | undefined> {
  if (!ATTEMPT_ID.test(id)) return undefined;
  const attempt = await ledger.load(id);
  if (!attempt?.money) return undefined;
  return viewOf(attempt, (await ledger.stepsOf([id])).get(id) ?? []);
}

export async function viewAlarms(ledger: Ledger, limit: number) {
  return (await ledger.newestAlarms(limit)).map(({ at, kind, kiosk, attempt, detail }) => ({
    at: iso(at),
    kind,
    // An alarm of the relay itself, its clock say, is no kiosk's.
    ...(kiosk === '' ? {} : { kiosk }),
    detail,
    ...(attempt === null ? {} : { attempt, receipt: receiptOf(attempt) }),
  }));
}
