import { KIOSK_YEAR_PAYMENTS, type Row } from './many.js';
import { WORLD_PAYMENTS } from './options.js';
import type { Violation } from './oracle.js';

export type Run = { readonly seed: number; readonly row: Row };

const kioskYears = (payments: number): number => Number((payments / KIOSK_YEAR_PAYMENTS).toFixed(3));

/** The last line with --json. */
export function jsonOf({ seed, row }: Run): string {
  const { payments, faults, ends, violations } = row;
  return JSON.stringify({ seed, payments, kioskYears: kioskYears(payments), faults, ends, violations });
}

/** What a person reads in place of it. `seconds`: of real time. */
export function tableOf({ seed, row }: Run, seconds: number): string {
  const { payments, worlds, faults, ends, violations, lasted } = row;
  const struck = byCount(faults).filter(([, n]) => n > 0);
  const never = byCount(faults).filter(([, n]) => n === 0);
  const total = struck.reduce((sum, [, n]) => sum + n, 0);
  return [
    ...(Object.keys(ends).length > 0 ? ['ends', ...rows(byCount(ends))] : []),
    `faults, ${grouped(total)} in all`,
    ...rows(struck),
    ...(never.length > 0 ? wrapped(`  never: ${never.map(([name]) => name).join(', ')}`) : []),
    '',
    `${grouped(payments)} payments in ${grouped(worlds)} worlds, ${kioskYears(payments)} kiosk-years, seed ${seed}`,
    `${timeOf(lasted)} of virtual time in ${seconds.toFixed(1)} s, ${grouped(Math.round(payments / seconds))} payments/s`,
    violations.length === 0 ? 'no violation' : `${violations.length} violations`,
  ].join('\n');
}

/** How to see it again. `payments`: of its world. */
export const replayOf = (seed: number, world: number, payments: number): string =>
  `npm run -s simulate -- --seed ${seed} --world ${world}${payments === WORLD_PAYMENTS ? '' : ` --payments ${payments}`}`;

/** One violation, as it is told before it is made smaller. */
export function violationText({ predicate, text, at, attempt, kiosk, world }: Violation & { world: number }): string {
  const where = [`world ${world}`, kiosk, attempt && `attempt ${attempt}`].filter(Boolean).join(', ');
  return `${predicate} violated: ${text}\n  ${where}, ${(at / 1_000).toFixed(3)} s after its beginning`;
}

const byCount = (counts: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(counts).sort(([a, n], [b, m]) => m - n || a.localeCompare(b, 'en'));

function rows(counts: readonly [string, number][]): string[] {
  const width = Math.max(0, ...counts.map(([name]) => name.length));
  return counts.map(([name, n]) => `  ${name.padEnd(width)} ${grouped(n).padStart(13)}`);
}

const COLUMNS = 110;

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > COLUMNS) {
    const at = rest.lastIndexOf(' ', COLUMNS);
    lines.push(rest.slice(0, at));
    rest = `         ${rest.slice(at + 1)}`;
  }
  return [...lines, rest];
}

const grouped = (n: number): string => n.toLocaleString('en');

function timeOf(ms: number): string {
  const hours = ms / 3_600_000;
  return hours < 48 ? `${hours.toFixed(1)} h` : `${(hours / 24).toFixed(1)} days`;
}
