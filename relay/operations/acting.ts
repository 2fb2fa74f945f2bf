import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { NAME_PATTERN } from '../../protocol/limits.js';
import { isCurrency, type Money } from '../../protocol/money.js';
import type { Transaction } from '../ledger/database.js';
import { type Resolution, resolutions } from '../payment/types.js';
import { type RefundFound, refundFindings } from '../refunds/types.js';
import {
  type ActContext,
  allowKiosk,
  cancelPayment,
  type Done,
  refundPayment,
  resolvePayment,
  resolveRefund,
} from './acts.js';
import type { Act, OperationsDesk } from './desk.js';
import { requestHash } from './once.js';
import { QuestionError, wordsFault } from './questions.js';
import { asked as askedFor, attemptId, object, refundId, replies, string } from './schemas.js';

const words = string('In your own words; no payment codes', { minLength: 1, maxLength: 200 });
const keyHeader = {
  type: 'object',
  properties: { 'idempotency-key': string('New for each act, 8 to 128 characters; repeated, it repeats the answer') },
};

type OfId = { Params: { id: string } };
type Work = (tx: Transaction, context: ActContext) => Promise<Done>;
type RefundBody = { readonly amount?: number; readonly currency?: string; readonly reason: string };

const ofPayment = { headers: keyHeader, params: object({ id: attemptId }) };

const actingAt =
  (desk: OperationsDesk) =>
  async (request: FastifyRequest, reply: FastifyReply, name: string, said: string, work: Work) => {
    const done = await actFor(desk, request, name, said, work);
    if (done.replayed) reply.header('idempotent-replayed', 'true');
    return await reply.code(done.status).send(done.body);
  };

/** Writing: each with a token and an Idempotency-Key, and on record. */
export function addGivingBack(app: FastifyInstance, desk: OperationsDesk): void {
  const act = actingAt(desk);
  const accepted = askedFor('RefundAsked', 'Requested, not confirmed');

  app.post<OfId & { Body: RefundBody }>(
    '/v1/payments/:id/refunds',
    {
      config: { access: 'refund' },
      schema: {
        summary: 'Give back a delivered payment, whole or in part',
        ...ofPayment,
        body: object(
          {
            amount: { type: 'integer', minimum: 1, description: 'Minor units; all that remains when absent' },
            currency: string("The payment's; with an amount, and only then", { pattern: '^[A-Z]{3}$' }),
            reason: words,
          },
          ['amount', 'currency'],
        ),
        response: accepted,
      },
    },
    (request, reply) => {
      const { reason } = request.body;
      const money = moneyIn(request.body);
      const asked = { reason, ...(money ? { money } : {}) };
      return act(request, reply, 'refund', reason, (tx, context) =>
        refundPayment(tx, request.params.id, asked, context),
      );
    },
  );
  app.post<OfId & { Body: { reason: string } }>(
    '/v1/payments/:id/cancel',
    {
      config: { access: 'refund' },
      schema: {
        summary: 'Cancel a delivered payment as a whole, as long as its acquirer cancels',
        ...ofPayment,
        body: object({ reason: words }),
        response: accepted,
      },
    },
    (request, reply) => {
      const { reason } = request.body;
      return act(request, reply, 'cancel', reason, (tx, context) =>
        cancelPayment(tx, request.params.id, reason, context),
      );
    },
  );
}

/** A person's word, also on a kiosk that was shut out. */
export function addWords(app: FastifyInstance, desk: OperationsDesk): void {
  const act = actingAt(desk);
  app.post<OfId & { Body: { found: Resolution; note: string } }>(
    '/v1/payments/:id/resolve',
    {
      config: { access: 'resolve' },
      schema: {
        summary: 'Settle a payment that waits for a person',
        ...ofPayment,
        body: object({ found: string('What was found out', { enum: resolutions }), note: words }),
        response: replies('PaymentResolved'),
      },
    },
    (request, reply) =>
      act(request, reply, 'resolve', request.body.note, (tx, context) =>
        resolvePayment(tx, request.params.id, request.body, context),
      ),
  );
  app.post<OfId & { Body: { found: RefundFound; note: string } }>(
    '/v1/refunds/:id/resolve',
    {
      config: { access: 'resolve' },
      schema: {
        summary: 'Settle a refund of which the acquirer does not tell what became',
        headers: keyHeader,
        params: object({ id: refundId }),
        body: object({ found: string('What was found out', { enum: refundFindings }), note: words }),
        response: replies('RefundAsked'),
      },
    },
    (request, reply) =>
      act(request, reply, 'resolve-refund', request.body.note, (tx, context) =>
        resolveRefund(tx, request.params.id, request.body, context),
      ),
  );
  app.post<{ Params: { name: string } }>(
    '/v1/kiosks/:name/allow',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'Greet a kiosk again that was shut out as a clone',
        headers: keyHeader,
        params: object({ name: string('The kiosk', { pattern: NAME_PATTERN.source }) }),
        response: replies('Allowed'),
      },
    },
    (request, reply) => act(request, reply, 'allow-kiosk', '', (tx) => allowKiosk(tx, request.params.name)),
  );
}

/** @throws QuestionError */
function moneyIn({ amount, currency }: RefundBody): Money | undefined {
  if (amount === undefined && currency === undefined) return undefined;
  if (amount === undefined) throw new QuestionError('amount', 'nothing', 'minor units beside the currency, or neither');
  if (currency === undefined || !isCurrency(currency)) {
    throw new QuestionError('currency', currency ?? 'nothing', 'that of the payment, ISO 4217 such as HKD');
  }
  return { amount, currency };
}

/** `said`: the person's words among the question. */
export async function actFor(desk: OperationsDesk, request: FastifyRequest, name: string, said: string, work: Work) {
  const actor = request.actor ?? { who: '', owner: '', origin: request.ip };
  const act = actOf(request, name);
  const fault = wordsFault(said);
  if (!fault) return await desk.act(act, actor, work);
  const field = typeof request.body === 'object' && request.body !== null && 'note' in request.body ? 'note' : 'reason';
  return await desk.refuse({ ...act, detail: '' }, actor, 422, fault.code, `${field}: ${fault.message}`);
}

export function actOf({ method, url, headers, params, body }: FastifyRequest, name: string): Act {
  const { id, name: kiosk } = params as { readonly id?: string; readonly name?: string };
  const key = headers['idempotency-key'];
  return {
    name,
    target: id ?? kiosk ?? '',
    // A link's id looks the same.
    attempt: id !== undefined && /^\/v1\/payments\/[0-9a-f]{32}(\/|$)/.test(url) ? id : null,
    detail: body === undefined || body === null ? '' : JSON.stringify(body),
    key: typeof key === 'string' ? key : undefined,
    request: requestHash(method, url.split('?')[0] ?? '', body ?? null),
  };
}
