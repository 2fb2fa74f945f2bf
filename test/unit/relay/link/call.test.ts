import { expect, test } from 'vitest';
import { anyCapabilities } from '../../../../relay/acquirers/capabilities.js';
import type { Acquirer, PayRequest, RefundRequest } from '../../../../relay/acquirers/contract.js';
import { noNotifications } from '../../../../relay/acquirers/notifications.js';
import type { Clock } from '../../../../relay/runtime/clock.js';
import { makeCall } from '../../../../relay/worker/call.js';
import { refund, refunding, submittedAt0 } from '../payment/sample.js';
import { plan, ScriptedAcquirer } from './stage.js';

/** A clock that a test turns by hand. */
class HandClock implements Clock {
  at = 10_000;
  #tasks: { due: number; task: () => void }[] = [];
  now = (): number => this.at;
  after = (ms: number, task: () => void): (() => void) => {
    const entry = { due: this.at + ms, task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((t) => t !== entry);
    };
  };
  turn(ms: number): void {
    this.at += ms;
    for (const { due, task } of this.#tasks) if (due <= this.at) task();
  }
  get waiting(): number {
    return this.#tasks.length;
  }
}

const right = { kind: 'paid', code: 'SUCCESS', money: { amount: 3550, currency: 'HKD' } } as const;
const { signal } = new AbortController();
const code = '281006020123456789012345';

test('pay carries what was admitted, and nothing that was not', async () => {
  const clock = new HandClock();
  const acquirer = new ScriptedAcquirer({ pay: [right] });
  const { event, code: resultCode } = await makeCall('pay', submittedAt0, { code }, { acquirer, clock, signal });
  expect([event, resultCode]).toEqual([{ type: 'pay-answered', answer: right }, 'SUCCESS']);
  const expected: PayRequest = {
    ...{ requestId: submittedAt0.id, code, money: { amount: 3550, currency: 'HKD' }, issuer: 'alipay' },
    ...{ reference: 'A-12', kiosk: 'lobby-1', scannedAt: new Date(0) },
    ...{ sendUntil: new Date(20_000), expiresAt: new Date(60_000) },
  };
  expect(acquirer.calls[0]?.request).toEqual(expected);
  expect(clock.waiting).toBe(0);
});

test.each([
  ['an issuer of a pushed table', 'new-pay2', '22J1a9Zk3LmQ7r5T8v'],
  ['no issuer', null, `hQVDUFYwMW${'A'.repeat(502)}`],
])('pay with %s, and a code of any length', async (_, issuer, held) => {
  const acquirer = new ScriptedAcquirer({ pay: [right] });
  await makeCall('pay', { ...submittedAt0, issuer }, { code: held }, { acquirer, clock: new HandClock(), signal });
  const { request } = acquirer.calls[0] ?? {};
  expect([request?.code, request?.issuer]).toEqual([held, issuer ?? undefined]);
});

test.each([
  ['at the last permitted moment', 20_000, code, 1],
  ['a moment too late, though the row allowed it just before', 20_001, code, 0],
  ['without a code', 10_000, undefined, 0],
])('pay %s', async (_, now, held, calls) => {
  const clock = new HandClock();
  clock.at = now;
  const acquirer = new ScriptedAcquirer({ pay: [right] });
  const { event } = await makeCall('pay', submittedAt0, held === undefined ? undefined : { code: held }, {
    acquirer,
    clock,
    signal,
  });
  expect(acquirer.calls).toHaveLength(calls);
  expect(event.answer.kind).toBe(calls === 1 ? 'paid' : 'not-sent');
});

test.each([
  ['a linked wallet', 'ab'.repeat(16), { wallet: 'alipayhk' }],
  ['a scanned code', null, {}],
] as const)('a refund of %s says whose token has paid, where one has', async (_, link, named) => {
  const asked: RefundRequest[] = [];
  const acquirer: Acquirer = Object.assign(new ScriptedAcquirer({}), {
    refund: async (request: RefundRequest) => {
      asked.push(request);
      return { kind: 'refunded' } as const;
    },
  });
  const attempt = refunding({}, { link, issuer: 'alipayhk' });
  await makeCall('refund', attempt, undefined, { acquirer, clock: new HandClock(), signal });
  expect(asked.map(({ wallet }) => (wallet === undefined ? {} : { wallet }))).toEqual([named]);
});

test('the time of the question is the time before it, whatever the answer takes (rule 11)', async () => {
  const clock = new HandClock();
  const acquirer = new ScriptedAcquirer({ inquire: [{ kind: 'not-found' }], cancel: [{ kind: 'not-found' }] });
  acquirer.before = async () => clock.turn(50);
  for (const call of ['inquire', 'cancel'] as const) {
    const asked = clock.at;
    expect((await makeCall(call, submittedAt0, undefined, { acquirer, clock, signal })).event).toMatchObject({
      askedAt: asked,
    });
  }
});

test('an adapter that throws, or never answers, has told nothing', async () => {
  const clock = new HandClock();
  const broken: Acquirer = {
    ...{ name: 'broken', plan, capabilities: anyCapabilities, ...noNotifications },
    pay: () => new Promise(() => {}),
    inquire: () => Promise.reject(new Error('adapter fault')),
    cancel: () => new Promise(() => {}),
    refund: () => new Promise(() => {}),
    inquireRefund: () => Promise.reject(new Error('adapter fault')),
  };
  const parts = { acquirer: broken, clock, signal };
  expect((await makeCall('inquire', submittedAt0, undefined, parts)).event.answer.kind).toBe('unknown');
  expect((await makeCall('inquire-refund', refunding(), undefined, parts)).event.answer.kind).toBe('unknown');
  for (const call of ['pay', 'refund'] as const) {
    const waiting = makeCall(call, refunding(), { code }, parts);
    clock.turn(plan.callTimeoutMs + 2_000);
    expect((await waiting).event.answer).toEqual({ kind: 'unknown', detail: 'timeout' });
    clock.at = 10_000;
  }
});

test('a refund is that of the record, and its answer names it', async () => {
  const asked: unknown[] = [];
  const acquirer: Acquirer = Object.assign(new ScriptedAcquirer({}), {
    refund: async (request: unknown) => {
      asked.push(request);
      return { kind: 'pending' } as const;
    },
    inquireRefund: async (...ids: unknown[]) => {
      asked.push(ids.slice(0, 2));
      return { kind: 'failed', retry: 'never', code: 'X' } as const;
    },
  });
  const parts = { acquirer, clock: new HandClock(), signal };
  const attempt = refunding();
  const { id } = attempt;
  const first = await makeCall('refund', attempt, undefined, parts);
  expect(first.event).toEqual({ type: 'refund-answered', refundId: refund.id, answer: { kind: 'pending' } });
  const second = await makeCall('inquire-refund', attempt, undefined, parts);
  expect([second.event, second.code]).toMatchObject([{ type: 'refund-inquiry-answered', refundId: refund.id }, 'X']);
  const money = { amount: 3550, currency: 'HKD' };
  expect(asked).toEqual([{ refundId: refund.id, requestId: id, acquirerId: 'A-1', money }, [refund.id, id]]);
});
