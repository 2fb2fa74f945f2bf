import { expect, it } from 'vitest';
import { beepsOf, isPattern, lightOf } from '../../../../drivers/indicator/patterns.js';

it('reads lights and beeps in the words of a config', () => {
  expect(lightOf('200/1800')).toEqual({ onMs: 200, offMs: 1_800 });
  expect(beepsOf('3x120/120@440')).toEqual({ count: 3, onMs: 120, offMs: 120, hz: 440 });
  expect(beepsOf('1x80/0')).toEqual({ count: 1, onMs: 80, offMs: 0 });
});

it('refuses what no lamp and no buzzer can do', () => {
  // A pitch of 0 is a period without end, which the kernel refuses each time.
  const not = ['1x80/0@00', '1x80/0@19', '0x80/80', '1x10/80', '5/5', 'blink', ''];
  expect(not.filter(isPattern)).toEqual([]);
});
