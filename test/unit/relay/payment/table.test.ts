import { describe, expect, test } from 'vitest';
import { step } from '../../../../relay/payment/step.js';
import {
  type Attempt,
  type MachineEvent,
  type PaymentEvent,
  type State,
  states,
} from '../../../../relay/payment/types.js';
import {
  alarmsOf,
  anotherId,
  at,
  callsOf,
  cancelRecord,
  declined,
  has,
  neverAgain,
  notSent,
  otherCurrency,
  pending,
  policy,
  refund,
  refunded,
  refunding,
  right,
  run,
  unknown,
  unsaid,
  wrong,
} from './sample.js';

const early = 10_000;
const afterLanding = 90_000;
const pay = (answer: Extract<PaymentEvent, { type: 'pay-answered' }>['answer']): PaymentEvent => ({
  type: 'pay-answered',
  answer,
});
const inquired = (
  answer: Extract<PaymentEvent, { type: 'inquiry-answered' }>['answer'],
  askedAt = early,
): PaymentEvent => ({ type: 'inquiry-answered', answer, askedAt });
const cancelled = (
  answer: Extract<PaymentEvent, { type: 'cancel-answered' }>['answer'],
  askedAt = early,
): PaymentEvent => ({ type: 'cancel-answered', answer, askedAt });

type RefundAnswer = Extract<PaymentEvent, { type: 'refund-answered' }>['answer'];
const refundTold = (answer: RefundAnswer, refundId = refund.id): PaymentEvent => ({
  type: 'refund-answered',
  refundId,
  answer,
});
const refundSeen = (answer: RefundAnswer, refundId = refund.id): PaymentEvent => ({
  type: 'refund-inquiry-answered',
  refundId,
  answer,
});
const otherId = `r9${refund.id.slice(2)}`;

/** Every kind of event with every answer it can carry. */
const events = {
  due: { type: 'due', codeHeld: true },
  'pay paid': pay(right),
  'pay wrong amount': pay(wrong),
  'pay other currency': pay(otherCurrency),
  'pay paid, no amount': pay(unsaid),
  'pay pending': pay(pending),
  'pay declined': pay(declined),
  'pay unknown': pay(unknown),
  'pay not sent': pay(notSent),
  'pay conflict': pay({ kind: 'conflict' }),
  'inquiry paid': inquired(right),
  'inquiry wrong amount': inquired(wrong),
  'inquiry paid, no amount': inquired(unsaid),
  'inquiry pending': inquired(pending),
  'inquiry declined': inquired(declined),
  'inquiry cancelled': inquired({ kind: 'cancelled' }),
  'inquiry not found, early': inquired({ kind: 'not-found' }),
  'inquiry not found, late': inquired({ kind: 'not-found' }, afterLanding),
  'inquiry unknown': inquired(unknown),
  'inquiry not sent': inquired(notSent),
  'cancel done': cancelled({ kind: 'cancelled' }),
  'cancel not found, early': cancelled({ kind: 'not-found' }),
  'cancel not found, late': cancelled({ kind: 'not-found' }, afterLanding),
  'cancel refused': cancelled({ kind: 'refused' }),
  'cancel refund instead': cancelled({ kind: 'refund-instead' }),
  'cancel unknown': cancelled(unknown),
  'cancel not sent': cancelled(notSent),
  'refund done': refundTold(refunded),
  'refund in hand': refundTold(pending),
  'refund needless': refundTold({ kind: 'already-returned' }),
  'refund of no payment': refundTold({ kind: 'not-found' }),
  'refund failed': refundTold(anotherId),
  'refund failed for good': refundTold(neverAgain),
  'refund unknown': refundTold(unknown),
  'refund not sent': refundTold(notSent),
  'refund done, other id': refundTold(refunded, otherId),
  'refund failed, other id': refundTold(anotherId, otherId),
  'refund inquiry done': refundSeen(refunded),
  'refund inquiry in hand': refundSeen(pending),
  'refund inquiry needless': refundSeen({ kind: 'already-returned' }),
  'refund inquiry not found': refundSeen({ kind: 'not-found' }),
  'refund inquiry failed': refundSeen(anotherId),
  'refund inquiry failed for good': refundSeen(neverAgain),
  'refund inquiry unknown': refundSeen(unknown),
  'refund inquiry not sent': refundSeen(notSent),
  'refund inquiry done, other id': refundSeen(refunded, otherId),
  'refund inquiry failed, other id': refundSeen(anotherId, otherId),
  abort: { type: 'abort' },
  'vend not delivered': { type: 'vend-reported', delivery: 'not-delivered' },
  'vend delivered': { type: 'vend-reported', delivery: 'delivered' },
  'vend failed': { type: 'vend-reported', delivery: 'failed' },
  'vend doubtful': { type: 'vend-reported', delivery: 'doubtful' },
  'swept, unlisted, same journal': { type: 'swept', listed: null, bootInChain: true },
  'swept, unlisted, other journal': { type: 'swept', listed: null, bootInChain: false },
  'swept, not delivered': { type: 'swept', listed: 'not-delivered', bootInChain: true },
  'swept, delivered': { type: 'swept', listed: 'delivered', bootInChain: true },
  'swept, failed': { type: 'swept', listed: 'failed', bootInChain: true },
  'swept, doubtful': { type: 'swept', listed: 'doubtful', bootInChain: true },
} as const satisfies Record<string, PaymentEvent>;
type EventName = keyof typeof events;

