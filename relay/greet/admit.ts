import { createHmac } from 'node:crypto';
import { bootTag, orderOf } from '../../protocol/ids.js';
import type { Pay } from '../../protocol/messages.js';
import type { Currency } from '../../protocol/money.js';
import type { Reason } from '../../protocol/words.js';
import { amountLimit, withinLimit } from '../acquirers/capabilities.js';
import type { Acquirer } from '../acquirers/contract.js';
import type { KioskRow, Ledger, LedgerTransaction } from '../ledger/contract.js';
import { step } from '../payment/step.js';
import type { Attempt, Policy, StepResult } from '../payment/types.js';
import type { Asked, Routed } from '../routing/routes.js';
import { type Applied, callOf } from '../worker/apply.js';

/** What a Pay is measured by. All ms. */
export type AdmissionRules = {
  readonly payValidMs: number;
  readonly kioskDeadlineMs: number;
  /** Undefined: this kiosk's merchant has no account for such a payment. */
  route(kiosk: string, asked: Asked): Destination | undefined;
  /** Where a payment of a linked wallet goes: to the account that has linked it. Undefined: the kiosk's merchant has it not. */
  routeLinked?(kiosk: string, account: string): Destination | undefined;
  /** Minor units; Infinity: no cap; undefined: this kiosk does not ask in that currency. */
  cap(kiosk: string, currency: Currency): number | undefined;
};

/** Where an attempt goes, and what that means for its times. */
export type Destination = Routed & {
  readonly acquirer: Acquirer;
  /** Scan to the relay's giving up. */
  readonly deadlineMs: number;
  /** False: the account takes no new payments just now. */
  readonly usable?: boolean;
};

export type Admission =
  /** Not final: the kiosk says Hello again (rule 2). */
  | { readonly type: 'not-greeted' }
  /** The id is another kiosk's: nothing is told of it. */
  | { readonly type: 'foreign' }
  /** Heard before: answered from the record. `restartable`: its pay was never written and the code is the same. */
  | { readonly type: 'known'; readonly attempt: Attempt; readonly restartable: boolean }
  /** `begun`: its pay is written too, and is now to be sent. */
  | { readonly type: 'accepted'; readonly attempt: Attempt; readonly begun?: Applied | undefined }
  | { readonly type: 'refused'; readonly attempt: Attempt };

export type AdmitContext = {
  readonly now: number;
  readonly rules: AdmissionRules;
  /** A secret. */
  readonly codeHashKey: Uint8Array;
  readonly relay: string;
  readonly leaseMs: number;
  readonly firstTellMs: number;
  /** By how much our clock is surely behind the ledger's, ms. */
  readonly behindMs?: number;
  /** Whoever asks holds the code and sends the pay as soon as this is committed: then it is written here, and not in a step more. */
  readonly sends?: { readonly of: (account: string) => { readonly policy: Policy } };
};

/** A scan may seem to lie this far ahead, by the Hello's way here; more means that the clock measure is bad. */
export const CLOCK_TOLERANCE_MS = 2_000;

/** Keyed, so that the ledger's reader cannot try all codes. */
export const hashCode = (code: string, key: Uint8Array): string => createHmac('sha256', key).update(code).digest('hex');

/** Rule 5: check and insert in one transaction, the kiosk's row shared-locked against a Hello in between. */
export async function admitPay(
  ledger: Ledger,
  kiosk: string,
  tag: string,
  pay: Pay,
  context: AdmitContext,
): Promise<Admission> {
  const codeHash = hashCode(pay.code, context.codeHashKey);
  return await ledger.transaction(async (tx) => {
    const row = await tx.lockForPay(kiosk);
    const scannedAt = row && scanTime(row, tag, pay, context.now);
    if (!row?.nonce || scannedAt === undefined) return await fromRecord(tx, pay.attempt, kiosk, codeHash, context);
    // Of what was heard before, the insert says so.
    const to = context.rules.route(kiosk, { issuer: pay.issuer ?? null, currency: pay.currency });
    const attempt = newAttempt(kiosk, row.nonce, pay, scannedAt, to, context);
    const reason = refusalOf(kiosk, pay, scannedAt, to, context);
    if (reason) return await refuse(tx, attempt, reason, codeHash, context);
    const lease = { leaseOwner: context.relay, leaseUntil: context.now + context.leaseMs };
    const begun = begin(attempt, context);
    if (!(await tx.insert(begun.attempt, { codeHash, telling: { owed: false, tellAt: null }, ...lease }))) {
      return await barred(tx, attempt, codeHash, context);
    }
    const call = callOf(begun.effects);
    const accepted = { at: context.now, name: 'accepted', detail: '', ms: context.now - scannedAt };
    const [callId] = await Promise.all([
      call ? tx.callStarted(attempt.id, context.relay, call, context.now) : null,
      tx.addSteps(attempt.id, [accepted]),
    ]);
    if (!call) return { type: 'accepted', attempt };
    return { type: 'accepted', attempt: begun.attempt, begun: { ...begun, ...asItWas, callId } };
  });
}

