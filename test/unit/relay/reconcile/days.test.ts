import { describe, expect, test } from 'vitest';
import { dueDays, nextTime } from '../../../../relay/reconcile/due.js';
import { atWall, dayAfter, dayOf, isDay, isZone, periodOf } from '../../../../relay/runtime/days.js';

const iso = (ms: number): string => new Date(ms).toISOString();

describe('days of a zone', () => {
  test.each([
    ['2026-03-10', 'UTC', '2026-03-10T00:00:00.000Z', '2026-03-11T00:00:00.000Z'],
    ['2026-03-10', 'Asia/Shanghai', '2026-03-09T16:00:00.000Z', '2026-03-10T16:00:00.000Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z'],
    ['2026-03-08', 'America/New_York', '2026-03-08T05:00:00.000Z', '2026-03-09T04:00:00.000Z'],
    ['2026-07-01', 'Asia/Kathmandu', '2026-06-30T18:15:00.000Z', '2026-07-01T18:15:00.000Z'],
  ])('%s in %s', (day, zone, from, until) => {
    const period = periodOf(day, zone);
    expect([iso(period.from), iso(period.until)]).toEqual([from, until]);
    expect([dayOf(period.from, zone), dayOf(period.until - 1, zone), dayOf(period.until, zone)]).toEqual([
      day,
      day,
      dayAfter(day),
    ]);
  });

  test('a time that the clocks show twice is the first, one that they skip is the jump’s', () => {
    const wall = (text: string) => Date.parse(`${text}Z`);
    expect(iso(atWall(wall('2026-10-25T02:30:00'), 'Europe/Berlin'))).toBe('2026-10-25T00:30:00.000Z');
    expect(iso(atWall(wall('2026-03-29T02:30:00'), 'Europe/Berlin'))).toBe('2026-03-29T01:30:00.000Z');
  });

  test.each(['2026-02-30', '2026-13-01', '20260310', '', '2026-3-1', '2026-03-10T00'])('%j is no day', (text) => {
    expect(isDay(text)).toBe(false);
    expect(() => periodOf(text, 'UTC')).toThrow('YYYY-MM-DD');
  });

  test('zones', () => {
    expect(['UTC', 'Asia/Shanghai', 'Mars/Olympus', ''].map(isZone)).toEqual([true, true, false, false]);
    expect(dayAfter('2026-02-28')).toBe('2026-03-01');
    expect(dayAfter('2024-03-01', -1)).toBe('2024-02-29');
  });
});

describe('which days are looked at', () => {
  const whole = (day: string, waiting = 0) => ({ day, isWhole: true, waiting });

  test('the first time yesterday only', () => {
    expect(dueDays('2026-03-10', [])).toEqual(['2026-03-10']);
  });
  test('not again what was whole and decided', () => {
    expect(dueDays('2026-03-10', [whole('2026-03-10'), whole('2026-03-09')])).toEqual([]);
  });
  test('days left out, days that were not whole, days on which something waits', () => {
    const runs = [whole('2026-03-05'), { day: '2026-03-06', isWhole: false, waiting: 0 }, whole('2026-03-08', 2)];
    expect(dueDays('2026-03-10', runs)).toEqual(['2026-03-06', '2026-03-07', '2026-03-08', '2026-03-09', '2026-03-10']);
  });
  test('not further back than a week', () => {
    expect(dueDays('2026-03-10', [{ day: '2026-02-01', isWhole: false, waiting: 3 }])[0]).toBe('2026-03-04');
  });
});

describe('when they are looked at', () => {
  test.each([
    ['2026-03-10T09:29:59Z', '09:30', 'UTC', '2026-03-10T09:30:00.000Z'],
    ['2026-03-10T09:30:00Z', '09:30', 'UTC', '2026-03-11T09:30:00.000Z'],
    ['2026-03-10T09:30:00Z', '09:30', 'Asia/Shanghai', '2026-03-11T01:30:00.000Z'],
    ['2026-03-28T12:00:00Z', '02:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
  ])('after %s, %s in %s', (now, at, zone, next) => {
    expect(iso(nextTime(Date.parse(now), at, zone))).toBe(next);
  });
});
