import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { KioskEffect, KioskEvent } from '../../../../agent/kiosk/events.js';
import { viewOf, wakeAt } from '../../../../agent/kiosk/show.js';
import { bootTag } from '../../../../protocol/ids.js';
import { standings } from '../../../../protocol/words.js';
import { Bench, boot, code, earlier, order, timers } from '../../../support/kiosk.js';

/** Whatever happens in whatever order, at whatever time: the invariants that the kiosk alone can keep. */

const ids = ['02'.repeat(8), '03'.repeat(8)];
const orders = Array.from({ length: 6 }, (_, n) => ({ ...order, id: `0${n + 1}`.repeat(8), amount: 100 + n }));
const attempts = orders.flatMap((o) => ids.map((t) => o.id + t));

/** Stands for the attempt that is open when the event comes: ids drawn blindly would rarely meet it. */
const OPEN = 'open';
const attempt = fc.oneof(
  { weight: 6, arbitrary: fc.constant(OPEN) },
  { weight: 1, arbitrary: fc.constantFrom(...attempts, 'ff'.repeat(16)) },
);
const of = <T extends KioskEvent>(weight: number, arbitrary: fc.Arbitrary<T>) => ({
  weight,
  arbitrary: arbitrary as fc.Arbitrary<KioskEvent>,
});
const always = <const T extends string>(type: T) => fc.constant(type);
const updates = fc.record({
  type: always('update'),
  attempt,
  boot: fc.constantFrom(boot, boot, boot, boot, boot, bootTag(earlier), '99999999'),
  standing: fc.oneof(
    fc.constantFrom(...standings.all),
    fc.constant('approved' as const),
    fc.constant('approved' as const),
  ),
  leftMs: fc.nat(60_000),
  receipt: fc.constant('RCPT1'),
});
const event: fc.Arbitrary<KioskEvent> = fc.oneof(
  of(1, fc.record({ type: always('closed'), reason: fc.constantFrom('relay', 'scanner') })),
  of(2, fc.record({ type: always('opened'), reason: fc.constantFrom('relay', 'scanner') })),
  of(2, fc.record({ type: always('greeted') })),
  of(6, fc.record({ type: always('order-placed'), order: fc.constantFrom(...orders) })),
  of(1, fc.record({ type: always('order-cancelled'), order: fc.constantFrom(...orders.map((o) => o.id)) })),
  of(
    6,
    fc.record({
      type: always('scanned'),
      code: fc.constant(code),
      digest: fc.constantFrom('d1', 'd2'),
      tail: fc.constantFrom(...ids),
      scanMs: fc.constant(-1),
    }),
  ),
  of(1, fc.record({ type: always('scan-rejected'), reason: fc.constantFrom('url', 'incomplete') })),
  of(8, fc.record({ type: always('update'), update: updates })),
  of(2, fc.record({ type: always('vend-ack'), attempt })),
  of(8, fc.record({ type: always('begun-durable'), attempt })),
  of(3, fc.record({ type: always('vend-ended'), attempt, result: fc.constantFrom('delivered', 'failed', 'doubtful') })),
  of(1, fc.record({ type: always('journal-failed') })),
  of(2, fc.record({ type: always('wake') })),
);
const history = fc.array(
  fc.tuple(
    event,
    fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom(0, 1, 900) },
      { weight: 1, arbitrary: fc.constantFrom(5_000, timers.deadlineMs) },
    ),
  ),
  {
    minLength: 20,
    maxLength: 80,
    size: 'max',
  },
);

/** Watches one kiosk from outside: what it may do, from what it was told. */
class Judge {
  readonly bench = new Bench().inService();
  readonly #usedOrders = new Set<string>();
  readonly #opened = new Map<string, number>();
  readonly #approved = new Set<string>();
  readonly #begun = new Set<string>();
  readonly #reported = new Set<string>();
  readonly #vended = new Set<string>();

