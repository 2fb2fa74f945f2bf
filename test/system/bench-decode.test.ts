import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../../deploy/demo/places.js';
import type { Row } from '../bench/decode/findings.js';
import type { Report } from '../bench/decode/report.js';

/** The benchmark as `npm run bench:decode` starts it. */
const run = (nodeFlags: readonly string[], ...args: string[]) =>
  spawnSync(process.execPath, [...nodeFlags, 'dist/test/bench/decode/main.js', ...args], {
    cwd: projectRoot,
    encoding: 'utf8',
    timeout: 60_000,
  });

describe('a quick run', () => {
  let quick: SpawnSyncReturns<string>;
  beforeAll(() => {
    quick = run(['--expose-gc'], '--json', '--quick', '--no-limits', '--seed', '7');
  });
  const report = (): Report => JSON.parse(quick.stdout);
  const row = (inCase: string, contender: string): Row => {
    const found = report().rows.find((r) => r.case === inCase && r.contender === contender);
    if (found === undefined) throw new Error(`no row ${inCase}: ${contender}`);
    return found;
  };
  const limit = (name: string) => report().limits.filter((l) => l.name.startsWith(name));

  test('ends well, and stdout is one JSON document', () => {
    expect(quick).toMatchObject({ status: 0, stderr: '' });
    expect(report()).toMatchObject({ benchmark: 'decode', settings: { quick: true, seed: 7, pool: 64 } });
    expect(report().machine.node).toBe(process.version);
  });

  test('holds every case with its contenders', () => {
    const bytesAndText = ['ours, from bytes', 'ours, with the code as text'];
    const patterns = ['regular expressions, on text', 'regular expressions, from bytes'];
    const base64 = ['Base64 alone, on text', 'Base64 alone, from bytes'];
    const wholePath = ['ours, from the last byte on', 'ours, all bytes in one chunk'];
    const wanted = {
      'numeric-24': [...bytesAndText, ...patterns],
      'numeric-all': [...bytesAndText, ...patterns],
      'cpm-120': [...bytesAndText, ...base64, 'ber-tlv, on decoded bytes', 'node-tlv, on decoded bytes'],
      'merchant-160': ['ours, from bytes', 'promptparse, on text'],
      'garbage-24': ['ours, from bytes', ...patterns],
      'garbage-160': ['ours, from bytes', ...patterns],
      scraps: ['ours, from bytes', ...patterns],
      'whole-path-numeric-24': wholePath,
      'whole-path-cpm-120': wholePath,
    };
    const found: Record<string, string[]> = {};
    for (const r of report().rows) found[r.case] = [...(found[r.case] ?? []), r.contender];
    expect(found).toEqual(wanted);
    for (const { ns, low, high, ratio } of report().rows) {
      expect(ns).toBeGreaterThan(0);
      expect(ratio).toBeGreaterThan(0);
      expect(low).toBeLessThanOrEqual(high);
    }
  });

  test('tells how time grows, and what is worst at each length at which anything is accepted', () => {
    const { growth, worst } = report();
    expect(growth.length).toBeGreaterThan(25);
    for (const { kind, points } of growth.filter((g) => !g.kind.startsWith('cpm') && g.kind !== 'alipayplus')) {
      expect([kind, points.map((p) => p.characters)]).toEqual([kind, [24, 128, 160, 512, 4_400]]);
    }
    expect(worst.map((w) => w.characters)).toEqual([24, 128, 160, 512]);
  });

  test('sees an allocation, and none where there is none', () => {
    const bytes = (inCase: string, contender: string) => row(inCase, contender).bytes;
    for (const inCase of ['numeric-24', 'numeric-all', 'cpm-120']) {
      expect([inCase, bytes(inCase, 'ours, from bytes')]).toEqual([inCase, { heap: 0, buffers: 0 }]);
      // The text of a code: 24 or 160 characters and the head of a string.
      expect(bytes(inCase, 'ours, with the code as text')?.heap).toBeGreaterThanOrEqual(32);
    }
    expect(bytes('cpm-120', 'ber-tlv, on decoded bytes')?.heap).toBeGreaterThan(1_000);
  });

  test('keeps the limits, with room for a busy machine', () => {
    expect(report().limits).toHaveLength(8);
    for (const { name, found, limit: most, unit, holds } of report().limits) {
      expect([name, unit === 'bytes' ? 0 : holds]).toEqual([name, unit === 'bytes' ? 0 : (found ?? most + 1) <= most]);
    }
    for (const { found } of limit('numeric, ').filter((l) => l.unit === 'times')) expect(found).toBeLessThan(3);
    expect(limit('CPM, 120 bytes: ours')[0]?.found).toBeLessThan(12);
    expect(limit('slowest rejection')[0]?.found).toBeLessThan(20);
    expect(limit('time a byte')[0]?.found).toBeLessThan(4);
  });
});

test('a run without --json is a table that ends with the limits', () => {
  const table = run(['--expose-gc'], '--quick', '--no-limits', '--rounds', '1');
  expect(table).toMatchObject({ status: 0, stderr: '' });
  expect(table.stdout).toMatch(/^Decoder benchmark: 1 rounds, /);
  expect(table.stdout).toMatch(/\n {2}CPM, 120 bytes: bytes allocated +0 +≤ 0 +holds\n$/);
  expect(table.stdout.split('\n').filter((line) => line.length > 160)).toEqual([]);
});

test('a wrong flag, and a node without --expose-gc, are told with the remedy', () => {
  const wrong = run(['--expose-gc'], '--rounds', 'many');
  expect(wrong).toMatchObject({ status: 2, stdout: '' });
  expect(wrong.stderr).toBe('--rounds: found "many", expected a whole number from 1 to 1000\n');
  const bare = run([], '--quick');
  expect(bare).toMatchObject({ status: 2, stdout: '' });
  expect(bare.stderr).toBe('--expose-gc: not given to node; use npm run bench:decode\n');
  expect(run([], '--help').stdout).toContain('npm run -s bench:decode -- ');
});
