import { bootTag } from '../../protocol/ids.js';
import type { Delivery, Reason } from '../../protocol/words.js';
import type { InquiryAnswer, PayAnswer } from '../acquirers/contract.js';
import { alarm, checkPaid, fault, reverse, stay, unasked, wrongAmountAlarm } from './moves.js';
import type { Attempt, Effect, MachineEvent, PaymentEvent, Policy, StepResult } from './types.js';

/** Approved and doubtful: the acquirer has little to say here, the kiosk's reports count. */

/** Rule 12: only a kiosk's report or rule 4 moves an approved row; no timer and no acquirer. */
export function approved(attempt: Attempt, event: MachineEvent, now: number, policy: Policy): StepResult {
  switch (event.type) {
    case 'due':
      return stay({ ...attempt, nextAt: null }, alarm('report-late', 'approved, and no word of the goods yet'));
    case 'abort':
      // Crossed the approval on its way; the kiosk's report follows.
      return stay(attempt);
    case 'vend-reported':
      return reported(attempt, event.delivery, now, sayOf(attempt, event.boot, policy));
    case 'swept':
      if (event.listed) return reported(attempt, event.listed, now, event.bootInChain ? policy : asked(policy));
      if (event.bootInChain) return reverse(attempt, 'kiosk-restarted', now);
      return doubt(attempt, 'the kiosk has lost its journal, or is another one');
    default:
      return answered(attempt, event);
  }
}

/**
 * The policy for what is doubtful is for a vend that its own boot, or its journal, knows to have begun. Where the journal is
 * lost, has a gap, or belongs to another device that answers to the name, "doubtful" means "I know nothing": a person decides.
 */
const asked = (policy: Policy): Policy => ({ ...policy, doubtful: 'ask' });
const sayOf = (attempt: Attempt, boot: string | undefined, policy: Policy): Policy =>
  boot === undefined || boot === bootTag(attempt.boot) ? policy : asked(policy);

function answered(attempt: Attempt, event: Extract<PaymentEvent, { readonly answer: unknown }>): StepResult {
  switch (event.type) {
    case 'cancel-answered':
    case 'refund-answered':
    case 'refund-inquiry-answered':
      return unasked(attempt, event);
    case 'pay-answered':
    case 'inquiry-answered':
      return lateAnswer(attempt, event.answer);
  }
}

/** Approved by one answer, and another answer arrives: nothing new, unless it contradicts. */
function lateAnswer(attempt: Attempt, answer: PayAnswer | InquiryAnswer): StepResult {
  if (answer.kind === 'paid' && checkPaid(attempt, answer) === 'wrong') {
    return fault(attempt, 'a second answer names another amount', wrongAmountAlarm(attempt, answer));
  }
  if (answer.kind === 'declined' || answer.kind === 'cancelled') {
    const what = `a second answer says ${answer.kind}`;
    return fault(attempt, what, alarm('contradiction', what));
  }
  return stay(attempt);
}

function doubt(attempt: Attempt, text: string, ...effects: Effect[]): StepResult {
  if (attempt.state === 'doubtful') return stay(attempt, ...effects, { type: 'publish', until: 'once' });
  return stay(
    { ...attempt, state: 'doubtful', reason: 'vend-doubtful', nextAt: null },
    { type: 'publish', until: 'answered' },
    ...effects,
    alarm('vend-doubtful', text),
  );
}

const reversalReasons: Record<'failed' | 'not-delivered', Reason> = {
  failed: 'vend-failed',
  'not-delivered': 'not-delivered',
};

function reported(attempt: Attempt, delivery: Delivery, now: number, policy: Policy): StepResult {
  const ack: Effect = { type: 'ack-vend', delivery };
  switch (delivery) {
    case 'delivered':
      return stay({ ...attempt, state: 'delivered', reason: null, nextAt: null }, ack);
    case 'failed':
    case 'not-delivered':
      // The money is known to be taken.
      return reverse({ ...attempt, paidSeen: true }, reversalReasons[delivery], now, ack);
    case 'doubtful':
      return reportedDoubtful(attempt, now, policy);
  }
}

/** Decided once, when it is heard of an approved attempt: a lost journal's attempt stays with the person. */
function reportedDoubtful(attempt: Attempt, now: number, policy: Policy): StepResult {
  const ack: Effect = { type: 'ack-vend', delivery: 'doubtful' };
  const text = 'the kiosk does not know whether the goods went out';
  if (attempt.state !== 'approved' || policy.doubtful === 'ask') return doubt(attempt, text, ack);
  if (policy.doubtful === 'reverse') {
    const call = alarm('vend-doubtful', `${text}; the money is given back, by policy`);
    return reverse({ ...attempt, paidSeen: true }, 'vend-doubtful', now, ack, call);
  }
  const call = alarm('vend-doubtful', `${text}; taken for delivered, by policy`);
  // The kiosk waits for its order's end, which the report alone did not give.
  const told: Effect = { type: 'publish', until: 'answered' };
  return stay({ ...attempt, state: 'delivered', reason: 'vend-doubtful', nextAt: null }, ack, told, call);
}

/** Doubtful: definite reports override it (rule 12). */
export function doubtful(attempt: Attempt, event: MachineEvent, now: number, policy: Policy): StepResult {
  switch (event.type) {
    case 'vend-reported':
      return reported(attempt, event.delivery, now, policy);
    case 'swept':
      return event.listed ? reported(attempt, event.listed, now, policy) : stay(attempt);
    case 'due':
      return fault({ ...attempt, nextAt: null }, 'due');
    case 'abort':
      return stay(attempt);
    default:
      return answered(attempt, event);
  }
}
