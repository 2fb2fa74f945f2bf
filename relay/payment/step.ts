import { final, lateReport, operator } from './ended.js';
import { stay } from './moves.js';
import { resolved } from './resolved.js';
import { reversing } from './reversing.js';
import { approved, doubtful } from './settled.js';
import { confirmed, submitted } from './submitted.js';
import type { Attempt, PaymentEvent, Policy, StepResult } from './types.js';

/**
 * The payment machine: pure and total. The caller commits `attempt` before it carries out any effect (rule 10).
 * Source of the rules: reference protocol/findings.md; of the acquirer's part: reference acquirers/common.md.
 */
export function step(attempt: Attempt, event: PaymentEvent, now: number, policy: Policy): StepResult {
  if (event.type === 'resolved') return resolved(attempt, event, now);
  if (event.type === 'confirmed') return confirmed(attempt, now);
  switch (attempt.state) {
    case 'submitted':
      return submitted(attempt, event, now, policy);
    case 'approved':
      return approved(attempt, event, now, policy);
    case 'reversing':
      switch (event.type) {
        case 'vend-reported':
          return lateReport(attempt, event.delivery, policy);
        case 'swept':
          return event.listed ? lateReport(attempt, event.listed, policy) : stay(attempt);
        case 'abort':
          return stay(attempt);
        default:
          return reversing(attempt, event, now, policy);
      }
    case 'doubtful':
      return doubtful(attempt, event, now, policy);
    case 'operator':
      return operator(attempt, event, now, policy);
    case 'declined':
    case 'reversed':
    case 'delivered':
    case 'refused':
      return final(attempt, event, policy);
  }
}
