import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsOf } from './imports.js';
import { tokensOf } from './tokens.js';
import { read } from './tree.js';

/** Where the system's time and timers are made into what the others are given. */
const sources: ReadonlySet<string> = new Set(['relay/runtime/clock.ts']);

const timers = ['setTimeout', 'setInterval', 'setImmediate', 'nextTick', 'performance', 'process', 'hrtime'];
const chance = ['randomBytes', 'randomUUID', 'randomInt', 'getRandomValues'];
const words: ReadonlySet<string> = new Set([...timers, ...chance]);
const phrases = ['Date . now', 'new Date ( )', 'Math . random', 'AbortSignal . timeout'];

/** What of a text takes time or randomness from the system. */
function takes(text: string): string[] {
  const tokens = tokensOf(text).filter((t) => t.kind !== 'string');
  const code = ` ${tokens.map((t) => t.text).join(' ')} `;
  const found = tokens.filter((t) => t.kind === 'word' && words.has(t.text)).map((t) => t.text);
  return [...found, ...phrases.filter((p) => code.includes(` ${p} `))];
}

/** Every file of ours that runs when `start` does. */
function reachedFrom(start: string): string[] {
  const reached = new Set<string>();
  const wanted = [start];
  for (let file = wanted.pop(); file !== undefined; file = wanted.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    if (!file.endsWith('.ts')) continue;
    for (const { specifier, typeOnly } of importsOf(read(file))) {
      if (typeOnly || !specifier?.startsWith('.') || specifier.includes('/generated/')) continue;
      wanted.push(posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts'));
    }
  }
  return [...reached].filter((f) => !sources.has(f)).sort();
}

/** What the simulation runs with its own time: one look at the system's would make a run that no seed repeats. */
describe.each([['relay/office.ts', 'relay/worker/call.ts']])('%s', (start, among) => {
  const reached = reachedFrom(start);

  test(`reaches ${among} and more`, () => {
    expect(reached).toContain(among);
    expect(reached.length).toBeGreaterThan(15);
  });

  test('takes time and randomness only from what it is given', () => {
    const found = reached.flatMap((file) => takes(read(file)).map((what) => `${file}: ${what}`));
    expect(found).toEqual([]);
  });
});

test.each([
  ['setTimeout(() => {}, 5);', ['setTimeout']],
  ['const now = Date.now();', ['Date . now']],
  ['const now = new Date();', ['new Date ( )']],
  ['const x = Math.random() + process.uptime();', ['process', 'Math . random']],
  ["import { randomBytes } from 'node:crypto';", ['randomBytes']],
  ['// Date.now() is not for us\nconst at = new Date(clock.now());', []],
])('%s', (text, found) => {
  expect(takes(text)).toEqual(found);
});
