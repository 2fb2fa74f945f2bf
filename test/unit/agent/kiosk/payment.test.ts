import { describe, expect, it } from 'vitest';
import { listed } from '../../../../agent/kiosk/books.js';
import { attempt, Bench, boot, code, order } from '../../../support/kiosk.js';

describe('one payment', () => {
  it('arms only when nothing keeps the kiosk closed', () => {
    const bench = new Bench();
    expect(bench.view).toEqual({ kind: 'out-of-service', reason: 'starting' });
    bench.on({ type: 'opened', reason: 'starting' });
    bench.on({ type: 'opened', reason: 'scanner' });
    bench.on({ type: 'order-placed', order });
    expect(bench.view).toEqual({ kind: 'out-of-service', reason: 'relay' });
    bench.on({ type: 'greeted' });
    expect(bench.view).toMatchObject({ kind: 'armed', money: { amount: 3550, currency: 'HKD' } });
  });

  it('publishes Pay before it writes the record, and the record holds no code', () => {
    const effects = new Bench().armed().scan();
    const kinds = effects.map((e) => e.type);
    expect(kinds.indexOf('send')).toBeLessThan(kinds.indexOf('record'));
    const record = effects.find((e) => e.type === 'record');
    expect(JSON.stringify(record)).not.toContain(code);
    expect(effects.find((e) => e.type === 'send')?.body).toMatchObject({
      type: 'pay',
      attempt,
      code,
      amount: 3550,
      currency: 'HKD',
      issuer: 'alipayplus',
      validMs: 20_000,
    });
  });

  it('vends only when "begun" is durable', () => {
    const bench = new Bench().armed();
    bench.scan();
    const approved = bench.update('approved');
    expect(approved.some((e) => e.type === 'vend')).toBe(false);
    expect(approved.find((e) => e.type === 'record')?.record).toMatchObject({
      kind: 'begun',
      attempt,
      order: order.id,
    });
    expect(bench.on({ type: 'begun-durable', attempt }).filter((e) => e.type === 'vend')).toHaveLength(1);
  });

  it('delivers: reports, shows approved with the receipt, and ends the order', () => {
    const bench = new Bench().vending();
    bench.on({ type: 'vend-ended', attempt, result: 'delivered' });
    expect(bench.sent('vend')).toEqual([{ type: 'vend', attempt, delivery: 'delivered' }]);
    expect(bench.view).toMatchObject({ kind: 'approved', receipt: expect.stringMatching(/^[2-9A-Z]{5}$/) });
    expect(bench.events().at(-1)).toMatchObject({ state: 'ended', outcome: 'delivered' });
    expect(bench.events().map((e) => e.state)).toEqual(['armed', 'approved', 'vending', 'ended']);
  });

  it('tells the report again until the relay acknowledges it, and lists it in Hello until then (rule 7)', () => {
    const bench = new Bench().vending();
    bench.on({ type: 'vend-ended', attempt, result: 'delivered' });
    bench.pass(30_000);
    expect(bench.sent('vend').length).toBeGreaterThan(3);
    expect(listed(bench.state)).toEqual([{ attempt, delivery: 'delivered' }]);
    bench.on({ type: 'vend-ack', attempt });
    expect(listed(bench.state)).toEqual([]);
    const told = bench.sent('vend').length;
    bench.pass(60_000);
    expect(bench.sent('vend')).toHaveLength(told);
  });

  it('asks for the phone, once, and forgets the code when the relay has answered', () => {
    const bench = new Bench().armed();
    bench.scan();
    bench.update('password-pending', { leftMs: 40_000 });
    bench.update('password-pending', { leftMs: 38_000 });
    expect(bench.view).toMatchObject({ kind: 'confirm-on-phone', leftMs: 38_000 });
    expect(bench.events().filter((e) => e.state === 'password-pending')).toHaveLength(1);
    expect(JSON.stringify(bench.state)).not.toContain(code);
  });

  it('trap 24: resends Pay while it is unanswered and valid, then forgets the code', () => {
    const bench = new Bench().armed();
    bench.scan();
    bench.pass(19_000);
    expect(bench.sent('pay').length).toBeGreaterThan(3);
    bench.pass(2_000);
    const sent = bench.sent('pay').length;
    bench.pass(10_000);
    expect(bench.sent('pay')).toHaveLength(sent);
    expect(JSON.stringify(bench.state)).not.toContain(code);
  });

  it.each([
    ['declined', 'insufficient-funds', 'declined', 'declined'],
    ['refused', 'stale', 'refused', 'refused'],
    ['reversed', 'wrong-amount', 'refunded', 'reversed'],
    ['operator', 'cancel-unconfirmed', 'operator', 'operator'],
  ] as const)('ends %s: acknowledges, shows it, ends the order', (standing, reason, view, outcome) => {
    const bench = new Bench().armed();
    bench.scan();
    bench.update(standing, { reason });
    expect(bench.view.kind).toBe(view);
    expect(bench.sent('ack')).toEqual([{ type: 'ack', attempt, standing }]);
    expect(bench.events().at(-1)).toMatchObject({ state: 'ended', outcome, reason });
    expect(listed(bench.state).length).toBe(standing === 'operator' ? 1 : 0);
  });

  it('ends operator with what it knows: it has not vended and never will, which may settle it (rule 12)', () => {
    const bench = new Bench().armed();
    bench.scan();
    bench.update('operator', { reason: 'vend-doubtful' });
    expect(bench.sent('vend')).toEqual([{ type: 'vend', attempt, delivery: 'not-delivered' }]);
    expect(listed(bench.state)).toEqual([{ attempt, delivery: 'not-delivered' }]);
    bench.update('approved');
    expect(bench.state.attempt).toBeNull();
    bench.on({ type: 'vend-ack', attempt });
    expect(listed(bench.state)).toEqual([]);
  });

  it('keeps a definite word listed when the Ack of the doubtful one before it comes late (rule 7)', () => {
    const bench = new Bench().vending();
    bench.on({ type: 'vend-ended', attempt, result: 'doubtful' });
    bench.on({ type: 'vend-known', attempt, result: 'failed' });
    bench.on({ type: 'vend-ack', attempt, delivery: 'doubtful' });
    expect(listed(bench.state)).toEqual([{ attempt, delivery: 'failed' }]);
    bench.on({ type: 'vend-ack', attempt, delivery: 'failed' });
    expect(listed(bench.state)).toEqual([]);
  });

  it('ends the order when a doubtful vend is found to have delivered, though no Update ever comes', () => {
    const bench = new Bench().vending();
    bench.on({ type: 'vend-ended', attempt, result: 'doubtful' });
    bench.on({ type: 'vend-known', attempt, result: 'delivered' });
    expect(bench.events().at(-1)).toMatchObject({ state: 'ended', outcome: 'delivered' });
  });

  it('takes note of no end of an attempt whose boot its journal does not know: another device waits for it', () => {
    const bench = new Bench().armed();
    const other = { attempt: 'ab'.repeat(16), boot: 'ffffffff', leftMs: 0, receipt: '' };
    bench.on({ type: 'update', update: { type: 'update', ...other, standing: 'reversed' } });
    expect(bench.sent('ack')).toEqual([]);
    bench.on({ type: 'update', update: { type: 'update', ...other, boot, standing: 'reversed' } });
    expect(bench.sent('ack')).toHaveLength(1);
  });

  it("takes another relay's word from before the approval for what it is, and no fault", () => {
    const bench = new Bench().vending();
    bench.update('submitted');
    bench.update('password-pending');
    expect(bench.state.attempt?.phase).toBe('vending');
    expect(bench.effects.filter((e) => e.type === 'fault')).toEqual([]);
  });

  it('gives a failed vend back: refunding, then refunded, then the order ends reversed', () => {
    const bench = new Bench().vending();
    bench.on({ type: 'vend-ended', attempt, result: 'failed' });
    expect(bench.view.kind).toBe('refunding');
    bench.update('reversing', { reason: 'vend-failed' });
    bench.on({ type: 'vend-ack', attempt });
    bench.update('reversed', { reason: 'vend-failed' });
    expect(bench.view.kind).toBe('refunded');
    expect(bench.events().map((e) => e.state)).toEqual([
      'armed',
      'approved',
      'vending',
      'vend-failed',
      'reversing',
      'ended',
    ]);
    expect(bench.events().at(-1)).toMatchObject({ outcome: 'reversed', reason: 'vend-failed' });
  });

  it('never shows the last customer to the next', () => {
    const bench = new Bench().vending();
    bench.on({ type: 'vend-ended', attempt, result: 'delivered' });
    bench.pass(8_001);
    expect(bench.view).toEqual({ kind: 'idle' });
    const quick = new Bench().vending();
    quick.on({ type: 'vend-ended', attempt, result: 'delivered' });
    quick.on({ type: 'order-placed', order: { ...order, id: '09'.repeat(8), amount: 100 } });
    expect(quick.view).toMatchObject({ kind: 'armed', money: { amount: 100 } });
    expect(JSON.stringify(quick.view)).not.toContain('3550');
  });

  it('names the boot that opened the attempt in nothing but its own state', () => {
    const bench = new Bench().armed();
    bench.scan();
    expect(bench.state.books.find((entry) => entry.attempt === attempt)?.boot).toBe(boot);
  });
});
