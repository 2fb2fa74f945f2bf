import { type Signal, signals } from '../contract/indicator.js';

/** Of a lamp: off, lit, or lit and dark in turn, ms. */
export type Light = 'off' | 'on' | { readonly onMs: number; readonly offMs: number };
/** Of a buzzer: so many beeps of `onMs`, `offMs` apart; `hz` for one whose pitch can be chosen. */
export type Beeps = { readonly count: number; readonly onMs: number; readonly offMs: number; readonly hz?: number };

/** For each signal, by name of the output, in the words of a config: "on", "250/250" (ms), "3x120/120@440" (ms, Hz). */
export type Patterns = Readonly<Record<Signal, Readonly<Record<string, string>>>>;

/** Every signal has a rhythm of its own too, so that neither colour nor sound is the only sign. */
export const defaultPatterns: Patterns = {
  ready: { green: 'on' },
  read: { buzzer: '1x80/0@2093' },
  'try-again': { amber: '120/120', buzzer: '2x70/50@880' },
  busy: { amber: 'on' },
  'confirm-on-phone': { amber: '500/500', buzzer: '2x110/60@1760' },
  'press-to-pay': { green: '500/500', buzzer: '2x110/60@1760' },
  approved: { green: '150/150', buzzer: '1x260/0@2093' },
  declined: { red: 'on', buzzer: '3x120/120@440' },
  // By the kernel's timer where it has one: it goes on when this process hangs.
  'out-of-service': { amber: '200/1800' },
};

export const patternRule = '"on", "off", a blink such as "250/250" (ms), or beeps such as "3x120/120@440" (ms, Hz)';
const MS_MOST = 60_000;
/** Nobody hears less, and 0 is no pitch. */
const HZ_LEAST = 20;

const inMs = (text: string | undefined, least: number): number | undefined => {
  const ms = Number(text);
  return Number.isInteger(ms) && ms >= least && ms <= MS_MOST ? ms : undefined;
};

/** Undefined: says nothing of the kind. */
export function lightOf(text: string): Light | undefined {
  if (text === 'on' || text === 'off') return text;
  const [, on, off] = /^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? [];
  const [onMs, offMs] = [inMs(on, 20), inMs(off, 20)];
  return onMs === undefined || offMs === undefined || on === undefined ? undefined : { onMs, offMs };
}

export function beepsOf(text: string): Beeps | undefined {
  const [, count, on, off, hz] = /^([1-9])x(\d{2,4})\/(\d{1,4})(?:@(\d{2,5}))?$/.exec(text) ?? [];
  const [onMs, offMs] = [inMs(on, 20), inMs(off, 0)];
  if (count === undefined || onMs === undefined || offMs === undefined) return undefined;
  if (hz === undefined) return { count: Number(count), onMs, offMs };
  return Number(hz) < HZ_LEAST ? undefined : { count: Number(count), onMs, offMs, hz: Number(hz) };
}

export const isPattern = (text: string): boolean => lightOf(text) !== undefined || beepsOf(text) !== undefined;

/** The defaults, with whole signals replaced. */
export function patternsWith(changes: Partial<Patterns>): Patterns {
  const entries = signals.map((signal) => [signal, changes[signal] ?? defaultPatterns[signal]] as const);
  return Object.fromEntries(entries) as Patterns;
}
