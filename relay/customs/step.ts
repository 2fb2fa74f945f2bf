import type { DeclarationSeen, Taken } from '../acquirers/customs.js';
import type { AlarmKind } from '../payment/types.js';
import type {
  Declaration,
  DeclarationEffect,
  DeclarationEvent,
  DeclarationPolicy,
  DeclarationStep,
  SeenAnswer,
} from './types.js';

/**
 * The machine of a declaration to customs: pure and total. Without a certain answer the acquirer is asked whether it has it,
 * and only what it does not know is sent again, under the same id, unchanged, and not sooner than the acquirer allows. What
 * was taken is inquired and never sent again by itself. Source: reference acquirers/antom.md section 2.9.
 */
export function stepDeclaration(
  declaration: Declaration,
  event: DeclarationEvent,
  now: number,
  policy: DeclarationPolicy,
): DeclarationStep {
  switch (event.type) {
    case 'due':
      return due(declaration, event.barred, now, policy);
    case 'declare-answered':
      return answered(declaration, event.answer, now, policy);
    case 'withheld':
      if (declaration.state !== 'requested') return fault(declaration, 'withheld');
      return withheld(declaration, event.why, now, () => askLater({ ...declaration, doubted: true }, now, policy));
    case 'inquiry-answered':
      return inquired(declaration, event.answer, now, policy);
    case 'again':
      return again(declaration, event, now, policy);
    case 'settled':
      return settled(declaration, event, now);
  }
}

const stay = (declaration: Declaration, ...effects: DeclarationEffect[]): DeclarationStep => ({ declaration, effects });
const alarm = (kind: AlarmKind, text: string): DeclarationEffect => ({ type: 'alarm', kind, text });
const fault = (d: Declaration, what: string): DeclarationStep =>
  stay(d, { type: 'fault', what: `declaration ${d.state}: ${what}` });
const nameOf = ({ number, declared: { money, customs } }: Declaration): string =>
  `declaration ${number} of ${money.amount} ${money.currency} (minor units) to ${customs}`;

/** When it may be sent again. */
export const againAt = ({ sentAt }: Declaration, { againAfterMs }: Pick<DeclarationPolicy, 'againAfterMs'>): number =>
  sentAt === null ? 0 : sentAt + againAfterMs;

function ended(d: Declaration, state: 'accepted' | 'failed', now: number, ...effects: DeclarationEffect[]) {
  return stay({ ...d, state, endedAt: now, nextAt: null }, ...effects);
}

/** Its answer was lost. An inquiry tells nothing of a change: there what was sent before is found, so that is sent unchanged. */
const isLost = ({ push, tries, absent }: Declaration): boolean => push === 1 && tries > 0 && !absent;

/** `asked`: what was sent before a change may stand, and is asked for. */
function withheld(d: Declaration, why: string, now: number, asked: () => DeclarationStep): DeclarationStep {
  if (d.push > 1) return asked();
  return ended(d, 'failed', now, alarm('declaration-failed', `${nameOf(d)} was not sent: ${why}`));
}

function dueToSend(d: Declaration, barred: string | undefined, now: number, policy: DeclarationPolicy) {
  if (d.doubted) return inquire(d, now, policy);
  if (againAt(d, policy) > now) return stay({ ...d, nextAt: againAt(d, policy) });
  if (isLost(d)) return inquire(d, now, policy);
  if (barred !== undefined) return withheld(d, barred, now, () => inquire({ ...d, doubted: true }, now, policy));
  if (d.tries >= policy.triesMost) return unconfirmed(d, now, policy, `sent ${d.tries} times without an answer`);
  // `nextAt` is for the case that this relay dies before the answer.
  return stay(
    { ...d, tries: d.tries + 1, sentAt: now, absent: false, nextAt: now + policy.againAfterMs },
    { type: 'call', call: 'declare' },
  );
}

function due(d: Declaration, barred: string | undefined, now: number, policy: DeclarationPolicy): DeclarationStep {
  switch (d.state) {
    case 'requested':
      return dueToSend(d, barred, now, policy);
    case 'declared':
      return inquire(d, now, policy);
    case 'operator':
      return stay(
        { ...d, watches: d.watches + 1, nextAt: now + policy.againAfterMs },
        { type: 'call', call: 'inquire-declaration' },
      );
    case 'accepted':
    case 'failed':
      return fault({ ...d, nextAt: null }, 'due');
  }
}

function inquire(d: Declaration, now: number, policy: DeclarationPolicy): DeclarationStep {
  if (d.inquiries >= policy.inquiryDelaysMs.length) {
    return unconfirmed(d, now, policy, `inquired ${d.inquiries} times without customs' word`);
  }
  return stay(
    { ...d, inquiries: d.inquiries + 1, nextAt: now + policy.againAfterMs },
    { type: 'call', call: 'inquire-declaration' },
  );
}

