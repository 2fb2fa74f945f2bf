import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../ledger/database.js';
import { loadRefund } from '../refunds/store.js';
import type { Accounts } from '../routing/accounts.js';
import type { Clock } from '../runtime/clock.js';
import { lookUpOrder, noLookUp } from './acquirer-orders.js';
import { listAudit } from './audit.js';
import { exportCsv } from './csv.js';
import { viewDeclarationsOf } from './declaration-view.js';
import { viewAudit, viewPayment, viewRefund, viewWhole } from './payment-view.js';
import { listPayments, loadPayment } from './payments.js';
import { problem } from './problem.js';
import { auditCursorIn, cursorIn, cursorText, filterIn, type ListQuestion, limitIn } from './questions.js';
import { attemptId, object, refundId, replies, string } from './schemas.js';

export type ReadingParts = {
  readonly db: Database;
  readonly accounts: Accounts;
  readonly clock: Clock;
};

const listQuery = {
  state: string('Of these states, commas between'),
  kiosk: string('Of this kiosk'),
  merchant: string('Of this merchant'),
  account: string('Through this account with an acquirer'),
  reference: string("With exactly this order's reference"),
  link: string('Paid by this linked wallet'),
  receipt: string('With this receipt; without `from`, of the last 31 days'),
  from: string('Admitted at this time or later, ISO 8601'),
  to: string('Admitted before this time, ISO 8601'),
};
const paging = {
  limit: string('How many at most, 1 to 500; 50 when absent'),
  cursor: string('`next` of the list before'),
};
const query = (properties: Record<string, unknown>) => object(properties, Object.keys(properties));

type ListParts = { Querystring: ListQuestion & { limit?: string; cursor?: string } };
type OfId = { Params: { id: string } };

/** Reading. */
export function addReading(app: FastifyInstance, { db, accounts, clock }: ReadingParts): void {
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
      return { ...(await viewWhole(db, found)), declarations: await viewDeclarationsOf(db, params.id) };
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
        summary: "An order by the acquirer's own id, of whatever kind, as the acquirer says it is; CodePay only",
        params: object({ id: string("The acquirer's own id", { pattern: '^[A-Za-z0-9_-]{1,64}$' }) }),
        querystring: object({ account: string("The merchant's account with the acquirer to ask") }),
        response: replies('AcquirerOrder'),
      },
    },
    async ({ params, query: { account: name } }, reply) => {
      const account = accounts.get(name);
      if (!account)
        return await reply.code(404).send(problem('account-unknown', 'no account of that name in the config'));
      const found = await lookUpOrder(db, account, params.id);
      return found ?? (await reply.code(422).send(problem('no-look-up', noLookUp(account, accounts.all()))));
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
