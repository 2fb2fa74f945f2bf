import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { buyerHash, isIdentityNumber } from '../customs/seal.js';
import { listDeclarations, loadDeclaration } from '../customs/store.js';
import {
  type DeclarationFound,
  type DeclarationState,
  declarationFindings,
  declarationStates,
} from '../customs/types.js';
import type { Database, Transaction } from '../ledger/database.js';
import type { Accounts } from '../routing/accounts.js';
import { actFor, actOf } from './acting.js';
import type { ActContext, Done } from './acts.js';
import {
  type AskedDeclaration,
  declareAgain,
  declarePayment,
  resolveDeclaration,
  type SealKey,
} from './declaration-acts.js';
import { viewDeclaration, viewRecords, viewWholeDeclaration } from './declaration-view.js';
import type { OperationsDesk } from './desk.js';
import { requestHash } from './once.js';
import { problem } from './problem.js';
import { cursorIn, cursorText, limitIn, QuestionError, wordsFault } from './questions.js';
import { asked as askedFor, attemptId, declarationId, object, replies, string } from './schemas.js';

/** Payments told to customs: by people, as `acting.ts`, and read, as `reading.ts`. Source: reference acquirers/antom.md section 2.9. */

export type DeclaringParts = {
  readonly db: Database;
  readonly accounts: Accounts;
  readonly sealKey: SealKey;
};

type OfId = { Params: { id: string } };

const keyHeader = {
  type: 'object',
  properties: { 'idempotency-key': string('New for each act, 8 to 128 characters; repeated, it repeats the answer') },
};
const buyer = {
  type: ['object', 'null'],
  description: 'Who bought, as on the identity card; null: nobody is named',
  properties: {
    number: string('Of the identity card: 17 digits and a check sign', { pattern: '^[0-9]{17}[0-9X]$' }),
    name: string('On it', { minLength: 1, maxLength: 128 }),
  },
  required: ['number', 'name'],
  additionalProperties: false,
};
/** `absent`: what is declared of each that is not said. */
function bodyWhere(absent: Readonly<Record<'amount' | 'customs' | 'subOrder' | 'merchant' | 'buyer', string>>) {
  const of = (what: string, when: string): string => `${what}; absent: ${when}`;
  const fields = {
    amount: { type: 'integer', minimum: 1, description: of('Minor units of CNY', absent.amount) },
    customs: string(of('Where', absent.customs), { pattern: '^[A-Za-z0-9_]{1,128}$' }),
    subOrder: string(of('A part of the order', absent.subOrder), { pattern: '^[A-Za-z0-9_:-]{1,64}$' }),
    merchantCode: string(of("The merchant's code at customs", absent.merchant), { pattern: '^[A-Za-z0-9_-]{1,128}$' }),
    merchantName: string(of("The merchant's name at customs", absent.merchant), { minLength: 1, maxLength: 256 }),
    buyer: { ...buyer, description: of(buyer.description, absent.buyer) },
  };
  return object(fields, Object.keys(fields));
}
const firstBody = bodyWhere({
  ...{ amount: 'all of a payment in CNY; of another expected', customs: "the account's place" },
  ...{ subOrder: 'the order as a whole', merchant: "the account's", buyer: 'nobody is named' },
});
const againBody = bodyWhere({
  ...{ amount: 'as it was', customs: 'as it was', merchant: 'as it was' },
  ...{ subOrder: 'as it was; of an order that was declared as a whole none is taken' },
  buyer: 'nobody is named, and nobody was: one who was is not kept, so is expected again',
});
const accepted = askedFor('DeclarationAsked', 'Requested; see what becomes of it');

/** Words that are none; the field is named, and nothing of what stands in it. */
function faultIn(field: string, words = '') {
  const fault = wordsFault(words);
  return fault && { code: fault.code, message: `${field}: ${fault.message}` };
}

type Declare = (tx: Transaction, asked: AskedDeclaration, context: ActContext) => Promise<Done>;

/**
 * The buyer goes into no record: the audit has that one was named, and a repeated question is known by a keyed hash.
 * Without a key the act itself refuses a buyer.
 */
async function act(
  desk: OperationsDesk,
  request: FastifyRequest,
  reply: FastifyReply,
  [name, sealKey]: readonly [string, SealKey],
  work: Declare,
) {
  const asked = request.body as AskedDeclaration;
  if (asked.buyer && !isIdentityNumber(asked.buyer.number)) {
    throw new QuestionError('buyer', asked.buyer.number, 'the number of an identity card, whose check sign fits');
  }
  const { buyer: who, ...open } = asked;
  const told = (as: object | null | undefined): object => (who === undefined ? open : { ...open, buyer: as });
  const hash = who && sealKey ? buyerHash(sealKey, who) : '';
  const done = actOf(request, name);
  const kept = {
    ...done,
    detail: JSON.stringify(told(who ? { named: true } : null)),
    request: requestHash(request.method, request.url.split('?')[0] ?? '', told(who ? { hash } : null)),
  };
  const actor = request.actor ?? { who: '', owner: '', origin: request.ip };
  const fault = faultIn('merchantName', asked.merchantName) ?? faultIn('buyer', who?.name);
  const answer = fault
    ? await desk.refuse({ ...kept, detail: '' }, actor, 422, fault.code, fault.message)
    : await desk.act(kept, actor, (tx, context) => work(tx, asked, context));
  if (answer.replayed) reply.header('idempotent-replayed', 'true');
  return await reply.code(answer.status).send(answer.body);
}

