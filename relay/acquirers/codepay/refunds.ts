import type { RefundAnswer } from '../contract.js';
import { type Answer, coded, errorCodeOf, meaningOf, unknown } from './answers.js';
import { ACCEPTED, isOfKind, numberText, refundStatuses, rowOf } from './codes.js';
import type { CodePaySettings } from './settings.js';

/** What the answers to refunds mean. Source: reference acquirers/codepay.md sections 1.4 and 1.5. */

/**
 * An accepted refund is not a refund made: the answer names neither its number nor, by the documents, what became of it.
 * Its inquiry does. A number that is used is this very refund, asked for before.
 */
export function refundAnswer(answer: Answer, settings: CodePaySettings): RefundAnswer {
  const code = coded(answer.code);
  if (answer.code === ACCEPTED) return { kind: 'pending' };
  switch (meaningOf(answer, settings)) {
    case 'number-used':
      return { kind: 'pending', ...code };
    case 'already-returned':
      return { kind: 'already-returned', ...code };
    case 'refund-later':
      return { kind: 'failed', retry: 'new-id', alarm: true, ...code };
    case 'refund-refused':
      return { kind: 'failed', retry: 'never', ...code };
    case 'no-such-order':
      return { kind: 'failed', retry: 'never', alarm: true, ...code };
    case 'busy':
      return unknown('busy', answer.code);
    default:
      return unknown('unclear', answer.code);
  }
}

/** Must name our number, and be of a refund. No reason that we know of comes with a failure: another refund may do. */
export function refundInquiryAnswer(answer: Answer, number: string, settings: CodePaySettings): RefundAnswer {
  if (answer.code !== ACCEPTED) {
    const meaning = meaningOf(answer, settings);
    if (meaning === 'no-such-order') return { kind: 'not-found', code: answer.code };
    return unknown(meaning === 'busy' ? 'busy' : 'unclear', answer.code);
  }
  const { data } = answer;
  if (data['merchant_order_no'] !== number) return unknown('shape');
  if (!isOfKind(data, 'refund')) return unknown('unclear');
  switch (rowOf(refundStatuses, numberText(data['trans_status']))) {
    case 'refunded':
      return { kind: 'refunded' };
    case 'pending':
      return { kind: 'pending' };
    case 'failed':
      return { kind: 'failed', retry: 'new-id', alarm: true, ...coded(errorCodeOf(data)) };
    case undefined:
      return unknown('unclear');
  }
}
