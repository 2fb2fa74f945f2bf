import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  amountOf,
  barred,
  barsAgain,
  barsSending,
  barsWorth,
  clashes,
  tooSoon,
} from '../../../../relay/customs/allowed.js';
import type { Declaration, Declared } from '../../../../relay/customs/types.js';
import type { Attempt } from '../../../../relay/payment/types.js';
import { notReversed } from '../../../../relay/refunds/allowed.js';
import { submittedAt0 } from '../payment/sample.js';
import { declared, fresh, NOW, sent } from './sample.js';

const sample = (more: Partial<Attempt>): Attempt => ({ ...submittedAt0, ...more });
const paid = sample({ state: 'delivered', acquirerId: '2026', money: { amount: 3_550, currency: 'CNY' } });
const given = { refunds: [], reversed: notReversed };
const whole = fresh.declared;
const part = (subOrder: string, amount: number, customs = 'ZONGSHU'): Declared => ({
  ...{ ...whole, subOrder, customs },
  money: { amount, currency: 'CNY' },
});
const as = (was: Declared, more: Partial<Declaration> = {}): Declaration => ({ ...declared, declared: was, ...more });

describe('what may be declared', () => {
  test('only what was delivered, is known to the acquirer, and was not given back whole', () => {
    expect(barred(paid, given)).toBeUndefined();
    expect(barred(sample({ ...paid, state: 'approved' }), given)?.refused).toBe('not-delivered');
    expect(barred(sample({ ...paid, acquirerId: null }), given)?.refused).toBe('no-acquirer-id');
    const back = { refunds: [], reversed: { taken: 3_550, requested: 0, confirmed: 3_550 } };
    expect(barred(paid, back)?.refused).toBe('given-back');
    expect(barred(paid, { refunds: [], reversed: { ...back.reversed, taken: 3_549 } })).toBeUndefined();
  });

  test('all of it where it was paid in CNY, else as much as is said', () => {
    expect(amountOf(paid, undefined)).toEqual({ amount: 3_550, currency: 'CNY' });
    const hkd = sample({ ...paid, money: { amount: 3_550, currency: 'HKD' } });
    expect(amountOf(hkd, undefined)).toMatchObject({ refused: 'amount' });
    expect(amountOf(hkd, 3_300)).toEqual({ amount: 3_300, currency: 'CNY' });
  });

  test('once as a whole, or in parts, each once, never more than was paid; each place for itself', () => {
    expect(clashes(paid, given, whole, [])).toBeUndefined();
    expect(clashes(paid, given, whole, [as(whole)])?.refused).toBe('declared-already');
    expect(clashes(paid, given, whole, [as(whole, { state: 'failed' })])).toBeUndefined();
    expect(clashes(paid, given, { ...whole, customs: 'HENAN' }, [as(whole)])).toBeUndefined();
    expect(clashes(paid, given, part('S-1', 100), [as(whole)])?.refused).toBe('split');
    expect(clashes(paid, given, whole, [as(part('S-1', 100))])?.refused).toBe('split');
    expect(clashes(paid, given, part('S-1', 100), [as(part('S-1', 100))])?.refused).toBe('declared-already');
    expect(clashes(paid, given, part('S-2', 1_551), [as(part('S-1', 2_000))])?.message).toContain('at most 15.50 CNY');
    expect(clashes(paid, given, part('S-2', 1_550), [as(part('S-1', 2_000))])).toBeUndefined();
    expect(clashes(paid, given, { ...whole, money: { amount: 3_551, currency: 'CNY' } }, [])?.refused).toBe('too-much');
  });

  test('what was given back is not declared, nor sent where it was asked for before; less than before always may be', () => {
    const half = { refunds: [], reversed: { taken: 1_775, requested: 1_775, confirmed: 0 } };
    expect(clashes(paid, half, whole, [])?.message).toContain('expected at most 17.75 CNY');
    expect(clashes(paid, half, part('S-2', 776), [as(part('S-1', 1_000))])?.refused).toBe('too-much');
    expect(clashes(paid, half, part('S-2', 775), [as(part('S-1', 1_000))])).toBeUndefined();
    const others = [as(part('S-1', 2_000))];
    expect(clashes(paid, half, part('S-2', 900), others, part('S-2', 1_550))).toBeUndefined();
    expect(clashes(paid, half, part('S-2', 1_550), others, part('S-2', 1_550))?.refused).toBe('too-much');
    expect(clashes(paid, half, part('S-2', 900), others, part('S-2', 1_550, 'HENAN'))?.refused).toBe('too-much');
    const asked = as(whole, { state: 'requested' });
    expect(barsSending(paid, given, asked, [asked])).toBeUndefined();
    expect(barsSending(paid, half, asked, [asked])?.refused).toBe('too-much');
    expect(barsSending(paid, half, { ...asked, push: 2 }, [asked])).toBeUndefined();
    const back = { refunds: [], reversed: { taken: 3_550, requested: 3_550, confirmed: 0 } };
    for (const push of [1, 2]) expect(barsSending(paid, back, { ...asked, push }, [asked])?.refused).toBe('given-back');
  });

  test('of a payment in another currency the acquirer knows what it is worth', () => {
    const hkd = sample({ ...paid, money: { amount: 100, currency: 'HKD' } });
    expect(clashes(hkd, given, part('S-1', 5_000), [])).toBeUndefined();
  });

  test('property: parts that were let in are never more than was paid, nor twice the same', () => {
    const wanted = fc.array(fc.tuple(fc.constantFrom('S-1', 'S-2', 'S-3', 'S-4'), fc.integer({ min: 1, max: 3_000 })));
    fc.assert(
      fc.property(wanted, (asked) => {
        const kept: Declaration[] = [];
        for (const [name, amount] of asked) {
          const one = part(name, amount);
          if (!clashes(paid, given, one, kept)) kept.push(as(one));
        }
        const names = kept.map((d) => d.declared.subOrder);
        expect(new Set(names).size).toBe(names.length);
        expect(kept.reduce((sum, d) => sum + d.declared.money.amount, 0)).toBeLessThanOrEqual(3_550);
      }),
    );
  });

  test('what the acquirer says it may come to does not bar putting parts right one by one', () => {
    const worth = { amount: 1_000, currency: 'CNY' } as const;
    const other = as(part('b', 2_000), { id: 'd2' });
    const asked = as(part('a', 500), { state: 'requested' });
    expect(barsWorth(asked, [other], worth)).toContain('25.00');
    expect(barsWorth({ ...asked, push: 2 }, [other], worth)).toContain('25.00');
    const change: Declaration = { ...asked, push: 2, taken: { customsPaymentId: '7' } };
    expect(barsWorth(change, [other, change], worth)).toBeUndefined();
    expect(barsWorth({ ...change, declared: part('a', 1_001) }, [], worth)).toContain('10.01');
    expect(barsWorth(as(whole), [as(whole)], { ...worth, amount: 3_550 })).toBeUndefined();
  });

  test('again: not while it is under way, nor within five minutes', () => {
    const rule = { againAfterMs: 300_000 };
    expect(barsAgain(fresh)?.refused).toBe('under-way');
    const ended: Declaration = { ...sent, state: 'failed' };
    expect(barsAgain(ended)).toBeUndefined();
    expect(tooSoon(ended, rule, NOW)).toEqual({
      ...{ refused: 'too-soon', message: 'the acquirer takes it again 300 s after the last time: wait 299 s' },
    });
    expect(tooSoon(ended, rule, NOW + 299_000)).toBeUndefined();
  });
});