const paid: Partial<Attempt> = { paidSeen: true };
/** Every state, and of some what stands in the attempt's record. */
const samples = {
  submitted: at('submitted'),
  approved: at('approved', { ...paid, nextAt: 130_000 }),
  reversing: at('reversing', { reason: 'not-confirmed', cancels: 1, reversal: cancelRecord }),
  'reversing, cancel refused': at('reversing', {
    ...{ reason: 'not-confirmed', cancels: 1, inquiries: 1, cancelRefused: true, reversal: cancelRecord },
  }),
  'reversing, paid, cancel refused': at('reversing', {
    ...{ ...paid, reason: 'vend-failed', cancels: 1, inquiries: 1, cancelRefused: true, reversal: cancelRecord },
  }),
  'reversing, refund to be asked': refunding({ tries: 0 }),
  'reversing, refund asked': refunding(),
  'reversing, refund in hand': refunding({ state: 'pending', inquiries: 1 }),
  'reversing, last refund, last inquiry': refunding({ number: 2, inquiries: 3 }),
  doubtful: at('doubtful', { ...paid, reason: 'vend-doubtful', nextAt: null }),
  operator: at('operator', { reason: 'cancel-unconfirmed' }),
  'operator, refund asked': refunding({}, { state: 'operator', reason: 'cancel-unconfirmed' }),
  declined: at('declined', { reason: 'insufficient-funds', nextAt: null }),
  reversed: at('reversed', { ...paid, reason: 'vend-failed', nextAt: null }),
  'reversed, by refund': refunding({ state: 'confirmed', endedAt: 9_500 }, { state: 'reversed', nextAt: null }),
  delivered: at('delivered', { ...paid, nextAt: null }),
  refused: at('refused', { reason: 'stale', payAt: null, nextAt: null }),
} as const satisfies Record<string, Attempt>;
type SampleName = keyof typeof samples;
const sampleNames = Object.keys(samples) as SampleName[];
const eventNames = Object.keys(events) as EventName[];

/** "state [=record] [>call] [alarm kind] [!]": where it leads, the record's new state, the call, the alarm, a fault. */
function cell(sample: SampleName, name: EventName): string {
  const before: Attempt = samples[sample];
  const { attempt, effects } = run(before, events[name]);
  const record = ({ reversal }: Attempt): string => (reversal ? `${reversal.id.slice(0, 2)} ${reversal.state}` : '');
  const changed = record(attempt) === record(before) ? '' : ` =${record(attempt)}`;
  const calls = callsOf(effects).map((c) => ` >${c}`);
  const alarms = alarmsOf(effects).map((a) => ` ${a}`);
  return [attempt.state, changed, ...calls, ...alarms, has(effects, 'fault') ? ' !' : ''].join('');
}

const nothing = (sample: SampleName) => Object.fromEntries(eventNames.map((name) => [name, samples[sample].state]));

type Row = Partial<Record<EventName, string>>;
const each = (names: readonly EventName[], told: string): Row => Object.fromEntries(names.map((n) => [n, told]));
const named = (prefix: string): EventName[] => eventNames.filter((n) => n.startsWith(prefix));

