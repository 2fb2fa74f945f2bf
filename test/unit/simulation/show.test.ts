import { describe, expect, test } from 'vitest';
import type { Fault } from '../../simulation/faults.js';
import type { Violation } from '../../simulation/oracle.js';
import { historyText } from '../../simulation/show.js';
import type { Line } from '../../simulation/story.js';

const order = '1234567890abcdef';
const one = `${order}0000000000000001`;
const two = `${order}0000000000000002`;
const foreign = 'f'.repeat(32);
const violation: Violation = {
  predicate: 'S1',
  at: 9_000,
  text: `paid, while ${one} is paid`,
  attempt: two,
  kiosk: 'kiosk-2',
};
const fault: Fault = { id: 'answer-lost@calls#1', class: 'answer-lost', place: 'calls', at: 2_500 };

const line = (at: number, who: string, what: string, about?: string): Line => ({
  ...{ at, who, what },
  ...(about === undefined ? {} : { about }),
});

const told = (story: readonly Line[], faults: readonly Fault[] = [], most?: number): string[] =>
  historyText({ story, faults, violation }, most)
    .split('\n')
    .map((text) => text.trim());

describe('the history of a violation', () => {
  test('is what its order, its kiosk and the faults that are left have to do with it, and nothing else', () => {
    const lines = told(
      [
        line(0, 'kiosk-2', 'the agent starts', 'kiosk-2'),
        line(0, 'kiosk-1', 'the agent starts', 'kiosk-1'),
        line(1_000, 'kiosk-2', `order ${order} of 5 HKD`, order),
        line(2_000, 'kiosk-2', '► Pay 5 HKD', one),
        line(2_001, 'kiosk-1', '► Pay 7 HKD', foreign),
        line(2_500, 'fault', 'answer-lost (answer-lost@calls#1)'),
        line(2_600, 'fault', 'frame-lost (frame-lost@x#1)'),
        line(3_000, 'acquirer', 'charges 5 HKD', one),
        line(8_000, 'kiosk-2', '► Pay 5 HKD', two),
      ],
      [fault],
    );
    expect(lines.slice(0, -2)).toEqual([
      'Faults:',
      '2.500  answer-lost@calls#1',
      'History:',
      '0.000  kiosk-2    the agent starts',
      '1.000  kiosk-2    order 123456 of 5 HKD · 123456',
      '2.000  kiosk-2    ► Pay 5 HKD · 123456/1',
      '2.500  ⚡          answer-lost (answer-lost@calls#1)',
      '3.000  acquirer   charges 5 HKD · 123456/1',
      '8.000  kiosk-2    ► Pay 5 HKD · 123456/2',
      '9.000  ✖          S1: paid, while 123456/1 is paid',
    ]);
  });

  test('tells once what is alike, with how often', () => {
    const inquiries = [1, 2, 3].flatMap((s) => [
      line(s * 1_000, 'relay-1', 'asks the acquirer: inquire', one),
      line(s * 1_000 + 50, 'relay-1', 'acquirer says of inquire: pending', one),
    ]);
    expect(told(inquiries).slice(1, 3)).toEqual([
      '1.000  relay-1    asks the acquirer: inquire · 123456/1   (3 times, until 3.000)',
      '1.050  relay-1    acquirer says of inquire: pending · 123456/1   (3 times, until 3.050)',
    ]);
  });

  test('of too much, the order itself stays and what is older goes, and that is shown', () => {
    const noise = 'abcdefgh'.split('').map((c, i) => line(i, 'kiosk-2', `shows ${c}`, 'kiosk-2'));
    const lines = told(
      [...noise, line(100, 'kiosk-2', 'order placed', order), line(200, 'kiosk-2', '► Pay', one)],
      [],
      4,
    );
    expect(lines.slice(0, 6)).toEqual([
      'History:',
      '…',
      '0.006  kiosk-2    shows g',
      '0.007  kiosk-2    shows h',
      '0.100  kiosk-2    order placed · 123456',
      '0.200  kiosk-2    ► Pay · 123456/1',
    ]);
  });

  test('what goes on for hours is told once, and the beginning is not lost', () => {
    const hours = Array.from({ length: 4_000 }, (_, i) =>
      line(1_000 + i * 500, 'relay-1', `► Update ${'abcdefghij'[i % 10]}`, one),
    );
    const lines = told([line(500, 'kiosk-2', 'order placed', order), ...hours], [], 10);
    expect(lines.slice(1, 3)).toEqual([
      '0.500  kiosk-2    order placed · 123456',
      '1.000  relay-1    ► Update a · 123456/1   (400 times, until 1996.000)',
    ]);
    expect(lines.length).toBeLessThanOrEqual(10 + 5);
  });

  test('of a story that is too long the beginning and the end are told', () => {
    const steps = Array.from({ length: 200 }, (_, i) => line(i, 'relay-1', `step ${'x'.repeat(i)}`, one));
    const lines = told(steps, [], 10).slice(1, -3);
    expect(lines.map((text) => /x*( ·|$)/.exec(text)?.[0].replace(' ·', '').length)).toEqual([
      0, 1, 2, 3, 4, 5, 0, 196, 197, 198, 199,
    ]);
    expect(lines[6]).toBe('…');
  });

  test('has a legend', () => {
    expect(told([]).join(' ')).toContain('► publishes, ◄ hears; ⚡ a fault');
  });
});
