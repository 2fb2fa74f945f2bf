import { changed, icon, make, money } from './dom.js';

/** Each function draws one part of the page from the state, and touches nothing when its part has not changed. */

export function drawParts(element, state) {
  const { kiosk, relay, alarms, timeScale, pace } = state;
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
  const clocks = make('span', 'pill', `Clocks run ×${timeScale}`);
  clocks.title = `In this demo ${pace}.`;
  pills.push(clocks);
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

/** Two groups of one choice: wallets, and what people show by mistake. */
export function drawCards(groups, state, chosen, onChoose) {
  for (const [element, wrong] of groups) {
    const rows = state.cards
      .filter(({ kind }) => (kind === 'wrong') === wrong)
      .map(({ id, label, kind }) => ({ id, label, kind }));
    if (changed(element, rows)) chips(element, 'card', rows, chosen, onChoose);
    else keepChecked(element, chosen);
  }
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

/** The goods fall behind the flap, or hang. */
export function drawHatch(element, hatch) {
  const goods = element.querySelector('.goods');
  goods.replaceChildren(icon(hatch.product));
  element.classList.remove('drop', 'stuck');
  // Reading the size restarts the animation.
  void element.offsetWidth;
  element.classList.add(hatch.stuck ? 'stuck' : 'drop');
}
