/** Calendar days of a zone. A day is YYYY-MM-DD, a zone an IANA name. */

const DAY_MS = 86_400_000;
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;

export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Midnight of the day in UTC; undefined for what is no day of the calendar, such as 2026-02-30. */
export function utcOf(day: string): number | undefined {
  const [, year, month, date] = DAY.exec(day) ?? [];
  if (year === undefined) return undefined;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(date));
  return new Date(at).toISOString().slice(0, 10) === day ? at : undefined;
}

export const isDay = (text: string): boolean => utcOf(text) !== undefined;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const digits = '2-digit';
  const made = new Intl.DateTimeFormat('en-CA', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: digits, day: digits },
    ...{ hour: digits, minute: digits, second: digits },
  });
  formats.set(zone, made);
  return made;
}

/** What the zone's clocks show, read as if they were in UTC; whole seconds. */
function wallOf(at: number, zone: string): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map((p) => [p.type, Number(p.value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

export const dayOf = (at: number, zone: string): string => new Date(wallOf(at, zone)).toISOString().slice(0, 10);

/**
 * When the zone's clocks show `wall`, epoch ms as if in UTC. Where they show it twice the first time; where they skip it, as much
 * later as they jump.
 */
export function atWall(wall: number, zone: string): number {
  // The offset of the day before and of the day after: a change of the clocks lies between them.
  const [earlier, later] = [-DAY_MS, DAY_MS]
    .map((shift) => wall - (wallOf(wall + shift, zone) - (wall + shift)))
    .sort((a, b) => a - b) as [number, number];
  return wallOf(earlier, zone) === wall ? earlier : later;
}

/** @throws RangeError for what is no day */
export function periodOf(day: string, zone: string): { readonly from: number; readonly until: number } {
  return { from: atWall(mustBeDay(day), zone), until: atWall(mustBeDay(day) + DAY_MS, zone) };
}

/** @throws RangeError for what is no day */
export const dayAfter = (day: string, days = 1): string =>
  new Date(mustBeDay(day) + days * DAY_MS).toISOString().slice(0, 10);

function mustBeDay(day: string): number {
  const at = utcOf(day);
  if (at === undefined) throw new RangeError(`day: found ${day.length} characters, expected YYYY-MM-DD`);
  return at;
}
