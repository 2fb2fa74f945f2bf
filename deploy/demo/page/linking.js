import { changed, make } from './dom.js';

/** The phone's own browser: a real one, in a window of its own, and what it does for a linked wallet. */

const names = { alipayhk: 'AlipayHK', dana: 'DANA' };
const nameOf = (wallet) => names[wallet] ?? wallet;

/** What the visitor may do next. */
function advice(link, linked) {
  const wallet = nameOf(link?.wallet);
  switch (link?.state) {
    case 'asked':
      return 'The kiosk asks for a code …';
    case 'offered':
      return 'The kiosk shows a code. A phone scans it; here it is opened by a click.';
    case 'opened':
      return `The kiosk shows ${link.digits}. Does the phone? Say so there.`;
    case 'authorised':
      return `${wallet} has agreed. A moment …`;
    case 'failed':
    case 'expired':
    case 'given-up':
      return 'Nothing was linked. Press “Link” on the kiosk’s display to try again.';
    default:
      return linked
        ? 'Linked: choose “Linked wallet” above, hold it under the scanner, and press “Pay” on the kiosk’s display.'
        : 'Link a wallet once, then pay by one press: “Link AlipayHK” is a button on the kiosk’s display.';
  }
}

/** A window of a phone's size, where the browser allows one; else the link opens as any other. */
function openAsPhone(event) {
  const opened = window.open(event.currentTarget.href, '_blank', 'popup,width=400,height=780');
  if (opened) event.preventDefault();
}

let listening = false;
export function drawBrowser(element, state) {
  const { link, buyersPage, permissions } = state;
  const linked = permissions.some((one) => one.state === 'linked');
  if (!changed(element, [link?.state, link?.wallet, link?.code, link?.digits, buyersPage, linked])) return;
  const [code, page] = ['open-code', 'open-page'].map((id) => document.getElementById(id));
  document.getElementById('browser-says').textContent = advice(link, linked);
  code.hidden = link?.state !== 'offered';
  code.href = link?.code ?? './';
  page.hidden = buyersPage === '';
  page.href = buyersPage;
  if (listening) return;
  listening = true;
  for (const door of [code, page]) door.addEventListener('click', openAsPhone);
}

const words = {
  offered: 'asked',
  agreed: 'agreed',
  linked: 'may be charged by one press',
  declined: 'declined',
  cancelled: 'unlinked',
  expired: 'not answered',
};
const methods = { ALIPAY_HK: 'AlipayHK', DANA: 'DANA' };

/** The payment company's word on the newest permission. */
export function drawPermissions(element, state) {
  const last = state.permissions.at(-1);
  if (!changed(element, last)) return;
  element.hidden = last === undefined;
  if (!last) return;
  element.dataset.state = last.state;
  element.replaceChildren(
    make('strong', '', methods[last.wallet] ?? last.wallet),
    make('span', '', words[last.state] ?? last.state),
  );
}
