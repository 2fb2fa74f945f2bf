/**
 * What the sandbox plays, as data. A scenario is taken by a payment when its `pay` arrives, and stays with it.
 */
export type Manner =
  | 'plain'
  /** The connection is destroyed instead. */
  | 'drop'
  /** The connection stays, and nothing ever comes. */
  | 'silent'
  | 'html'
  | 'bad-signature'
  /** The amount is named in a currency that was not asked for. */
  | 'wrong-currency';

/** A call in the relay's own word, whatever the acquirer calls it. */
export type Deed = 'pay' | 'inquire' | 'cancel' | 'refund' | 'inquireRefund';

export type Scenario = {
  readonly says: string;
  /**
   * What `pay` does to the money: `charge`, `hold` (undecided until cancelled, confirmed in the dialog, or expired),
   * `refuse` with Antom's result code, which another acquirer's side translates, or `forget`: nothing is charged and nothing is remembered.
   */
  readonly pay: 'charge' | 'hold' | 'refuse' | 'forget';
  readonly refusal?: string;
  /** The wallet asks its owner for the password; `auto` lets the sandbox's own timer confirm it. */
  readonly dialog?: 'auto' | 'by-hand';
  readonly answers: Readonly<Record<Deed, Manner>>;
  /** Too late to cancel: only a refund gives the money back. */
  readonly cancelWindowOver: boolean;
  /** `in-hand`: done when it has been inquired twice. `first-fails`: for want of balance; the next one is done. */
  readonly refund: 'done' | 'in-hand' | 'first-fails';
  /** Minor units charged over what was asked. */
  readonly extra: number;
  /** Its owner confirmed in time, but the books show it only when the cancel comes: charged first, then cancelled. */
  readonly paidAtCancel: boolean;
  /** While the scenario is set, the acquirer's port refuses connections. */
  readonly refusesConnections: boolean;
};

const plain: Scenario['answers'] = {
  ...{ pay: 'plain', inquire: 'plain', cancel: 'plain', refund: 'plain', inquireRefund: 'plain' },
};
const scenario = (says: string, changes: Partial<Scenario> = {}): Scenario => ({
  says,
  pay: 'charge',
  answers: plain,
  cancelWindowOver: false,
  refund: 'done',
  extra: 0,
  paidAtCancel: false,
  refusesConnections: false,
  ...changes,
});
const garbled = (manner: Manner): Scenario['answers'] => ({
  ...plain,
  ...{ pay: manner, inquire: manner },
});

export const scenarios = {
  approve: scenario('charged, and said so at once'),
  password: scenario('undecided until the password is entered in the dialog, then charged', {
    pay: 'hold',
    dialog: 'auto',
  }),
  'password-timeout': scenario('undecided; nobody enters the password', { pay: 'hold', dialog: 'by-hand' }),
  decline: scenario('refused: the balance is not enough', { pay: 'refuse', refusal: 'USER_BALANCE_NOT_ENOUGH' }),
  'expired-code': scenario('refused: the code has expired', { pay: 'refuse', refusal: 'EXPIRED_CODE' }),
  'lost-answer': scenario('charged, then the connection breaks before the answer', {
    answers: { ...plain, pay: 'drop' },
  }),
  'lost-request': scenario('the connection breaks; nothing charged, nothing known of it later', {
    pay: 'forget',
    answers: { ...plain, pay: 'drop' },
  }),
  'acquirer-down': scenario('connections refused', { refusesConnections: true }),
  'acquirer-silent': scenario('connected, read, never answered, for any call of that payment; nothing charged', {
    pay: 'forget',
    answers: { pay: 'silent', inquire: 'silent', cancel: 'silent', refund: 'silent', inquireRefund: 'silent' },
  }),
  'late-success': scenario('undecided at every inquiry; found paid when the cancel comes, which returns the money', {
    pay: 'hold',
    paidAtCancel: true,
  }),
  'wrong-amount': scenario('charged one minor unit too much, and said so', { extra: 1 }),
  'vend-fails': scenario('as approve; the kiosk plays the failing vend'),
  'cancel-window-over': scenario('charged; too late to cancel, so it has to be refunded', { cancelWindowOver: true }),
  'refund-pending': scenario('as cancel-window-over; the refund is in hand until it has been inquired twice', {
    ...{ cancelWindowOver: true, refund: 'in-hand' },
  }),
  'refund-fails-once': scenario('as cancel-window-over; the first refund fails for want of balance, the next is done', {
    ...{ cancelWindowOver: true, refund: 'first-fails' },
  }),
  'refund-lost-answer': scenario('as cancel-window-over; refunded, then the connection breaks before the answer', {
    ...{ cancelWindowOver: true, answers: { ...plain, refund: 'drop' } },
  }),
  'bad-signature': scenario('charged; pay and inquiry are answered with a signature of another key', {
    answers: garbled('bad-signature'),
  }),
  html: scenario("charged; pay and inquiry are answered with a proxy's error page and status 200", {
    answers: garbled('html'),
  }),
  'wrong-currency': scenario('charged as asked; pay and inquiry name another currency', {
    answers: garbled('wrong-currency'),
  }),
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;
export const scenarioNames = Object.keys(scenarios) as ScenarioName[];
export const isScenarioName = (text: string): text is ScenarioName => Object.hasOwn(scenarios, text);
export const scenarioOf = (name: ScenarioName): Scenario => scenarios[name];

/**
 * Which scenario an amount asks for, in minor units, where the sandbox goes by amounts: whoever can only set a price plays all
 * of it without the control port. Not `acquirer-down`, which nobody can ask for over a connection.
 */
export const scenarioAmounts: ReadonlyMap<number, ScenarioName> = new Map([
  [9901, 'decline'],
  [9902, 'expired-code'],
  [9903, 'lost-answer'],
  [9904, 'lost-request'],
  [9905, 'acquirer-silent'],
  [9906, 'password'],
  [9907, 'password-timeout'],
  [9908, 'late-success'],
  [9909, 'wrong-amount'],
  [9910, 'wrong-currency'],
  [9911, 'bad-signature'],
  [9912, 'html'],
  [9913, 'cancel-window-over'],
  [9914, 'refund-pending'],
  [9915, 'refund-fails-once'],
  [9916, 'refund-lost-answer'],
]);
