import { expect, test } from 'vitest';
import { Metrics } from '../../../../relay/health/metrics.js';
import type { Attempt } from '../../../../relay/payment/types.js';
import { Counters } from '../../../../relay/runtime/counters.js';
import type { Applied } from '../../../../relay/worker/apply.js';
import { submittedAt0 } from '../payment/sample.js';

function metricsOf(): Metrics {
  const clock = { now: () => 50, after: () => () => {} };
  const db = { kind: 'pglite', warnings: [], query: async () => [] } as const;
  const nothing = { start: async () => {}, stop: async () => {}, transaction: () => Promise.reject(new Error('none')) };
  return new Metrics({
    ...{ db: { ...db, ...nothing }, clock, counters: new Counters(), linked: () => true, clockRight: () => true },
    ...{ circuits: () => [], kiosksClosed: () => 0 },
  });
}

test('calls for people are in the same histogram; what was never sent by our own decision is not', async () => {
  const metrics = metricsOf();
  const of = { account: 'x', attempt: 'own', call: 'refund' } as const;
  metrics.refundCalled({ ...of, answer: { kind: 'refunded' }, ms: 20 });
  metrics.refundCalled({ ...of, answer: { kind: 'not-sent', detail: 'no-payment-id' }, ms: 0 });
  const counts = (await metrics.text()).body.split('\n').filter((l) => l.includes('call_seconds_count'));
  expect(counts).toEqual(['quietzone_acquirer_call_seconds_count{account="x",call="refund",answer="refunded"} 1']);
});

test('payments that other relays have gone on with do not end the measuring', async () => {
  const metrics = metricsOf();
  const attempt = (id: string): Attempt => ({ ...submittedAt0, id });
  for (let i = 0; i < 10_000; i++) metrics.accepted(attempt(`lost-${i}`), 0);
  metrics.accepted(attempt('own'), 0);
  metrics.called({
    ...{ account: 'x', acquirer: 'x', attempt: 'own', call: 'pay', span: '', answer: 'paid', startedAt: 10, ms: 20 },
    ...{ failed: false, ours: false },
  });
  const applied: Applied = {
    ...{ attempt: attempt('own'), effects: [], changed: true, moved: true, callId: null, givenBack: true },
  };
  metrics.committed(applied);
  expect((await metrics.text()).body).toContain('quietzone_added_seconds_count 1');
});
