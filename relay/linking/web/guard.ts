import type { IncomingHttpHeaders } from 'node:http';

/** Of a web address; undefined: the text is none that a browser may be sent to. */
export function safeTarget(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return harmful.has(url.protocol) || url.username !== '' || url.password !== '' ? undefined : url;
}

/** They run or read something on the phone itself. Apps of wallets have schemes of their own. */
const harmful: ReadonlySet<string> = new Set([
  'javascript:',
  'data:',
  'vbscript:',
  'blob:',
  'file:',
  'filesystem:',
  'about:',
]);

/**
 * Where the form of the question may end: browsers hold `form-action` against every redirect after it, and a wallet's page
 * may send on to a host that nobody named. So any https address, and the wallet's own scheme or origin.
 */
function formTargets(walletUrl: string | undefined): string {
  const url = walletUrl === undefined ? undefined : safeTarget(walletUrl);
  if (!url) return "'self'";
  return `'self' https: ${url.protocol === 'http:' ? url.origin : url.protocol}`;
}

/** Sent with every page. `walletUrl`: of the page whose form leads there. */
export function pageHeaders(publicUrl: string, walletUrl?: string): Record<string, string> {
  return {
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action ${formTargets(walletUrl)}; frame-ancestors 'none'`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex, nofollow',
    // With `no-referrer` a browser posts with "Origin: null", and could not be told from a stranger's page.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(publicUrl.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

/**
 * Whether it is a browser that looks ahead, or another page that shows ours as a picture or in a frame: such a request
 * must own nothing, or a link would be taken before its buyer has opened it.
 */
export function isNoVisit(headers: IncomingHttpHeaders): boolean {
  const purposes = ['purpose', 'sec-purpose', 'x-purpose', 'x-moz'].map((name) => String(headers[name] ?? ''));
  if (purposes.some((purpose) => /prefetch|preview|prerender/i.test(purpose))) return true;
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': dest } = headers;
  return (mode !== undefined && mode !== 'navigate') || (dest !== undefined && dest !== 'document');
}

/** That a POST comes from a page of ours. Browsers too old for `Origin` still say where they were. */
export function isFromOurPage(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const ours = new URL(publicUrl).origin;
  const { origin, referer } = headers;
  if (origin !== undefined) return origin === ours;
  return referer !== undefined && URL.canParse(referer) && new URL(referer).origin === ours;
}
