import { describe, expect, test } from 'vitest';
import { noFaults, type WorldOptions, worldOptions } from '../../simulation/options.js';
import type { Violation } from '../../simulation/oracle.js';
import type { WorldResult } from '../../simulation/run.js';
import { shrink } from '../../simulation/shrink.js';

const base: WorldOptions = { ...worldOptions(9, 400), kiosks: 8, relays: 3, interleaved: true, paranoid: true };

/** Faults that every world of this kind has, unless it is told otherwise: 40 of them, 10 s apart. */
const ids = Array.from({ length: 40 }, (_, i) => `frame-lost@place#${i}`);

type Bug = {
  readonly faults: readonly string[];
  readonly kiosks: readonly string[];
  readonly payments: number;
  readonly relays?: number;
  readonly atTheEnd?: boolean;
  readonly violation?: Violation;
};

const found: Violation = { predicate: 'S1', at: 300_000, text: 'order 12 of aabbccdd was paid', kiosk: 'kiosk-3' };

/** A world that is violated exactly when all that the bug needs is there. */
function worldWith(bug: Bug) {
  const seen: WorldOptions[] = [];
  const run = async (options: WorldOptions): Promise<WorldResult> => {
    seen.push(options);
    const { only, attended, payments, relays, seed } = options;
    const struck = ids.filter((id) => only?.has(id) ?? true);
    const kiosks = Array.from({ length: options.kiosks }, (_, i) => `kiosk-${i + 1}`);
    const served = kiosks.filter((name) => attended?.has(name) ?? true);
    const violated =
      seed === base.seed &&
      bug.faults.every((id) => struck.includes(id)) &&
      bug.kiosks.every((name) => served.includes(name)) &&
      payments >= bug.payments &&
      relays >= (bug.relays ?? 1);
    const begun = violated && !bug.atTheEnd ? bug.payments : payments;
    return {
      payments: begun,
      ends: {},
      faults: struck.map((id, i) => ({ id, class: 'frame-lost', place: 'place', at: i * 10_000 })),
      violations: violated ? [bug.violation ?? found] : [],
      begun: new Map(kiosks.map((name) => [name, Math.max(1, Math.floor(begun / served.length), bug.payments)])),
      healed: bug.atTheEnd === true || !violated,
      story: [],
      lasted: 1,
    };
  };
  return { run, seen };
}

const budget = { reruns: 400, ms: 1_000, now: () => 0 };

describe('a history is made shorter', () => {
  test('to the faults, the kiosk, the payments and the relay that it needs', async () => {
    const { run } = worldWith({ faults: [ids[3] ?? '', ids[30] ?? ''], kiosks: ['kiosk-3'], payments: 17 });
    const shrunk = await shrink(base, { run, budget });
    expect([...(shrunk?.last.options.only ?? [])]).toEqual([ids[3], ids[30]]);
    expect(shrunk?.last.options).toMatchObject({
      ...{ seed: base.seed, payments: 17, kiosks: 3, relays: 1, interleaved: false, paranoid: false },
      ...{ attended: new Set(['kiosk-3']), until: 360_000 },
    });
    expect(shrunk?.first.result.faults).toHaveLength(40);
  });

  test('also when it needs two kiosks and two relays', async () => {
    const { run } = worldWith({ faults: [], kiosks: ['kiosk-3', 'kiosk-6'], payments: 17, relays: 2 });
    const shrunk = await shrink(base, { run, budget });
    expect(shrunk?.last.options).toMatchObject({ attended: new Set(['kiosk-3', 'kiosk-6']), kiosks: 6, relays: 2 });
    expect(shrunk?.last.result.faults).toEqual([]);
  });

  test('what only the end of a world shows: to as few payments as are needed, and the world goes on to its end', async () => {
    const { run } = worldWith({ faults: [ids[5] ?? ''], kiosks: ['kiosk-3'], payments: 23, atTheEnd: true });
    const shrunk = await shrink(base, { run, budget });
    expect(shrunk?.last.options.payments).toBe(23);
    expect(shrunk?.last.options.until).toBeUndefined();
    expect([...(shrunk?.last.options.only ?? [])]).toEqual([ids[5]]);
  });

  test('another violation is not taken for this one, and other numbers in its text are no other violation', async () => {
    const { run } = worldWith({ faults: [], kiosks: ['kiosk-3'], payments: 5 });
    const other = async (options: WorldOptions): Promise<WorldResult> => {
      const result = await run(options);
      const text = options.only ? 'order 13 of eeff0011 was paid' : found.text;
      const predicate = options.attended ? ('S1' as const) : ('S2' as const);
      return { ...result, violations: result.violations.map((v) => ({ ...v, text, predicate })) };
    };
    const shrunk = await shrink({ ...base, attended: new Set(['kiosk-3', 'kiosk-4']) }, { run: other, budget });
    expect(shrunk?.last.options.payments).toBe(5);
    const never = await shrink(base, { run: other, budget });
    expect(never?.last.violation.predicate).toBe('S2');
    expect(never?.last.options.attended).toBeUndefined();
  });

  test('where few payments and such faults are enough, to a small world', async () => {
    const { run } = worldWith({ faults: [ids[3] ?? ''], kiosks: ['kiosk-3'], payments: 17 });
    const small = async (options: WorldOptions): Promise<WorldResult> => {
      if (options.seed === base.seed) return run(options);
      const violations = options.shares['frame-lost'] > 0 && options.payments >= 2 ? [found] : [];
      const faults = [{ id: 'frame-lost@x#1', class: 'frame-lost' as const, place: 'x', at: 1 }];
      const used = options.only ? faults.filter(({ id }) => options.only?.has(id)) : faults;
      const { payments } = options;
      return { ...(await run(options)), payments, faults: used, violations: used.length > 0 ? violations : [] };
    };
    const shrunk = await shrink({ ...base, shares: { ...noFaults, 'frame-lost': 1 } }, { run: small, budget });
    expect(shrunk?.last.options.seed).not.toBe(base.seed);
    expect(shrunk?.last.options.payments).toBe(2);
    expect(shrunk?.last.result.faults.map(({ id }) => id)).toEqual(['frame-lost@x#1']);
  });
});

describe('shrinking ends', () => {
  test('after so many reruns', async () => {
    const { run, seen } = worldWith({ faults: ids, kiosks: ['kiosk-3'], payments: 17 });
    const shrunk = await shrink(base, { run, budget: { ...budget, reruns: 12 } });
    expect(shrunk?.reruns).toBe(12);
    expect(seen).toHaveLength(13);
  });

  test('after so long, also in the middle of a world', async () => {
    const { run } = worldWith({ faults: ids, kiosks: ['kiosk-3'], payments: 17 });
    let ms = 0;
    let cut = 0;
    const slow: typeof run = async (options, onSlice?: () => void) => {
      const result = await run(options);
      for (let slice = 0; slice < 10 && onSlice; slice++) {
        ms += 30;
        cut += 1;
        onSlice();
      }
      return result;
    };
    const shrunk = await shrink(base, { run: slow, budget: { reruns: 400, ms: 1_000, now: () => ms } });
    expect(shrunk?.last.violation).toEqual(found);
    expect(ms).toBeLessThan(1_100);
    expect(cut % 10).not.toBe(0);
  });

  test('at once when the world is not violated', async () => {
    const { run, seen } = worldWith({ faults: [], kiosks: [], payments: 1_000 });
    expect(await shrink(base, { run, budget })).toBeUndefined();
    expect(seen).toHaveLength(1);
  });
});
