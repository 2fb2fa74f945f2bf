import type { FastifyInstance } from 'fastify';
import { ISSUER_PATTERN, NAME_PATTERN } from '../../protocol/limits.js';
import type { Database, Queries, Transaction, Value } from '../ledger/database.js';
import { ledgerTransaction } from '../ledger/sql-ledger.js';
import { applyLinkIn } from '../linking/apply.js';
import { linkFromRow } from '../linking/rows.js';
import { linkPolicy } from '../linking/rules.js';
import { linksIn, loadLink } from '../linking/store.js';
import { type LinkStage, linkStages, type WalletLink } from '../linking/types.js';
import { actFor } from './acting.js';
import { type ActContext, type Done, refused } from './acts.js';
import type { OperationsDesk } from './desk.js';
import { viewLink, viewWholeLink } from './link-view.js';
import type { Cursor } from './payments.js';
import { problem } from './problem.js';
import { cursorIn, cursorText, limitIn, QuestionError } from './questions.js';
import { attemptId, object, replies, string } from './schemas.js';

/** Linked wallets for the merchant's people: who is linked, what became of it, and unlinking one at its owner's request. */

type OfId = { Params: { id: string } };
const linkId = { ...attemptId, description: 'A link: 32 signs of hex' };

const listQuery = {
  state: string('Of these states, commas between'),
  kiosk: string('Offered at this kiosk'),
  wallet: string('This wallet, such as alipayhk'),
  limit: string('How many at most, 1 to 500; 50 when absent'),
  cursor: string('`next` of the list before'),
};
type Question = { readonly [Name in keyof typeof listQuery]?: string };

type Filter = {
  readonly states?: readonly LinkStage[];
  readonly kiosk?: string;
  readonly wallet?: string;
};

const isStage = (name: string): name is LinkStage => (linkStages as readonly string[]).includes(name);

/** @throws QuestionError */
function filterIn({ state, kiosk, wallet }: Question): Filter {
  const wanted = state?.split(',').map((name) => name.trim());
  const odd = wanted?.find((name) => !isStage(name));
  if (odd !== undefined) throw new QuestionError('state', odd, `of ${linkStages.join(', ')}`);
  if (kiosk !== undefined && !NAME_PATTERN.test(kiosk)) throw new QuestionError('kiosk', kiosk, 'a name of the config');
  if (wallet !== undefined && !ISSUER_PATTERN.test(wallet)) {
    throw new QuestionError('wallet', wallet, 'a wallet of the config, such as alipayhk');
  }
  return {
    ...(wanted === undefined ? {} : { states: wanted.filter(isStage) }),
    ...(kiosk === undefined ? {} : { kiosk }),
    ...(wallet === undefined ? {} : { wallet }),
  };
}

/** Newest first. */
async function linksOf(q: Queries, filter: Filter, limit: number, after: Cursor | undefined): Promise<WalletLink[]> {
  const { states, kiosk, wallet } = filter;
  const values: Value[] = [limit];
  const conditions = ['true'];
  const add = (condition: (place: string) => string, value: string | undefined): void => {
    if (value !== undefined) conditions.push(condition(`$${values.push(value)}`));
  };
  add((at) => `state = ANY (string_to_array(${at}, ','))`, states?.join(','));
  add((at) => `kiosk = ${at}`, kiosk);
  add((at) => `wallet = ${at}`, wallet);
  if (after) {
    const [at, id] = [values.push(after.createdAt), values.push(after.id)];
    conditions.push(`(created_at < $${at} OR created_at = $${at} AND id > $${id})`);
  }
  const where = conditions.join(' AND ');
  const rows = await q.query(`SELECT * FROM wallet_link WHERE ${where} ORDER BY created_at DESC, id LIMIT $1`, values);
  return rows.map(linkFromRow);
}

function whyNot(state: Exclude<LinkStage, 'linked'>): string {
  switch (state) {
    case 'offered':
    case 'opened':
      return 'nobody has agreed yet, and it ends by itself';
    case 'authorised':
      return 'its owner has agreed and its token is on the way; ask again once it is linked';
    case 'revoking':
      return 'it is charged no more, and its token is being revoked';
    case 'unlinked':
    case 'expired':
    case 'failed':
      return 'it has its end, and is never charged';
  }
}

/** Charged no more from this commit on; the link's worker revokes it at the acquirer, and again until that has said so. */
export async function unlinkWallet(tx: Transaction, id: string, context: ActContext): Promise<Done> {
  const links = linksIn(tx);
  const stored = await links.lock(id);
  if (!stored) return refused(404, 'not-found', 'no such link');
  const { state } = stored.link;
  if (state !== 'linked') return refused(409, 'not-linked', `the link is ${state}: ${whyNot(state)}`);
  const { now, relay, accounts, who } = context;
  const both = { ledger: ledgerTransaction(tx), links };
  const told = { now, relay, policyOf: linkPolicy(accounts) };
  const link = await applyLinkIn(both, stored, { type: 'unlink', by: who }, told);
  return { status: 200, body: { link: viewLink(link.link) }, link };
}

export function addLinks(app: FastifyInstance, { db }: { readonly db: Database }): void {
  app.get<{ Querystring: Question }>(
    '/v1/links',
    {
      schema: {
        summary: 'Linked wallets, and links that were offered, newest first',
        querystring: object(listQuery, Object.keys(listQuery)),
        response: replies('Links'),
      },
    },
    async ({ query }) => {
      const limit = limitIn(query.limit);
      const found = await linksOf(db, filterIn(query), limit, cursorIn(query.cursor));
      const last = found.length === limit ? found.at(-1) : undefined;
      return { links: found.map(viewLink), next: last ? cursorText(last) : null };
    },
  );
  app.get<OfId>(
    '/v1/links/:id',
    { schema: { summary: 'One link, with its story', params: object({ id: linkId }), response: replies('WholeLink') } },
    async ({ params }, reply) => {
      const found = await loadLink(db, params.id);
      if (!found) return await reply.code(404).send(problem('not-found', 'no such link'));
      return await viewWholeLink(db, found);
    },
  );
}

export function addUnlinking(app: FastifyInstance, desk: OperationsDesk): void {
  app.post<OfId & { Body: { reason: string } }>(
    '/v1/links/:id/unlink',
    {
      config: { access: 'links' },
      schema: {
        summary: "Unlink a wallet, such as at its owner's request: it is charged no more, and its token is revoked",
        headers: { type: 'object', properties: { 'idempotency-key': string('New for each act, 8 to 128 characters') } },
        params: object({ id: linkId }),
        body: object({ reason: string('In your own words; no payment codes', { minLength: 1, maxLength: 200 }) }),
        response: replies('LinkUnlinked'),
      },
    },
    async (request, reply) => {
      const done = await actFor(desk, request, 'unlink', request.body.reason, (tx, context) =>
        unlinkWallet(tx, request.params.id, context),
      );
      if (done.replayed) reply.header('idempotent-replayed', 'true');
      return await reply.code(done.status).send(done.body);
    },
  );
}