function askLater(d: Declaration, now: number, policy: DeclarationPolicy): DeclarationStep {
  const wait = policy.inquiryDelaysMs[d.inquiries];
  if (wait === undefined) return unconfirmed(d, now, policy, `inquired ${d.inquiries} times without customs' word`);
  return stay({ ...d, nextAt: now + wait });
}

const watchAt = ({ watches }: Declaration, now: number, { watchDelaysMs }: DeclarationPolicy): number | null => {
  const wait = watchDelaysMs[watches];
  return wait === undefined ? null : now + wait;
};

function toOperator(d: Declaration, now: number, policy: DeclarationPolicy, text: string): DeclarationStep {
  return stay({ ...d, state: 'operator', nextAt: watchAt(d, now, policy) }, alarm('declaration-unconfirmed', text));
}
const unconfirmed = (d: Declaration, now: number, policy: DeclarationPolicy, why: string): DeclarationStep =>
  toOperator(d, now, policy, `${nameOf(d)}, ${why}, is not confirmed`);

type DeclareAnswered = Extract<DeclarationEvent, { type: 'declare-answered' }>['answer'];

const codeOf = (
  answer: { readonly kind: string; readonly code?: string } | { readonly kind: string },
): string | null => ('code' in answer ? (answer.code ?? null) : null);
const coded = (d: Declaration, answer: DeclareAnswered | SeenAnswer): Declaration => ({
  ...d,
  code: codeOf(answer) ?? d.code,
});

function answered(
  before: Declaration,
  answer: DeclareAnswered,
  now: number,
  policy: DeclarationPolicy,
): DeclarationStep {
  const d = coded(before, answer);
  if (d.state !== 'requested' || d.tries === 0) return fault(d, `declare-answered ${answer.kind}`);
  switch (answer.kind) {
    case 'taken': {
      const { kind: _, code: __, ...taken } = answer;
      return askLater({ ...d, state: 'declared', taken }, now, policy);
    }
    case 'refused':
      // The refusal of one request is no proof: an earlier one may have been taken, whose answer was lost or that was otherwise.
      if (d.tries > 1 || d.push > 1) return askLater({ ...d, doubted: true }, now, policy);
      return ended(d, 'failed', now, refusedAlarm(d, answer));
    case 'conflict': {
      const what = d.push > 1 ? 'what it was sent with before stands' : 'its id stands with other content';
      const text = `${nameOf(d)} was refused with ${answer.code ?? 'no code'}: ${what}`;
      return toOperator({ ...d, doubted: d.push > 1 }, now, policy, text);
    }
    case 'unknown':
      return stay({ ...d, nextAt: againAt(d, policy) });
    case 'not-sent':
      // It is sent only where nothing was lost before.
      return stay({ ...d, absent: true, nextAt: againAt(d, policy) });
  }
}

function refusedAlarm(d: Declaration, { code, alarm: ours }: Extract<DeclareAnswered, { kind: 'refused' }>) {
  const see = ours ? 'see to the contract, the keys or the parameters' : 'mend what it says and send it again';
  return alarm('declaration-failed', `${nameOf(d)} was refused with ${code ?? 'no code'}; ${see}`);
}

/** What the acquirer says of it, kept for people. */
function withSeen(d: Declaration, seen: DeclarationSeen): Declaration {
  const {
    declarationId: _,
    means: __,
    word,
    money: ___,
    customs: ____,
    merchant: _____,
    resultCode,
    resultText,
    returnedAt,
    ...told
  } = seen;
  const taken: Taken = { ...d.taken, ...told };
  return {
    ...{ ...d, word, taken },
    resultCode: resultCode ?? null,
    resultText: resultText ?? null,
    returnedAt: returnedAt ?? null,
  };
}

function inquired(before: Declaration, answer: SeenAnswer, now: number, policy: DeclarationPolicy): DeclarationStep {
  // Of what was refused the refusal's code is what people need; that the inquiry went well says nothing.
  const told = before.doubted ? before : coded(before, answer);
  const d = answer.kind === 'seen' ? withSeen(told, answer.seen) : told;
  switch (before.state) {
    case 'requested':
    case 'declared':
      return inquiredOpen(before, d, answer, now, policy);
    case 'operator':
      return inquiredLate(d, answer, now, policy);
    case 'accepted':
    case 'failed':
      return stay(before);
  }
}

