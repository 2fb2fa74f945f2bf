import type { LinkResult } from '../../protocol/messages.js';
import { LINKED_WALLET } from '../../protocol/words.js';
import { openAttempt, unchanged } from './attempt.js';
import { booksFull } from './books.js';
import type { KioskEffect, KioskEvent, Step } from './events.js';
import { leave, say, withoutLink } from './offer.js';
import { type KioskState, type LinkEnd, type LinkStage, type LinkTry, linkStages } from './state.js';
import type { View } from './view.js';

/**
 * A wallet is linked: the kiosk asks each second and shows where it stands, the relay and the buyer's phone do the rest.
 * What ends it: the relay's word, a scan, an order that comes or goes, or this kiosk's patience.
 */

/** How long the relay may take to have a code. */
const CODE_MS = 20_000;
/** How long the customer waits here for the wallet, once agreed; after that the phone alone tells. */
const TOKEN_MS = 60_000;
/** The relay says itself that a code has expired; if it does not, the code leaves the display. */
const SILENCE_MS = 3_000;
/** A refusal is told by nobody: the code runs out, and is offered once more to whoever still stands there. */
const OFFERS_MOST = 2;
/** A countdown that moves by less is the same. */
const SAME_END_MS = 1_500;
/** Version 2: a short link is never in a smaller one. */
const MODULES_LEAST = 25;

type Of<T extends KioskEvent['type']> = Extract<KioskEvent, { type: T }>;

const counted = (state: KioskState, name: string): Step => ({ state, effects: [{ type: 'count', name }] });

export function asked(state: KioskState, event: Of<'link-asked'>, now: number): Step {
  const { wallet, link: id, modulesMost } = event;
  if (state.attempt || state.link) return counted(state, 'link-refused-busy');
  if (state.closed.length > 0) return counted(state, 'link-while-closed');
  const link: LinkTry = {
    ...{ id, wallet, modulesMost, order: state.order, stage: 'asked', code: '', digits: '' },
    ...{ untilMs: now + CODE_MS, resendAtMs: now + state.timers.resendMs, offers: 1 },
  };
  const front = { ...state, link, linkEnd: null, final: null, notice: null };
  if (modulesMost < MODULES_LEAST) return ended(front, { kind: 'link-desk', wallet }, { state: 'no-display' }, now);
  return { state: front, effects: [say(link), { type: 'count', name: 'link-asked' }] };
}

/** Its last screen; the try leaves the front. */
function ended(state: KioskState, view: View, end: Omit<LinkEnd, 'id' | 'wallet'>, now: number): Step {
  const final = { attempt: null, view, untilMs: now + state.timers.finalScreenMs };
  return counted({ ...withoutLink(state, end, now), final, notice: null }, `link-${end.state}`);
}

export function renewed(state: KioskState, id: string, now: number): Step {
  const { link } = state;
  if (link?.resendAtMs !== Number.POSITIVE_INFINITY) return counted(state, 'link-unasked');
  const next: LinkTry = { ...link, id, resendAtMs: now + state.timers.resendMs };
  return { state: { ...state, link: next }, effects: [say(next)] };
}

export function dropped(state: KioskState, now: number): Step {
  const [next, effects] = leave(state, now);
  return { state: next, effects };
}

export function codeCame(state: KioskState, event: Of<'link-code'>, now: number): Step {
  const { link } = state;
  if (link?.id !== event.link) return counted(state, 'link-unasked');
  if (link.stage !== 'asked' && link.stage !== 'offered') return counted(state, 'link-overtaken');
  if (event.modules > link.modulesMost) {
    const step = ended(state, { kind: 'link-desk', wallet: link.wallet }, { state: 'no-display' }, now);
    return { state: step.state, effects: [say(link, true), ...step.effects] };
  }
  const stage = moved(link, 'offered', event.leftMs, now);
  return unchanged({ ...state, link: { ...link, ...stage, code: event.code } });
}

export function resultCame(state: KioskState, result: LinkResult, now: number): Step {
  const { link } = state;
  if (link?.id !== result.link) return counted(state, 'link-unasked');
  const { wallet } = link;
  switch (result.state) {
    case 'offered':
      return unchanged(state);
    case 'opened':
    case 'authorised':
      return advanced(state, link, result.state, result, now);
    case 'linked':
      return linked(state, link, result.code, now);
    case 'expired':
      return expired(state, link, now);
    case 'failed': {
      const reason = result.reason ?? 'other';
      // No wallet of that name is linked here, or the short link is longer than the display holds: to try again is no use.
      const view: View =
        reason === 'configuration' ? { kind: 'link-desk', wallet } : { kind: 'link-failed', wallet, reason };
      return ended(state, view, { state: 'failed', reason }, now);
    }
  }
}

