import { describe, expect, it } from 'vitest';
import { Bench, order } from '../../../support/kiosk.js';

describe('a kiosk that is told that no payment would be accepted', () => {
  const closed = (bench: Bench, closedMs = 30_000) => bench.on({ type: 'service', closedMs });

  it('shows that it is out of service, and takes no code', () => {
    const bench = new Bench().armed();
    closed(bench);
    expect(bench.view).toEqual({ kind: 'out-of-service', reason: 'acquirer' });
    expect(bench.scan()).toEqual([{ type: 'count', name: 'scan-while-closed' }]);
    expect(bench.sent('pay')).toEqual([]);
  });

  it('is back when it is told so, with the order that waits', () => {
    const bench = new Bench().armed();
    closed(bench);
    closed(bench, 0);
    expect(bench.view).toMatchObject({ kind: 'armed', reference: order.reference });
    bench.scan();
    expect(bench.sent('pay')).toHaveLength(1);
  });

  it('is back by itself when nobody says it again', () => {
    const bench = new Bench().armed();
    closed(bench);
    bench.pass(20_000);
    closed(bench);
    bench.pass(29_999);
    expect(bench.view.kind).toBe('out-of-service');
    bench.pass(1);
    expect(bench.view.kind).toBe('armed');
  });

  it('goes on with the attempt that is under way', () => {
    const bench = new Bench().armed();
    bench.scan();
    closed(bench);
    expect(bench.view.kind).toBe('busy');
    bench.update('approved');
    expect(bench.effects.some((e) => e.type === 'record' && e.record.kind === 'begun')).toBe(true);
  });

  it('is not opened by a Welcome: the relay is there, the acquirer is not', () => {
    const bench = new Bench().inService();
    closed(bench);
    bench.on({ type: 'greeted' });
    expect(bench.view.kind).toBe('out-of-service');
  });
});