export function addDeclaring(app: FastifyInstance, desk: OperationsDesk, { sealKey }: DeclaringParts): void {
  const config = { access: 'declare' } as const;
  const headers = keyHeader;
  app.post<OfId>(
    '/v1/payments/:id/declarations',
    {
      config,
      schema: {
        summary: 'Declare a delivered payment to customs, as a whole or a part of its order',
        ...{ headers, params: object({ id: attemptId }), body: firstBody, response: accepted },
      },
    },
    (request, reply) =>
      act(desk, request, reply, ['declare', sealKey], (tx, asked, context) =>
        declarePayment(tx, request.params.id, asked, context, sealKey),
      ),
  );
  app.post<OfId>(
    '/v1/declarations/:id/again',
    {
      config,
      schema: {
        summary:
          'Have it sent again under the same id, as it was but for what is said here; five minutes after the last time',
        ...{ headers, params: object({ id: declarationId }), body: againBody, response: accepted },
      },
    },
    (request, reply) =>
      act(desk, request, reply, ['declare-again', sealKey], (tx, asked, context) =>
        declareAgain(tx, request.params.id, asked, context, sealKey),
      ),
  );
  const note = string('In your own words; no payment codes', { minLength: 1, maxLength: 200 });
  app.post<OfId & { Body: { found: DeclarationFound; note: string } }>(
    '/v1/declarations/:id/resolve',
    {
      config: { access: 'resolve' },
      schema: {
        summary: "Settle a declaration that waits for a person, where customs' word never comes",
        ...{ headers, params: object({ id: declarationId }) },
        body: object({ found: string('What was found out', { enum: declarationFindings }), note }),
        response: replies('DeclarationAsked'),
      },
    },
    async (request, reply) => {
      const done = await actFor(desk, request, 'resolve-declaration', request.body.note, (tx, context) =>
        resolveDeclaration(tx, request.params.id, request.body, context),
      );
      if (done.replayed) reply.header('idempotent-replayed', 'true');
      return await reply.code(done.status).send(done.body);
    },
  );
}

const isState = (name: string): name is DeclarationState => (declarationStates as readonly string[]).includes(name);

function statesIn(text: string): DeclarationState[] {
  const wanted = text.split(',').map((name) => name.trim());
  const odd = wanted.find((name) => !isState(name));
  if (odd !== undefined) throw new QuestionError('state', odd, `of ${declarationStates.join(', ')}`);
  return wanted.filter(isState);
}

const listQuery = {
  payment: attemptId,
  state: string('Of these states, commas between'),
  limit: string('How many at most, 1 to 500; 50 when absent'),
  cursor: string('`next` of the list before'),
};
type ListQuestion = { Querystring: { payment?: string; state?: string; limit?: string; cursor?: string } };

/** The cursor of a list of payments, of which the id is a declaration's. */
const afterOf = (cursor: string | undefined) => {
  const found = cursorIn(cursor, /^(\d{1,15})\.(d[0-9a-f]{31})$/);
  return found && { requestedAt: found.createdAt, id: found.id };
};

export function addDeclarations(app: FastifyInstance, { db, accounts }: DeclaringParts): void {
  app.get<ListQuestion>(
    '/v1/declarations',
    {
      schema: {
        summary: 'Declarations to customs, newest first',
        querystring: object(listQuery, Object.keys(listQuery)),
        response: replies('Declarations'),
      },
    },
    async ({ query: { payment, state, limit: most, cursor } }) => {
      const [limit, after] = [limitIn(most), afterOf(cursor)];
      const found = await listDeclarations(db, {
        limit,
        ...(payment === undefined ? {} : { attempt: payment }),
        ...(state === undefined ? {} : { states: statesIn(state) }),
        ...(after === undefined ? {} : { after }),
      });
      const last = found.length === limit ? found.at(-1) : undefined;
      const next = last ? cursorText({ createdAt: last.requestedAt, id: last.id }) : null;
      return { declarations: found.map(viewDeclaration), next };
    },
  );
  app.get<OfId>(
    '/v1/declarations/:id',
    {
      schema: {
        summary: 'One declaration, with every call of it',
        params: object({ id: declarationId }),
        response: replies('WholeDeclaration'),
      },
    },
    async ({ params }, reply) => {
      const found = await loadDeclaration(db, params.id);
      if (!found) return await reply.code(404).send(problem('not-found', 'no such declaration'));
      return await viewWholeDeclaration(db, found);
    },
  );
  addRecords(app, accounts);
}

function addRecords(app: FastifyInstance, accounts: Accounts): void {
  app.get<{ Querystring: { account: string; ids: string } }>(
    '/v1/customs-records',
    {
      schema: {
        summary: "The acquirer's own records of declarations, asked for now; nothing is changed by it",
        querystring: object({
          account: string("The merchant's account with the acquirer to ask"),
          ids: string('Declarations, commas between, at most 10', {
            pattern: '^[A-Za-z0-9_:-]{1,32}(,[A-Za-z0-9_:-]{1,32})*$',
          }),
        }),
        response: replies('CustomsRecords'),
      },
    },
    async ({ query: { account: name, ids: text } }, reply) => {
      const account = accounts.get(name);
      if (!account) {
        return await reply
          .code(404)
          .send(problem('account-unknown', 'account: found none of that name, expected one of the config'));
      }
      const { customs } = account.acquirer;
      if (!customs) {
        const message = `account: "${name}" has no [account.customs], so its acquirer is not asked about customs`;
        return await reply.code(422).send(problem('no-customs', message));
      }
      const ids = [...new Set(text.split(','))];
      if (ids.length > customs.inquiredMost) {
        throw new QuestionError('ids', `${ids.length} of them`, `at most ${customs.inquiredMost} at once`);
      }
      return viewRecords(name, await customs.inquire(ids));
    },
  );
}