/** An answer about giving money back where nobody asked for that: a fault, and if it says that money moved, an alarm. */
const neverAsked = (state: State): Row => ({
  ...neverRefunded(state),
  ...each(named('cancel '), `${state} !`),
  'cancel done': `${state} contradiction !`,
});
const neverRefunded = (state: State): Row => ({
  ...each(named('refund '), `${state} !`),
  ...each(
    [
      ...['refund done', 'refund done, other id', 'refund needless'],
      ...['refund inquiry done', 'refund inquiry done, other id', 'refund inquiry needless'],
    ] as EventName[],
    `${state} contradiction !`,
  ),
});
/** A refund's answer where no refund, or another, is under way: only that money was moved matters. */
const notThisRefund = (state: State): Row =>
  each(
    ['refund done', 'refund done, other id', 'refund inquiry done', 'refund inquiry done, other id'],
    `${state} contradiction !`,
  );
const reportedAgain = (state: State): Row =>
  each(['vend delivered', 'vend doubtful', 'swept, delivered', 'swept, doubtful'], `${state} contradiction !`);
/** Begun by "failed": an older "doubtful" may come after it, by another relay. */
const failedAgain = (state: State): Row => each(['vend delivered', 'swept, delivered'], `${state} contradiction !`);
const wrongAgain = (state: State): Row => ({
  ...each(['pay wrong amount', 'pay other currency', 'inquiry wrong amount'], `${state} wrong-amount`),
  'pay conflict': `${state} id-conflict`,
});

