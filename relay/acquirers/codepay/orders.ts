import type { LookUpAnswer, NotSent, Unknown } from '../contract.js';
import { moneyOf } from './amounts.js';
import { type Answer, meaningOf, unknown } from './answers.js';
import { ACCEPTED, numberText, orderKinds, paymentStatuses, refundStatuses, rowOf } from './codes.js';
import { requestIdOf } from './numbers.js';
import type { CodePaySettings } from './settings.js';

/**
 * An order of any kind, for people. CodePay's two queries answer for pre-authorisations, their completions, cancels and
 * refunds too; each is told as what it says it is. Source: reference acquirers/codepay.md sections 1.2, 1.5 and 3.1.
 */

/** Kinds that give money back; their status 2 means that it was given. */
const givesBack: ReadonlySet<string> = new Set([
  'void',
  'refund',
  'pre-authorisation cancel',
  'completion cancel',
  'completion refund',
]);

export function lookUpAnswer(
  answer: Answer | Unknown | NotSent,
  transNo: string,
  settings: CodePaySettings,
): LookUpAnswer {
  if ('kind' in answer) return answer;
  if (answer.code !== ACCEPTED) {
    if (meaningOf(answer, settings) === 'no-such-order') return { kind: 'not-found', code: answer.code };
    return unknown('unclear', answer.code);
  }
  const { data } = answer;
  // The signature does not name the question.
  if (data['trans_no'] !== transNo) return unknown('shape');
  const type = numberText(data['trans_type']);
  const kind: string = rowOf<string>(orderKinds, type) ?? (type === '' ? 'not said' : `trans_type ${type}`);
  const status = numberText(data['trans_status']);
  const known = givesBack.has(kind) ? rowOf(refundStatuses, status) : rowOf(paymentStatuses, status);
  const state = known ?? (status === '' ? 'not said' : `trans_status ${status}`);
  const number = data['merchant_order_no'];
  const money = moneyOf(data['trans_amount'] ?? data['order_amount'], data['price_currency']);
  const ours = kind === 'sale' && typeof number === 'string' ? requestIdOf(number) : undefined;
  return {
    kind: 'order',
    order: {
      ...{ kind, state },
      ...(typeof number === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(number) ? { number } : {}),
      ...(ours === undefined ? {} : { requestId: ours }),
      ...(money === undefined || money === 'shape' ? {} : { money }),
    },
  };
}
