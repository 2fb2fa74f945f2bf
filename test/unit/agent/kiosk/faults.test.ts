import { describe, expect, it } from 'vitest';
import { CLOSED_KEPT } from '../../../../agent/journal/contract.js';
import { listed } from '../../../../agent/kiosk/books.js';
import { bootTag } from '../../../../protocol/ids.js';
import { OPEN_MAX_ATTEMPTS } from '../../../../protocol/limits.js';
import { attempt, Bench, boot, earlier, order, replay, tail, timers } from '../../../support/kiosk.js';

describe('scans that must not charge', () => {
  it('refuses a scan without an order, and counts it', () => {
    const bench = new Bench().inService();
    const effects = bench.scan();
    expect(effects).toContainEqual({ type: 'count', name: 'scan-refused-no-order' });
    expect(bench.sent('pay')).toEqual([]);
    expect(bench.view).toMatchObject({ kind: 'idle', notice: { kind: 'scan-refused', reason: 'no-order' } });
  });

  it('trap 3: refuses another code while an attempt is open, and does not queue it', () => {
    const bench = new Bench().armed();
    bench.scan('d1');
    bench.scan('d2');
    expect(bench.sent('pay')).toHaveLength(1);
    expect(bench.events()).toContainEqual({ state: 'scan-refused', reason: 'busy' });
    bench.update('declined', { reason: 'code-expired' });
    bench.on({ type: 'order-placed', order: { ...order, id: '07'.repeat(8) } });
    expect(bench.sent('pay')).toHaveLength(1);
  });

  it('takes the same code held longer as the same scan', () => {
    const bench = new Bench().armed();
    bench.scan('d1');
    expect(bench.scan('d1')).toEqual([{ type: 'count', name: 'scan-same-code' }]);
  });

  it.each(['relay', 'scanner', 'journal'] as const)('takes no code while closed by %s', (reason) => {
    const bench = new Bench().armed();
    bench.on({ type: 'closed', reason });
    bench.scan();
    expect(bench.sent('pay')).toEqual([]);
    expect(bench.view).toEqual({ kind: 'out-of-service', reason });
  });

  it('keeps the order over a code that is none', () => {
    const bench = new Bench().armed();
    bench.on({ type: 'scan-rejected', reason: 'url' });
    expect(bench.view).toMatchObject({ kind: 'armed', notice: { kind: 'scan-rejected', reason: 'url' } });
    bench.pass(3_001);
    expect(bench.view).not.toHaveProperty('notice');
  });

  it('opens nothing when Hello could not list one more attempt', () => {
    const bench = new Bench({
      ...replay,
      attempts: Array.from({ length: OPEN_MAX_ATTEMPTS - 1 }, (_, i) => ({
        attempt: i.toString(16).padStart(32, '0'),
        boot: bootTag(earlier),
        delivery: 'not-delivered' as const,
        closed: false,
      })),
    }).armed();
    bench.scan();
    expect(bench.sent('pay')).toEqual([]);
    expect(bench.view.kind).toBe('out-of-service');
  });
});

describe('trap 30: the power was cut in the middle', () => {
  const open = { attempt: 'c0'.repeat(16), boot: bootTag(earlier), delivery: 'doubtful' as const, closed: false };
  const restarted = (): Bench => {
    const bench = new Bench({ ...replay, attempts: [open] });
    for (const reason of ['starting', 'scanner'] as const) bench.on({ type: 'opened', reason });
    bench.on({ type: 'order-placed', order });
    return bench;
  };

  it('takes no code before a relay has heard of the attempt that was open, however long that takes', () => {
    const bench = restarted();
    expect(listed(bench.state)).toEqual([{ attempt: open.attempt, delivery: 'doubtful' }]);
    for (const ms of [0, 60_000, 3_600_000]) {
      bench.pass(ms);
      bench.scan();
      expect(bench.sent('pay')).toEqual([]);
      expect(bench.view).toEqual({ kind: 'out-of-service', reason: 'relay' });
    }
    bench.on({ type: 'greeted' });
    bench.scan();
    expect(bench.sent('pay')).toHaveLength(1);
  });

  it('never vends for it again, whatever the relay says of it', () => {
    const bench = restarted();
    bench.on({ type: 'greeted' });
    for (const standing of ['submitted', 'approved', 'operator'] as const) {
      bench.update(standing, { attempt: open.attempt, boot: open.boot });
    }
    expect(bench.effects.filter((e) => e.type === 'vend')).toEqual([]);
  });
});

