import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Clock, systemClock } from '../../../../relay/runtime/clock.js';
import { ClockWatch } from '../../../../relay/runtime/clock-watch.js';

describe('the process clock', () => {
  afterEach(() => vi.restoreAllMocks());

  test('is the wall clock of the start, in whole milliseconds', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000);
    expect(Number.isInteger(systemClock.now())).toBe(true);
  });

  test.each([66_000, -66_000])('does not move when somebody sets the wall clock by %i ms', (by) => {
    const before = systemClock.now();
    const wall = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(wall + by);
    expect(systemClock.now() - before).toBeGreaterThanOrEqual(0);
    expect(systemClock.now() - before).toBeLessThan(5_000);
  });
});

describe('the watch over the wall clock', () => {
  const start = (first = 0) => {
    const hand = { at: 1_000_000, wallBy: first, tasks: [] as (() => void)[] };
    const clock: Clock = {
      now: () => hand.at,
      after: (_ms, task) => {
        hand.tasks.push(task);
        return () => {
          hand.tasks = hand.tasks.filter((t) => t !== task);
        };
      },
    };
    const said: (number | string)[] = [];
    const wall = (): number => hand.at + hand.wallBy;
    const parts = { clock, wall, onApart: (by: number) => said.push(by), onTogether: () => said.push('together') };
    const watch = new ClockWatch(parts);
    watch.start();
    const look = (wallBy: number): void => {
      hand.wallBy = wallBy;
      hand.at += 5_000;
      for (const task of hand.tasks.splice(0)) task();
    };
    return { watch, said, look, waiting: () => hand.tasks.length };
  };

  test('says nothing of what NTP slews', () => {
    const { watch, said, look } = start();
    for (const by of [0, 2_000, -2_000, 300]) look(by);
    expect([said, watch.right]).toEqual([[], true]);
  });

  test('tells once of a step, again of another, and when it is undone', () => {
    const { watch, said, look } = start();
    look(65_000);
    look(65_010);
    expect([said, watch.right]).toEqual([[65_000], false]);
    look(-7_200_000);
    expect(said).toEqual([65_000, -7_200_000]);
    look(5);
    look(6);
    expect([said, watch.right]).toEqual([[65_000, -7_200_000, 'together'], true]);
  });

  test('looks at the start, and leaves no timer behind', () => {
    const { watch, said, waiting } = start(3_000);
    expect(said).toEqual([3_000]);
    expect(waiting()).toBe(1);
    watch.stop();
    expect(waiting()).toBe(0);
  });
});
