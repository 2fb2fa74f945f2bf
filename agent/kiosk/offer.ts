import type { Link } from '../../protocol/messages.js';
import type { Order } from '../orders/order.js';
import type { KioskEffect } from './events.js';
import type { KioskState, LinkEnd, LinkTry } from './state.js';

/** A wallet's linking as the rest of the machine needs it: what is said of it, and how it leaves the front. */

export function frameOf({ id, wallet, modulesMost, order }: LinkTry, givenUp = false): Link {
  const money = order ? { money: { amount: order.amount, currency: order.currency } } : {};
  return { type: 'link', link: id, wallet, modulesMost, ...money, givenUp };
}

export const say = (link: LinkTry, givenUp = false): KioskEffect => ({ type: 'send', body: frameOf(link, givenUp) });

/** Whoever links a wallet to pay an order is still there: it does not run out meanwhile. */
export const isBeingLinkedFor = ({ link }: KioskState, order: Order): boolean => link?.order?.id === order.id;

/** Its order has not been waited for meanwhile: whoever shall pay it gets the whole time. */
export function withoutLink(state: KioskState, end: Omit<LinkEnd, 'id' | 'wallet'>, now: number): KioskState {
  const { link, order, timers } = state;
  if (!link) return state;
  const waits = order && isBeingLinkedFor(state, order) && timers.orderExpiresMs > 0;
  return {
    ...state,
    link: null,
    linkEnd: { id: link.id, wallet: link.wallet, ...end },
    ...(waits ? { orderUntilMs: now + timers.orderExpiresMs } : {}),
  };
}

/**
 * The front is needed for something else, or the next customer may be another one. A wallet whose owner has agreed already
 * is linked all the same, and the phone tells of it.
 */
export function leave(state: KioskState, now: number): [KioskState, KioskEffect[]] {
  const { link } = state;
  if (!link) return [state, []];
  if (link.stage === 'authorised') {
    return [withoutLink(state, { state: 'late' }, now), [{ type: 'count', name: 'link-late' }]];
  }
  return [withoutLink(state, { state: 'given-up' }, now), [say(link, true), { type: 'count', name: 'link-given-up' }]];
}
