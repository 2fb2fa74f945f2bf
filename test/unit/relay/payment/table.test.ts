import { describe, expect, test } from 'vitest';
import { type Attempt, type PaymentEvent, type State, states } from '../../../../relay/payment/types.js';
import {
  alarmsOf,
  at,
  callsOf,
  declined,
  has,
  notSent,
  otherCurrency,
  pending,
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
const samples: Record<State, Attempt> = {
  submitted: at('submitted'),
  approved: at('approved', { ...paid, nextAt: 130_000 }),
  reversing: at('reversing', { reason: 'not-confirmed', cancels: 1 }),
  doubtful: at('doubtful', { ...paid, reason: 'vend-doubtful', nextAt: null }),
  operator: at('operator', { reason: 'cancel-unconfirmed' }),
  declined: at('declined', { reason: 'insufficient-funds', nextAt: null }),
  reversed: at('reversed', { ...paid, reason: 'vend-failed', nextAt: null }),
  delivered: at('delivered', { ...paid, nextAt: null }),
  refused: at('refused', { reason: 'stale', payAt: null, nextAt: null }),
};

/** "state [>call] [alarm kind] [!]": where the event leads, what is called, what is raised, and ! for a fault. */
function cell(state: State, name: EventName): string {
  const { attempt, effects } = run(samples[state], events[name]);
  const calls = callsOf(effects).map((c) => ` >${c}`);
  const alarms = alarmsOf(effects).map((a) => ` ${a}`);
  return [attempt.state, ...calls, ...alarms, has(effects, 'fault') ? ' !' : ''].join('');
}

const nothing = (state: State) => Object.fromEntries(Object.keys(events).map((name) => [name, state]));

/** What differs from "nothing happens", state by state. Source: protocol/findings.md, rules 4, 6, 10, 11, 12. */
const table: Record<State, Partial<Record<EventName, string>>> = {
  submitted: {
    due: 'submitted >inquire',
    'pay paid': 'approved',
    'pay wrong amount': 'reversing >cancel wrong-amount',
    'pay other currency': 'reversing >cancel wrong-amount',
    'pay declined': 'declined',
    'pay not sent': 'declined',
    'pay conflict': 'submitted id-conflict',
    'inquiry paid': 'approved',
    'inquiry wrong amount': 'reversing >cancel wrong-amount',
    'inquiry declined': 'declined',
    'inquiry cancelled': 'declined',
    'inquiry not found, late': 'declined',
    'cancel done': 'submitted !',
    'cancel not found, early': 'submitted !',
    'cancel not found, late': 'submitted !',
    'cancel refused': 'submitted !',
    'cancel refund instead': 'submitted !',
    'cancel unknown': 'submitted !',
    'cancel not sent': 'submitted !',
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
    due: 'approved report-late',
    'pay wrong amount': 'approved wrong-amount !',
    'pay other currency': 'approved wrong-amount !',
    'pay declined': 'approved contradiction !',
    'inquiry wrong amount': 'approved wrong-amount !',
    'inquiry declined': 'approved contradiction !',
    'inquiry cancelled': 'approved contradiction !',
    'cancel done': 'approved contradiction !',
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
    due: 'reversing >cancel',
    'pay wrong amount': 'reversing wrong-amount',
    'pay other currency': 'reversing wrong-amount',
    'pay declined': 'declined',
    'pay not sent': 'declined',
    'pay conflict': 'reversing id-conflict',
    'inquiry paid': 'reversing >cancel',
    'inquiry wrong amount': 'reversing >cancel wrong-amount',
    'inquiry paid, no amount': 'reversing >cancel',
    'inquiry pending': 'reversing >cancel',
    'inquiry declined': 'declined',
    'inquiry cancelled': 'reversed',
    'inquiry not found, early': 'reversing >cancel',
    'inquiry not found, late': 'declined',
    'inquiry unknown': 'reversing >cancel',
    'inquiry not sent': 'reversing >cancel',
    'cancel done': 'reversed',
    'cancel not found, late': 'declined',
    'cancel refused': 'reversing >inquire',
    'cancel refund instead': 'operator refund-needed',
    'vend delivered': 'reversing contradiction !',
    'vend failed': 'reversing contradiction !',
    'vend doubtful': 'reversing contradiction !',
    'swept, delivered': 'reversing contradiction !',
    'swept, failed': 'reversing contradiction !',
    'swept, doubtful': 'reversing contradiction !',
  },
  doubtful: {
    due: 'doubtful !',
    'pay wrong amount': 'doubtful wrong-amount !',
    'pay other currency': 'doubtful wrong-amount !',
    'pay declined': 'doubtful contradiction !',
    'inquiry wrong amount': 'doubtful wrong-amount !',
    'inquiry declined': 'doubtful contradiction !',
    'inquiry cancelled': 'doubtful contradiction !',
    'cancel done': 'doubtful contradiction !',
    'vend not delivered': 'reversing',
    'vend delivered': 'delivered',
    'vend failed': 'reversing',
    'swept, not delivered': 'reversing',
    'swept, delivered': 'delivered',
    'swept, failed': 'reversing',
  },
  operator: {
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
  declined: ended('declined'),
  refused: ended('refused'),
  reversed: {
    due: 'reversed !',
    'vend delivered': 'reversed contradiction !',
    'vend doubtful': 'reversed contradiction !',
    'swept, delivered': 'reversed contradiction !',
    'swept, doubtful': 'reversed contradiction !',
  },
  delivered: {
    due: 'delivered !',
    'vend not delivered': 'delivered contradiction !',
    'vend failed': 'delivered contradiction !',
    'swept, not delivered': 'delivered contradiction !',
    'swept, failed': 'delivered contradiction !',
  },
};

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
  test.each([...states])('%s', (state) => {
    const found = Object.fromEntries(Object.keys(events).map((name) => [name, cell(state, name as EventName)]));
    expect(found).toEqual({ ...nothing(state), ...table[state] });
  });

  test('every report is acknowledged, whatever the state (rule 7)', () => {
    for (const state of states) {
      for (const name of Object.keys(events) as EventName[]) {
        const event = events[name];
        if (event.type === 'vend-reported') {
          expect([state, name, has(run(samples[state], event).effects, 'ack-vend')]).toEqual([state, name, true]);
        }
      }
    }
  });

  test('a kiosk is told again and again of every approval and every end, and once of what passes', () => {
    for (const state of states) {
      for (const name of Object.keys(events) as EventName[]) {
        const { attempt, effects } = run(samples[state], events[name]);
        if (attempt.state === state) continue;
        const publish = effects.find((e) => e.type === 'publish');
        // The report that ends it as delivered is answered by its acknowledgement.
        const wanted = { reversing: 'once', delivered: undefined }[attempt.state as string];
        const until = attempt.state in { reversing: 1, delivered: 1 } ? wanted : 'answered';
        expect([state, name, publish?.until]).toEqual([state, name, until]);
      }
    }
  });
});
