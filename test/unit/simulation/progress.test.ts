import { expect, test } from 'vitest';
import { Progress } from '../../simulation/progress.js';

function terminal(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, write: (text: string) => written.push(text) };
}

test('on a terminal: how far, how fast, kiosk-years, faults, and the time left', () => {
  const output = terminal(true);
  const progress = new Progress(output, 146_000, 1_000);
  progress.update({ payments: 73_000, faults: 1_234 }, 41_000);
  expect(output.written).toHaveLength(1);
  expect(output.written[0]).toContain('████████████░░░░░░░░░░░░ 50 % 73000 of 146000 payments');
  expect(output.written[0]).toContain('1825/s, 1.00 kiosk-years, 1234 faults, 0:40 left');
});

test('it is drawn ten times a second at most, and taken away at the end', () => {
  const output = terminal(true);
  const progress = new Progress(output, 100, 0);
  for (let ms = 0; ms < 1_000; ms++) progress.update({ payments: ms / 10, faults: 0 }, ms);
  expect(output.written).toHaveLength(10);
  progress.end();
  expect(output.written.at(-1)).toBe('\r\x1b[K');
});

test('before the first payment no time is promised', () => {
  const output = terminal(true);
  new Progress(output, 100, 0).update({ payments: 0, faults: 0 }, 500);
  expect(output.written[0]).toContain('time left not known yet');
});

test('hours are told as hours', () => {
  const output = terminal(true);
  new Progress(output, 10_000, 0).update({ payments: 1, faults: 0 }, 1_000);
  expect(output.written[0]).toContain('2:46:39 left');
});

test('elsewhere nothing is written', () => {
  const output = terminal(false);
  const progress = new Progress(output, 100, 0);
  progress.update({ payments: 50, faults: 0 }, 500);
  progress.say('shrinking');
  progress.end();
  expect(output.written).toEqual([]);
});