  tell(given: KioskEvent, wait: number): void {
    this.bench.now += wait;
    const event = this.#resolve(given);
    if (!this.#possible(event)) return;
    if (event.type === 'order-placed') this.#usedOrders.add(event.order.id);
    if (event.type === 'update' && event.update.standing === 'approved' && event.update.boot === boot) {
      this.#approved.add(event.update.attempt);
    }
    for (const effect of this.bench.on(event)) this.#watch(effect);
  }

  #resolve(given: KioskEvent): KioskEvent {
    const open = this.bench.state.attempt?.id ?? attempts[0] ?? '';
    if (given.type === 'scanned') return { ...given, scanMs: this.bench.now };
    if (given.type === 'update' && given.update.attempt === OPEN) {
      return { ...given, update: { ...given.update, attempt: open } };
    }
    return 'attempt' in given && given.attempt === OPEN ? { ...given, attempt: open } : given;
  }

  /** Ids are random in the field: no order and no attempt comes twice; and no record is durable before it is written. */
  #possible(event: KioskEvent): boolean {
    const { order: armed, attempt: open } = this.bench.state;
    if (event.type === 'order-placed') return !this.#usedOrders.has(event.order.id) && !armed && !open;
    if (event.type === 'scanned' && armed) {
      const id = armed.id + event.tail;
      return !this.#opened.has(id) && !this.#reported.has(id);
    }
    return event.type !== 'begun-durable' || this.#begun.has(event.attempt);
  }

  #watch(effect: KioskEffect): void {
    if (effect.type === 'record' && effect.record.kind === 'begun') this.#begun.add(effect.record.attempt);
    if (effect.type === 'send' && effect.body.type === 'vend') this.#reported.add(effect.body.attempt);
    if (effect.type === 'send' && effect.body.type === 'pay' && !this.#opened.has(effect.body.attempt)) {
      this.#opened.set(effect.body.attempt, this.bench.now);
    }
    if (effect.type === 'vend') this.#judgeVend(effect.job.attempt, effect.job.order);
  }

  #judgeVend(id: string, of: string): void {
    expect(this.#approved).toContain(id);
    expect(this.#begun).toContain(id);
    expect(this.#reported).not.toContain(id);
    expect(this.bench.now).toBeLessThan((this.#opened.get(id) ?? 0) + timers.deadlineMs);
    expect(this.#vended).not.toContain(of);
    this.#vended.add(of);
  }

  get vends(): number {
    return this.#vended.size;
  }
}

it('vends at most once an order, after an approval of that attempt and a durable "begun", in time, before any report', () => {
  let vends = 0;
  fc.assert(
    fc.property(history, (steps) => {
      const judge = new Judge();
      for (const [given, wait] of steps) judge.tell(given, wait);
      vends += judge.vends;
    }),
    { numRuns: 2_000 },
  );
  // The histories must reach the actuator often enough to have judged anything.
  expect(vends).toBeGreaterThan(50);
});

it('the code stands in Pay and in no other effect, view or count', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const bench = new Bench().inService();
      for (const [given, wait] of steps) {
        bench.now += wait;
        for (const effect of bench.on(given.type === 'scanned' ? { ...given, scanMs: bench.now } : given)) {
          if (effect.type === 'send' && effect.body.type === 'pay') continue;
          expect(JSON.stringify(effect)).not.toContain(code);
        }
        expect(JSON.stringify(viewOf(bench.state, bench.now))).not.toContain(code);
      }
    }),
    { numRuns: 500 },
  );
});

it('always comes to rest: waking it when it asks leads past every waiting time, and never wakes it for nothing', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const bench = new Bench().inService();
      for (const [given, wait] of steps) {
        bench.now += wait;
        bench.on(given.type === 'scanned' ? { ...given, scanMs: bench.now } : given);
      }
      const at = wakeAt(bench.state);
      if (at === Number.POSITIVE_INFINITY) return;
      bench.now = Math.max(bench.now, at);
      bench.on({ type: 'wake' });
      expect(wakeAt(bench.state)).toBeGreaterThan(bench.now);
    }),
    { numRuns: 1_000 },
  );
});
