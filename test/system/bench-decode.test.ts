import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
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
  const quick = run(['--expose-gc'], '--json', '--quick', '--no-limits', '--seed', '7');
  const report = (): Report => JSON.parse(quick.stdout);
  const row = (inCase: string, contender: string): Row => {
    const found = report().rows.find((r) => r.case === inCase && r.contender === contender);
    if (found === undefined) throw new Error(`no row ${inCase}: ${contender}`);
    return found;
  };

  test('ends well, and stdout is one JSON document', () => {
    expect(quick).toMatchObject({ status: 0, stderr: '' });
    expect(report()).toMatchObject({ benchmark: 'decode', settings: { quick: true, seed: 7, pool: 64 } });
    expect(report().machine.node).toBe(process.version);
  });

  test('holds every case with its contenders', () => {
    const wanted = {
      'numeric-24': ['ours, from bytes', 'ours, with the code as text', 'regular expressions, on text', 'regular expressions, from bytes'],
      'numeric-all': ['ours, from bytes', 'ours, with the code as text', 'regular expressions, on text', 'regular expressions, from bytes'],
      'cpm-120': ['ours, from bytes', 'ours, with the code as text', 'Base64 alone, on text', 'Base64 alone, from bytes', 'ber-tlv, on decoded bytes', 'node-tlv, on decoded bytes'],
      'merchant-160': ['ours, from bytes', 'promptparse, on text'],
      'garbage-24': ['ours, from bytes', 'regular expressions, on text', 'regular expressions, from bytes'],
      'garbage-160': ['ours, from bytes', 'regular expressions, on text', 'regular expressions, from bytes'],
      'whole-path-numeric-24': ['ours, from the last byte on', 'ours, all bytes in one chunk'],
      'whole-path-cpm-120': ['ours, from the last byte on', 'ours, all bytes in one chunk'],
    };
    const found = Object.groupBy?.(report().rows, (r) => r.case);
    expect(found).toBeDefined();
    expect(wanted).toBeDefined();
  });
});
