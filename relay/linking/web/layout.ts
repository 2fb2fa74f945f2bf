import { en } from './en.js';
import { type Html, html, nothing } from './html.js';
import type { Language } from './language.js';
import type { Notice, PageWords } from './words.js';
import { zh } from './zh.js';

export const catalogues: Readonly<Record<Language, PageWords>> = { en, zh };

export type PageParts = {
  readonly words: PageWords;
  readonly shop: string;
  readonly title: string;
  readonly main: Html;
  /** Of what stands on the page, where scripts draw it anew when that changes. */
  readonly version?: string;
  /** For a page that waits: it loads itself anew. */
  readonly again?: Html;
};

/** Of the member page, without scripts; what was said there of the last press goes with that. */
export const againWithoutScripts = html`<noscript><meta http-equiv="refresh" content="10;url=/M"></noscript>`;
const againSoon = html`<meta http-equiv="refresh" content="1">`;

/** A whole page, for a browser. */
export function page({ words, shop, title, main, version, again = nothing }: PageParts): string {
  return html`<!doctype html>
<html lang="${words.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/style.css">
${again}
<script src="/app.js" defer></script>
</head>
<body data-version="${version ?? ''}">
<header>${shop}</header>
<main>
${main}
</main>
</body>
</html>
`.markup;
}

/** A page that only says something. */
export function noticePage(words: PageWords, shop: string, notice: Notice): string {
  const { title, body } = words.notices[notice];
  const main = html`<h1>${title}</h1><p class="lead">${body}</p>`;
  return page({ words, shop, title, main, ...(notice === 'not-yet' ? { again: againSoon } : {}) });
}

/** Seconds that the page counts down. `reload`: at their end there is something else to see. */
export function countdown(leftMs: number, reload = false): Html {
  const left = Math.max(0, Math.round(leftMs));
  const then = reload ? html` data-then="reload"` : nothing;
  return html`<span data-left-ms="${left}"${then}>${Math.ceil(left / 1_000)}</span>`;
}
