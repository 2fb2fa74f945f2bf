import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runPayment } from '../../deploy/demo/payment.js';
import { findScenario, type Scenario } from '../../deploy/demo/scenarios.js';
import { Stack } from '../../deploy/demo/stack.js';
import { freshCode } from './run.js';

/** Speed and size of the demo's processes, measured from outside. */

const PAYMENTS = 20;
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

test(`scan to PUBLISH at a subscriber: median under 5 ms; kiosk under 90 MB`, async () => {
  const times: number[] = [];
  const scenario = findScenario('approve') as Scenario;
  for (let i = 0; i < PAYMENTS; i++) {
    const result = await runPayment(stack, { code: freshCode(), amount: '12.00', currency: 'HKD', scenario });
    expect(result.outcome).toBe('delivered');
    times.push(result.ms.scanToPublish ?? Number.POSITIVE_INFINITY);
  }
  times.sort((a, b) => a - b);
  const median = times[PAYMENTS / 2] ?? Number.POSITIVE_INFINITY;
  const resident = residentMb(stack.program('kiosk').pid ?? 0);
  say(`scan to PUBLISH median ${median} ms, least ${times[0]} ms, most ${times.at(-1)} ms (${PAYMENTS} payments)`);
  say(`kiosk ${resident.toFixed(1)} MB resident, relay ${residentMb(stack.program('relay').pid ?? 0).toFixed(0)} MB`);
  expect(median).toBeLessThan(5);
  expect(resident).toBeLessThan(90);
}, 60_000);
