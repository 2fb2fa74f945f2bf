import { call } from './http.js';
import { qrSvg } from './qr.js';

/** The code that the phone's page shows, as the scanner and the picture of the phone see it. */

type Member = { readonly links: readonly { readonly code: { readonly text: string } | null }[] };

/** The page's own cookie and no other of this host. */
const SESSION = /(?:^|;\s*)((?:__Host-)?quietzone=[0-9a-f]{32})(?:;|$)/;

/**
 * The member code of the visitor's own browser. Browsers send a host's cookies to all of its ports, so the one that the
 * buyer's page has set comes with each request to the demo's page too, and is used for nothing but to look at that page.
 * Undefined: this browser has linked no wallet. @throws Error when the relay does not answer
 */
export async function codeOnPhone(pages: string, cookies: string | undefined): Promise<string | undefined> {
  const [, cookie] = SESSION.exec(cookies ?? '') ?? [];
  if (cookie === undefined || pages === '') return undefined;
  const { links } = await call<Member>(`${pages}/M/state`, { headers: { cookie } });
  return links.find(({ code }) => code !== null)?.code?.text;
}

/** What the phone's glass shows of it. */
export function picturedCode(text: string | undefined): string {
  if (text !== undefined) return qrSvg(text);
  const line = (y: number, words: string): string => `<text x="50" y="${y}">${words}</text>`;
  const style = 'font-family="sans-serif" font-size="8" text-anchor="middle" fill="#5b6876"';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><path fill="#fff" d="M0 0h100v100H0z"/><g ${style}>${line(46, 'No wallet is')}${line(58, 'linked here yet')}</g></svg>`;
}