/** Its first step, which asks for the pay: in one transaction with its row, so that none of it is there without the other. */
function begin(attempt: Attempt, { sends, now }: AdmitContext): StepResult {
  if (!sends) return { attempt, effects: [] };
  return step(attempt, { type: 'due', codeHeld: true }, now, sends.of(attempt.account).policy);
}

const asItWas = { changed: false, moved: false, givenBack: false } as const;

/** Heard before, from whatever boot: answered from the record. */
export async function fromRecord(
  tx: LedgerTransaction,
  id: string,
  kiosk: string,
  codeHash: string,
  { now, behindMs = 0 }: Pick<AdmitContext, 'now' | 'behindMs'>,
): Promise<Admission> {
  const before = await tx.load(id);
  if (!before) return { type: 'not-greeted' };
  if (before.kiosk !== kiosk) return { type: 'foreign' };
  const untouched = before.state === 'submitted' && before.payAt === null;
  // By a clock that is behind it could be sent after the last moment that whoever accepted it has reckoned with (rule 11).
  const isBehind = behindMs > CLOCK_TOLERANCE_MS;
  const isScanned = before.link === null;
  const restartable = isScanned && untouched && !isBehind && (await tx.codeHashOf(before.id)) === codeHash;
  if (restartable) await tx.dueNow(before.id, now);
  return { type: 'known', attempt: before, restartable };
}

/** The fence, and the scan's time by our clock. Undefined: this boot is not the greeted one, or its clock is not known. */
export function scanTime(row: KioskRow, tag: string, pay: Pay, now: number): number | undefined {
  if (row.nonce === null || bootTag(row.nonce) !== tag || row.clockOffset === null) return undefined;
  const at = row.clockOffset + pay.scanMs;
  // From the future: the last Hello was long on its way. A new one measures better.
  if (at > now + CLOCK_TOLERANCE_MS) return undefined;
  return Math.min(at, now);
}

export function refusalOf(
  kiosk: string,
  pay: Pay,
  scannedAt: number,
  to: Destination | undefined,
  { now, rules }: AdmitContext,
): Reason | undefined {
  if (now - scannedAt > validMs(pay, rules)) return 'stale';
  const cap = rules.cap(kiosk, pay.currency);
  if (!to || cap === undefined) return 'configuration';
  // Into the dark nobody is charged.
  if (to.usable === false) return 'acquirer-unavailable';
  if (pay.amount > cap) return 'over-limit';
  const limit = amountLimit(to.acquirer.capabilities, pay.issuer ?? null, pay.currency);
  return withinLimit(limit, pay) ? undefined : 'over-limit';
}

/** A kiosk may shorten, never lengthen. */
const validMs = (pay: Pay, rules: AdmissionRules): number => Math.min(pay.validMs, rules.payValidMs);

