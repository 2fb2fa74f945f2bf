import type { Json } from '../json.js';
import type { Handler } from '../listener.js';
import type { Notifier } from '../notifier.js';
import type { Reply } from '../stage.js';
import { type Authority, type AuthorizationApi, authorize } from './authorizations.js';
import { type ConsentAction, createConsentPages, PAGES } from './consent.js';
import { type Link, Links } from './links.js';
import { linkNews, type sealing } from './notices.js';
import { type Play, Plays, statusOf } from './plays.js';
import { result } from './results.js';

/** Scan to Link as the sandbox plays it: the calls, the wallet's page, what is told, and what the control port may do. */

/** How long an owner may take to agree, and how long the code that follows is good: the documents name neither. */
const OFFER_LIFE_MS = 600_000;

/** What is shown of a link; its secrets are not. */
export type LinkSeen = {
  readonly link: string;
  readonly wallet: string;
  readonly state: Link['state'];
  /** Where its owner agrees. */
  readonly consentUrl: string;
  /** Epoch ms; null: until it is cancelled, or there is no token. */
  readonly accessUntil: number | null;
};
/** Of the stage door. */
export type LinkingControls = {
  links(): readonly LinkSeen[];
  /** What its owner does in the wallet; 'closed': too late, or decided already. */
  decide(number: string, action: ConsentAction): Promise<'done' | 'not-found' | 'closed'>;
  play(api: AuthorizationApi, play: Play, times: number): void;
  /** Of tokens made from now on; undefined: until they are cancelled. */
  setTokenLife(ms: number | undefined): void;
};
export type LinkingStage = {
  readonly links: Links;
  readonly decide: (api: AuthorizationApi, fields: Json) => Reply;
  readonly page: Handler;
  readonly controls: LinkingControls;
};
export type LinkingParts = {
  readonly merchantName: string;
  readonly clockMs: () => number;
  readonly timeScale: number;
  readonly tokenLifeMs: number | undefined;
  /** The acquirer's own address, once it listens. */
  readonly origin: () => string;
  readonly notifier: Notifier | undefined;
  readonly sealed: ReturnType<typeof sealing>;
};

export function createLinkingStage(parts: LinkingParts): LinkingStage {
  const { clockMs, notifier, sealed } = parts;
  const [links, plays] = [new Links(), new Plays()];
  const lifeMs = OFFER_LIFE_MS / parts.timeScale;
  let { tokenLifeMs } = parts;
  const pageUrl = ({ page }: Link): string => `${parts.origin()}${PAGES}consent/${page}`;
  const tell = async (link: Link, first = false): Promise<void> => {
    const news = linkNews(link, sealed);
    if (news && notifier) await (first ? notifier.tellFirst(news) : notifier.tellOf(news));
  };
  const agreed = (link: Link): boolean => links.agree(link, clockMs(), lifeMs);

  async function act(link: Link, action: ConsentAction): Promise<boolean> {
    const done = {
      agree: () => agreed(link),
      decline: () => links.decline(link, clockMs()),
      cancel: () => links.cancel(link),
    }[action]();
    if (done) await tell(link);
    return done;
  }

  function decide(api: AuthorizationApi, fields: Json): Reply {
    const play = plays.take(api);
    if (play && 'result' in play) return { manner: 'plain', body: result(statusOf(play.result), play.result) };
    const authority: Authority = { links, nowMs: clockMs(), offerLifeMs: lifeMs, tokenLifeMs, pageUrl };
    const { body, changed } = authorize(api, fields, authority);
    const manner = play?.manner ?? 'plain';
    if (manner !== 'after-the-notice') {
      // Of a consult there is none yet; of a revoke the token is dead.
      return { manner, body, ...(changed ? { after: tell(changed) } : {}) };
    }
    const before = changed && agreed(changed) ? { after: tell(changed, true) } : {};
    return { manner: 'plain', body, ...before };
  }

  return {
    links,
    decide,
    page: createConsentPages({
      find: (page) => links.byPage(page, clockMs()),
      decide: act,
      merchantName: parts.merchantName,
      notifies: notifier !== undefined,
    }),
    controls: {
      links: () =>
        links.all(clockMs()).map((link) => ({
          ...{ link: link.number, wallet: link.method, state: link.state, consentUrl: pageUrl(link) },
          accessUntil: link.tokens?.accessUntilMs ?? null,
        })),
      async decide(number, action) {
        const link = links.byNumber(number, clockMs());
        if (!link) return 'not-found';
        return (await act(link, action)) ? 'done' : 'closed';
      },
      play: (api, play, times) => plays.set(api, play, times),
      setTokenLife(ms) {
        tokenLifeMs = ms;
      },
    },
  };
}
