import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RandomBytes } from '../../../protocol/ids.js';
import type { Clock } from '../../runtime/clock.js';
import type { Counters } from '../../runtime/counters.js';
import type { Log } from '../../runtime/log.js';
import type { LinkDesk } from '../desk-contract.js';
import { pageHeaders } from './guard.js';
import { languageOf } from './language.js';
import { catalogues, noticePage } from './layout.js';
import type { AddressRation } from './ration.js';
import type { SessionCookie } from './session.js';
import type { Notice, PageWords } from './words.js';

export type LinkPagesParts = {
  readonly desk: LinkDesk;
  /** As phones call it: `https://host`, no path. A proxy in front of it keeps the certificate. */
  readonly publicUrl: string;
  /** For people. */
  readonly shop: string;
  /** Of the shop's clock, minutes east of UTC. */
  readonly zoneMinutes: number;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
  readonly random: RandomBytes;
  /** Addresses of proxies whose X-Forwarded-For is believed. */
  readonly proxies: readonly string[];
};

/** What the routes share. */
export type Visit = LinkPagesParts & { readonly cookie: SessionCookie; readonly guesses: AddressRation };

export const wordsFor = (request: FastifyRequest): PageWords =>
  catalogues[languageOf(request.headers['accept-language'])];

/** HTML, never kept by anybody. `walletUrl`: where the form on it leads. */
export function sendPage(
  reply: FastifyReply,
  { publicUrl }: Pick<LinkPagesParts, 'publicUrl'>,
  markup: string,
  walletUrl?: string,
): FastifyReply {
  return reply
    .headers({ ...pageHeaders(publicUrl, walletUrl), vary: 'accept-language, cookie' })
    .type('text/html; charset=utf-8')
    .send(markup);
}

const statusOf: Readonly<Record<Notice, number>> = {
  unknown: 404,
  'other-phone': 409,
  over: 410,
  'no-cookie': 400,
  elsewhere: 403,
  'too-often': 429,
  later: 503,
  // A page as any other: some phones show no page of an error.
  'not-yet': 200,
  configuration: 502,
};
const RETRY_AFTER_S = 5;

export function sendNotice(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: Pick<LinkPagesParts, 'publicUrl' | 'shop' | 'counters'>,
  notice: Notice,
): FastifyReply {
  parts.counters.add(`link-page-${notice}`);
  reply.code(statusOf[notice]);
  if (notice === 'later' || notice === 'too-often') reply.header('retry-after', RETRY_AFTER_S);
  return sendPage(reply, parts, noticePage(wordsFor(request), parts.shop, notice));
}

/** To another page, by GET. */
export const sendOn = (reply: FastifyReply, { publicUrl }: Pick<LinkPagesParts, 'publicUrl'>, to: string) =>
  reply.headers(pageHeaders(publicUrl)).redirect(to, 303);
