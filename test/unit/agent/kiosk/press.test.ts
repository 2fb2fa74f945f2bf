import { describe, expect, it } from 'vitest';
import { attempt, Bench, memberCode, order, timers } from '../../../support/kiosk.js';

/** A member code under the scanner: the relay knows whose wallet it is, and one press is missing. */

const money = { amount: order.amount, currency: order.currency };
const asked = (): Bench => {
  const bench = new Bench().armed();
  bench.scanMember();
  bench.update('confirm-pending', { leftMs: 18_000 });
  return bench;
};
const press = (bench: Bench, more: { readonly order?: string } = {}) => bench.on({ type: 'pressed', ...more });
const said = (bench: Bench) => bench.sent('pay-linked').map((body) => body.type === 'pay-linked' && body.pressed);

describe('a linked wallet', () => {
  it('is sent without a press, and asks for one', () => {
    const bench = new Bench().armed();
    const [first] = bench.scanMember();
    expect(first).toMatchObject({
      type: 'send',
      body: { type: 'pay-linked', pressed: false, attempt, code: memberCode, issuer: 'linked-wallet', ...money },
    });
    expect(bench.view).toEqual({ kind: 'busy', money });
    bench.update('confirm-pending', { leftMs: 18_000 });
    expect(bench.view).toEqual({ kind: 'press-to-pay', money, leftMs: 18_000 });
    bench.update('confirm-pending', { leftMs: 17_000 });
    expect(bench.events().filter((e) => e.state === 'confirm-pending')).toEqual([
      { state: 'confirm-pending', leftMs: 18_000 },
    ]);
  });

  it('pays with the press, which is said again until the relay has heard it', () => {
    const bench = asked();
    bench.pass(5_000);
    expect(said(bench)).toEqual([false]);
    press(bench, { order: order.id });
    expect(said(bench)).toEqual([false, true]);
    expect(bench.view).toEqual({ kind: 'busy', money });
    bench.update('confirm-pending', { leftMs: 12_000 });
    bench.pass(3_000);
    expect(said(bench)).toEqual([false, true, true, true]);
    bench.update('submitted');
    bench.pass(20_000);
    expect(said(bench)).toHaveLength(4);
    bench.update('approved');
    expect(bench.state.attempt?.phase).toBe('beginning');
  });

  it('pays by the confirmation on the phone, without a press here', () => {
    const bench = asked();
    bench.update('submitted');
    expect(bench.view).toEqual({ kind: 'busy', money });
    expect(bench.state.attempt?.phase).toBe('sent');
    expect(JSON.stringify(bench.state)).not.toContain(memberCode);
    // A late copy of the question asks nothing any more.
    bench.update('confirm-pending', { leftMs: 9_000 });
    press(bench);
    expect(bench.view).toEqual({ kind: 'busy', money });
    expect(said(bench)).toEqual([false]);
    bench.update('approved');
    expect(bench.state.attempt?.phase).toBe('beginning');
  });

  it('ends where nobody presses', () => {
    const bench = asked();
    bench.update('declined', { reason: 'not-confirmed' });
    expect(bench.view).toMatchObject({ kind: 'declined', reason: 'not-confirmed' });
    expect(bench.state.attempt).toBeNull();
  });

  it('is told of again to a relay that has just greeted, still unpressed', () => {
    const bench = asked();
    bench.on({ type: 'greeted' });
    expect(said(bench)).toEqual([false, false]);
    bench.update('confirm-pending', { leftMs: 10_000 });
    bench.pass(5_000);
    expect(said(bench)).toEqual([false, false]);
  });

  it('can be cancelled while the press is missing', () => {
    const bench = asked();
    bench.on({ type: 'order-cancelled', order: order.id });
    expect(bench.sent('abort')).toEqual([{ type: 'abort', attempt }]);
    press(bench);
    expect(said(bench)).toEqual([false]);
  });
});

describe('a press means nothing', () => {
  const unasked = (bench: Bench): void => {
    const before = bench.sent('pay-linked').length;
    expect(press(bench)).toEqual([{ type: 'count', name: 'press-unasked' }]);
    expect(bench.sent('pay-linked')).toHaveLength(before);
  };

  it('before the question was asked, though the wallet is known by its code', () => {
    const bench = new Bench().armed();
    unasked(bench);
    bench.scanMember();
    unasked(bench);
  });

  it('for a code of a wallet that is not linked', () => {
    const bench = new Bench().armed();
    bench.scan();
    bench.update('confirm-pending', { leftMs: 9_000 });
    unasked(bench);
    expect(bench.view).toEqual({ kind: 'busy', money });
  });

  it('for another order', () => {
    const bench = asked();
    expect(press(bench, { order: '07'.repeat(8) })).toEqual([{ type: 'count', name: 'press-unasked' }]);
    expect(bench.view.kind).toBe('press-to-pay');
  });

  it('the second time, and after the relay may no longer act on it', () => {
    const twice = asked();
    press(twice);
    unasked(twice);
    const before = asked();
    before.now += timers.payValidMs;
    unasked(before);
    const late = asked();
    late.pass(timers.payValidMs);
    unasked(late);
    expect(late.view).toEqual({ kind: 'busy', money });
  });

  it('once approved, vended, or over', () => {
    const bench = asked();
    press(bench);
    bench.update('approved');
    unasked(bench);
    bench.on({ type: 'begun-durable', attempt });
    unasked(bench);
    bench.on({ type: 'vend-ended', attempt, result: 'delivered' });
    unasked(bench);
  });
});