/** What differs from "nothing happens", state by state. Source: protocol/findings.md, rules 4, 6, 10, 11, 12. */
const table: Record<SampleName, Row> = {
  submitted: {
    due: 'submitted >inquire',
    'pay paid': 'approved',
    'pay wrong amount': 'reversing =c1 requested >cancel wrong-amount',
    'pay other currency': 'reversing =c1 requested >cancel wrong-amount',
    'pay declined': 'declined',
    'pay not sent': 'declined',
    'pay conflict': 'submitted id-conflict',
    'inquiry paid': 'approved',
    'inquiry wrong amount': 'reversing =c1 requested >cancel wrong-amount',
    'inquiry declined': 'declined',
    'inquiry cancelled': 'declined',
    'inquiry not found, late': 'declined',
    ...neverAsked('submitted'),
    abort: 'reversing',
    'vend not delivered': 'reversing',
    'vend delivered': 'operator contradiction !',
    'vend failed': 'reversing contradiction !',
    'vend doubtful': 'reversing contradiction !',
    'swept, unlisted, same journal': 'reversing',
    'swept, unlisted, other journal': 'reversing',
    'swept, not delivered': 'reversing',
    'swept, delivered': 'operator contradiction !',
    'swept, failed': 'reversing',
    'swept, doubtful': 'reversing',
  },
  approved: {
    ...neverAsked('approved'),
    due: 'approved report-late',
    'pay wrong amount': 'approved wrong-amount !',
    'pay other currency': 'approved wrong-amount !',
    'pay declined': 'approved contradiction !',
    'inquiry wrong amount': 'approved wrong-amount !',
    'inquiry declined': 'approved contradiction !',
    'inquiry cancelled': 'approved contradiction !',
    'vend not delivered': 'reversing',
    'vend delivered': 'delivered',
    'vend failed': 'reversing',
    'vend doubtful': 'doubtful vend-doubtful',
    'swept, unlisted, same journal': 'reversing',
    'swept, unlisted, other journal': 'doubtful vend-doubtful',
    'swept, not delivered': 'reversing',
    'swept, delivered': 'delivered',
    'swept, failed': 'reversing',
    'swept, doubtful': 'doubtful vend-doubtful',
  },
  reversing: {
    ...reportedAgain('reversing'),
    ...wrongAgain('reversing'),
    ...neverRefunded('reversing'),
    ...each(named('inquiry '), 'reversing >cancel'),
    ...each(['vend failed', 'swept, failed'], 'reversing contradiction !'),
    due: 'reversing >cancel',
    'pay declined': 'declined =c1 failed',
    'pay not sent': 'declined =c1 failed',
    'inquiry wrong amount': 'reversing >cancel wrong-amount',
    'inquiry declined': 'declined =c1 failed',
    'inquiry cancelled': 'reversed =c1 confirmed',
    'inquiry not found, late': 'declined =c1 failed',
    'cancel done': 'reversed =c1 confirmed',
    'cancel not found, late': 'declined =c1 failed',
    'cancel refused': 'reversing >inquire',
    'cancel refund instead': 'reversing >inquire',
  },
  'reversing, cancel refused': {
    ...reportedAgain('reversing'),
    ...wrongAgain('reversing'),
    ...neverRefunded('reversing'),
    ...each(['vend failed', 'swept, failed'], 'reversing contradiction !'),
    due: 'reversing >inquire',
    'pay declined': 'declined =c1 failed',
    'pay not sent': 'declined =c1 failed',
    'inquiry paid': 'reversing =r1 requested >refund',
    'inquiry wrong amount': 'reversing =r1 requested >refund wrong-amount',
    'inquiry declined': 'declined =c1 failed',
    'inquiry cancelled': 'reversed =c1 confirmed',
    'inquiry not found, late': 'declined =c1 failed',
    'cancel done': 'reversed =c1 confirmed',
    'cancel not found, late': 'declined =c1 failed',
  },
  'reversing, paid, cancel refused': {
    ...failedAgain('reversing'),
    ...wrongAgain('reversing'),
    ...neverRefunded('reversing'),
    due: 'reversing >inquire',
    'inquiry paid': 'reversing =r1 requested >refund',
    'inquiry wrong amount': 'reversing =r1 requested >refund wrong-amount',
    'inquiry cancelled': 'reversed =c1 confirmed',
    'cancel done': 'reversed =c1 confirmed',
  },
  'reversing, refund to be asked': {
    ...{ ...underRefund('requested'), ...neverRefunded('reversing') },
    due: 'reversing >refund',
    ...each(['inquiry cancelled', 'cancel done'], 'reversed =r1 confirmed'),
  },
  'reversing, refund asked': underRefund('requested'),
  'reversing, refund in hand': underRefund('pending'),
  'reversing, last refund, last inquiry': {
    ...underRefund('requested'),
    ...each(
      [
        'refund of no payment',
        'refund unknown',
        'refund not sent',
        'refund inquiry unknown',
        'refund inquiry not sent',
      ],
      'operator refund-unconfirmed',
    ),
    ...each(['refund in hand', 'refund inquiry in hand'], 'operator =r1 pending refund-unconfirmed'),
    due: 'operator refund-unconfirmed',
    'refund failed': 'operator refund-delayed refund-unconfirmed',
    'refund inquiry failed': 'operator =r1 failed refund-failed',
  },
  doubtful: {
    ...neverAsked('doubtful'),
    due: 'doubtful !',
    'pay wrong amount': 'doubtful wrong-amount !',
    'pay other currency': 'doubtful wrong-amount !',
    'pay declined': 'doubtful contradiction !',
    'inquiry wrong amount': 'doubtful wrong-amount !',
    'inquiry declined': 'doubtful contradiction !',
    'inquiry cancelled': 'doubtful contradiction !',
    'vend not delivered': 'reversing',
    'vend delivered': 'delivered',
    'vend failed': 'reversing',
    'swept, not delivered': 'reversing',
    'swept, delivered': 'delivered',
    'swept, failed': 'reversing',
  },
  operator: {
    ...neverRefunded('operator'),
    due: 'operator >inquire',
    'pay paid': 'operator finding',
    'pay wrong amount': 'operator finding',
    'pay other currency': 'operator finding',
    'pay paid, no amount': 'operator finding',
    'inquiry paid': 'operator finding',
    'inquiry wrong amount': 'operator finding',
    'inquiry paid, no amount': 'operator finding',
    'inquiry declined': 'operator finding',
    'inquiry cancelled': 'operator finding',
    'inquiry not found, late': 'operator finding',
    'cancel done': 'operator finding',
    'cancel not found, late': 'operator finding',
    'vend delivered': 'operator contradiction !',
    'vend failed': 'operator contradiction !',
    'vend doubtful': 'operator contradiction !',
    'swept, delivered': 'operator contradiction !',
    'swept, failed': 'operator contradiction !',
    'swept, doubtful': 'operator contradiction !',
  },
  'operator, refund asked': {
    ...notThisRefund('operator'),
    ...reportedAgain('operator'),
    ...each([...named('pay paid'), 'inquiry paid', 'inquiry paid, no amount'], 'operator finding'),
    ...each(['pay wrong amount', 'pay other currency', 'inquiry wrong amount'], 'operator finding'),
    ...each(['inquiry cancelled', 'cancel done'], 'operator =r1 confirmed finding returned-twice'),
    ...each(
      ['refund done', 'refund needless', 'refund inquiry done', 'refund inquiry needless'],
      'operator =r1 confirmed finding',
    ),
    ...each(['refund inquiry failed', 'refund inquiry failed for good'], 'operator =r1 failed finding'),
    due: 'operator >inquire-refund',
  },
  declined: { ...ended('declined'), ...neverAsked('declined'), ...each(named('cancel '), 'declined') },
  refused: { ...ended('refused'), ...neverAsked('refused') },
  reversed: { ...failedAgain('reversed'), ...neverRefunded('reversed'), due: 'reversed !' },
  'reversed, by refund': {
    ...failedAgain('reversed'),
    ...each(['refund done, other id', 'refund inquiry done, other id'], 'reversed contradiction !'),
    ...each(['inquiry cancelled', 'cancel done'], 'reversed returned-twice'),
    due: 'reversed !',
  },
  delivered: {
    ...neverAsked('delivered'),
    due: 'delivered !',
    'vend not delivered': 'delivered contradiction !',
    'vend failed': 'delivered contradiction !',
    'swept, not delivered': 'delivered contradiction !',
    'swept, failed': 'delivered contradiction !',
  },
};

