import type { Manner } from '../scenarios.js';
import type { AuthorizationApi } from './authorizations.js';

/** What the control port has the next calls about links answer. */

/** `after-the-notice`, of a consult: its owner agrees at once, and that is told before the consult is answered. */
export type PlayedManner = Exclude<Manner, 'wrong-currency'> | 'after-the-notice';
export const playedManners = [
  ...([
    'plain',
    'drop',
    'silent',
    'html',
    'bad-signature',
    'after-the-notice',
  ] as const satisfies readonly PlayedManner[]),
];
export const isPlayedManner = (text: unknown): text is PlayedManner => playedManners.some((name) => name === text);

/** `result`: it is answered so, and nothing is done. `manner`: it is done, and answered in that manner. */
export type Play = { readonly result: string } | { readonly manner: PlayedManner };

/** Which of the codes that a play may name leave it open; every other one is a failure. */
const undecided: ReadonlySet<string> = new Set([
  'AUTH_IN_PROCESS',
  'UNKNOWN_EXCEPTION',
  'REQUEST_TRAFFIC_EXCEED_LIMIT',
]);
export const statusOf = (code: string): 'U' | 'F' => (undecided.has(code) ? 'U' : 'F');

export class Plays {
  readonly #next = new Map<AuthorizationApi, { readonly play: Play; left: number }>();

  /** In place of what was set for that call before. */
  set(api: AuthorizationApi, play: Play, times: number): void {
    this.#next.set(api, { play, left: times });
  }

  take(api: AuthorizationApi): Play | undefined {
    const next = this.#next.get(api);
    if (!next || next.left <= 0) return undefined;
    next.left -= 1;
    return next.play;
  }
}