/** What the acquirer has is not what was declared. Of the merchant the code: customs may write a name in its own way. */
const isOther = ({ declared: d }: Declaration, { money, customs, merchant }: DeclarationSeen): boolean =>
  (money !== undefined && (money.amount !== d.money.amount || money.currency !== d.money.currency)) ||
  (customs !== undefined && customs !== d.customs) ||
  (merchant !== undefined && merchant.code !== d.merchantCode);

const hasText = ({ money, customs, merchant }: DeclarationSeen): string =>
  `the acquirer has ${money ? `${money.amount} ${money.currency} (minor units)` : 'it'} to ${customs ?? 'a place it does not say'}` +
  (merchant ? ` for merchant ${merchant.code}` : '');

function inquiredOpen(
  before: Declaration,
  d: Declaration,
  answer: SeenAnswer,
  now: number,
  policy: DeclarationPolicy,
): DeclarationStep {
  const isSent = before.state === 'requested';
  if (isSent && !before.doubted && !isLost(before)) return fault(before, `inquiry-answered ${answer.kind}`);
  switch (answer.kind) {
    case 'seen':
      return sightedOpen(d, answer.seen, now, policy);
    case 'not-found':
      // Not taken, and nothing of an earlier try or content is known either.
      if (before.doubted) {
        const text = `${nameOf(d)} was not taken, and the acquirer knows nothing of it`;
        return ended({ ...d, doubted: false }, 'failed', now, alarm('declaration-failed', text));
      }
      return isSent ? stay({ ...d, absent: true, nextAt: againAt(d, policy) }) : askLater(d, now, policy);
    case 'unknown':
    case 'not-sent':
      return isSent && !before.doubted ? stay({ ...d, nextAt: now + policy.againAfterMs }) : askLater(d, now, policy);
  }
}

function sightedOpen(d: Declaration, seen: DeclarationSeen, now: number, policy: DeclarationPolicy): DeclarationStep {
  if (d.doubted && d.push > 1) {
    const why = `was not taken (${d.code ?? 'no code'}), and what was sent before stands`;
    return toOperator(d, now, policy, `${nameOf(d)} ${why}: ${hasText(seen)}`);
  }
  const told: Declaration = { ...d, state: 'declared', doubted: false };
  if (seen.means !== 'accepted' && seen.means !== 'failed') return askLater(told, now, policy);
  if (isOther(told, seen)) return toOperator(told, now, policy, `${nameOf(d)} has its answer, but ${hasText(seen)}`);
  return ended(told, seen.means, now, ...(seen.means === 'failed' ? [failedAlarm(d)] : []));
}

/** Customs' own words are not in it: they may name a buyer, and go by age, which an alarm does not. */
const failedAlarm = (d: Declaration): DeclarationEffect =>
  alarm(
    'declaration-failed',
    `${nameOf(d)} was not accepted: ${d.resultCode ?? d.word ?? 'no reason'}; see what customs says and send it again`,
  );

/** With the operator: a certain word that comes at last ends it, and is told. */
function inquiredLate(d: Declaration, answer: SeenAnswer, now: number, policy: DeclarationPolicy): DeclarationStep {
  const isOurs = answer.kind === 'seen' && !d.doubted && !isOther(d, answer.seen);
  const means = isOurs ? answer.seen.means : 'unclear';
  if (means === 'accepted' || means === 'failed') {
    const text = `the acquirer now says: ${nameOf(d)} was ${means === 'accepted' ? 'accepted' : 'not accepted'}`;
    return ended(d, means, now, alarm('finding', text));
  }
  return stay({ ...d, nextAt: watchAt(d, now, policy) });
}

/** Whoever calls has looked whether it may be: `allowed.ts`. */
function again(
  d: Declaration,
  { declared, by }: Extract<DeclarationEvent, { type: 'again' }>,
  now: number,
  policy: DeclarationPolicy,
): DeclarationStep {
  if (d.state === 'requested') return fault(d, 'sent again by a person');
  return stay({
    ...{ ...d, declared, requestedBy: by, push: d.push + 1, state: 'requested', endedAt: null, settledBy: null },
    ...{ tries: 0, inquiries: 0, watches: 0, doubted: false, absent: false, word: null, code: null },
    ...{ resultCode: null, resultText: null, returnedAt: null },
    nextAt: Math.max(now, againAt(d, policy)),
  });
}

/** Only what nobody else says is for a person to say. */
function settled(d: Declaration, event: Extract<DeclarationEvent, { type: 'settled' }>, now: number): DeclarationStep {
  if (d.state !== 'operator') return fault(d, `settled by a person as ${event.found}`);
  return ended({ ...d, doubted: false, settledBy: event.by }, event.found === 'accepted' ? 'accepted' : 'failed', now);
}