/** A refund under way: what it becomes decides; of the payment only "cancelled" counts. */
function underRefund(state: 'requested' | 'pending'): Row {
  const inHand = state === 'pending' ? 'reversing' : 'reversing =r1 pending';
  return {
    ...failedAgain('reversing'),
    ...wrongAgain('reversing'),
    ...each(['refund done, other id', 'refund inquiry done, other id'], 'reversing contradiction !'),
    due: 'reversing >inquire-refund',
    'inquiry cancelled': 'reversed =r1 confirmed returned-twice',
    'cancel done': 'reversed =r1 confirmed returned-twice',
    'refund done': 'reversed =r1 confirmed',
    'refund in hand': inHand,
    'refund needless': 'reversed =r1 confirmed',
    'refund failed': 'reversing refund-delayed',
    'refund failed for good': 'operator =r1 failed refund-failed',
    'refund inquiry done': 'reversed =r1 confirmed',
    'refund inquiry in hand': inHand,
    'refund inquiry needless': 'reversed =r1 confirmed',
    'refund inquiry not found': state === 'pending' ? 'reversing' : 'reversing >refund',
    'refund inquiry failed': 'reversing =r2 requested refund-delayed',
    'refund inquiry failed for good': 'operator =r1 failed refund-failed',
  };
}

/** Ended without money: "paid" afterwards must not be. */
function ended(state: State): Partial<Record<EventName, string>> {
  const charged = `${state} charged-after-end !`;
  const contradiction = `${state} contradiction !`;
  return {
    due: `${state} !`,
    'pay paid': charged,
    'pay wrong amount': charged,
    'pay other currency': charged,
    'pay paid, no amount': charged,
    'inquiry paid': charged,
    'inquiry wrong amount': charged,
    'inquiry paid, no amount': charged,
    'vend delivered': contradiction,
    'vend failed': contradiction,
    'vend doubtful': contradiction,
    'swept, delivered': contradiction,
    'swept, failed': contradiction,
    'swept, doubtful': contradiction,
  };
}

