import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { MemoryJournal } from '../../../../agent/journal/memory.js';
import { OrderLog } from '../../../../agent/orders/log.js';
import { present } from '../../../../agent/presentation/present.js';
import { Counters } from '../../../../agent/runtime/counters.js';
import { Desk } from '../../../../agent/runtime/desk.js';
import { Front } from '../../../../agent/runtime/front.js';
import { KioskLoop } from '../../../../agent/runtime/loop.js';
import { AppActuator } from '../../../../drivers/actuator/app.js';
import { systemClock } from '../../../../drivers/clock.js';
import { modulesOf } from '../../../../drivers/display/qr.js';
import { VirtualDisplay } from '../../../../drivers/display/virtual.js';
import { VirtualIndicator } from '../../../../drivers/indicator/virtual.js';
import { decodeUp, encodeDown } from '../../../../protocol/codec.js';
import { bootTag } from '../../../../protocol/ids.js';
import type { DownBody, UpBody } from '../../../../protocol/messages.js';
import { timers } from '../../../support/kiosk.js';
import { until } from '../../../support/wait.js';

/** The loop with its doubles: no broker, no disk, no devices; the wire's bytes are real. */
async function kiosk(over: { journal?: MemoryJournal; limitMs?: number } = {}) {
  const journal = over.journal ?? new MemoryJournal();
  let random = 0;
  const bytes = (n: number) => Buffer.alloc(n, ++random);
  const replay = await journal.open({ board: 'b', random: bytes, wallMs: () => 0 });
  const sent: UpBody[] = [];
  const orders = new OrderLog();
  const counters = new Counters();
  const actuator = new AppActuator({ limitMs: over.limitMs ?? 50 });
  await actuator.start();
  const loop: KioskLoop = new KioskLoop({
    ...{ replay, journal, counters, actuator, board: 'b', version: '0' },
    front: new Front(new VirtualDisplay(), new VirtualIndicator(), (view) => present(view, ['en'], {})),
    publish: (frame) => {
      sent.push(decodeUp(frame).body);
      return true;
    },
    orderEvent: (id, event) => orders.publish(id, event, 0),
    log: { info: () => {}, warn: () => {} },
    clock: systemClock,
    timers: { ...timers, helloRetryMs: 1_000, roundTripMaxMs: 1_000 },
    onSettled: () => {},
    onOpen: () => {},
    ...{ random: bytes, modulesOf },
  });
  const desk = new Desk({
    ...{ loop, counters, orders, random: bytes, kiosk: 'k', version: '0', issuerTable: () => 7 },
    ...{ modulesMost: 29, now: () => systemClock.now() },
    report: (id, result) => actuator.report(id, result),
  });
  const hear = (body: DownBody, relay = 'r') => loop.received(encodeDown({ seq: 1, relay, body }));
  const welcome = (relay: string) => {
    const hello = sent.findLast((b) => b.type === 'hello');
    if (hello) hear({ type: 'welcome', nonce: replay.nonce, helloAtMs: hello.atMs, leaseMs: 60_000 }, relay);
  };
  const inService = () => {
    loop.dispatch({ type: 'opened', reason: 'starting' });
    loop.dispatch({ type: 'opened', reason: 'scanner' });
    loop.session({ type: 'connected' });
    welcome('r');
  };
  const approveNext = async () => {
    const placed = desk.place({ amount: 100, currency: 'HKD', reference: 'R' });
    if (!placed.ok) throw new Error(placed.code);
    loop.dispatch({
      type: 'scanned',
      code: '1234567890123456',
      digest: 'd',
      tail: '05'.repeat(8),
      scanMs: performance.now(),
    });
    const pay = sent.find((b) => b.type === 'pay');
    if (!pay) throw new Error('no Pay');
    const attempt = pay.attempt;
    hear({ type: 'update', attempt, boot: bootTag(replay.nonce), standing: 'approved', leftMs: 0, receipt: 'R' });
    await until('the actuator', () => actuator.waiting.length === 1);
    return { order: placed.order.id, attempt };
  };
  const vends = () => sent.flatMap((b) => (b.type === 'vend' ? [b.delivery] : []));
  return { loop, desk, sent, journal, counters, orders, hear, welcome, inService, approveNext, vends };
}

it('takes the late but definite word of the kiosk app over its own doubt, and says no to anything else', async () => {
  const k = await kiosk();
  k.inService();
  const { order } = await k.approveNext();
  await until('doubt', () => k.vends().includes('doubtful'));
  expect(k.desk.report(order, 'doubtful')).toBe(true);
  expect(k.desk.report(order, 'delivered')).toBe(true);
  expect(k.vends().at(-1)).toBe('delivered');
  expect(k.journal.records.at(-1)).toMatchObject({ kind: 'vended', delivery: 'delivered' });
  expect(k.desk.report(order, 'failed')).toBe(false);
  expect(k.desk.report('ff'.repeat(8), 'delivered')).toBe(false);
  k.loop.stop();
});

it('cannot be cancelled while it vends, and says so', async () => {
  const k = await kiosk({ limitMs: 5_000 });
  k.inService();
  const { order } = await k.approveNext();
  expect(k.desk.cancel(order)).toBe('unknown');
  expect(k.desk.report(order, 'delivered')).toBe(true);
  await until('the report', () => k.vends().includes('delivered'));
  k.loop.stop();
});

it('closes, and vends nothing, when "begun" cannot be written', async () => {
  const k = await kiosk();
  k.inService();
  k.journal.fail(new Error('EROFS'));
  await expect(Promise.race([k.approveNext(), new Promise((_, no) => setTimeout(no, 300, 'no vend'))])).rejects.toBe(
    'no vend',
  );
  expect(k.desk.status()).toMatchObject({ service: 'out-of-service', reason: 'journal' });
  expect(k.vends().at(-1)).toBe('not-delivered');
  k.loop.stop();
});

it('heeds "no payment is accepted" of the relay that has greeted last, and of no other', async () => {
  const k = await kiosk();
  k.inService();
  const closed = { type: 'service', reason: 'acquirer-unavailable', forMs: 30_000 } as const;
  const service = () => k.desk.status().service;
  k.hear(closed, 'another');
  expect(service()).toBe('in-service');
  k.hear(closed, 'r');
  expect(service()).toBe('out-of-service');
  k.hear({ type: 'service', forMs: 0 }, 'another');
  expect(service()).toBe('out-of-service');
  // Another one serves it from now on, and would say so itself.
  k.welcome('another');
  await until('service', () => service() === 'in-service', 3_000);
  k.hear(closed, 'another');
  expect(service()).toBe('out-of-service');
  k.loop.stop();
});

it('ends the process on a fault of ours, also when the caller would have caught it', () => {
  const built = new URL('../../../../dist/agent/runtime/loop.js', import.meta.url).href;
  const script = `
    import { KioskLoop } from ${JSON.stringify(built)};
    const boom = () => { throw new Error('boom'); };
    const loop = new KioskLoop({
      replay: { epoch: '', number: 1, nonce: 'aa'.repeat(16), chain: [], attempts: [], torn: 0 },
      front: { show() {}, read() {} }, counters: { count: boom }, log: { info() {}, warn() {} }, clock: { now: () => 0, after: () => () => {} },
      timers: ${JSON.stringify({ ...timers, helloRetryMs: 1, roundTripMaxMs: 1 })}, onSettled() {}, onOpen() {},
    });
    try { loop.dispatch({ type: 'closed', reason: 'journal' }); } catch {}
    setTimeout(() => process.exit(0), 200);`;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(child.status).not.toBe(0);
  expect(child.stderr).toContain('boom');
});
