import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type CrashPoints, crashPoints, inWords, scenarioNames, summary } from './index.js';

const MOST_MS = 3_600_000;
const OUTPUT_MOST_BYTES = 2 ** 28;
const SHOWN_CHARACTERS = 20_000;
const program = fileURLToPath(new URL('../../../dist/test/simulation/main.js', import.meta.url));

/** In processes of its own, one for each core: it is the longest test that there is. */
async function everywhere(): Promise<CrashPoints> {
  const args = [program, '--crash-points', '--json', '--processes', String(availableParallelism())];
  const run = promisify(execFile)(process.execPath, args, { maxBuffer: OUTPUT_MOST_BYTES });
  const { stdout } = await run.catch(({ message, stdout: told }: { message: string; stdout?: string }) => {
    // The violations and the story of the first one stand at its beginning.
    throw new Error(told ? told.slice(0, SHOWN_CHARACTERS) : message);
  });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
}

test('every scenario, cut at every point in every way, ends well', { timeout: MOST_MS }, async () => {
  const found = await everywhere();
  console.log(summary(found), JSON.stringify(found.ends));
  expect(found.violations).toEqual([]);
  expect(found.scenarios).toBe(scenarioNames().length);
  expect(found.runs).toBeGreaterThan(found.points * 10);
  const every = ['delivered', 'reversed', 'declined', 'refused', 'doubtful', 'operator'];
  expect(Object.keys(found.ends)).toEqual(expect.arrayContaining(every));
});

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
