import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { built, lastLine, simulateMeanwhile } from './command.js';
import { type CrashPoints, scenarioNames, summary } from './crash-points/index.js';

/** The two longest tests that there are: they compute, beside tests that mostly wait (`vitest.config.ts`). */

const MOST_MS = 3_600_000;
const SHOWN_CHARACTERS = 20_000;
const everyProcessor = ['--processes', String(availableParallelism())];

const thorough = process.env['QUIETZONE_REQUIRE_SERVICES'] === '1';
const payments = Number(process.env['QUIETZONE_SIMULATE_PAYMENTS'] ?? (thorough ? 100_000 : 5_000));

test(`${payments} payments of a fresh seed: nobody is charged for nothing`, { timeout: MOST_MS }, async () => {
  const outcome = await simulateMeanwhile(built, '--json', '--payments', String(payments), ...everyProcessor);
  expect(outcome.code, outcome.stdout + outcome.stderr).toBe(0);
  const { seed, kioskYears, ends, faults, violations, ...rest } = lastLine(outcome);
  const struck = Object.values<number>(faults).reduce((sum, n) => sum + n, 0);
  console.log(
    `seed ${seed}: ${rest.payments} payments, ${kioskYears} kiosk-years, ${struck} faults,`,
    JSON.stringify(ends),
  );
  expect(violations).toEqual([]);
  expect(rest.payments).toBeGreaterThanOrEqual(payments);
  expect(ends.delivered).toBeGreaterThan(payments / 4);
  expect(outcome.stderr).toBe('');
});

test('every scenario, cut at every point in every way, ends well', { timeout: MOST_MS }, async () => {
  const outcome = await simulateMeanwhile(built, '--crash-points', '--json', ...everyProcessor);
  // The violations and the story of the first one stand at its beginning.
  expect(outcome.code, outcome.stdout.slice(0, SHOWN_CHARACTERS) + outcome.stderr).toBe(0);
  const found: CrashPoints = lastLine(outcome);
  console.log(summary(found), JSON.stringify(found.ends));
  expect(found.violations).toEqual([]);
  expect(found.scenarios).toBe(scenarioNames().length);
  expect(found.runs).toBeGreaterThan(found.points * 10);
  const every = ['delivered', 'reversed', 'declined', 'refused', 'doubtful', 'operator'];
  expect(Object.keys(found.ends)).toEqual(expect.arrayContaining(every));
});