describe('rule 9: no vend', () => {
  const vends = (bench: Bench) => bench.effects.filter((e) => e.type === 'vend');

  it('after the deadline, however the approval comes', () => {
    const bench = new Bench().armed();
    bench.scan();
    bench.now += timers.deadlineMs;
    bench.update('approved');
    expect(vends(bench)).toEqual([]);
    expect(bench.sent('vend')).toContainEqual({ type: 'vend', attempt, delivery: 'not-delivered' });
  });

  it('when the record of "begun" came after the deadline', () => {
    const bench = new Bench().armed();
    bench.scan();
    bench.update('approved');
    bench.now += timers.deadlineMs;
    bench.on({ type: 'begun-durable', attempt });
    expect(vends(bench)).toEqual([]);
    expect(listed(bench.state)).toEqual([{ attempt, delivery: 'not-delivered' }]);
  });

  it('after the customer gave up', () => {
    const bench = new Bench().armed();
    bench.scan();
    bench.on({ type: 'order-cancelled', order: order.id });
    expect(bench.sent('abort')).toEqual([{ type: 'abort', attempt }]);
    bench.update('approved');
    expect(vends(bench)).toEqual([]);
    expect(bench.sent('vend').at(-1)).toEqual({ type: 'vend', attempt, delivery: 'not-delivered' });
  });

  it('when the journal cannot hold "begun" (S13)', () => {
    const bench = new Bench().armed();
    bench.scan();
    bench.update('approved');
    bench.on({ type: 'journal-failed' });
    bench.on({ type: 'begun-durable', attempt });
    expect(vends(bench)).toEqual([]);
    expect(bench.state.closed).toContain('journal');
  });

  it('twice for one attempt, however often the approval is told', () => {
    const bench = new Bench().vending();
    bench.update('approved');
    bench.on({ type: 'begun-durable', attempt });
    bench.on({ type: 'vend-ended', attempt, result: 'delivered' });
    bench.update('approved');
    bench.on({ type: 'begun-durable', attempt });
    expect(vends(bench)).toHaveLength(1);
    expect(bench.sent('vend').at(-1)).toEqual({ type: 'vend', attempt, delivery: 'delivered' });
  });

  it('for an approval that names another boot', () => {
    const bench = new Bench().armed();
    bench.scan();
    const effects = bench.update('approved', { boot: bootTag(earlier) });
    expect(effects.some((e) => e.type === 'fault')).toBe(true);
    expect(vends(bench)).toEqual([]);
  });
});

