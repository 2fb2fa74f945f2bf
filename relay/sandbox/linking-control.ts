import { authorizationApis, isAuthorizationApi } from './antom/authorizations.js';
import { consentActions, isConsentAction } from './antom/consent.js';
import type { LinkingControls } from './antom/linking.js';
import { isPlayedManner, type Play, playedManners } from './antom/plays.js';
import { type Answer, fault, ok } from './control-answers.js';
import type { Json } from './json.js';

/** The part of the control port that is about linked wallets. */

const TIMES_MOST = 1_000;
const LIFE_MOST_MS = 400 * 86_400_000;

const isWhole = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;

function playIn({ result, manner }: Json): Play | undefined {
  if (manner === undefined && typeof result === 'string' && /^[A-Z][A-Z_]{1,63}$/.test(result)) return { result };
  return result === undefined && isPlayedManner(manner) ? { manner } : undefined;
}

/** What the next calls answer. */
function setPlay(controls: LinkingControls, body: Json): Answer {
  const { api, times = 1 } = body;
  const play = playIn(body);
  if (!isAuthorizationApi(api)) {
    return fault(422, 'bad-api', `api: expected one of ${authorizationApis.join(', ')}`);
  }
  if (!isWhole(times, 0, TIMES_MOST)) return fault(422, 'bad-times', `times: expected 0 to ${TIMES_MOST}`);
  if (!play || ('result' in play && play.result === 'SUCCESS')) {
    const manners = playedManners.join(', ');
    return fault(422, 'bad-play', `expected either result, such as AUTH_IN_PROCESS, or manner, one of ${manners}`);
  }
  controls.play(api, play, times);
  return ok({ api, times, ...play });
}

function setLife(controls: LinkingControls, { tokenLifeMs }: Json): Answer {
  if (tokenLifeMs !== null && !isWhole(tokenLifeMs, 1, LIFE_MOST_MS)) {
    return fault(422, 'bad-life', `tokenLifeMs: expected 1 to ${LIFE_MOST_MS}, or null: until it is cancelled`);
  }
  controls.setTokenLife(tokenLifeMs ?? undefined);
  return ok({ tokenLifeMs });
}

async function decide(controls: LinkingControls, link: string, { action }: Json): Promise<Answer> {
  if (!isConsentAction(action)) {
    return fault(422, 'bad-action', `action: expected one of ${consentActions.join(', ')}`);
  }
  switch (await controls.decide(link, action)) {
    case 'done':
      return ok({ link, action });
    case 'closed':
      return fault(409, 'link-closed', 'it is decided already, or too late');
    case 'not-found':
      return fault(404, 'not-found', 'no such link');
  }
}

/** Undefined: it is about something else. */
export async function routeLinking(
  controls: LinkingControls | undefined,
  method: string,
  path: string,
  body: Json,
): Promise<Answer | undefined> {
  if (!/^\/control\/link(s|ing)(\/|$)/.test(path)) return undefined;
  if (!controls) return fault(409, 'no-linking', 'this acquirer links no wallets: start it with --acquirer antom');
  const link = /^\/control\/links\/(\d{1,9})$/.exec(path)?.[1];
  if (link !== undefined && method === 'POST') return await decide(controls, link, body);
  switch (`${method} ${path}`) {
    case 'GET /control/links':
      return ok({ links: controls.links() });
    case 'POST /control/linking':
      return body['tokenLifeMs'] === undefined ? setPlay(controls, body) : setLife(controls, body);
    default:
      return undefined;
  }
}
