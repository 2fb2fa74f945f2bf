import { type Handler, type Route, reply } from './answers.js';
import type { LinkDesk } from './desk.js';
import { ApiError, readPress, readWallet } from './requests.js';

/** Of the API: wallets that are linked at this kiosk, and the press that pays with one. */
export function linkRoutes(desk: LinkDesk): readonly Route[] {
  const ask: Handler = async ({ request, response }) => {
    const wallet = await readWallet(request);
    const linked = desk.link(wallet);
    if (linked.ok) return reply(response, 201, { link: linked.link, wallet });
    if (linked.code === 'out-of-service') {
      const more = { reason: linked.reason };
      throw new ApiError(503, 'out-of-service', 'kiosk: links no wallets now; see /v1/status', more);
    }
    if (linked.code === 'busy') {
      throw new ApiError(409, 'busy', 'link: a payment or another link is under way; wait for its end or cancel it');
    }
    const message = 'display: shows no QR code that a phone could read; link the wallet at the staffed desk';
    throw new ApiError(409, 'no-display', message);
  };

  const show: Handler = ({ response }) => {
    const link = desk.linking();
    if (link === undefined) throw new ApiError(404, 'no-link', 'link: found none since the start of the agent');
    reply(response, 200, link);
  };

  const drop: Handler = ({ response }) => {
    if (!desk.dropLink()) throw new ApiError(409, 'no-link', 'link: found none that is under way');
    reply(response, 200, { result: 'given-up' });
  };

  const press: Handler = async ({ request, response }) => {
    const { order } = await readPress(request);
    if (desk.press(order)) return reply(response, 200, { result: 'pressed' });
    throw new ApiError(409, 'not-asked', 'press: found no payment that waits for it');
  };

  return [
    { path: /^\/v1\/link$/, methods: { POST: ask, GET: show, DELETE: drop } },
    { path: /^\/v1\/press$/, methods: { POST: press } },
  ];
}
