import { expect, test } from 'vitest';
import { crashPoints, inWords, scenarioNames, summary } from './index.js';

const MOST_MS = 3_600_000;

test('cut again while it recovers: at one in eighty of the points that follow each first cut', {
  timeout: MOST_MS,
}, async () => {
  const found = await crashPoints({ scenario: 'start, then delivered', deep: true, stride: 80 });
  console.log(summary(found), JSON.stringify(found.ends));
  expect(found.violations.map(inWords)).toEqual([]);
  expect(found.runs).toBeGreaterThan(1_500);
});

test('scenarios have names of their own', () => {
  expect(new Set(scenarioNames()).size).toBe(scenarioNames().length);
});
