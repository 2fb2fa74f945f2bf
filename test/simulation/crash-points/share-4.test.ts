import { expect, test } from 'vitest';
import { expectNoViolation, MOST_MS, SHARES } from './together.js';

test('part 4 of 4: every scenario, cut at every point in every way, ends well', { timeout: MOST_MS }, async () => {
  const { runs, points, ends } = await expectNoViolation({ share: { of: SHARES, number: 3 } });
  expect(runs).toBeGreaterThan(points * 10);
  expect(Object.keys(ends)).toEqual(expect.arrayContaining(['delivered', 'reversed', 'declined', 'doubtful']));
});
