import { describe, expect, test } from 'vitest';
import { dueDays, type LastRun, nextTime } from '../../../../relay/reconcile/due.js';
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
  const whole = (day: string, more: Partial<LastRun> = {}): LastRun => ({
    ...{ day, isWhole: true, waiting: 0, open: 0, isOther: false },
    ...more,
  });
  const due = (runs: readonly LastRun[], first = runs.map(({ day }) => day).sort()[0]): string[] =>
    dueDays('2026-03-10', runs, first);

  test('the first time yesterday only', () => {
    expect(due([])).toEqual(['2026-03-10']);
  });
  test('not again what was whole and decided', () => {
    expect(due([whole('2026-03-10'), whole('2026-03-09')])).toEqual([]);
  });
  test('days left out, days that were not whole, days on which something waits or still differs', () => {
    const runs = [
      whole('2026-03-04', { open: 1 }),
      ...[whole('2026-03-05'), whole('2026-03-06', { isWhole: false }), whole('2026-03-08', { waiting: 2 })],
    ];
    expect(due(runs)).toEqual(['2026-03-04', '2026-03-06', '2026-03-07', '2026-03-08', '2026-03-09', '2026-03-10']);
  });
  test('a day whose report came, or was issued again, after it was looked at', () => {
    const runs = [whole('2026-02-20', { isOther: true }), whole('2026-03-10')];
    expect(due(runs, '2026-03-10')).toEqual(['2026-02-20']);
  });
  test('what is open no further back than a week', () => {
    const week = ['04', '05', '06', '07', '08', '09', '10'].map((d) => whole(`2026-03-${d}`));
    expect(due([whole('2026-03-03', { isWhole: false, waiting: 3, open: 1 }), ...week])).toEqual([]);
  });
  test('after a relay that stood still every day since, up to a month', () => {
    expect(due([], '2026-03-01')).toEqual(Array.from({ length: 9 }, (_, i) => dayAfter('2026-03-02', i)));
    expect(due([], '2025-03-01')).toHaveLength(31);
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
