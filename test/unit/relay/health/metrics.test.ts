import { expect, test } from 'vitest';
import { Metrics } from '../../../../relay/health/metrics.js';
import type { Attempt } from '../../../../relay/payment/types.js';
import { Counters } from '../../../../relay/runtime/counters.js';
import type { Applied } from '../../../../relay/worker/apply.js';
import { submittedAt0 } from '../payment/sample.js';

test('payments that other relays have gone on with do not end the measuring', async () => {
  const clock = { now: () => 50, after: () => () => {} };
  const db = { kind: 'pglite', warnings: [], query: async () => [] } as const;
  const nothing = { start: async () => {}, stop: async () => {}, transaction: () => Promise.reject(new Error('none')) };
  const metrics = new Metrics({
    ...{ db: { ...db, ...nothing }, clock, counters: new Counters(), linked: () => true, clockRight: () => true },
    ...{ circuits: () => [], kiosksClosed: () => 0 },
  });
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
