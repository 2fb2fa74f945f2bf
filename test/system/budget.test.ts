import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runPayment } from '../../deploy/demo/payment.js';
import { findScenario, type Scenario } from '../../deploy/demo/scenarios.js';
import { Stack } from '../../deploy/demo/stack.js';
import { freshCode } from './run.js';

/** Speed and size of the demo's processes, measured from outside. */

const PAYMENTS = 20;
const ROUNDS = 6;
const SCAN_TO_PUBLISH_MS = 5;
const RESIDENT_MB = 90;
const stack = new Stack({ log: () => {} });

beforeAll(async () => {
  await stack.start();
  expect(await stack.waitInService()).toBeUndefined();
}, 90_000);
afterAll(() => stack.stop());

const say = (text: string): void => {
  process.stdout.write(`measured: ${text}\n`);
};

const residentMb = (pid: number): number => {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
};

const scenario = findScenario('approve') as Scenario;

/** Median, least and most of one round, ms. */
async function round(): Promise<{ median: number; least: number; most: number }> {
  const times: number[] = [];
  for (let i = 0; i < PAYMENTS; i++) {
    const result = await runPayment(stack, { code: freshCode(), amount: '12.00', currency: 'HKD', scenario });
    expect(result.outcome).toBe('delivered');
    times.push(result.ms.scanToPublish ?? Number.POSITIVE_INFINITY);
  }
  times.sort((a, b) => a - b);
  const at = (i: number): number => times[i] ?? Number.POSITIVE_INFINITY;
  return { median: at(PAYMENTS / 2), least: at(0), most: at(PAYMENTS - 1) };
}

// Other tests run on the same cores, so a round may be slow through no fault of ours; six in a row may not.
test('scan to PUBLISH at a subscriber: median under 5 ms', async () => {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < ROUNDS && best >= SCAN_TO_PUBLISH_MS; i++) {
    const { median, least, most } = await round();
    say(`scan to PUBLISH median ${median} ms, least ${least} ms, most ${most} ms (${PAYMENTS} payments)`);
    best = Math.min(best, median);
  }
  expect(best).toBeLessThan(SCAN_TO_PUBLISH_MS);
}, 90_000);

test('the kiosk takes less than 90 MB after these payments', () => {
  const resident = residentMb(stack.program('kiosk').pid ?? 0);
  say(`kiosk ${resident.toFixed(1)} MB resident, relay ${residentMb(stack.program('relay').pid ?? 0).toFixed(0)} MB`);
  expect(resident).toBeLessThan(RESIDENT_MB);
});
