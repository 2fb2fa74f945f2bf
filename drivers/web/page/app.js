// The kiosk's front: draws what the stream says, and "out of service" when the stream says nothing.
import { drawLink } from './link.js';
import { audible, listenForTouch, sound } from './sound.js';

/** The server gives a sign of life each second; a page that is blind for longer than this shows a closed kiosk. */
const blindAfterMs = 3_000;
const lookMs = 500;

/** Shown when there is no agent to ask for words. */
const noConnection = {
  kind: 'no-connection',
  tone: 'closed',
  texts: [
    { lang: 'en', title: 'Out of service', body: 'Sorry, this machine cannot take payments now.' },
    { lang: 'zh', title: '暂停服务', body: '抱歉，本机暂时无法收款。' },
  ],
};

const signalWords = {
  ready: ['Ready', '就绪'],
  read: ['Read', '已读取'],
  'try-again': ['Try again', '请重试'],
  busy: ['Busy', '处理中'],
  'confirm-on-phone': ['Confirm on phone', '请在手机上确认'],
  'press-to-pay': ['Press to pay', '请按键付款'],
  approved: ['Approved', '支付成功'],
  declined: ['Declined', '支付未成功'],
  'out-of-service': ['Out of service', '暂停服务'],
};

const id = (name) => document.getElementById(name);
const make = (tag, text, lang) => {
  const element = document.createElement(tag);
  element.textContent = text;
  if (lang) element.lang = lang;
  return element;
};

// --- the screen ---

/** Makes the words smaller until the whole of them stands on the screen. */
function fit() {
  const box = id('fit');
  for (let scale = 1; scale >= 0.4; scale -= 0.05) {
    box.style.setProperty('--scale', scale.toFixed(2));
    if (box.scrollHeight <= id('screen').clientHeight && box.scrollWidth <= id('screen').clientWidth) return;
  }
}

function textOf({ lang, title, body }) {
  const text = document.createElement('div');
  text.className = 'text';
  text.lang = lang;
  text.dir = 'auto';
  text.append(make('h1', title));
  if (body) text.append(make('p', body));
  return text;
}

/** Screens that send the customer to the phone. */
const onPhone = ['confirm-on-phone', 'link-opened'];

/** A press names the screen that it was meant for. */
let shown = 0;
const press = (what) =>
  fetch('press', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...what, shown }),
  }).catch(() => {});

let drawn = '';
function draw(screen) {
  shown = screen.shown;
  count(screen.leftMs);
  // What changes every time it is sent is no new screen: nothing moves and nothing is read aloud again.
  const key = JSON.stringify({ ...screen, shown: 0, leftMs: screen.leftMs !== undefined });
  if (key === drawn) return;
  drawn = key;
  document.body.dataset.tone = screen.tone;
  document.body.dataset.kind = screen.kind;
  document.documentElement.lang = screen.texts[0]?.lang ?? 'en';
  id('glyph').setAttribute('href', onPhone.includes(screen.kind) ? '#i-phone' : `#i-${screen.tone}`);
  id('amount').textContent = screen.amount ?? '';
  id('amount').hidden = screen.amount === undefined;
  id('texts').replaceChildren(...screen.texts.map(textOf));
  id('receipt').lastElementChild.textContent = screen.receipt ?? '';
  id('receipt').hidden = screen.receipt === undefined;
  drawLink(screen, press);
  fit();
}

let counting;
function count(leftMs) {
  clearInterval(counting);
  id('countdown').hidden = leftMs === undefined;
  id('seconds').textContent = '';
  if (leftMs === undefined) return;
  const end = performance.now() + leftMs;
  const whole = Math.max(leftMs, 1);
  const tick = () => {
    const left = Math.max(0, end - performance.now());
    id('seconds').textContent = String(Math.ceil(left / 1000));
    id('ring').style.strokeDashoffset = String(100 - (100 * left) / whole);
    if (left === 0) clearInterval(counting);
  };
  tick();
  counting = setInterval(tick, 200);
}

// --- lamps and buzzer ---

let quiet;
function buzz(signal) {
  const ms = sound(signal);
  if (ms === 0) return;
  clearTimeout(quiet);
  id('buzzer').classList.add('on');
  quiet = setTimeout(() => id('buzzer').classList.remove('on'), Math.max(ms, 400));
}

function light(signal) {
  document.body.dataset.signal = signal;
  const [english, chinese] = signalWords[signal] ?? [signal, ''];
  id('signal').replaceChildren(make('b', english, 'en'), make('span', chinese, 'zh'));
}

let dark;
function chirp(signal) {
  buzz(signal);
  clearTimeout(dark);
  document.body.classList.add('chirp');
  dark = setTimeout(() => document.body.classList.remove('chirp'), 250);
}

// --- the stream ---

let source;
let heardAt = performance.now();
let openedAt = 0;
let version;

/** No word from the agent: nothing of a customer stays, and the kiosk reads as closed. */
function goBlind() {
  draw(noConnection);
  light('out-of-service');
}

const handlers = {
  hello(news) {
    if (version !== undefined && version !== news.version) location.reload();
    version = news.version;
  },
  screen: (screen) => draw(screen ?? noConnection),
  signal(news) {
    const before = document.body.dataset.signal;
    light(news.signal);
    if (!news.replay && before !== news.signal) buzz(news.signal);
  },
  chirp: (news) => chirp(news.signal),
  beat() {},
};

function open() {
  source?.close();
  openedAt = performance.now();
  source = new EventSource('events');
  for (const [name, handle] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => {
      heardAt = performance.now();
      handle(JSON.parse(event.data));
    });
  }
}

// A browser's own reconnect gives up on an answer that is no stream, and knows nothing of a server that hangs.
setInterval(() => {
  const now = performance.now();
  const blind = now - heardAt > blindAfterMs;
  if (blind) goBlind();
  // A connection under way gets its time, or a slow machine would never be connected.
  if (source.readyState === EventSource.CLOSED || (blind && now - openedAt > blindAfterMs)) open();
}, lookMs);

listenForTouch(() => id('buzzer').classList.toggle('muted', !audible()));
addEventListener('resize', fit);
if (new URLSearchParams(location.search).get('lamps') === 'off') document.body.classList.add('no-lamps');
draw(noConnection);
open();
