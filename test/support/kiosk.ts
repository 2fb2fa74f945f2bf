import type { Replay } from '../../agent/journal/contract.js';
import type { KioskEffect, KioskEvent } from '../../agent/kiosk/events.js';
import { viewOf, wakeAt } from '../../agent/kiosk/show.js';
import { initialState, type KioskState, type KioskTimers } from '../../agent/kiosk/state.js';
import { step } from '../../agent/kiosk/step.js';
import type { Order } from '../../agent/orders/order.js';
import { bootTag } from '../../protocol/ids.js';
import type { LinkResult, Update } from '../../protocol/messages.js';

export const timers: KioskTimers = {
  payValidMs: 20_000,
  deadlineMs: 60_000,
  resendMs: 1_000,
  resendMaxMs: 8_000,
  finalScreenMs: 8_000,
  noticeMs: 3_000,
  orderExpiresMs: 0,
};

export const nonce = 'aa'.repeat(16);
export const earlier = 'bb'.repeat(16);
export const boot = bootTag(nonce);
export const order: Order = { id: '01'.repeat(8), amount: 3550, currency: 'HKD', reference: 'A-12' };
export const tail = '02'.repeat(8);
export const attempt = order.id + tail;
export const code = '281006020123456789012345';

export const memberCode = `QZM${'A1'.repeat(10)}`;
export const firstCode = `QZF${'0A'.repeat(16)}`;
export const link = '0c'.repeat(16);
export const shortLink = 'HTTPS://K.EXAMPLE/L/ABCD2345';

export const replay: Replay = {
  epoch: 'ee'.repeat(16),
  number: 2,
  nonce,
  chain: [nonce, earlier],
  attempts: [],
  torn: 0,
  gaps: 0,
  lost: [],
};

/** Drives the kiosk machine by hand: a clock, the state, and every effect so far. */
export class Bench {
  now = 1_000;
  state: KioskState;
  effects: KioskEffect[] = [];

  constructor(from: Replay = replay, given: KioskTimers = timers) {
    this.state = initialState(from, given);
  }

  /** Returns the effects of this event alone. */
  on(event: KioskEvent): readonly KioskEffect[] {
    const result = step(this.state, event, this.now);
    this.state = result.state;
    this.effects.push(...result.effects);
    return result.effects;
  }

  /** Lets time pass, waking the machine whenever it asks for it. */
  pass(ms: number): readonly KioskEffect[] {
    const end = this.now + ms;
    const before = this.effects.length;
    for (let at = wakeAt(this.state); at <= end; at = wakeAt(this.state)) {
      this.now = Math.max(this.now, at);
      this.on({ type: 'wake' });
    }
    this.now = end;
    return this.effects.slice(before);
  }

  inService(): this {
    for (const reason of ['starting', 'scanner'] as const) this.on({ type: 'opened', reason });
    this.on({ type: 'greeted' });
    return this;
  }

  armed(): this {
    this.inService();
    this.on({ type: 'order-placed', order });
    return this;
  }

  scan(digest = 'd1'): readonly KioskEffect[] {
    return this.on({ type: 'scanned', code, issuer: 'alipayplus', digest, tail, scanMs: this.now });
  }

  /** A member code, held under the scanner. */
  scanMember(digest = 'm1'): readonly KioskEffect[] {
    return this.on({
      ...{ type: 'scanned', code: memberCode, issuer: 'linked-wallet' },
      ...{ digest, tail, scanMs: this.now },
    });
  }

  askLink(modulesMost = 29): readonly KioskEffect[] {
    return this.on({ type: 'link-asked', wallet: 'alipayhk', link, modulesMost });
  }

  linkCode(more: { readonly link?: string; readonly leftMs?: number; readonly modules?: number } = {}) {
    return this.on({ type: 'link-code', link, code: shortLink, leftMs: 180_000, modules: 25, ...more });
  }

  linkResult(state: LinkResult['state'], more: Partial<LinkResult> = {}): readonly KioskEffect[] {
    return this.on({ type: 'link-result', link, state, digits: '', leftMs: 0, code: '', ...more });
  }

  /** Armed, a code on the display, a phone that shows the same digits. */
  linkOpened(): this {
    this.armed().askLink();
    this.linkCode();
    this.linkResult('opened', { digits: '47', leftMs: 150_000 });
    return this;
  }

  update(standing: Update['standing'], more: Partial<Update> = {}): readonly KioskEffect[] {
    const update: Update = { type: 'update', attempt, boot, standing, leftMs: 0, receipt: 'RCPT1', ...more };
    return this.on({ type: 'update', update });
  }

  /** Scanned, approved, begun durable: the actuator is at work. */
  vending(): this {
    this.armed().scan();
    this.update('approved');
    this.on({ type: 'begun-durable', attempt });
    return this;
  }

  get view() {
    return viewOf(this.state, this.now);
  }

  sent(type: string) {
    return this.effects.flatMap((e) => (e.type === 'send' && e.body.type === type ? [e.body] : []));
  }

  events() {
    return this.effects.flatMap((e) => (e.type === 'order-event' ? [e.event] : []));
  }
}
