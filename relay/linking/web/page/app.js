// The buyer's page on a phone: counts seconds down, and keeps what is drawn as new as the relay's word. Phones of 2017 run
// it (nothing after ES2015 but fetch); without it the page loads itself anew and every button works.

const tickMs = 250;
const askEveryMs = 2000;
const askWithinMs = 8000;
/** A code is good for a while after the next one has taken its place, but a page that hears nothing must not show it on. */
const staleAfterMs = 5000;
/** A page that is asked for anew while it is on its way begins again from nothing, so a slow one would never come. */
const reloadEveryMs = 15000;
const sections = ['presses', 'wallets', 'payments'];

const id = (name) => document.getElementById(name);
const all = (selector, root) => Array.prototype.slice.call((root || document).querySelectorAll(selector));

// --- seconds ---

const ends = new WeakMap();
function leftOf(element) {
  if (!ends.has(element)) ends.set(element, Date.now() + Number(element.getAttribute('data-left-ms')));
  return ends.get(element) - Date.now();
}

let reloadedAt = 0;
function reload() {
  if (Math.abs(Date.now() - reloadedAt) < reloadEveryMs) return;
  reloadedAt = Date.now();
  location.reload();
}

function tick() {
  for (const element of all('[data-left-ms]')) {
    const left = leftOf(element);
    const text = String(Math.max(0, Math.ceil(left / 1000)));
    if (element.textContent !== text) element.textContent = text;
    if (left < -500 && element.getAttribute('data-then') === 'reload') reload();
  }
  for (const figure of all('figure.code')) {
    const counted = figure.querySelector('[data-left-ms]');
    figure.classList.toggle('stale', counted !== null && leftOf(counted) < -staleAfterMs);
  }
}

// --- buttons: once each ---

function enableButtons(form, enabled) {
  for (const button of all('button', form)) button.disabled = !enabled;
}

// --- what has changed ---

/** Of each section what was sent last, but for the seconds. */
const drawn = new Map();

function sentIn(section) {
  const copy = section.cloneNode(true);
  for (const element of all('[data-left-ms]', copy)) {
    element.textContent = '';
    element.removeAttribute('data-left-ms');
  }
  return copy.innerHTML;
}

/** What its owner has opened, and where they are, stays as it was. */
function redraw(section, fresh) {
  const isOpen = new Map(all('details[id]', section).map((details) => [details.id, details.open]));
  const focused = section.contains(document.activeElement) ? document.activeElement.id : '';
  section.innerHTML = fresh.innerHTML;
  for (const details of all('details[id]', section)) {
    if (isOpen.has(details.id)) details.open = isOpen.get(details.id);
  }
  if (focused && id(focused)) id(focused).focus();
}

/** "Thank you" was said of another press than the one that has come. */
function dropSaid(presses) {
  const said = document.querySelector('.said');
  if (said && presses.querySelector('.press')) said.parentNode.removeChild(said);
}

/** A press that waits is read out to who does not look. */
function announce() {
  const title = document.querySelector('.press h2');
  const text = title ? title.textContent : '';
  if (id('news').textContent !== text) id('news').textContent = text;
}

function draw(text) {
  const fresh = new DOMParser().parseFromString(text, 'text/html');
  if (!fresh.getElementById('wallets')) throw new Error('another page');
  for (const name of sections) {
    const section = fresh.getElementById(name);
    const sent = sentIn(section);
    if (drawn.get(name) !== sent) {
      redraw(id(name), section);
      if (name === 'presses') dropSaid(section);
    }
    drawn.set(name, sent);
  }
  document.body.setAttribute('data-version', fresh.body.getAttribute('data-version'));
  announce();
  tick();
}

/** A wallet whose code is looked at covers the others: a scanner takes whichever it sees. */
function coverOthers(event) {
  const opened = event.target;
  if (!opened.open || !opened.classList.contains('wallet')) return;
  for (const other of all('details.wallet')) if (other !== opened) other.open = false;
}

// --- asking ---

function get(path) {
  const answer = fetch(path, { credentials: 'same-origin', cache: 'no-store' }).then((response) => {
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response.text();
  });
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error('late')), askWithinMs));
  return Promise.race([answer, late]);
}

let asking = false;
let faults = 0;
function asked(wasAnswered) {
  asking = false;
  faults = wasAnswered ? 0 : faults + 1;
  id('offline').hidden = faults < 2;
}

function ask() {
  if (asking || document.visibilityState === 'hidden') return;
  asking = true;
  get('/M/state')
    .then((text) => {
      if (JSON.parse(text).version === document.body.getAttribute('data-version')) return undefined;
      return get('/M').then(draw);
    })
    .then(
      () => asked(true),
      () => asked(false),
    )
    .catch(() => {});
}

function keepNew() {
  for (const name of sections) drawn.set(name, sentIn(id(name)));
  announce();
  if (location.search) history.replaceState(null, '', '/M');
  document.addEventListener('toggle', coverOthers, true);
  document.addEventListener('visibilitychange', ask);
  window.addEventListener('online', ask);
  setInterval(ask, askEveryMs);
}

// After the browser has taken the form, or it would send nothing.
document.addEventListener('submit', (event) => setTimeout(() => enableButtons(event.target, false), 0));
// A page that comes back by the back button has the buttons as they were left.
window.addEventListener('pageshow', () => enableButtons(document, true));
setInterval(tick, tickMs);
tick();
if (id('wallets')) keepNew();
