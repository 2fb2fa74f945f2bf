import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Lane,
  type Part,
  rowTasks,
  runRow,
  type Task,
  type WorldReport,
  worldSeed,
} from '../../simulation/many.js';

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const indexes = fc.integer({ min: 0, max: 2 ** 20 - 1 });

describe('seeds of worlds', () => {
  test('no two of them are the same, of one row or of two', () => {
    fc.assert(
      fc.property(seeds, indexes, seeds, indexes, (seed, index, other, at) => {
        const same = worldSeed(seed, index) === worldSeed(other, at);
        expect(same).toBe(seed === other && index === at);
        expect(Number.isSafeInteger(worldSeed(seed, index))).toBe(true);
      }),
    );
    const near = Array.from({ length: 300 }, (_, i) => worldSeed(i % 20, Math.floor(i / 20)));
    expect(new Set(near).size).toBe(300);
  });

  test('the low half, which most streams begin with, differs from world to world too', () => {
    const low = Array.from({ length: 2_000 }, (_, index) => worldSeed(5, index) % 2 ** 32);
    expect(new Set(low).size).toBe(2_000);
  });
});

test.each([
  [1, [1]],
  [2_000, [2_000]],
  [5_000, [2_000, 2_000, 1_000]],
])('%d payments are worlds of %j', (payments, sizes) => {
  expect([...rowTasks(3, payments)].map((task) => task.payments)).toEqual(sizes);
  expect([...rowTasks(3, payments)].map((task) => task.index)).toEqual(sizes.map((_, i) => i));
});

const violatedAt = new Set([4, 6]);

const report = ({ index, payments }: Task): WorldReport => ({
  index,
  payments,
  ends: index % 2 ? { delivered: payments } : { declined: 1, delivered: payments - 1 },
  faults: { 'frame-lost': index },
  violations: violatedAt.has(index) ? [{ predicate: 'S1', at: 5, text: `in ${index}` }] : [],
  lasted: 10,
});

/** Worlds take as many turns as `turns` says. */
class FakeLane implements Lane {
  readonly ran: number[] = [];
  readonly #turns: (index: number) => number;
  stopped = false;

  constructor(turns: (index: number) => number) {
    this.#turns = turns;
  }

  async run(task: Task, onPart: (part: Part) => void): Promise<WorldReport | undefined> {
    this.ran.push(task.index);
    for (let i = this.#turns(task.index); i > 0 && !this.stopped; i--) {
      onPart({ payments: 1, faults: 0 });
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this.stopped ? undefined : report(task);
  }

  stop(): void {
    this.stopped = true;
  }
}

describe('a row of worlds', () => {
  const tasks = (): Task[] => Array.from({ length: 9 }, (_, index) => ({ index, seed: index, payments: 100 }));

  test('is summed up to the first violated world, however many run at a time and whichever is over first', async () => {
    const alone = await runRow(tasks(), [new FakeLane(() => 0)]);
    expect(alone).toMatchObject({
      ...{ worlds: 5, payments: 500, lasted: 50, ends: { delivered: 497, declined: 3 } },
      violations: [{ predicate: 'S1', text: 'in 4', world: 4 }],
    });
    expect(alone.faults['frame-lost']).toBe(10);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(6), { minLength: 9, maxLength: 9 }),
        fc.integer({ min: 1, max: 5 }),
        async (turns, n) => {
          const lanes = Array.from({ length: n }, () => new FakeLane((index) => turns[index] ?? 0));
          expect(await runRow(tasks(), lanes)).toEqual(alone);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a later world does not hold up the end once an earlier one is violated', async () => {
    const slow = new FakeLane((index) => (index === 5 ? Number.POSITIVE_INFINITY : 1));
    const other = new FakeLane((index) => (index === 5 ? Number.POSITIVE_INFINITY : 1));
    expect((await runRow(tasks(), [slow, other])).violations).toHaveLength(1);
    expect([...slow.ran, ...other.ran].filter((index) => index > 5)).toEqual([]);
  });

  test('tells on the way what all of them have come to', async () => {
    const told: Part[] = [];
    await runRow(tasks().slice(0, 3), [new FakeLane(() => 1)], (part) => told.push(part));
    expect(told.map((part) => part.payments)).toEqual([1, 100, 101, 200, 201, 300]);
    expect(told.at(-1)?.faults).toBe(3);
  });

  test('a lane that fails ends it, and the others are stopped', async () => {
    const failing: Lane = { run: () => Promise.reject(new Error('ended with SIGKILL')), stop: () => {} };
    const other = new FakeLane(() => Number.POSITIVE_INFINITY);
    await expect(runRow(tasks(), [failing, other])).rejects.toThrow('SIGKILL');
    expect(other.stopped).toBe(true);
  });
});