describe('the payment machine, state by state', () => {
  test.each(sampleNames)('%s', (sample) => {
    const found = Object.fromEntries(eventNames.map((name) => [name, cell(sample, name)]));
    expect(found).toEqual({ ...nothing(sample), ...table[sample] });
  });

  test('every state is among them, and every kind of event', () => {
    expect(new Set(sampleNames.map((s) => samples[s].state))).toEqual(new Set(states));
    // A person's word has tests of its own.
    const types: Record<MachineEvent['type'], true> = {
      ...{ due: true, abort: true, swept: true, 'vend-reported': true, 'pay-answered': true },
      ...{ 'inquiry-answered': true, 'cancel-answered': true },
      ...{ 'refund-answered': true, 'refund-inquiry-answered': true },
    };
    expect(new Set(eventNames.map((e) => events[e].type))).toEqual(new Set(Object.keys(types)));
  });

  test('every report is acknowledged, whatever the state (rule 7)', () => {
    for (const sample of sampleNames) {
      for (const name of named('vend ')) {
        const { effects } = run(samples[sample], events[name]);
        expect([sample, name, has(effects, 'ack-vend')]).toEqual([sample, name, true]);
      }
    }
  });

  test('a kiosk is told again and again of every approval and every end, and once of what passes', () => {
    for (const sample of sampleNames) {
      for (const name of eventNames) {
        const { attempt, effects } = run(samples[sample], events[name]);
        if (attempt.state === samples[sample].state) continue;
        const publish = effects.find((e) => e.type === 'publish');
        // The report that ends it as delivered is answered by its acknowledgement.
        const wanted = { reversing: 'once', delivered: undefined }[attempt.state as string];
        const until = attempt.state in { reversing: 1, delivered: 1 } ? wanted : 'answered';
        expect([sample, name, publish?.until]).toEqual([sample, name, until]);
      }
    }
  });
});

describe('a doubtful delivery, by policy', () => {
  const doubtfulEvents = named('').filter((n) => n === 'vend doubtful' || n === 'swept, doubtful');
  test.each([
    ['ask', 'doubtful'],
    ['keep', 'delivered'],
    ['reverse', 'reversing'],
  ] as const)('%s: %s, acknowledged, with an alarm', (doubtful, state) => {
    for (const name of doubtfulEvents) {
      const { attempt, effects } = step(samples.approved, events[name], early, { ...policy, doubtful });
      expect([attempt.state, attempt.reason, alarmsOf(effects)]).toEqual([state, 'vend-doubtful', ['vend-doubtful']]);
      expect(has(effects, 'ack-vend')).toBe(true);
    }
  });

  test.each(['ask', 'keep', 'reverse'] as const)('%s: a lost journal is always for a person', (doubtful) => {
    const by = { ...policy, doubtful };
    const lost = step(samples.approved, events['swept, unlisted, other journal'], early, by);
    expect([lost.attempt.state, alarmsOf(lost.effects)]).toEqual(['doubtful', ['vend-doubtful']]);
    for (const name of doubtfulEvents)
      expect(step(lost.attempt, events[name], early, by).attempt.state).toBe('doubtful');
  });

  test.each(['keep', 'reverse'] as const)(
    '%s: not by the word of a boot that knows nothing of the vend',
    (doubtful) => {
      const by = { ...policy, doubtful };
      // A new journal, or another device of the name, answers a resent approval (rule 13); or the journal has a gap.
      const stranger = step(samples.approved, { ...events['vend doubtful'], boot: 'ffffffff' }, early, by);
      const gap = { type: 'swept', listed: 'doubtful', bootInChain: false } as const;
      for (const { attempt, effects } of [stranger, step(samples.approved, gap, early, by)])
        expect([attempt.state, alarmsOf(effects)]).toEqual(['doubtful', ['vend-doubtful']]);
      const own = { ...events['vend doubtful'], boot: samples.approved.boot.slice(0, 8) };
      expect(step(samples.approved, own, early, by).attempt.state).not.toBe('doubtful');
    },
  );

  test('keep: the kiosk is told the end of its order, until it has taken note', () => {
    const { effects } = step(samples.approved, events['vend doubtful'], early, { ...policy, doubtful: 'keep' });
    expect(effects).toContainEqual({ type: 'publish', until: 'answered' });
  });

  test('the report that began it may come again; a definite word against it is an alarm', () => {
    for (const [doubtful, against] of [
      ['keep', 'vend failed'],
      ['reverse', 'vend delivered'],
    ] as const) {
      const by = { ...policy, doubtful };
      const { attempt } = step(samples.approved, events['vend doubtful'], early, by);
      const again = step(attempt, events['vend doubtful'], early, by);
      expect([again.attempt, again.effects]).toEqual([
        attempt,
        expect.arrayContaining([{ type: 'ack-vend', delivery: 'doubtful' }]),
      ]);
      const contrary = step(attempt, events[against], early, by);
      expect([contrary.attempt, alarmsOf(contrary.effects)]).toEqual([attempt, ['contradiction']]);
    }
  });
});
