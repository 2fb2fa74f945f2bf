import { drawAttempts } from './attempts.js';
import { drawCards, drawDialog, drawGoods, drawHatch, drawLedger, drawParts, drawScenarios } from './draw.js';
import { drawBrowser, drawPermissions } from './linking.js';

/** The page of the demo: draws the state the server sends, and posts what the visitor does. */

const $ = (id) => document.getElementById(id);
let state;
let card = 'alipayplus';
let dropsSeen;
let kioskShown;

function toast(text) {
  const box = $('toast');
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => {
    box.hidden = true;
  }, 4000);
}

/** Friendly words for what the kiosk's own API refuses. */
function explain(text) {
  if (text.includes('out-of-service')) return 'The kiosk is out of service: it takes no orders now.';
  if (text.includes('busy')) return 'One customer at a time: an order is open at the kiosk.';
  return text;
}

async function act(name, body = {}) {
  try {
    const response = await fetch(`do/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) toast(explain(await response.text()));
    return response.ok;
  } catch {
    toast('The demo has ended. Start it again with: npm start');
    return false;
  }
}

async function hold() {
  const phone = $('phone');
  phone.classList.add('held');
  $('scanner').classList.add('reading');
  await act('scan', { card });
  setTimeout(() => {
    phone.classList.remove('held');
    $('scanner').classList.remove('reading');
  }, 700);
}

function choose(id) {
  card = id;
  draw();
}

/**
 * The kiosk's page looks after itself, as it must on a real kiosk, and notices a dead kiosk after some seconds. Here the
 * demo knows it at once, so the display goes dark as one whose cable was pulled, and is switched on with the kiosk.
 */
function showKiosk() {
  const { running, reason } = state.kiosk;
  const dark = $('no-signal');
  if (!running) dark.textContent = reason === 'starting' ? 'Starting …' : 'No signal';
  if (running === kioskShown) return;
  kioskShown = running;
  dark.hidden = false;
  if (!running) return;
  $('kiosk').addEventListener(
    'load',
    () => {
      dark.hidden = kioskShown;
    },
    { once: true },
  );
  $('kiosk').src = 'kiosk/';
}

function draw() {
  if (!state) return;
  drawParts($('parts'), state);
  showKiosk();
  drawGoods($('goods'), state, (product) => act('order', { product }));
  drawCards(
    [
      [$('wallets'), false],
      [$('mistakes'), true],
    ],
    state,
    card,
    choose,
  );
  drawScenarios($('scenarios'), state, (name) => act('scenario', { name }));
  drawDialog(state);
  drawBrowser($('browser'), state);
  drawLedger($('ledger'), state);
  drawPermissions($('permissions'), state);
  drawAttempts($('attempts'), state);
  if (dropsSeen !== undefined && state.hatch.seq > dropsSeen) drawHatch($('hatch'), state.hatch);
  dropsSeen = state.hatch.seq;
  // The next customer finds the hatch empty.
  if (state.order?.events.at(-1)?.state === 'armed') $('hatch').classList.remove('drop', 'stuck');
  const shown = state.cards.find((one) => one.id === card);
  $('wallet').textContent = shown.label;
  $('note').textContent = shown.note;
  const picture = `qr/${shown.id}/${shown.version}.svg`;
  if ($('qr').getAttribute('src') !== picture) $('qr').src = picture;
  $('qr').alt = `Code: ${shown.label}`;
  const last = state.order?.events.at(-1)?.state;
  $('cancel').disabled = !state.order || state.order.lost || last === undefined || last === 'ended';
  $('relay-power').textContent = state.relay.running ? 'Cut the relay’s power' : 'Switch the relay on';
  $('kiosk-kill').disabled = !state.kiosk.running;
}

$('hold').addEventListener('click', hold);
$('cancel').addEventListener('click', () => act('cancel'));
$('relay-power').addEventListener('click', () => act('relay-power'));
$('kiosk-kill').addEventListener('click', () => act('kiosk-kill'));
$('dialog').addEventListener('submit', (event) => {
  event.preventDefault();
  void act('answer', { action: 'confirm' });
});
$('reject').addEventListener('click', () => act('answer', { action: 'reject' }));

$('phone').addEventListener('dragstart', (event) => event.dataTransfer.setData('text/plain', card));
const cabinet = document.querySelector('.cabinet');
cabinet.addEventListener('dragover', (event) => {
  event.preventDefault();
  $('scanner').classList.add('near');
});
cabinet.addEventListener('dragleave', () => $('scanner').classList.remove('near'));
cabinet.addEventListener('drop', (event) => {
  event.preventDefault();
  $('scanner').classList.remove('near');
  void hold();
});

// A browser lets a page sound only after a touch, and the kiosk's page in the frame waits for one of its own.
for (const name of ['pointerdown', 'keydown']) {
  addEventListener(name, () => $('kiosk').contentWindow?.dispatchEvent(new Event(name)), { passive: true });
}

const events = new EventSource('events');
events.onmessage = (event) => {
  state = JSON.parse(event.data);
  draw();
};
events.onerror = () => toast('The demo is not answering. Is it still running?');
