import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { NotYet, type ShortCode } from '../desk-contract.js';
import { isNoVisit, pageHeaders, safeTarget } from './guard.js';
import { questionPage } from './question-page.js';
import { sendNotice, sendOn, sendPage, type Visit, wordsFor } from './visit.js';

type Coded = { Params: { code: string } };

/** In the query of a visit whose browser was given a cookie a moment ago. */
const SECOND_VISIT = 'again';

/** As the kiosk's code says it; somebody may have typed it. */
function codeIn({ params }: FastifyRequest<Coded>): ShortCode | undefined {
  const code = params.code.toUpperCase();
  return /^[0-9A-Z]{8}$/.test(code) ? code : undefined;
}

/** `/L/CODE`: what the kiosk's code leads to. A path as it is scanned is upper case. */
export function addLinkRoutes(app: FastifyInstance, visit: Visit): void {
  for (const path of ['/L/:code', '/l/:code']) {
    // Without it HEAD would be answered as GET is, and own the link.
    app.head<Coded>(path, (_, reply) => reply.headers(pageHeaders(visit.publicUrl)).code(200).send());
    app.get<Coded>(path, (request, reply) => open(request, reply, visit));
  }
  app.post<Coded>('/L/:code/yes', (request, reply) => agree(request, reply, visit));
  app.post<Coded>('/L/:code/no', (request, reply) => refuse(request, reply, visit));
}

async function open(request: FastifyRequest<Coded>, reply: FastifyReply, visit: Visit): Promise<FastifyReply> {
  const { desk, cookie, shop, counters } = visit;
  if (isNoVisit(request.headers)) {
    counters.add('link-page-no-visit');
    // A browser that looked ahead throws this away, and asks anew when its owner does open the page.
    return reply.headers(pageHeaders(visit.publicUrl)).code(503).type('text/plain').send('not a visit\n');
  }
  const code = codeIn(request);
  if (code === undefined) return noCode(request, reply, visit);
  const session = cookie.read(request.headers.cookie);
  if (session === undefined) return giveCookie(request, reply, visit, code);
  const opened = await guessing(request, visit, () => desk.open(code, session));
  if (opened.kind === 'member') return sendOn(reply, visit, '/M');
  if (opened.kind !== 'question') return sendNotice(request, reply, visit, opened.kind);
  if (!safeTarget(opened.url)) return badTarget(request, reply, visit);
  counters.add('link-page-opened');
  reply.header('set-cookie', cookie.write(session));
  return sendPage(reply, visit, questionPage({ words: wordsFor(request), shop, code, question: opened }), opened.url);
}

/**
 * Only a cookie that has come back makes an owner. Programs that look at an address for a chat or a scanner keep none, and
 * would take the link from the phone they look for; and a phone that keeps none could never say yes.
 */
function giveCookie(request: FastifyRequest<Coded>, reply: FastifyReply, visit: Visit, code: ShortCode): FastifyReply {
  if (request.url.endsWith(`?${SECOND_VISIT}`)) return sendNotice(request, reply, visit, 'no-cookie');
  reply.header('set-cookie', visit.cookie.write(visit.cookie.make(visit.random)));
  return sendOn(reply, visit, `/L/${code}?${SECOND_VISIT}`);
}

async function agree(request: FastifyRequest<Coded>, reply: FastifyReply, visit: Visit): Promise<FastifyReply> {
  const asked = await askedBy(request, reply, visit);
  if (!asked) return reply;
  const { code, session } = asked;
  const agreed = await guessing(request, visit, () => visit.desk.agree(code, session).catch(whetherNotYet));
  if (agreed.kind === 'not-yet') return sendOn(reply, visit, `/L/${code}`);
  if (agreed.kind === 'member') return sendOn(reply, visit, '/M');
  if (agreed.kind !== 'go') return sendNotice(request, reply, visit, agreed.kind);
  const target = safeTarget(agreed.url);
  if (!target) return badTarget(request, reply, visit);
  visit.counters.add('link-page-agreed');
  return sendOn(reply, visit, target.href);
}

async function refuse(request: FastifyRequest<Coded>, reply: FastifyReply, visit: Visit): Promise<FastifyReply> {
  const asked = await askedBy(request, reply, visit);
  if (!asked) return reply;
  const { code, session } = asked;
  const { kind } = await guessing(request, visit, () => visit.desk.refuse(code, session));
  if (kind === 'member') return sendOn(reply, visit, '/M');
  if (kind !== 'refused') return sendNotice(request, reply, visit, kind);
  visit.counters.add('link-page-refused');
  return sendOn(reply, visit, `/L/${code}`);
}

/** The page that waits asks again by GET. */
function whetherNotYet(error: unknown): { readonly kind: 'not-yet' } {
  if (error instanceof NotYet) return { kind: 'not-yet' };
  throw error;
}

/** Undefined: it is answered already. */
async function askedBy(request: FastifyRequest<Coded>, reply: FastifyReply, visit: Visit) {
  const code = codeIn(request);
  if (code === undefined) {
    await noCode(request, reply, visit);
    return undefined;
  }
  const session = visit.cookie.read(request.headers.cookie);
  if (session !== undefined) return { code, session };
  await sendNotice(request, reply, visit, 'no-cookie');
  return undefined;
}

/** It looks like any other that is not known. */
const noCode = (request: FastifyRequest, reply: FastifyReply, visit: Visit): FastifyReply =>
  sendNotice(request, reply, visit, visit.guesses.take(request.ip) ? 'unknown' : 'too-often');

/**
 * Whoever tries codes gets a few of them only, and hears the same of each. The guess is taken before the desk is asked, so
 * that many at once are no more, and given back for a code that is known.
 */
async function guessing<T extends { readonly kind: string }>(
  { ip }: FastifyRequest,
  { guesses }: Visit,
  ask: () => Promise<T>,
): Promise<T | { readonly kind: 'too-often' }> {
  if (!guesses.take(ip)) return { kind: 'too-often' };
  let isKnown = true;
  try {
    const answer = await ask();
    isKnown = answer.kind !== 'unknown';
    return answer;
  } finally {
    if (isKnown) guesses.giveBack(ip);
  }
}

function badTarget(request: FastifyRequest<Coded>, reply: FastifyReply, visit: Visit): FastifyReply {
  visit.log.error({ event: 'link-page-bad-target' }, 'consult: found no address that a browser may open');
  return sendNotice(request, reply, visit, 'configuration');
}
