import { describe, expect, test } from 'vitest';
import { faultNames } from './faults.js';
import { worldSeed } from './many.js';
import { type WorldOptions, worldOptions } from './options.js';
import { runWorld, type WorldResult } from './run.js';

const PAYMENTS = 150;
const MOST_MS = 240_000;

/** Three worlds, of which one has several relays and one reads every log. */
const worlds: readonly [string, WorldOptions][] = [
  ['as drawn', worldOptions(worldSeed(1, 1), PAYMENTS)],
  ['of two relays', { ...worldOptions(worldSeed(2, 0), PAYMENTS), relays: 2, interleaved: true }],
  ['that reads its logs', { ...worldOptions(worldSeed(3, 0), PAYMENTS), paranoid: true, kiosks: 4 }],
];

const outcome = ({ story: _, ...rest }: WorldResult): Omit<WorldResult, 'story'> => rest;

describe.each(worlds)('a world %s is a function of its options', (_, options) => {
  test('twice told, it is the same to the last line; told, it is the same as untold', {
    timeout: MOST_MS,
  }, async () => {
    const told = await runWorld({ ...options, told: true });
    const again = await runWorld({ ...options, told: true });
    const untold = await runWorld(options);
    expect(told.story.length).toBeGreaterThan(PAYMENTS * 5);
    expect(again.story.find((line, i) => JSON.stringify(line) !== JSON.stringify(told.story[i]))).toBeUndefined();
    expect(again.story.length).toBe(told.story.length);
    expect(outcome(again)).toEqual(outcome(told));
    expect(outcome(untold)).toEqual(outcome(told));
    expect(untold.story).toEqual([]);
  });

  test('named one by one, its faults make the same world', { timeout: MOST_MS }, async () => {
    const usual = await runWorld(options);
    const only = new Set(usual.faults.map((fault) => fault.id));
    expect(only.size).toBe(usual.faults.length);
    expect(outcome(await runWorld({ ...options, only }))).toEqual(outcome(usual));
  });
});

test('another seed is another world', { timeout: MOST_MS }, async () => {
  const [, options] = worlds[0] ?? [];
  if (!options) throw new Error('no world');
  const here = await runWorld({ ...options, payments: 20, told: true });
  const there = await runWorld({ ...options, seed: options.seed + 1, payments: 20, told: true });
  expect(there.story.map(({ at }) => at)).not.toEqual(here.story.map(({ at }) => at));
});

test('customers elsewhere change neither who comes to a kiosk nor what strikes it', { timeout: MOST_MS }, async () => {
  const shares = Object.fromEntries(faultNames.map((name) => [name, 1])) as WorldOptions['shares'];
  const options = { ...worldOptions(worldSeed(4, 0), 60), kiosks: 3, relays: 1, interleaved: false, shares };
  const of = async (...attended: string[]) => {
    const world = { ...options, attended: new Set(attended), until: 120_000, told: true };
    const { faults, story } = await runWorld(world);
    const orders = story.filter(({ who, what }) => who === 'kiosk-2' && what.startsWith('order '));
    const struck = faults.filter(({ place }) => place.includes('kiosk-2'));
    return { orders: orders.map(({ what }) => what), struck: struck.map(({ id }) => id) };
  };
  const alone = await of('kiosk-2');
  const among = await of('kiosk-1', 'kiosk-2');
  expect(alone.orders.length).toBeGreaterThan(5);
  expect(among.orders.slice(0, 5)).toEqual(alone.orders.slice(0, 5));
  // The ledger is slow at other moments; that may move the last ones.
  expect(alone.struck.length).toBeGreaterThan(10);
  expect(alone.struck.filter((id) => among.struck.includes(id)).length).toBeGreaterThan(alone.struck.length / 2);
});
