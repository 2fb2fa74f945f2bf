import { describe, expect, test } from 'vitest';
import { seeded } from '../../bench/random.js';
import { type Contender, medianOf, type Race, runRaces, timesOf } from '../../bench/rounds.js';

/** A machine of its own: a clock that only work moves, and a record of who worked. */
class Scene {
  ns = 0;
  readonly turns: { readonly name: string; readonly codes: number }[] = [];
  readonly clock = (): number => this.ns;

  contender(name: string, nsOf: () => number): Contender {
    return {
      name,
      run: (codes) => {
        this.ns += codes * nsOf();
        this.turns.push({ name, codes });
        return codes;
      },
    };
  }

  pace(rounds: number, seed = 1) {
    return { rounds, turnNs: 1_000, clock: this.clock, random: seeded(seed) };
  }
}

const race = (name: string, ...contenders: Contender[]): Race => ({ name, contenders });

describe('rounds', () => {
  test('give every contender one turn each, with the same number of codes', () => {
    const scene = new Scene();
    const races = [
      race(
        'r',
        scene.contender('a', () => 2),
        scene.contender('b', () => 5),
        scene.contender('c', () => 1),
      ),
      race(
        's',
        scene.contender('d', () => 10),
      ),
    ];
    const times = runRaces(races, scene.pace(12));
    const inRounds = scene.turns.slice(-12 * 4);
    const places = new Set<number>();
    for (let round = 0; round < 12; round++) {
      const names = inRounds.slice(round * 4, round * 4 + 4).map((t) => t.name);
      expect([...names].sort()).toEqual(['a', 'b', 'c', 'd']);
      places.add(names.indexOf('d'));
    }
    // Those of a race stand next to each other, and no race is always first.
    expect([...places].sort()).toEqual([0, 3]);
    for (const [name, ns] of [
      ['a', 2],
      ['b', 5],
      ['c', 1],
    ] as const) {
      expect(new Set(inRounds.filter((t) => t.name === name).map((t) => t.codes)).size).toBe(1);
      expect(timesOf(times, 'r', name)).toEqual(new Array(12).fill(ns));
    }
    expect(medianOf(times, 's', 'd')).toBe(10);
  });

  test('come in another order each time, in which each is as often first', () => {
    const scene = new Scene();
    const names = ['a', 'b', 'c'];
    runRaces([race('r', ...names.map((n) => scene.contender(n, () => 1)))], scene.pace(300));
    const firsts = scene.turns.slice(-900).filter((_, i) => i % 3 === 0);
    for (const name of names) {
      const count = firsts.filter((t) => t.name === name).length;
      expect(count).toBeGreaterThan(70);
      expect(count).toBeLessThan(130);
    }
  });

  test('fill the turn, or the share of it that the race has', () => {
    const scene = new Scene();
    const whole = scene.contender('whole', () => 4);
    const part = scene.contender('part', () => 4);
    const slow = scene.contender('slow', () => 1_000_000);
    runRaces([race('r', whole, slow), { ...race('s', part), share: 0.4 }], scene.pace(1));
    const last = (name: string) => scene.turns.filter((t) => t.name === name).at(-1)?.codes;
    expect(last('whole')).toBe(250);
    expect(last('part')).toBe(100);
    expect(last('slow')).toBe(1);
  });

  test('hold what is slow now and fast then apart', () => {
    const scene = new Scene();
    let calls = 0;
    const uneven = scene.contender('uneven', () => (calls++ % 2 === 0 ? 1 : 3));
    const times = timesOf(runRaces([race('r', uneven)], scene.pace(10)), 'r', 'uneven');
    expect([...new Set(times)].sort()).toEqual([1, 3]);
  });

  test('believe a contender that times its own work', () => {
    const scene = new Scene();
    const timed: Contender = { ...scene.contender('timed', () => 100), time: (codes) => codes * 7 };
    expect(medianOf(runRaces([race('r', timed)], scene.pace(3)), 'r', 'timed')).toBe(7);
  });

  test('refuse two of one name, and a result that is no number', () => {
    const scene = new Scene();
    const a = scene.contender('a', () => 1);
    expect(() => runRaces([race('r', a, a)], scene.pace(1))).toThrow(/r: two contenders/);
    expect(() => runRaces([race('r', a), race('r', a)], scene.pace(1))).toThrow(/two races are named r/);
    const lazy: Contender = { name: 'lazy', run: () => Number.NaN };
    expect(() => runRaces([race('r', lazy)], scene.pace(1))).toThrow(/lazy: returned NaN/);
    expect(() => timesOf(new Map(), 'r', 'a')).toThrow(/nothing was measured for r: a/);
  });
});
