import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isCurrency, type Money } from '../../protocol/money.js';
import type { Database, Transaction } from '../ledger/database.js';
import { type Resolution, resolutions } from '../payment/types.js';
import { loadRefund } from '../refunds/store.js';
import { type RefundFound, refundFindings } from '../refunds/types.js';
import type { Accounts } from '../routing/accounts.js';
import type { Clock } from '../runtime/clock.js';
import { lookUpOrder } from './acquirer-orders.js';
import {
  type ActContext,
  allowKiosk,
  cancelPayment,
  type Done,
  refundPayment,
  resolvePayment,
  resolveRefund,
} from './acts.js';
import { listAudit } from './audit.js';
import { exportCsv } from './csv.js';
import type { Act, OperationsDesk } from './desk.js';
import { requestHash } from './once.js';
import { viewAudit, viewPayment, viewRefund, viewWhole } from './payment-view.js';
import { listPayments, loadPayment } from './payments.js';
import { problem } from './problem.js';
import {
  auditCursorIn,
  cursorIn,
  cursorText,
  filterIn,
  holdsLongNumber,
  type ListQuestion,
  limitIn,
  QuestionError,
} from './questions.js';
import { attemptId, object, ref, refundId, replies, string } from './schemas.js';

export type RoutesParts = {
  readonly db: Database;
  readonly desk: OperationsDesk;
  readonly accounts: Accounts;
  readonly clock: Clock;
};

const listQuery = {
  state: string('Of these states, commas between'),
  kiosk: string('Of this kiosk'),
  merchant: string('Of this merchant'),
  account: string('Through this account with an acquirer'),
  reference: string("With exactly this order's reference"),
  receipt: string('With this receipt; without `from`, of the last 31 days'),
  from: string('Admitted at this time or later, ISO 8601'),
  to: string('Admitted before this time, ISO 8601'),
};
const paging = {
  limit: string('How many at most, 1 to 500; 50 when absent'),
  cursor: string('`next` of the list before'),
};
const query = (properties: Record<string, unknown>) => object(properties, Object.keys(properties));
const words = string('In your own words; no payment codes', { minLength: 1, maxLength: 200 });
const keyHeader = {
  type: 'object',
  properties: { 'idempotency-key': string('New for each act, 8 to 128 characters; repeated, it repeats the answer') },
};

type ListParts = { Querystring: ListQuestion & { limit?: string; cursor?: string } };
type OfId = { Params: { id: string } };

