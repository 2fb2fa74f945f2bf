import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { KioskEffect, KioskEvent } from '../../../../agent/kiosk/events.js';
import { viewOf, wakeAt } from '../../../../agent/kiosk/show.js';
import { bootTag } from '../../../../protocol/ids.js';
import type { PayLinked } from '../../../../protocol/messages.js';
import { linkStates, standings } from '../../../../protocol/words.js';
import { Bench, boot, code, earlier, firstCode, memberCode, order, shortLink, timers } from '../../../support/kiosk.js';

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
/** As OPEN, of the wallet that is being linked. */
const links = ['0c'.repeat(16), '0d'.repeat(16), '0e'.repeat(16)];
const link = fc.oneof({ weight: 6, arbitrary: fc.constant(OPEN) }, { weight: 1, arbitrary: fc.constantFrom(...links) });
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
    fc.constant('confirm-pending' as const),
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
  of(
    4,
    fc.record({
      type: always('scanned'),
      code: fc.constant(memberCode),
      issuer: fc.constant('linked-wallet'),
      digest: fc.constantFrom('m1', 'm2'),
      tail: fc.constantFrom(...ids),
      scanMs: fc.constant(-1),
    }),
  ),
  of(4, fc.record({ type: always('pressed') })),
  of(
    3,
    fc.record({
      type: always('link-asked'),
      wallet: fc.constant('alipayhk'),
      link: fc.constantFrom(...links),
      modulesMost: fc.constantFrom(0, 29),
    }),
  ),
  of(2, fc.record({ type: always('link-renewed'), link: fc.constantFrom(...links) })),
  of(1, fc.record({ type: always('link-dropped') })),
  of(
    3,
    fc.record({
      ...{ type: always('link-code'), link, code: fc.constant(shortLink) },
      ...{ leftMs: fc.nat(200_000), modules: fc.constantFrom(25, 25, 33) },
    }),
  ),
  of(
    5,
    fc.record({
      ...{ type: always('link-result'), link, state: fc.constantFrom(...linkStates.all) },
      ...{ digits: fc.constantFrom('', '47'), leftMs: fc.nat(200_000), code: fc.constantFrom('', firstCode) },
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

/** Puts the link's id where OPEN stands for it. */
function withLink<E extends KioskEvent & { readonly link: string }>(bench: Bench, given: E): E {
  return given.link === OPEN ? { ...given, link: bench.state.link?.id ?? links[0] ?? '' } : given;
}

/** The event as the kiosk meets it: a scan is of now, a link the one that there is. */
function met(bench: Bench, given: KioskEvent): KioskEvent {
  if (given.type === 'scanned') return { ...given, scanMs: bench.now };
  return 'link' in given ? withLink(bench, given) : given;
}

/** Watches one kiosk from outside: what it may do, from what it was told. */
class Judge {
  readonly bench = new Bench().inService();
  readonly #usedOrders = new Set<string>();
  readonly #opened = new Map<string, number>();
  readonly #approved = new Set<string>();
  readonly #begun = new Set<string>();
  readonly #reported = new Set<string>();
  readonly #vended = new Set<string>();
  /** By attempt: the amount that stood on the screen at the press. */
  readonly #asked = new Map<string, number>();
  /** By order: the tail of the attempt that pays it in the same breath. */
  readonly #linkedAs = new Map<string, string>();
  pressedPays = 0;

  tell(given: KioskEvent, wait: number): void {
    this.bench.now += wait;
    const event = this.#resolve(given);
    if (!this.#possible(event)) return;
    if (event.type === 'order-placed') this.#usedOrders.add(event.order.id);
    if (event.type === 'update' && event.update.standing === 'approved' && event.update.boot === boot) {
      this.#approved.add(event.update.attempt);
    }
    this.#look(event);
    for (const effect of this.bench.on(event)) this.#watch(effect);
  }

  #resolve(given: KioskEvent): KioskEvent {
    const open = this.bench.state.attempt?.id ?? attempts[0] ?? '';
    if (given.type === 'scanned') return { ...given, scanMs: this.bench.now };
    if ('link' in given) return withLink(this.bench, given);
    if (given.type === 'update' && given.update.attempt === OPEN) {
      return { ...given, update: { ...given.update, attempt: open } };
    }
    return 'attempt' in given && given.attempt === OPEN ? { ...given, attempt: open } : given;
  }

  /** What the customer sees while pressing, and for which order a wallet was linked at its asking. */
  #look(event: KioskEvent): void {
    const { attempt: open, link: tried, order: armed } = this.bench.state;
    const view = viewOf(this.bench.state, this.bench.now);
    if (event.type === 'pressed' && open && view.kind === 'press-to-pay') this.#asked.set(open.id, view.money.amount);
    if (event.type !== 'link-result' || event.state !== 'linked' || tried?.id !== event.link) return;
    if (armed && tried.order?.id === armed.id) this.#linkedAs.set(armed.id, event.link.slice(0, 16));
  }

  /** Ids are random in the field: no order and no attempt comes twice; and no record is durable before it is written. */
  #possible(event: KioskEvent): boolean {
    const { order: armed, attempt: open } = this.bench.state;
    if (event.type === 'order-placed') return !this.#usedOrders.has(event.order.id) && !armed && !open;
    if (event.type === 'scanned' && armed) {
      const id = armed.id + event.tail;
      return !this.#opened.has(id) && !this.#reported.has(id);
    }
    if (event.type === 'link-result' && armed) return !this.#opened.has(armed.id + event.link.slice(0, 16));
    return event.type !== 'begun-durable' || this.#begun.has(event.attempt);
  }

  #watch(effect: KioskEffect): void {
    if (effect.type === 'record' && effect.record.kind === 'begun') this.#begun.add(effect.record.attempt);
    if (effect.type === 'send' && effect.body.type === 'vend') this.#reported.add(effect.body.attempt);
    if (effect.type === 'send' && 'validMs' in effect.body && !this.#opened.has(effect.body.attempt)) {
      this.#opened.set(effect.body.attempt, this.bench.now);
    }
    if (effect.type === 'send' && effect.body.type === 'pay-linked') this.#judgePress(effect.body);
    if (effect.type === 'vend') this.#judgeVend(effect.job.attempt, effect.job.order);
  }

  /** Said only by who has pressed, looking at this very amount, or has just linked the wallet for this very order. */
  #judgePress({ attempt: id, pressed, code: given, amount }: PayLinked): void {
    expect(given).toBe(id.slice(16) === this.#linkedAs.get(id.slice(0, 16)) ? firstCode : memberCode);
    if (!pressed) return;
    this.pressedPays += 1;
    const seen = this.#asked.get(id) ?? (given === firstCode ? amount : undefined);
    expect(seen).toBe(amount);
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
  let pressed = 0;
  fc.assert(
    fc.property(history, (steps) => {
      const judge = new Judge();
      for (const [given, wait] of steps) judge.tell(given, wait);
      vends += judge.vends;
      pressed += judge.pressedPays;
    }),
    { numRuns: 3_000 },
  );
  // The histories must reach the actuator often enough to have judged anything.
  expect(vends).toBeGreaterThan(50);
  expect(pressed).toBeGreaterThan(50);
});

it('the codes stand in Pay and PayLinked and in no other effect, view or count', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const bench = new Bench().inService();
      for (const [given, wait] of steps) {
        bench.now += wait;
        for (const effect of bench.on(met(bench, given))) {
          if (effect.type === 'send' && 'validMs' in effect.body) continue;
          expect(JSON.stringify(effect)).not.toMatch(secret);
        }
        expect(JSON.stringify(viewOf(bench.state, bench.now))).not.toMatch(secret);
      }
    }),
    { numRuns: 500 },
  );
});

const secret = new RegExp([code, memberCode, firstCode].join('|'));

it('always comes to rest: waking it when it asks leads past every waiting time, and never wakes it for nothing', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const bench = new Bench().inService();
      for (const [given, wait] of steps) {
        bench.now += wait;
        bench.on(met(bench, given));
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
