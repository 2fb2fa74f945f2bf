import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Member, Session } from '../desk-contract.js';
import { pageHeaders } from './guard.js';
import { memberPage } from './member-page.js';
import { memberState, nobody, versionOf } from './member-state.js';
import { sendNotice, sendOn, sendPage, type Visit, wordsFor } from './visit.js';
import { isSaid } from './words.js';

type Named = { Params: { id: string } };
/** Of attempts and links alike. */
const ID = /^[0-9a-f]{32}$/;

/** `/M`: what the buyer keeps. Only the cookie says whose it is. */
export function addMemberRoutes(app: FastifyInstance, visit: Visit): void {
  app.get('/M', (request, reply) => show(request, reply, visit));
  // Whoever remembers no more than the name.
  for (const path of ['/', '/m']) app.get(path, (_, reply) => sendOn(reply, visit, '/M'));
  app.get('/M/state', (request, reply) => state(request, reply, visit));
  app.post<Named>('/M/confirm/:id', (request, reply) => confirm(request, reply, visit));
  app.post<Named>('/M/deny/:id', (request, reply) => deny(request, reply, visit));
  app.post<Named>('/M/:id/unlink', (request, reply) => unlink(request, reply, visit));
}

const memberOf = async ({ desk }: Visit, session: Session | undefined): Promise<Member> =>
  session === undefined ? nobody : await desk.member(session);

async function show(request: FastifyRequest, reply: FastifyReply, visit: Visit): Promise<FastifyReply> {
  const { cookie, shop, zoneMinutes } = visit;
  const query = Object.entries(request.query ?? {});
  const [[name, value] = []] = query;
  const said = query.length === 1 && name === 'said' && isSaid(value) ? value : undefined;
  // A wallet that sends its owner back hangs its code to the address; it comes to us by its own notice, and leaves here.
  if (query.length > 0 && said === undefined) return sendOn(reply, visit, '/M');
  const session = cookie.read(request.headers.cookie);
  const member = await memberOf(visit, session);
  if (session !== undefined) reply.header('set-cookie', cookie.write(session));
  const parts = { words: wordsFor(request), shop, member, version: versionOf(member), zoneMinutes };
  return sendPage(reply, visit, memberPage(said === undefined ? parts : { ...parts, said }));
}

async function state(request: FastifyRequest, reply: FastifyReply, visit: Visit): Promise<FastifyReply> {
  const member = await memberOf(visit, visit.cookie.read(request.headers.cookie));
  return reply.headers(pageHeaders(visit.publicUrl)).send({ version: versionOf(member), ...memberState(member) });
}

async function confirm(request: FastifyRequest<Named>, reply: FastifyReply, visit: Visit): Promise<FastifyReply> {
  const session = sessionAsking(request, visit);
  if (session === undefined) return sendNotice(request, reply, visit, 'unknown');
  const { kind } = await visit.desk.confirm(request.params.id, session);
  if (kind === 'unknown') return sendNotice(request, reply, visit, 'unknown');
  visit.counters.add(`link-page-press-${kind}`);
  return sendOn(reply, visit, `/M?said=${kind === 'confirmed' ? 'confirmed' : 'late'}`);
}

async function deny(request: FastifyRequest<Named>, reply: FastifyReply, visit: Visit): Promise<FastifyReply> {
  const session = sessionAsking(request, visit);
  if (session === undefined) return sendNotice(request, reply, visit, 'unknown');
  const { kind } = await visit.desk.deny(request.params.id, session);
  if (kind === 'unknown') return sendNotice(request, reply, visit, 'unknown');
  visit.counters.add(`link-page-deny-${kind}`);
  return sendOn(reply, visit, `/M?said=${kind === 'denied' ? 'denied' : 'late'}`);
}

async function unlink(request: FastifyRequest<Named>, reply: FastifyReply, visit: Visit): Promise<FastifyReply> {
  const session = sessionAsking(request, visit);
  if (session === undefined) return sendNotice(request, reply, visit, 'unknown');
  const { kind } = await visit.desk.unlink(request.params.id, session);
  if (kind === 'unknown') return sendNotice(request, reply, visit, 'unknown');
  visit.counters.add('link-page-unlink');
  return sendOn(reply, visit, '/M?said=unlinking');
}

/** Undefined: nobody's, or no id of ours; nothing is asked for it. */
const sessionAsking = ({ params, headers }: FastifyRequest<Named>, { cookie }: Visit): Session | undefined =>
  ID.test(params.id) ? cookie.read(headers.cookie) : undefined;
