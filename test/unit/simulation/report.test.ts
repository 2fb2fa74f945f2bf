import { expect, test } from 'vitest';
import { faultNames } from '../../simulation/faults.js';
import type { Row } from '../../simulation/many.js';
import { noFaults } from '../../simulation/options.js';
import { jsonOf, replayOf, tableOf, violationText } from '../../simulation/report.js';

const row: Row = {
  ...{ worlds: 37, payments: 73_000, lasted: 36_000_000 },
  ends: { declined: 3_000, delivered: 70_000 },
  faults: { ...noFaults, 'frame-lost': 12, 'kiosk-killed': 1_300 },
  violations: [],
};
const violation = {
  predicate: 'S1',
  at: 1_234.5,
  text: 'paid twice',
  attempt: 'ab'.repeat(16),
  kiosk: 'kiosk-2',
} as const;

test('the line for programs has every class of fault, also what never struck', () => {
  const line = JSON.parse(jsonOf({ seed: 5, row: { ...row, violations: [{ ...violation, world: 3 }] } }));
  expect(Object.keys(line)).toEqual(['seed', 'payments', 'kioskYears', 'faults', 'ends', 'violations']);
  expect(line).toMatchObject({ seed: 5, payments: 73_000, kioskYears: 1, ends: { delivered: 70_000 } });
  expect(Object.keys(line.faults)).toEqual(faultNames);
  expect(line.violations).toEqual([{ ...violation, world: 3 }]);
});

test('the table for people: most first, what never struck apart, and how fast it was', () => {
  const lines = tableOf({ seed: 5, row }, 36.5).split('\n');
  expect(lines.slice(0, 6)).toEqual([
    'ends',
    '  delivered        70,000',
    '  declined          3,000',
    'faults, 1,312 in all',
    '  kiosk-killed         1,300',
    '  frame-lost              12',
  ]);
  expect(lines[6]).toMatch(/^ {2}never: acquirer-busy, acquirer-down,/);
  expect(lines.slice(-3)).toEqual([
    '73,000 payments in 37 worlds, 1 kiosk-years, seed 5',
    '10.0 h of virtual time in 36.5 s, 2,000 payments/s',
    'no violation',
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
});

test('how to see it again: a world of unusual size says its size', () => {
  expect(replayOf(5, 3, 2_000)).toBe('npm run -s simulate -- --seed 5 --world 3');
  expect(replayOf(5, 3, 700)).toBe('npm run -s simulate -- --seed 5 --world 3 --payments 700');
});

test('a violation says what, where and when', () => {
  expect(violationText({ ...violation, world: 3 })).toBe(
    `S1 violated: paid twice\n  world 3, kiosk-2, attempt ${'ab'.repeat(16)}, 1.234 s after its beginning`,
  );
});
