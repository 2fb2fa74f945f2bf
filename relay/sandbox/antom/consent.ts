import type { IncomingMessage, ServerResponse } from 'node:http';
import { antomWallets } from '../../acquirers/antom/wallets.js';
import { readBody } from '../listener.js';
import type { Link } from './links.js';

/**
 * The wallet's own page, on which its owner agrees, as a real one for a browser: without a script, and without anything of
 * the merchant's. Its form posts to the page itself.
 */
export const PAGES = '/wallet/';
export const consentActions = ['agree', 'decline', 'cancel'] as const;
export type ConsentAction = (typeof consentActions)[number];
export const isConsentAction = (text: unknown): text is ConsentAction => consentActions.some((name) => name === text);

export type ConsentParts = {
  readonly find: (page: string) => Link | undefined;
  /** What its owner decides; false where it is too late, or decided already. */
  readonly decide: (link: Link, action: ConsentAction) => Promise<boolean>;
  /** Who asks. */
  readonly merchantName: string;
  /** Whether the merchant is told; a sandbox that was not asked to tells nobody. */
  readonly notifies: boolean;
};

const BODY_MAX_BYTES = 1_024;
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

const scopeTexts: Readonly<Record<string, string>> = {
  AGREEMENT_PAY: 'Pay this merchant without being asked each time',
  BASE_USER_INFO: 'Tell the merchant your user id',
  USER_INFO: 'Tell the merchant your name and address',
};

const button = (action: ConsentAction, text: string, kind: string): string =>
  `<button class="${kind}" name="action" value="${action}">${text}</button>`;
const form = (...buttons: readonly string[]): string => `<form method="post">${buttons.join('')}</form>`;

/** Only to where the merchant's consult said. */
function back({ redirectUrl }: Link): string {
  return /^https?:/.test(redirectUrl) ? `<p><a href="${escaped(redirectUrl)}">Back to the merchant</a></p>` : '';
}

function content(link: Link, { merchantName, notifies }: ConsentParts): string {
  const merchant = `<strong>${escaped(merchantName)}</strong>`;
  switch (link.state) {
    case 'offered': {
      const scopes = link.scopes.map((scope) => `<li>${escaped(scopeTexts[scope] ?? scope)}</li>`).join('');
      const ask = `<p>${merchant} asks for your permission to:</p><ul>${scopes}</ul>`;
      return ask + form(button('agree', 'Agree', 'yes'), button('decline', 'Decline', 'no'));
    }
    case 'agreed': {
      // Without a notice nothing follows, and whoever waits at the kiosk could not know why.
      const told = notifies
        ? `${merchant} is being told.`
        : 'Nobody is told: start the sandbox with --notify-factor 60.';
      return `<p role="status">You have agreed. ${told}</p>${back(link)}`;
    }
    case 'linked': {
      const linked = `<p role="status">${merchant} may take payments from this wallet.</p>`;
      return linked + back(link) + form(button('cancel', 'Withdraw permission', 'no'));
    }
    case 'declined':
      return `<p role="status">You have declined. ${merchant} cannot take payments.</p>${back(link)}`;
    case 'cancelled':
      return `<p role="status">Permission withdrawn. ${merchant} can take no more payments.</p>${back(link)}`;
    case 'expired':
      return '<p role="status">This request has expired. Ask the merchant for a new code.</p>';
  }
}

const style = [
  ':root{color-scheme:light}body{font:18px/1.5 sans-serif;margin:0 auto;max-width:28rem;padding:1.5rem;color:#111;background:#fff}',
  'h1{font-size:1.4rem;border-bottom:4px solid #1677ff;padding-bottom:.5rem}',
  'button{display:block;width:100%;min-height:3rem;margin:.75rem 0;font:inherit;border-radius:.5rem;border:2px solid #1677ff}',
  '.yes{background:#0958d9;color:#fff}.no{background:#fff;color:#0958d9}',
].join('');

const html = (title: string, body: string): string =>
  `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>` +
  `<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head>` +
  `<body><main><h1>${title}</h1>${body}</main></body></html>`;

function say(response: ServerResponse, status: number, title: string, body: string): void {
  const page = Buffer.from(html(title, body), 'utf8');
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': page.length,
    'Cache-Control': 'no-store',
    'Content-Security-Policy':
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
  });
  response.end(page);
}

const nameOf = ({ method }: Link): string => antomWallets.find((wallet) => wallet.method === method)?.name ?? method;

/** GET shows, POST decides and shows what became of it. */
export function createConsentPages(parts: ConsentParts) {
  const { find, decide } = parts;
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const page = /^\/wallet\/consent\/([0-9a-f]{32})(?:\?.*)?$/.exec(request.url ?? '')?.[1];
    const link = page === undefined ? undefined : find(page);
    if (!link) return say(response, 404, 'Sandbox wallet', '<p role="status">No such request.</p>');
    const title = `${escaped(nameOf(link))} (sandbox)`;
    if (request.method === 'GET' || request.method === 'HEAD') {
      return say(response, 200, title, content(link, parts));
    }
    if (request.method !== 'POST') return say(response, 405, title, '<p role="status">GET or POST.</p>');
    const body = await readBody(request, BODY_MAX_BYTES);
    const action = new URLSearchParams(body?.toString('utf8') ?? '').get('action');
    if (!isConsentAction(action)) return say(response, 400, title, '<p role="status">Agree or decline.</p>');
    const done = await decide(link, action);
    say(response, done ? 200 : 409, title, content(link, parts));
  };
}
