import { formatMoney } from '../../../protocol/money-text.js';
import type { LinkSeen, Member, MemberCode, Paid, Press, ShortCode } from '../desk-contract.js';
import { type Html, html, nothing } from './html.js';
import { againWithoutScripts, countdown, page } from './layout.js';
import { qrPicture } from './qr.js';
import { limitSentences } from './question-page.js';
import { localTime } from './time.js';
import type { PageWords, Said } from './words.js';

export type MemberParts = {
  readonly words: PageWords;
  readonly shop: string;
  readonly member: Member;
  /** Of `member`, without the times left. */
  readonly version: string;
  readonly zoneMinutes: number;
  readonly said?: Said;
};

/**
 * The page that a buyer keeps: code, press, wallets, payments. `page/app.js` draws the sections by id anew when the version
 * has changed; whatever must outlive that stands outside of them.
 */
export function memberPage(parts: MemberParts): string {
  const { words, shop, member, version, said } = parts;
  const heard = said === undefined ? nothing : html`<p class="said" role="status">${words.said[said]}</p>`;
  const main = html`<h1 class="unseen">${words.wallets.title}</h1>
<p id="news" class="unseen" role="status" aria-live="polite"></p>
<p id="offline" class="warning" role="alert" hidden>${words.offline}</p>
${heard}
<section id="presses">${member.presses.map((press) => pressCard(words, press))}</section>
<section id="wallets">${walletCards(words, member.links)}</section>
<section id="payments"><h2>${words.payments.title}</h2>${paymentList(parts)}</section>`;
  return page({ words, shop, title: shop, main, version, again: againWithoutScripts });
}

function pressCard({ press: said }: PageWords, { attempt, money, kiosk, wallet, leftMs }: Press): Html {
  const amount = formatMoney(money);
  return html`<div class="card press"><h2>${said.title(amount, kiosk)}</h2>
<p>${said.from(wallet)}</p>
<form method="post" action="/M/confirm/${attempt}"><button class="main" id="pay-${attempt}">${said.pay(amount)}</button></form>
<p class="left">${said.left(countdown(leftMs))}</p>
<p>${said.notYou}</p>
<form method="post" action="/M/deny/${attempt}"><button class="plain" id="deny-${attempt}">${said.notMe}</button></form></div>`;
}

function walletCards(words: PageWords, links: readonly LinkSeen[]): Html {
  const { none } = words.wallets;
  if (links.length === 0) return html`<h2>${none.title}</h2><p>${none.body}</p>`;
  // One code at a time: a scanner takes whichever it sees.
  const shown = links.find(({ code }) => code !== null);
  const keep = shown ? html`<p>${words.wallets.keep}</p>` : nothing;
  return html`${links.map((link) => walletCard(words, link, link === shown))}${keep}`;
}

/** Whatever can have the focus has an id, so that `page/app.js` gives it back when the code has changed. */
function walletCard(words: PageWords, seen: LinkSeen, open: boolean): Html {
  const { name, user, code, link } = seen;
  const heading = html`<h2>${name}</h2>${user === null ? nothing : html` <span class="user">${user}</span>`}`;
  if (code === null) {
    const said = html`<p>${stateSentence(words, seen)}</p>${seen.short === null ? nothing : goOn(words, seen.short)}`;
    return html`<div class="card wallet">${heading}${said}</div>`;
  }
  const { hint, unlink, unlinkMeans, unlinkNow } = words.wallets;
  const limits = limitSentences(words, seen.limits).join(' ');
  return html`<details class="card wallet" id="wallet-${link}"${open ? html` open` : nothing}><summary id="summary-${link}">${heading}</summary>
${codeFigure(words, name, code)}
<p>${hint}</p>
<p class="limits">${limits}</p>
<details class="unlink" id="unlink-${link}"><summary id="ask-unlink-${link}">${unlink}</summary><p>${unlinkMeans}</p>
<form method="post" action="/M/${link}/unlink"><button class="plain" id="unlink-now-${link}">${unlinkNow(name)}</button></form></details></details>`;
}

/** Whoever has closed the wallet's page comes back to the question. */
const goOn = ({ wallets }: PageWords, short: ShortCode): Html =>
  html`<form method="get" action="/L/${short}"><button class="plain" id="go-on-${short}">${wallets.goOn}</button></form>`;

function codeFigure({ wallets }: PageWords, name: string, { text, leftMs }: MemberCode): Html {
  return html`<figure class="code">${qrPicture(text, wallets.picture(name))}
<figcaption><code>${text}</code> <span class="left">${wallets.changes(countdown(leftMs))}</span></figcaption></figure>`;
}

function stateSentence({ wallets }: PageWords, { state, name }: LinkSeen): string {
  if (state === 'opened') return wallets.opened(name);
  if (state === 'revoking') return wallets.unlinking;
  return state === 'unlinked' ? wallets.unlinked : wallets.linking(name);
}

function paymentList({ words, member, zoneMinutes }: MemberParts): Html {
  const { none } = words.payments;
  if (member.payments.length === 0) return html`<p>${none}</p>`;
  return html`<ol>${member.payments.map((paid) => paymentRow(words, paid, zoneMinutes))}</ol>`;
}

function paymentRow({ payments, standings }: PageWords, paid: Paid, zoneMinutes: number): Html {
  const { at, money, kiosk, wallet, standing, returned, receipt } = paid;
  const back = returned === 0 ? nothing : html`${payments.returned(formatMoney({ ...money, amount: returned }))}`;
  return html`<li data-standing="${standing}"><span class="amount">${formatMoney(money)}</span> <span class="standing">${standings[standing]}${back}</span>
<span class="where">${localTime(at, zoneMinutes)} · ${kiosk} · ${wallet} · ${payments.receipt} ${receipt}</span></li>`;
}
