import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findCard } from '../../deploy/demo/codes.js';
import { type PaymentResult, runPayment } from '../../deploy/demo/payment.js';
import { findScenario, type Scenario } from '../../deploy/demo/scenarios.js';
import { Stack } from '../../deploy/demo/stack.js';
import { timing } from '../../deploy/demo/timing.js';
import { alive, freshCode } from './run.js';

/** Every scenario of the demo through real programs, one after the other on one running system. */

const stack = new Stack({ log: () => {} });

beforeAll(async () => {
  await stack.start();
}, 60_000);
afterAll(async () => {
  const pids = stack.pids;
  await stack.stop();
  expect(pids.length).toBe(3);
  expect(alive(pids)).toEqual([]);
});

async function pay(name: string, code = freshCode()): Promise<PaymentResult> {
  const scenario = findScenario(name) as Scenario;
  return await runPayment(stack, { code, amount: '35.50', currency: 'HKD', scenario });
}

const net = ({ acquirer }: PaymentResult): number => acquirer.charged - acquirer.returned;

test('faster clocks keep the order of the deadlines', () => {
  expect(timing.payValidMs).toBeLessThan(timing.relayDeadlineMs);
  expect(timing.relayDeadlineMs).toBeLessThan(timing.kioskDeadlineMs);
  expect(timing.vendMarginMs).toBeLessThan(timing.kioskDeadlineMs - timing.relayDeadlineMs);
  // An answer that is waited for to the end still comes before the deadline, and each wait repeats with a pause.
  expect(timing.callTimeoutMs).toBeLessThan(timing.payValidMs);
  expect(Math.min(...timing.inquiryDelaysMs, ...timing.cancelDelaysMs)).toBeGreaterThan(0);
});

describe('paid and delivered', () => {
  test('approve', async () => {
    const result = await pay('approve');
    expect(result).toMatchObject({ outcome: 'delivered', reason: null, acquirer: { charged: 3550, returned: 0 } });
    expect(result.history).toEqual(['armed', 'submitted', 'approved', 'vending', 'delivered']);
    expect(result.receipt).toMatch(/^[2-9A-Z]{5}$/);
    expect(result.ms.scanToPublish).toBeGreaterThan(0);
    expect(result.ms.total).toBeGreaterThan(Number(result.ms.scanToPublish));
    expect(result).not.toHaveProperty('alarms');
  });

  test.each(['emv', 'jkopay', 'alipay'])('a code of another shape: %s', async (card) => {
    const result = await pay('approve', findCard(card)?.fresh(randomBytes));
    expect(result).toMatchObject({ outcome: 'delivered', acquirer: { charged: 3550, returned: 0 } });
  });

  test('password: the customer confirms on the phone', async () => {
    const result = await pay('password');
    expect(result).toMatchObject({ outcome: 'delivered', acquirer: { charged: 3550, returned: 0 } });
    expect(result.history).toEqual(['armed', 'submitted', 'password-pending', 'approved', 'vending', 'delivered']);
  });

  test('lost-answer: charged although the answer was lost, found by inquiry', async () => {
    const result = await pay('lost-answer');
    expect(result).toMatchObject({ outcome: 'delivered', acquirer: { charged: 3550, returned: 0 } });
  });
});

describe('declined, nothing charged', () => {
  test('decline', async () => {
    const result = await pay('decline');
    expect(result).toMatchObject({ outcome: 'declined', reason: 'insufficient-funds', acquirer: { charged: 0 } });
    expect(result.history).toEqual(['armed', 'submitted', 'declined']);
  });

  test('expired-code', async () => {
    const result = await pay('expired-code');
    expect(result).toMatchObject({ outcome: 'declined', reason: 'code-expired', acquirer: { charged: 0 } });
  });

  test('acquirer-down: connection refused', async () => {
    const result = await pay('acquirer-down');
    expect(result).toMatchObject({ outcome: 'declined', acquirer: { charged: 0, returned: 0 } });
    expect(result.reason).toBe('acquirer-unavailable');
  }, 40_000);

  test('lost-request: it never reached the acquirer', async () => {
    const result = await pay('lost-request');
    expect(['declined', 'reversed']).toContain(result.outcome);
    expect(result.acquirer.charged).toBe(0);
  }, 40_000);

  test('password-timeout: nobody enters the password', async () => {
    const result = await pay('password-timeout');
    expect(['declined', 'reversed']).toContain(result.outcome);
    expect(result.history).toContain('password-pending');
    expect(result.history).not.toContain('vending');
    expect(net(result)).toBe(0);
    expect(result.ms.total).toBeLessThan(30_000);
  }, 40_000);
});

describe('charged and given back', () => {
  test('wrong-amount: not what was asked, so nothing is handed out', async () => {
    const result = await pay('wrong-amount');
    expect(result.outcome).toBe('reversed');
    expect(result.history).not.toContain('vending');
    expect(result.acquirer.charged).toBeGreaterThan(0);
    expect(net(result)).toBe(0);
    expect(result.alarms).toBeDefined();
  }, 40_000);

  test('vend-fails: the goods get stuck', async () => {
    const result = await pay('vend-fails');
    expect(result).toMatchObject({ outcome: 'reversed', acquirer: { charged: 3550, returned: 3550 } });
    expect(result.history).toContain('vend-failed');
  }, 40_000);

  test('late-success: paid between the last inquiry and the cancel', async () => {
    const result = await pay('late-success');
    expect(result).toMatchObject({ outcome: 'reversed', acquirer: { charged: 3550, returned: 3550 } });
    expect(result.history).not.toContain('vending');
  }, 40_000);
});

test('acquirer-silent: a person must settle it, nothing vended, net zero', async () => {
  const result = await pay('acquirer-silent');
  expect(result.outcome).toBe('operator');
  expect(result.history).not.toContain('vending');
  expect(net(result)).toBe(0);
  expect(result.alarms?.length).toBeGreaterThan(0);
  expect(result.ms.total).toBeLessThan(20_000);
}, 40_000);

describe('after all that', () => {
  test('the kiosk still sells', async () => {
    expect(await pay('approve')).toMatchObject({ outcome: 'delivered', acquirer: { charged: 3550, returned: 0 } });
  });

  test('a wrong thing under the scanner is refused with its reason', async () => {
    const scenario = findScenario('approve') as Scenario;
    const code = findCard('shop')?.fresh(randomBytes) ?? '';
    const result = await runPayment(stack, { code, amount: '35.50', currency: 'HKD', scenario });
    expect(result).toMatchObject({ outcome: 'refused', reason: 'merchant-presented', acquirer: { charged: 0 } });
    expect(result.ms.scanToPublish).toBeNull();
  });
});
