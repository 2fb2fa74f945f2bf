import { expect, test } from 'vitest';
import { scenarioNames } from './index.js';
import { expectNoViolation, MOST_MS } from './together.js';

test('cut again while it recovers: one point in forty of those that follow each first cut', {
  timeout: MOST_MS,
}, async () => {
  const { runs } = await expectNoViolation({ scenario: 'start, then delivered', deep: true, stride: 40 });
  expect(runs).toBeGreaterThan(1_000);
});

test('scenarios have names of their own', () => {
  expect(new Set(scenarioNames()).size).toBe(scenarioNames().length);
});
