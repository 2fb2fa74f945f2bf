import { entryOf } from '../../../agent/kiosk/books.js';
import type { KioskEvent } from '../../../agent/kiosk/events.js';
import { initialState, type KioskState, type KioskTimers } from '../../../agent/kiosk/state.js';
import { step } from '../../../agent/kiosk/step.js';
import type { Order } from '../../../agent/orders/order.js';
import { bootTag } from '../../../protocol/ids.js';
import { LINKED_WALLET, standings } from '../../../protocol/words.js';
import { type Edge, edgesOf, explore, type Named, type Way } from './explore.js';
import type { Drawing } from './render.js';

const nonce = 'aa'.repeat(16);
const boot = bootTag(nonce);
const order: Order = { id: '01'.repeat(8), amount: 100, currency: 'HKD', reference: '' };
const tail = '02'.repeat(8);
const attempt = order.id + tail;

const timers: KioskTimers = {
  ...{ payValidMs: 20_000, deadlineMs: 60_000, resendMs: 1_000, resendMaxMs: 1_000 },
  ...{ finalScreenMs: 8_000, noticeMs: 3_000, orderExpiresMs: 50_000 },
};
/** The scan is at 10 s, so its deadline at 70 s. */
const times = [10_000, 70_000];

const events: readonly Named<KioskEvent>[] = [
  { name: 'opened scanner', event: { type: 'opened', reason: 'scanner' } },
  { name: 'opened start', event: { type: 'opened', reason: 'starting' } },
  { name: 'closed scanner', event: { type: 'closed', reason: 'scanner' } },
  { name: 'closed relay', event: { type: 'closed', reason: 'relay' } },
  { name: 'greeted', event: { type: 'greeted' } },
  { name: 'order-placed', event: { type: 'order-placed', order } },
  { name: 'order-cancelled', event: { type: 'order-cancelled', order: order.id } },
  { name: 'scan-rejected', event: { type: 'scan-rejected', reason: 'url' } },
  { name: 'scanned', event: { type: 'scanned', code: '28', digest: 'd', tail, scanMs: 10_000 } },
  {
    name: 'scanned-member',
    event: { ...{ type: 'scanned', code: 'QZM', issuer: LINKED_WALLET }, ...{ digest: 'd', tail, scanMs: 10_000 } },
  },
  { name: 'pressed', event: { type: 'pressed' } },
  ...standings.all.map((standing) => ({
    name: `update ${standing}`,
    event: { type: 'update', update: { type: 'update', attempt, boot, standing, leftMs: 0, receipt: '' } } as const,
  })),
  { name: 'vend-ack', event: { type: 'vend-ack', attempt } },
  { name: 'begun-durable', event: { type: 'begun-durable', attempt } },
  { name: 'journal-failed', event: { type: 'journal-failed' } },
  ...(['delivered', 'failed', 'doubtful'] as const).map((result) => ({
    name: `vend-ended ${result}`,
    event: { type: 'vend-ended', attempt, result } as const,
  })),
  ...(['delivered', 'failed'] as const).map((result) => ({
    name: `vend-known ${result}`,
    event: { type: 'vend-known', attempt, result } as const,
  })),
  { name: 'service closed', event: { type: 'service', closedMs: 30_000 } },
  { name: 'service open', event: { type: 'service', closedMs: 0 } },
  { name: 'wake', event: { type: 'wake' } },
];

/** Where the one attempt of the walk stands; before it is opened, where the kiosk stands. */
function place(state: KioskState): string {
  const { attempt: open, order: placed, closed } = state;
  if (open) return open.phase.replace('-', '_');
  const entry = entryOf(state, attempt);
  if (entry) return entry.closed ? 'closed' : 'reported';
  if (closed.length > 0) return 'out_of_service';
  return placed ? 'armed' : 'idle';
}

const payOf = ({ attempt: open }: KioskState): string => {
  if (!open?.pay) return '';
  return open.pay.type === 'pay' ? 'pay' : `linked ${open.pay.pressed}`;
};

/** Screens and resending steer nothing. */
const key = (state: KioskState): string =>
  JSON.stringify([
    ...[place(state), state.closed, state.order !== null, payOf(state)],
    ...[entryOf(state, attempt)?.delivery, entryOf(state, attempt)?.ended],
  ]);

export const kioskWays = (): Way<KioskState>[] =>
  explore({
    starts: [
      initialState(
        { epoch: 'ee'.repeat(16), number: 1, nonce, chain: [nonce], attempts: [], torn: 0, gaps: 0, lost: [] },
        timers,
      ),
    ],
    ...{ times, key },
    // One attempt is walked to its end; its order is not placed a second time.
    events: (state) => (entryOf(state, attempt) ? events.filter((e) => e.event.type !== 'order-placed') : events),
    step: (state, event, now) => step(state, event, now).state,
  });

export const kioskEdges = (ways: readonly Way<KioskState>[]): Edge[] => edgesOf(ways, place);

export const kioskDrawing: Drawing = {
  order: [
    ...[
      'out_of_service',
      'idle',
      'armed',
      'sent',
      'password_pending',
      'confirm_pending',
      'beginning',
      'vending',
      'reported',
      'closed',
    ],
  ],
  first: ['out_of_service'],
  last: ['closed'],
  times: ['', 'after the deadline'],
};