/** Reading. */
export function addReading(app: FastifyInstance, { db, accounts, clock }: RoutesParts): void {
  app.get<ListParts>(
    '/v1/payments',
    {
      schema: {
        summary: 'Payments, newest first',
        querystring: query({ ...listQuery, ...paging }),
        response: replies('Payments'),
      },
    },
    async ({ query: asked }) => {
      const limit = limitIn(asked.limit);
      const found = await listPayments(db, filterIn(asked, clock.now()), limit, cursorIn(asked.cursor));
      const last = found.length === limit ? found.at(-1)?.attempt : undefined;
      return { payments: found.map(viewPayment), next: last ? cursorText(last) : null };
    },
  );
  app.get<ListParts>(
    '/v1/payments.csv',
    {
      schema: {
        summary: 'The same as CSV, all of them; texts that a spreadsheet would run are quoted',
        querystring: query(listQuery),
        response: {
          ...replies('Problem'),
          200: { description: 'RFC 4180', content: { 'text/csv': { schema: { type: 'string' } } } },
        },
      },
    },
    (request, reply) => {
      const filter = filterIn(request.query, clock.now());
      reply.type('text/csv; charset=utf-8').header('content-disposition', 'attachment; filename="payments.csv"');
      return reply.send(Readable.from(exportCsv(db, filter), { objectMode: false, highWaterMark: 65_536 }));
    },
  );
  app.get<OfId>(
    '/v1/payments/:id',
    {
      schema: {
        summary: 'One, with all that is known of it',
        params: object({ id: attemptId }),
        response: replies('WholePayment'),
      },
    },
    async ({ params }, reply) => {
      const found = await loadPayment(db, params.id);
      if (!found) return await reply.code(404).send(problem('not-found', 'no such payment'));
      return await viewWhole(db, found);
    },
  );
  app.get<OfId>(
    '/v1/refunds/:id',
    { schema: { summary: 'One refund', params: object({ id: refundId }), response: replies('Refund') } },
    async ({ params }, reply) => {
      const found = await loadRefund(db, params.id);
      if (!found) return await reply.code(404).send(problem('not-found', 'no such refund'));
      return viewRefund(found);
    },
  );
  app.get<OfId & { Querystring: { account: string } }>(
    '/v1/acquirer-orders/:id',
    {
      schema: {
        summary: "An order by the acquirer's own id, of whatever kind, as the acquirer says it is",
        params: object({ id: string("The acquirer's own id", { pattern: '^[A-Za-z0-9_-]{1,64}$' }) }),
        querystring: object({ account: string("The merchant's account with the acquirer to ask") }),
        response: replies('AcquirerOrder'),
      },
    },
    async ({ params, query: { account: name } }, reply) => {
      const account = accounts.get(name);
      if (!account)
        return await reply.code(404).send(problem('account-unknown', 'no account of that name in the config'));
      return await lookUpOrder(db, account, params.id);
    },
  );
  app.get<{ Querystring: { limit?: string; cursor?: string; payment?: string } }>(
    '/v1/audit',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'What people did, and what was refused, newest first',
        querystring: query({ ...paging, payment: attemptId }),
        response: replies('Audit'),
      },
    },
    async ({ query: asked }) => {
      const [limit, before] = [limitIn(asked.limit), auditCursorIn(asked.cursor)];
      const filter = { limit, ...(before === undefined ? {} : { before }) };
      const rows = await listAudit(db, asked.payment === undefined ? filter : { ...filter, attempt: asked.payment });
      return { audit: rows.map(viewAudit), next: rows.length === limit ? String(rows.at(-1)?.id ?? '') : null };
    },
  );
}

type Work = (tx: Transaction, context: ActContext) => Promise<Done>;
type RefundBody = { readonly amount?: number; readonly currency?: string; readonly reason: string };

/** Writing: each with a token and an Idempotency-Key, and on record. */
export function addActs(app: FastifyInstance, { desk }: RoutesParts): void {
  const act = async (request: FastifyRequest, reply: FastifyReply, name: string, said: string, work: Work) => {
    const done = await actFor(desk, request, name, said, work);
    if (done.replayed) reply.header('idempotent-replayed', 'true');
    return await reply.code(done.status).send(done.body);
  };
  const ofPayment = { headers: keyHeader, params: object({ id: attemptId }) };
  const accepted = { ...replies('Problem'), 202: { description: 'Requested, not confirmed', ...ref('RefundAsked') } };

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
        params: object({ name: string('The kiosk') }),
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
  if (!holdsLongNumber(said)) return await desk.act(act, actor, work);
  const message = 'found a number as long as a payment code or a card, expected words: codes are never kept';
  return await desk.refuse({ ...act, detail: '' }, actor, 422, 'long-number', message);
}

export function actOf({ method, url, headers, params, body }: FastifyRequest, name: string): Act {
  const { id, name: kiosk } = params as { readonly id?: string; readonly name?: string };
  const key = headers['idempotency-key'];
  return {
    name,
    target: id ?? kiosk ?? '',
    attempt: id !== undefined && /^[0-9a-f]{32}$/.test(id) ? id : null,
    detail: body === undefined || body === null ? '' : JSON.stringify(body),
    key: typeof key === 'string' ? key : undefined,
    request: requestHash(method, url.split('?')[0] ?? '', body ?? null),
  };
}