export function newAttempt(
  kiosk: string,
  nonce: string,
  pay: Pay,
  scannedAt: number,
  to: Destination | undefined,
  context: AdmitContext,
): Attempt {
  const { now, rules } = context;
  const payUntil = scannedAt + validMs(pay, rules);
  return {
    id: pay.attempt,
    kiosk,
    order: orderOf(pay.attempt),
    boot: nonce,
    money: { amount: pay.amount, currency: pay.currency },
    issuer: pay.issuer ?? null,
    reference: pay.reference,
    merchant: to?.merchant ?? '',
    acquirer: to?.acquirer.name ?? '',
    account: to?.account ?? '',
    route: to?.why ?? '',
    link: null,
    createdAt: now,
    scannedAt,
    payUntil,
    deadlineAt: scannedAt + (to?.deadlineMs ?? rules.kioskDeadlineMs),
    vendUntil: scannedAt + rules.kioskDeadlineMs,
    // Rule 11: last permitted send + HTTP timeout + the shorter of code life and acquirer expiry (vendUntil, as told). By the
    // ledger's clock: another relay may ask for us.
    landingUntil: payUntil + landingMs(to, rules) + (context.behindMs ?? 0),
    ...untouchedProgress,
    nextAt: now,
  };
}

function landingMs(to: Destination | undefined, { kioskDeadlineMs }: AdmissionRules): number {
  const plan = to?.acquirer.plan;
  return plan ? plan.callTimeoutMs + Math.min(plan.codeLifeMs, kioskDeadlineMs) : 0;
}

const untouchedProgress = {
  state: 'submitted',
  reason: null,
  passwordPending: false,
  confirmedAt: null,
  acquirerId: null,
  payAt: null,
  paidSeen: false,
  inquiries: 0,
  cancels: 0,
  cancelRefused: false,
  reversal: null,
  finding: null,
} as const satisfies Partial<Attempt>;

/** A final refusal is stored, so that the same Pay gets the same answer for ever. It uses no code and no order. */
export async function refuse(
  tx: LedgerTransaction,
  attempt: Attempt,
  reason: Reason,
  codeHash: string,
  context: AdmitContext,
): Promise<Admission> {
  const { now, firstTellMs } = context;
  const refused: Attempt = { ...attempt, state: 'refused', reason, nextAt: null };
  const telling = { owed: true, tellAt: now + firstTellMs };
  const stored = await tx.insert(refused, { codeHash: null, telling, leaseOwner: null, leaseUntil: null });
  // This Pay was heard before, perhaps by another relay a moment ago: what is stored is the verdict, whatever ours would be.
  if (!stored) return await fromRecord(tx, attempt.id, attempt.kiosk, codeHash, context);
  await tx.addSteps(refused.id, [{ at: now, name: 'refused', detail: reason, ms: null }]);
  return { type: 'refused', attempt: refused };
}

export async function barred(
  tx: LedgerTransaction,
  attempt: Attempt,
  codeHash: string,
  context: AdmitContext,
): Promise<Admission> {
  switch (await tx.whoBars(attempt, codeHash)) {
    case 'attempt':
      return await fromRecord(tx, attempt.id, attempt.kiosk, codeHash, context);
    case 'order':
      return await refuse(tx, attempt, 'order-taken', codeHash, context);
    case 'code':
      return await refuse(tx, attempt, 'code-used', codeHash, context);
    case undefined:
      // What barred it ended between the two statements: the kiosk sends the Pay again.
      return { type: 'not-greeted' };
  }
}

/** Rule 6: the kiosk will never deliver for an attempt that has not arrived; if its Pay comes late, it is refused. */
export async function insertTombstone(
  tx: LedgerTransaction,
  kiosk: string,
  id: string,
  tag: string,
  { now, firstTellMs }: { now: number; firstTellMs: number },
): Promise<Attempt | undefined> {
  const attempt: Attempt = {
    id,
    kiosk,
    order: orderOf(id),
    boot: tag,
    money: null,
    issuer: null,
    reference: '',
    ...{ merchant: '', acquirer: '', account: '', route: '', link: null },
    createdAt: now,
    scannedAt: now,
    payUntil: now,
    deadlineAt: now,
    vendUntil: now,
    landingUntil: now,
    ...untouchedProgress,
    state: 'refused',
    reason: 'tombstone',
    nextAt: null,
  };
  const telling = { owed: true, tellAt: now + firstTellMs };
  const done = await tx.insert(attempt, { codeHash: null, telling, leaseOwner: null, leaseUntil: null });
  return done ? attempt : undefined;
}
