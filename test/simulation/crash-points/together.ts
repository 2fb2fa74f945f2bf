import { expect } from 'vitest';
import { type CrashPointOptions, type CrashPoints, crashPoints, inWords, retell, summary } from './index.js';

const SHOWN = 5;

/** Runs them, says how many there were, and fails with the story of the first violation. */
export async function expectNoViolation(options: CrashPointOptions): Promise<CrashPoints> {
  const found = await crashPoints(options);
  console.log(summary(found), JSON.stringify(found.ends));
  const [first] = found.violations;
  const story = first ? await retell(first) : [];
  const lines = story.map(({ at, who, what, about }) => `${(at / 1_000).toFixed(3)} ${who}: ${what} ${about ?? ''}`);
  expect([...found.violations.slice(0, SHOWN).map(inWords), ...lines]).toEqual([]);
  return found;
}

/** The scenarios are shared among so many test files, which run side by side. */
export const SHARES = 4;
export const MOST_MS = 1_800_000;
