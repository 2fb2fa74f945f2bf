import type { DeclarationsAnswer, DeclareAnswer } from '../acquirers/customs.js';
import type { Database } from '../ledger/database.js';
import type { Account, Accounts } from '../routing/accounts.js';
import { type Clock, sleep } from '../runtime/clock.js';
import { barsWorth } from './allowed.js';
import { type AppliedDeclaration, applyDeclaration, type DeclarationContext } from './apply.js';
import { openBuyer } from './seal.js';
import { declarationsOf, releaseDeclarations } from './store.js';
import {
  type Declaration,
  type DeclarationEvent,
  type DeclarationPolicy,
  declarationPlan,
  type SeenAnswer,
} from './types.js';

export type DeclarationRunnerParts = {
  readonly db: Database;
  readonly accounts: Accounts;
  readonly clock: Clock;
  /** This relay's name. */
  readonly relay: string;
  readonly leaseMs: number;
  /** Buyers are sealed with it, 32 bytes; undefined: none is named. A secret. */
  readonly sealKey: Uint8Array | undefined;
  readonly plan?: Omit<DeclarationPolicy, 'againAfterMs'>;
  /** Called after each commit. */
  readonly committed: (applied: AppliedDeclaration) => void;
  /** One of them could not be worked on: the others are all the same. */
  readonly failed: (id: string, error: unknown) => void;
  /** False at stop: what has begun is brought to its end, and nothing more is begun. */
  readonly goesOn: () => boolean;
};

const SAVE_TRIES = 6;
const SAVE_FIRST_WAIT_MS = 100;
/** Adapters keep their own time; one that does not is not waited for. */
const BEYOND_TIMEOUT_MS = 2_000;
/** Of an account that is no longer in the config, or declares no more. */
const AGAIN_AFTER_MS = 5 * 60_000;

/** Works on declarations that this relay holds: what is to be sent one by one, what is to be inquired several at once. */
export async function runDeclarations(
  ids: readonly string[],
  parts: DeclarationRunnerParts,
  signal: AbortSignal,
): Promise<void> {
  const { db, clock, committed, relay } = parts;
  const broken = new Set<string>();
  const failed = (id: string, error: unknown): void => {
    broken.add(id);
    parts.failed(id, error);
  };
  try {
    const asked: AppliedDeclaration[] = [];
    for (const id of ids) {
      if (!parts.goesOn()) break;
      try {
        const isDue = ({ nextAt }: Declaration): boolean => nextAt !== null && nextAt <= clock.now();
        const applied = await applyDeclaration(db, id, { type: 'due' }, contextOf(parts), { when: isDue });
        if (!applied) continue;
        committed(applied);
        if (applied.call === 'declare') await declareOne(applied, parts, signal);
        else if (applied.call) asked.push(applied);
      } catch (error) {
        failed(id, error);
      }
    }
    for (const group of groupsOf(asked, parts.accounts)) await inquireSeveral(group, { ...parts, failed }, signal);
  } finally {
    // Of what is broken the lease ends by itself, so that it is not taken again at once.
    const whole = ids.filter((id) => !broken.has(id));
    await releaseDeclarations(db, whole, relay);
  }
}

export const policiesOf =
  (accounts: Accounts, plan = declarationPlan) =>
  (account: string): DeclarationPolicy => {
    const { customs } = accounts.of(account).acquirer;
    return { ...plan, againAfterMs: customs?.againAfterMs ?? AGAIN_AFTER_MS };
  };

const contextOf = ({ clock, accounts, relay, leaseMs, plan }: DeclarationRunnerParts): DeclarationContext => ({
  now: clock.now(),
  policyOf: policiesOf(accounts, plan),
  ...{ relay, leaseMs },
});

const noCustoms = { kind: 'not-sent', detail: 'this account declares nothing to customs' } as const;

async function declareOne(applied: AppliedDeclaration, parts: DeclarationRunnerParts, signal: AbortSignal) {
  const startedAt = parts.clock.now();
  const why = await whyNot(applied, parts, signal);
  if (why !== undefined) return await save(applied, { type: 'withheld', why }, startedAt, parts);
  const answer = await answerTo(applied, parts, signal);
  await save(applied, { type: 'declare-answered', answer }, startedAt, parts);
}

/**
 * What the acquirer says of the payment itself against its being declared: it may have been given back in the acquirer's own
 * portal, and what it is worth at customs nobody else knows. Undefined: nothing; where nothing is heard, `declare` is refused.
 */
async function whyNot(
  { declaration, attempt }: AppliedDeclaration,
  { accounts, clock, db }: DeclarationRunnerParts,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { declared } = declaration;
  const account = accounts.of(attempt.account);
  if (!account.acquirer.customs || attempt.acquirerId === null) return undefined;
  const { acquirerId } = attempt;
  const answer = await safely(() => account.acquirer.inquire(attempt.id, acquirerId, signal), account, clock);
  if (answer.kind === 'cancelled' || answer.kind === 'declined') return `the acquirer calls the payment ${answer.kind}`;
  const worth = answer.kind === 'paid' ? answer.declarable : undefined;
  if (worth?.currency !== declared.money.currency) return undefined;
  return barsWorth(declaration, await declarationsOf(db, attempt.id), worth);
}

