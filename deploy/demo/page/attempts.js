import { changed, make, money } from './dom.js';

/** The relay's list of payments, told in plain words; what the relay itself calls it stands in each `title`. */

const tones = {
  approved: 'good',
  delivered: 'good',
  declined: 'bad',
  refused: 'bad',
  operator: 'bad',
  reversing: 'wait',
  reversed: 'back',
  'password-pending': 'wait',
  'confirm-pending': 'wait',
  submitted: 'wait',
};

/** @param booked what the payment company's own books say: nothing that was not charged is called given back */
function standingWord(standing, { charged, returned }) {
  switch (standing) {
    case 'submitted':
      return 'asking';
    case 'password-pending':
      return 'password';
    case 'confirm-pending':
      return 'press';
    case 'approved':
      return 'paid';
    case 'reversing':
      return charged > 0 ? 'giving back' : 'cancelling';
    case 'reversed':
      return returned > 0 ? 'money back' : 'cancelled';
    case 'operator':
    case 'doubtful':
      return 'needs a person';
    default:
      return standing;
  }
}

const stepWords = {
  accepted: 'code received',
  confirmed: 'pressed',
  notification: 'is told',
  pay: 'asks for payment',
  inquire: 'asks again',
  cancel: 'asks to cancel',
  abort: 'customer gave up',
  vend: 'kiosk reports',
  swept: 'kiosk restarted',
  finding: 'found out later',
  submitted: 'asking',
  approved: 'paid, kiosk told',
  declined: 'not paid',
  reversing: 'calls it off',
  reversed: 'nothing is kept',
  delivered: 'all done',
  doubtful: 'goods uncertain',
  operator: 'calls a person',
  refused: 'refused',
};

const answerWords = {
  paid: 'paid',
  pending: 'undecided',
  declined: 'no',
  'not-sent': 'could not ask',
  'not-found': 'no such payment',
  cancelled: 'cancelled',
  conflict: 'known with other content',
  'refund-instead': 'refund it instead',
  delivered: 'goods delivered',
  failed: 'goods stuck',
  doubtful: 'goods uncertain',
  'not-delivered': 'not delivered',
};

const issuerNames = {
  alipay: 'Alipay',
  alipayplus: 'Alipay+',
  wechatpay: 'WeChat Pay',
  unionpay: 'UnionPay',
  jkopay: 'JKOPay',
  alipayhk: 'AlipayHK',
};

const plain = (word) => word.replaceAll('-', ' ');

/** "declined: insufficient-funds" → "no: insufficient funds". */
function answerWord(detail) {
  const [kind, ...more] = detail.split(': ');
  if (kind === 'unknown') return more[0] === 'timeout' ? 'no answer in time' : 'unclear';
  return [answerWords[kind] ?? plain(kind), ...more.map(plain)].join(': ');
}

/** Neighbours that say the same become one, with a count. */
function fold(steps) {
  const rows = [];
  for (const step of steps) {
    const last = rows.at(-1);
    if (last && last[0].name === step.name && last[0].detail === step.detail) last.push(step);
    else rows.push([step]);
  }
  return rows;
}

function took(steps) {
  const times = steps.map(({ ms }) => ms).filter((ms) => typeof ms === 'number');
  if (times.length === 0) return '';
  const [least, most] = [Math.round(Math.min(...times)), Math.round(Math.max(...times))];
  return least === most ? `${most} ms` : `${least}–${most} ms`;
}

function drawStep(steps, startMs) {
  const [{ at, name, detail = '' }] = steps;
  const after = (time) => (Math.max(0, Date.parse(time) - startMs) / 1000).toFixed(2);
  const row = make('tr');
  const what = make('td', 'what', stepWords[name] ?? plain(name));
  if (steps.length > 1) what.append(make('span', 'times', ` ×${steps.length}`));
  row.append(make('td', 'at', `${after(at)} s`), what, make('td', 'detail', answerWord(detail)));
  row.append(make('td', 'took', took(steps)));
  const until = steps.length > 1 ? `, ${steps.length} times until +${after(steps.at(-1).at)} s` : '';
  row.title = `${name}${detail ? ` ${detail}` : ''}${until}`;
  return row;
}

const headings = [
  ['at', 'after'],
  ['what', 'the relay'],
  ['detail', 'answer'],
  ['took', 'took'],
];

function drawSteps({ steps = [], createdAt }) {
  const table = make('table', 'steps');
  const head = make('tr');
  for (const [name, text] of headings) {
    const cell = make('th', name, text);
    cell.scope = 'col';
    head.append(cell);
  }
  const top = make('thead');
  top.append(head);
  const body = make('tbody');
  body.append(...fold(steps).map((row) => drawStep(row, Date.parse(createdAt))));
  table.append(top, body);
  return table;
}

/** What the visitor has opened or closed by hand stays so; else the newest is open. */
const opened = new Map();

function drawAttempt(attempt, at) {
  const { standing, booked, reason } = attempt;
  const item = make('li', 'attempt');
  item.dataset.standing = standing;
  const details = make('details');
  details.open = opened.get(attempt.attempt) ?? at === 0;
  const head = make('summary', 'head');
  const label = make('span', `standing ${tones[standing] ?? ''}`, standingWord(standing, booked));
  label.title = standing;
  const issuer = make('span', 'issuer', issuerNames[attempt.issuer] ?? attempt.issuer ?? 'wallet');
  issuer.title = attempt.issuer ?? 'the code does not tell whose it is';
  head.append(
    make('strong', '', money(attempt.amount, attempt.currency)),
    issuer,
    make('span', 'receipt', attempt.receipt),
    label,
  );
  head.addEventListener('click', () => opened.set(attempt.attempt, !details.open));
  details.append(head, drawSteps(attempt));
  item.append(details);
  const free = booked.charged === 0 && ['declined', 'refused', 'reversed'].includes(standing);
  const why = [...(reason ? [plain(reason)] : []), ...(free ? ['nothing charged'] : [])].join(' · ');
  if (why) head.after(make('p', 'reason', why));
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
