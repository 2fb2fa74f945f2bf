/** Each function draws one part of the page from the state, and touches nothing when its part has not changed. */

const drawn = new WeakMap();

/** True when `data` differs from what this element showed last. */
function changed(element, data) {
  const text = JSON.stringify(data);
  if (drawn.get(element) === text) return false;
  drawn.set(element, text);
  return true;
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

const places = { JPY: 0, KRW: 0, VND: 0, CLP: 0 };
/** 3550 HKD → "HKD 35.50". */
export function money(amount, currency) {
  const digits = places[currency] ?? 2;
  return `${currency} ${(Number(amount) / 10 ** digits).toFixed(digits)}`;
}

/** One of the symbols in index.html. */
function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#${name}`);
  svg.setAttribute('aria-hidden', 'true');
  svg.append(use);
  return svg;
}

export function drawParts(element, state) {
  const { kiosk, relay, alarms, timeScale } = state;
  if (!changed(element, [kiosk, relay, alarms.length, timeScale])) return;
  const open = kiosk.service === 'in-service';
  const pills = [
    make('span', `pill ${open ? 'good' : 'bad'}`, open ? 'Kiosk in service' : 'Kiosk out of service'),
    make('span', `pill ${relay.running ? 'good' : 'bad'}`, relay.running ? 'Relay on' : 'Relay off'),
  ];
  if (alarms.length > 0) {
    pills.push(
      make('span', 'pill bad', alarms.length === 1 ? '1 alarm for staff' : `${alarms.length} alarms for staff`),
    );
  }
  pills.push(make('span', 'pill', `Clocks run ×${timeScale}`));
  element.replaceChildren(...pills);
}

export function drawGoods(element, state, onOrder) {
  const { products, kiosk, order } = state;
  const last = order?.events.at(-1)?.state;
  const chosen = order && !order.lost && last !== 'ended' ? order.product : '';
  const open = kiosk.service === 'in-service';
  if (!changed(element, [products, open, chosen])) return;
  element.replaceChildren(
    ...products.map((product) => {
      const button = make('button', 'item');
      button.type = 'button';
      button.dataset.product = product.id;
      button.disabled = !open || chosen !== '';
      button.classList.toggle('chosen', product.id === chosen);
      button.append(
        icon(product.id),
        make('span', 'name', product.name),
        make('span', 'price', `${product.currency} ${product.amount}`),
      );
      button.addEventListener('click', () => onOrder(product.id));
      return button;
    }),
  );
}

/** A group of radio buttons that look like chips. */
function chips(element, name, rows, chosen, onChoose) {
  element.replaceChildren(
    ...rows.map((row) => {
      const label = make('label', `chip ${row.kind ?? ''}`);
      const input = make('input');
      input.type = 'radio';
      input.name = name;
      input.value = row.id;
      input.checked = row.id === chosen;
      input.addEventListener('change', () => onChoose(row.id));
      label.append(input, make('span', '', row.label));
      return label;
    }),
  );
}

function keepChecked(element, chosen) {
  const input = element.querySelector(`input[value="${chosen}"]`);
  if (input) input.checked = true;
}

export function drawCards(element, state, chosen, onChoose) {
  const rows = state.cards.map(({ id, label, kind }) => ({ id, label, kind }));
  if (changed(element, rows)) chips(element, 'card', rows, chosen, onChoose);
  else keepChecked(element, chosen);
}

export function drawScenarios(element, state, onChoose) {
  const rows = state.scenarios.map(({ name, title }) => ({ id: name, label: title }));
  if (changed(element, rows)) chips(element, 'scenario', rows, state.scenario, onChoose);
  else keepChecked(element, state.scenario);
  const story = document.getElementById('story');
  story.textContent = state.scenarios.find((one) => one.name === state.scenario)?.story ?? '';
}

export function drawDialog(state) {
  const box = document.getElementById('dialog');
  const { dialog } = state;
  if (!changed(box, dialog)) return;
  const wasHidden = box.hidden;
  box.hidden = dialog === null;
  document.getElementById('screen').classList.toggle('behind', dialog !== null);
  if (!dialog) return;
  document.getElementById('dialog-sum').textContent = money(dialog.amount, dialog.currency);
  if (wasHidden) document.getElementById('confirm').focus({ preventScroll: true });
}

export function drawLedger(element, state) {
  const { charged, returned } = state.ledger;
  if (!changed(element, [charged, returned])) return;
  const rows = [
    ['Charged', charged],
    ['Given back', returned],
    ['Net', charged - returned],
  ];
  element.replaceChildren(
    ...rows.map(([label, amount]) => {
      const row = make('div');
      row.append(make('dt', '', label), make('dd', '', money(amount, 'HKD')));
      return row;
    }),
  );
}

const tones = {
  approved: 'good',
  delivered: 'good',
  declined: 'bad',
  refused: 'bad',
  operator: 'bad',
  reversing: 'wait',
  reversed: 'back',
  'password-pending': 'wait',
  submitted: 'wait',
};
const plain = {
  submitted: 'asking',
  'password-pending': 'password',
  reversing: 'giving back',
  reversed: 'money back',
  operator: 'needs a person',
};

function drawStep(step, startMs) {
  const row = make('li');
  const after = Math.max(0, Date.parse(step.at) - startMs) / 1000;
  row.append(make('span', 'at', `+${after.toFixed(2)} s`), make('span', 'what', step.name));
  row.append(make('span', 'detail', step.detail ?? ''));
  row.append(make('span', 'took', step.ms === undefined || step.ms === null ? '' : `${Math.round(step.ms)} ms`));
  return row;
}

function drawAttempt(attempt) {
  const item = make('li', 'attempt');
  item.dataset.standing = attempt.standing;
  const head = make('p', 'head');
  head.append(
    make('strong', '', money(attempt.amount, attempt.currency)),
    make('span', 'issuer', attempt.issuer ?? 'wallet'),
    make('span', 'receipt', attempt.receipt),
    make('span', `standing ${tones[attempt.standing] ?? ''}`, plain[attempt.standing] ?? attempt.standing),
  );
  item.append(head);
  if (attempt.reason) item.append(make('p', 'reason', attempt.reason.replaceAll('-', ' ')));
  const steps = make('ol', 'steps');
  const startMs = Date.parse(attempt.createdAt);
  steps.append(...(attempt.steps ?? []).map((step) => drawStep(step, startMs)));
  item.append(steps);
  return item;
}

export function drawAttempts(element, state) {
  if (!changed(element, state.attempts)) return;
  if (state.attempts.length === 0) {
    element.replaceChildren(make('li', 'empty', 'No payment yet. Each one appears here with every step of it.'));
    return;
  }
  element.replaceChildren(...state.attempts.map(drawAttempt));
}

/** The goods fall behind the flap, or hang. */
export function drawHatch(element, hatch) {
  const goods = element.querySelector('.goods');
  goods.replaceChildren(icon(hatch.product));
  element.classList.remove('drop', 'stuck');
  // Reading the size restarts the animation.
  void element.offsetWidth;
  element.classList.add(hatch.stuck ? 'stuck' : 'drop');
}