const rank = (stage: LinkStage): number => linkStages.indexOf(stage);

function advanced(state: KioskState, link: LinkTry, stage: LinkStage, result: LinkResult, now: number): Step {
  if (rank(stage) < rank(link.stage)) return counted(state, 'link-overtaken');
  // The code is of no more use, and another phone shall not find it on the display.
  const next: LinkTry = { ...link, ...moved(link, stage, result.leftMs, now), code: '', digits: result.digits };
  return unchanged({ ...state, link: next });
}

/** Once agreed the end is the kiosk's own, and stays; before, it is what the relay says. */
function moved(link: LinkTry, stage: LinkStage, leftMs: number, now: number): Pick<LinkTry, 'stage' | 'untilMs'> {
  const first = link.stage !== stage;
  if (stage === 'authorised') return { stage, untilMs: first ? now + TOKEN_MS : link.untilMs };
  // A relay that says that it is over, and does not end it, shall not keep the front: its silence counts from there.
  const isOver = !first && leftMs <= 0;
  const untilMs = isOver ? Math.min(link.untilMs, now) : now + leftMs;
  return { stage, untilMs: first || Math.abs(untilMs - link.untilMs) > SAME_END_MS ? untilMs : link.untilMs };
}

/** In the same breath the order is paid that the buyer has agreed to; and no other one. */
function linked(state: KioskState, link: LinkTry, code: string, now: number): Step {
  const free = withoutLink(state, { state: 'linked' }, now);
  const { order } = state;
  const pays = code !== '' && order !== null && order.id === link.order?.id && state.closed.length === 0;
  if (!pays || booksFull(state)) return ended(state, { kind: 'linked', wallet: link.wallet }, { state: 'linked' }, now);
  // Of the link's own id, so that whatever is told twice opens one attempt.
  const given = { code, issuer: LINKED_WALLET, digest: link.id, tail: link.id.slice(0, TAIL_CHARS), scanMs: now };
  const opened = openAttempt(free, order, { ...given, pressed: true }, now);
  return { state: opened.state, effects: [...opened.effects, { type: 'count', name: 'link-linked' }] };
}

/** Of an attempt's id, behind its order's. */
const TAIL_CHARS = 16;

function expired(state: KioskState, link: LinkTry, now: number): Step {
  if (link.offers >= OFFERS_MOST) {
    return ended(state, { kind: 'link-expired', wallet: link.wallet }, { state: 'expired' }, now);
  }
  const next: LinkTry = {
    ...{ ...link, stage: 'asked', code: '', digits: '', offers: link.offers + 1 },
    ...{ untilMs: now + CODE_MS, resendAtMs: Number.POSITIVE_INFINITY },
  };
  const effects: KioskEffect[] = [{ type: 'link-again' }, { type: 'count', name: 'link-offered-again' }];
  return { state: { ...state, link: next }, effects };
}

/** When `wakeLink` has something to do. */
export function linkWakeAt({ link }: KioskState): number {
  return link ? Math.min(link.resendAtMs, endOf(link)) : Number.POSITIVE_INFINITY;
}

const endOf = ({ stage, untilMs }: LinkTry): number =>
  stage === 'offered' || stage === 'opened' ? untilMs + SILENCE_MS : untilMs;

export function wakeLink(state: KioskState, now: number): Step {
  const { link } = state;
  if (!link) return unchanged(state);
  if (endOf(link) <= now) return outOfPatience(state, link, now);
  if (link.resendAtMs > now) return unchanged(state);
  const next: LinkTry = { ...link, resendAtMs: now + state.timers.resendMs };
  return { state: { ...state, link: next }, effects: [say(next)] };
}

function outOfPatience(state: KioskState, link: LinkTry, now: number): Step {
  const { wallet } = link;
  // A phone has opened it: its owner may have agreed, and this kiosk has not heard of it.
  if (link.stage === 'authorised' || link.stage === 'opened') {
    return ended(state, { kind: 'link-late', wallet }, { state: 'late' }, now);
  }
  const reason = 'acquirer-unavailable';
  const step =
    link.stage === 'asked'
      ? ended(state, { kind: 'link-failed', wallet, reason }, { state: 'failed', reason }, now)
      : expired(state, link, now);
  return { state: step.state, effects: [say(link, true), ...step.effects] };
}