describe('rule 13: an approval that this kiosk does not hold open', () => {
  const stranger = 'ff'.repeat(16);
  const answer = (bench: Bench, from: string) => {
    bench.on({
      type: 'update',
      update: { type: 'update', attempt: stranger, boot: from, standing: 'approved', leftMs: 0, receipt: '' },
    });
    return bench.sent('vend').at(-1);
  };

  it('is "not delivered" without a record, if its boot is in our chain', () => {
    expect(answer(new Bench().inService(), bootTag(earlier))).toMatchObject({ delivery: 'not-delivered' });
  });

  it('is doubtful without a record, if its boot is not (C1b, C2b)', () => {
    expect(answer(new Bench().inService(), '12345678')).toMatchObject({ delivery: 'doubtful' });
  });

  describe('and has forgotten', () => {
    /** Closed long ago, and of an earlier boot. */
    const old = (n: number) => ({
      ...{ attempt: n.toString(16).padStart(32, '0'), boot: bootTag(earlier) },
      ...{ delivery: 'doubtful' as const, closed: true },
    });
    const many = (count: number) => ({ ...replay, attempts: Array.from({ length: count }, (_, n) => old(n)) });

    it('is not answered where the journal may have let it go: it may have vended then', () => {
      expect(answer(new Bench(many(CLOSED_KEPT - 1)).inService(), bootTag(earlier))).toMatchObject({
        delivery: 'not-delivered',
      });
      const bench = new Bench(many(CLOSED_KEPT)).inService();
      expect(answer(bench, bootTag(earlier))).toBeUndefined();
      expect(bench.effects.at(-1)).toEqual({ type: 'count', name: 'approved-forgotten' });
      expect(answer(bench, boot)).toMatchObject({ delivery: 'not-delivered' });
    });

    it('is not answered where this boot has let it go', () => {
      const bench = new Bench(many(10)).inService();
      const sell = (n: number): string => {
        const sold = { ...order, id: n.toString(16).padStart(16, '0') };
        const id = sold.id + tail;
        bench.on({ type: 'order-placed', order: sold });
        bench.scan();
        bench.update('approved', { attempt: id });
        bench.on({ type: 'begun-durable', attempt: id });
        bench.on({ type: 'vend-ended', attempt: id, result: 'doubtful' });
        bench.on({ type: 'vend-ack', attempt: id, delivery: 'doubtful' });
        bench.update('delivered', { attempt: id });
        return id;
      };
      const first = sell(0);
      for (let n = 1; n < CLOSED_KEPT; n++) sell(n);
      const late = (): unknown => {
        const before = bench.sent('vend').length;
        bench.update('approved', { attempt: first });
        return bench.sent('vend').slice(before);
      };
      // The ten of the earlier boot are gone, the first of this one is not.
      expect(late()).toEqual([{ type: 'vend', attempt: first, delivery: 'doubtful' }]);
      expect(answer(bench, bootTag(earlier))).toMatchObject({ attempt: first });
      sell(CLOSED_KEPT);
      expect(late()).toEqual([]);
    });
  });

  it('is answered from the record of an earlier boot', () => {
    const bench = new Bench({
      ...replay,
      attempts: [{ attempt: stranger, boot: bootTag(earlier), delivery: 'doubtful', closed: true }],
    });
    expect(answer(bench.inService(), bootTag(earlier))).toMatchObject({ delivery: 'doubtful' });
  });
});

describe('the end the relay tells later', () => {
  it('ends the order after the kiosk gave up at its deadline', () => {
    const bench = new Bench().armed();
    bench.scan();
    bench.pass(timers.deadlineMs + 1);
    expect(bench.view.kind).toBe('unconfirmed');
    expect(bench.events().at(-1)).toEqual({ state: 'unconfirmed' });
    bench.on({ type: 'vend-ack', attempt });
    bench.update('reversed', { reason: 'not-confirmed' });
    expect(bench.events().at(-1)).toMatchObject({ state: 'ended', outcome: 'reversed' });
    bench.update('reversed', { reason: 'not-confirmed' });
    expect(bench.events().filter((e) => e.state === 'ended')).toHaveLength(1);
    expect(bench.sent('ack')).toHaveLength(2);
  });

  it('says Hello again when the relay does not know this boot, and then sends Pay again', () => {
    const bench = new Bench().armed();
    bench.scan();
    expect(bench.update('refused', { reason: 'not-greeted' })).toContainEqual({ type: 'hello' });
    expect(bench.view.kind).toBe('busy');
    bench.on({ type: 'greeted' });
    expect(bench.sent('pay')).toHaveLength(2);
  });

  it('is a fault while the actuator is at work (rule 12), and changes nothing', () => {
    const bench = new Bench().vending();
    const before = bench.state;
    const effects = bench.update('declined', { reason: 'risk' });
    expect(effects).toEqual([{ type: 'fault', what: 'declined while vending' }]);
    expect(bench.state).toEqual(before);
  });

  it('is acknowledged for an attempt nobody remembers, so that the relay stops telling', () => {
    const bench = new Bench().inService();
    bench.update('declined', { attempt: 'ff'.repeat(16), boot });
    expect(bench.sent('ack')).toEqual([{ type: 'ack', attempt: 'ff'.repeat(16), standing: 'declined' }]);
  });
});
