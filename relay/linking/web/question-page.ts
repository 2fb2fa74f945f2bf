import { formatMoney } from '../../../protocol/money-text.js';
import type { Limits, Question } from '../desk-contract.js';
import { type Html, html, nothing } from './html.js';
import { countdown, page } from './layout.js';
import type { PageWords } from './words.js';

export type QuestionParts = {
  readonly words: PageWords;
  readonly shop: string;
  /** Of the short link. */
  readonly code: string;
  readonly question: Question;
};

/** The limits that are named, a sentence each. */
export const limitSentences = (words: PageWords, limits: Limits): string[] =>
  (['payment', 'day', 'year'] as const).flatMap((span) => {
    const money = limits[span];
    return money === null ? [] : [words.limits[span](formatMoney(money))];
  });

/** Read out as two digits, not as a number. */
const digitsShown = (digits: string): Html =>
  html`<p class="digits"><span aria-hidden="true">${digits}</span><span class="unseen">${[...digits].join(' ')}</span></p>`;

/** "Does the kiosk show these digits?", and what a yes allows. */
export function questionPage({ words, shop, code, question }: QuestionParts): string {
  const said = words.question;
  const { digits, wallet, kiosk, money, limits, leftMs } = question;
  const title = said.title(wallet);
  const sentences = [said.may(shop, wallet), ...limitSentences(words, limits)];
  const atOnce = money === null ? nothing : html`<li class="at-once">${said.atOnce(formatMoney(money), kiosk)}</li>`;
  const main = html`<h1>${title}</h1>
<p class="lead" id="compare">${said.compare}</p>
${digitsShown(digits)}
<form method="post" action="/L/${code}/yes"><button class="main" aria-describedby="compare">${said.yes(digits)}</button></form>
<form method="post" action="/L/${code}/no"><button class="plain">${said.no}</button></form>
<section class="card"><h2>${said.allowed}</h2>
<ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}${atOnce}</ul>
<p>${said.next}</p></section>
<p class="left">${said.left(countdown(leftMs, true))}</p>`;
  return page({ words, shop, title, main });
}