async function answerTo(
  { declaration, attempt }: AppliedDeclaration,
  { accounts, clock, db, sealKey }: DeclarationRunnerParts,
  signal: AbortSignal,
): Promise<DeclareAnswer> {
  const account = accounts.of(attempt.account);
  const { customs } = account.acquirer;
  if (!customs || attempt.acquirerId === null) return noCustoms;
  const { id, push, declared } = declaration;
  // Read just before: a person may have had it sent again, or another relay have taken it, since the step.
  const [row] = await db.query('SELECT buyer, push, state FROM declaration WHERE id = $1', [id]).catch(() => []);
  if (row?.['state'] !== 'requested' || Number(row['push']) !== push) {
    return { kind: 'not-sent', detail: 'no longer requested, or the ledger did not answer' };
  }
  const sealed = row['buyer'];
  const buyer = typeof sealed === 'string' && sealKey ? openBuyer(sealKey, id, sealed) : undefined;
  if (declared.buyerNamed && !buyer) return { kind: 'not-sent', detail: 'the buyer cannot be opened with this key' };
  const request = {
    ...{ declarationId: id, acquirerId: attempt.acquirerId, money: declared.money, customs: declared.customs },
    merchant: { code: declared.merchantCode, name: declared.merchantName },
    ...(declared.subOrder === null ? {} : { subOrder: declared.subOrder }),
    ...(buyer ? { buyer } : {}),
  };
  return await safely(() => customs.declare(request, signal), account, clock);
}

/** Of one account each, and no more than it is asked about at once. */
function groupsOf(asked: readonly AppliedDeclaration[], accounts: Accounts): AppliedDeclaration[][] {
  const groups = new Map<string, AppliedDeclaration[][]>();
  for (const one of asked) {
    const { account } = one.attempt;
    const most = accounts.of(account).acquirer.customs?.inquiredMost ?? 1;
    const mine = groups.get(account) ?? [];
    const last = mine.at(-1);
    if (last && last.length < most) last.push(one);
    else mine.push([one]);
    groups.set(account, mine);
  }
  return [...groups.values()].flat();
}

async function inquireSeveral(
  group: readonly AppliedDeclaration[],
  parts: DeclarationRunnerParts,
  signal: AbortSignal,
) {
  const [first] = group;
  if (!first) return;
  const { accounts, clock } = parts;
  const startedAt = clock.now();
  const account = accounts.of(first.attempt.account);
  const { customs } = account.acquirer;
  const ids = group.map(({ declaration }) => declaration.id);
  const answer: DeclarationsAnswer = customs
    ? await safely(() => customs.inquire(ids, signal), account, clock)
    : noCustoms;
  for (const one of group) {
    const { id } = one.declaration;
    const event = { type: 'inquiry-answered', answer: seenOf(answer, id) } as const;
    await save(one, event, startedAt, parts).catch((error: unknown) => parts.failed(id, error));
  }
}

/** What an answer of several says of one. */
export function seenOf(answer: DeclarationsAnswer, id: string): SeenAnswer {
  if (answer.kind !== 'seen') return answer;
  const code = answer.code === undefined ? {} : { code: answer.code };
  const seen = answer.declarations.find(({ declarationId }) => declarationId === id);
  if (seen) return { kind: 'seen', seen, ...code };
  return answer.missing.includes(id) ? { kind: 'not-found', ...code } : { kind: 'unknown', detail: 'shape', ...code };
}

const notSent = { kind: 'not-sent', detail: 'withheld' } as const;
type Answered = Extract<DeclarationEvent, { readonly answer: unknown } | { readonly type: 'withheld' }>;

/** An answer is worth several tries; if the ledger stays away, the same will be asked again. */
async function save(
  { declaration: { id, push }, callId }: AppliedDeclaration,
  event: Answered,
  startedAt: number,
  parts: DeclarationRunnerParts,
): Promise<void> {
  const { db, clock, committed } = parts;
  const answer = event.type === 'withheld' ? notSent : event.answer;
  const at = clock.now();
  const code = 'code' in answer ? (answer.code ?? null) : null;
  const end = { id: callId ?? 0, at, answer: answer.kind, code };
  // An answer to an earlier push tells nothing of the one that a person has asked for since.
  const when = (now: Declaration): boolean => now.push === push;
  for (let tries = 1; ; tries++) {
    try {
      const answered = { end, ms: at - startedAt };
      const applied = await applyDeclaration(db, id, event, contextOf(parts), { answered, when });
      if (applied) committed(applied);
      return;
    } catch (error) {
      if (tries >= SAVE_TRIES) throw error;
      await sleep(clock, SAVE_FIRST_WAIT_MS * 2 ** tries);
    }
  }
}

type NoAnswer = { readonly kind: 'unknown'; readonly detail: 'io' | 'timeout' };

/** Adapters do not throw; if one does, nothing is known. */
function safely<T>(run: () => Promise<T>, { acquirer }: Account, clock: Clock): Promise<T | NoAnswer> {
  return new Promise((resolve) => {
    const cancel = clock.after(acquirer.plan.callTimeoutMs + BEYOND_TIMEOUT_MS, () =>
      resolve({ kind: 'unknown', detail: 'timeout' }),
    );
    const answered = (answer: T | NoAnswer): void => {
      cancel();
      resolve(answer);
    };
    run().then(answered, () => answered({ kind: 'unknown', detail: 'io' }));
  });
}

/** How long one look may take: each sent one by one, after its payment was asked for, and the inquiries after them. */
export const declarationLeaseMs = (longestCallMs: number, atOnce: number): number =>
  (2 * atOnce + 1) * (longestCallMs + BEYOND_TIMEOUT_MS) + 10_000;
