import { randomInt } from 'node:crypto';
import { transform } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { Chance } from '../chance.js';
import { listSabotages, runSabotaged, type Sabotage } from './index.js';
import { sabotages } from './list.js';
import { patched, patchedFiles } from './patch.js';

const AT_LEAST = 25;
const IN_ROTATION = 5;
/** Rule 15, sealing keys, comes with the sealed link; the simulator's link is a double. */
const rules = Array.from({ length: 16 }, (_, i) => `rule ${i + 1}`).filter((rule) => rule !== 'rule 15');

describe('the list', () => {
  test(`names at least ${AT_LEAST}, each once and in kebab-case`, () => {
    const names = listSabotages();
    expect(names.length).toBeGreaterThanOrEqual(AT_LEAST);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([]);
  });

  test('has one for each rule, and for each what it takes out and what is violated then', () => {
    expect(rules.filter((rule) => !sabotages.some((sabotage) => sabotage.rule === rule))).toEqual([]);
    for (const { why, edits, catches } of sabotages) {
      expect(why).not.toBe('');
      expect(edits.some(({ partner }) => partner !== true)).toBe(true);
      expect(catches.length).toBeGreaterThan(0);
      expect(catches).not.toContain('crash');
    }
  });

  test('finds each text that it changes, once, and leaves one that can be read', async () => {
    const stale: unknown[] = [];
    const read = async (sabotage: Sabotage): Promise<void> => {
      for (const text of (await patchedFiles(sabotage)).values()) await transform(text, { loader: 'ts' });
    };
    for (const sabotage of sabotages) await read(sabotage).catch((e) => stale.push(`${sabotage.name}: ${e}`));
    expect(stale).toEqual([]);
  });

  test('an unknown name is answered with the known ones', async () => {
    await expect(runSabotaged('no-such', { seed: 1, payments: 1 })).rejects.toThrow('skip-begun-sync');
  });
});

describe('a text', () => {
  const change = (text: string, find: string): string =>
    patched('x', 'f.ts', text, [{ file: 'f.ts', find, replace: '!' }]);

  test('is found however its lines are broken, and nothing beside it changes', () => {
    expect(change('a(b, c); d', 'a(b, c)')).toBe('!; d');
    expect(change('  a(\n    b,\n    c\n  ); d', 'a(b, c)')).toBe('  !; d');
  });

  test('that is gone, or stands twice, makes its sabotage stale', () => {
    expect(() => change('b', 'a')).toThrow('sabotage x is stale: found "a" 0 times in f.ts, expected it once');
    expect(() => change('a; a', 'a')).toThrow('2 times');
  });
});

describe('in rotation', () => {
  const seed = randomInt(1, 2 ** 31);
  const chance = new Chance(seed, 'rotation');
  const left = listSabotages();
  const picked = Array.from({ length: IN_ROTATION }, () => {
    const name = chance.pick(left);
    left.splice(left.indexOf(name), 1);
    return name;
  });
  process.stdout.write(`sabotages of seed ${seed}: ${picked.join(', ')}\n`);

  test.each(picked)('%s is caught by a predicate that it names', { timeout: 300_000 }, async (name) => {
    const found = await runSabotaged(name, { seed, payments: 50_000 });
    expect(found, JSON.stringify(found)).toMatchObject({ caught: true });
  });

  test('with every guard in its place the same worlds are not caught', { timeout: 120_000 }, async () => {
    const [name = ''] = listSabotages().filter((each) => sabotages.find((s) => s.name === each)?.edits.length === 1);
    const found = await runSabotaged(name, { seed, payments: 400, part: 'partners' });
    expect(found).toMatchObject({ caught: false, others: [] });
  });
});
