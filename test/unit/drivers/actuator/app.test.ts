import { describe, expect, it } from 'vitest';
import { AppActuator } from '../../../../drivers/actuator/app.js';
import { fakeClock } from '../clock.js';

const order = '00000000000000aa';
const job = { order, attempt: `${order}0000000000000001` };
const second = { order, attempt: `${order}0000000000000002` };

async function started() {
  const clock = fakeClock();
  const actuator = new AppActuator({ limitMs: 30_000, clock });
  await actuator.start();
  return { clock, actuator };
}

/** Lets a vend get as far as waiting for the app. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('app actuator', () => {
  it('takes the report by order or by attempt', async () => {
    const { actuator } = await started();
    const first = actuator.vend(job);
    await turn();
    expect(actuator.waiting).toEqual([job]);
    expect(actuator.report(order, 'failed')).toBe('accepted');
    expect(await first).toBe('failed');
    const next = actuator.vend(second);
    await turn();
    expect(actuator.report(second.attempt, 'delivered')).toBe('accepted');
    expect(await next).toBe('delivered');
    expect(actuator.waiting).toEqual([]);
  });

  it('means the latest attempt when the order is named', async () => {
    const { actuator } = await started();
    const first = actuator.vend(job);
    await turn();
    actuator.report(order, 'failed');
    const next = actuator.vend(second);
    await turn();
    actuator.report(order, 'delivered');
    expect(await Promise.all([first, next])).toEqual(['failed', 'delivered']);
  });

  it('accepts a repeated report and refuses a contradicting one', async () => {
    const { actuator } = await started();
    const vend = actuator.vend(job);
    await turn();
    expect(actuator.report(job.attempt, 'delivered')).toBe('accepted');
    expect(actuator.report(job.attempt, 'delivered')).toBe('accepted');
    expect(actuator.report(job.attempt, 'failed')).toBe('ended');
    expect(await vend).toBe('delivered');
  });

  it('knows nothing of vends that were not asked for', async () => {
    const { actuator } = await started();
    expect(actuator.report(order, 'delivered')).toBe('unknown');
  });

  it('waits until the limit and not longer; a later report changes nothing', async () => {
    const { actuator, clock } = await started();
    const vend = actuator.vend(job);
    await turn();
    clock.pass(29_999);
    await turn();
    expect(actuator.waiting).toEqual([job]);
    clock.pass(1);
    expect(await vend).toBe('doubtful');
    expect(actuator.report(job.attempt, 'delivered')).toBe('ended');
    expect(await actuator.vend(job)).toBe('doubtful');
  });

  it('leaves no timer behind a vend that ended', async () => {
    const { actuator, clock } = await started();
    const vend = actuator.vend(job);
    await turn();
    expect(clock.waiting()).toBe(1);
    actuator.report(order, 'delivered');
    await vend;
    expect(clock.waiting()).toBe(0);
  });
});
