import type { Fault } from '../../../protocol/faults.js';
import type { Rule } from '../rule.js';
import type { Tables } from '../schema.js';

type Place = {
  readonly back_end: 'led' | 'pwm' | 'gpio';
  readonly led?: string;
  readonly chip?: string;
  readonly line?: number;
  readonly channel?: number;
  readonly active_low: boolean;
};

/** The key without which a back-end does not know its line. */
const keyOf = { led: 'led', pwm: undefined, gpio: 'line' } as const;

/** What an output at the key `at` lacks, or has too much. */
export function placeFault(at: string, place: Place): Fault | undefined {
  const key = keyOf[place.back_end];
  if (key !== undefined && place[key] === undefined) {
    const what = key === 'led' ? 'its name under /sys/class/leds' : 'its offset on the chip, such as 17';
    return { key: `${at}.${key}`, found: 'nothing', expected: `${what}, as back_end is "${place.back_end}"` };
  }
  if (place.active_low && place.back_end !== 'gpio') {
    const expected = 'false: only a "gpio" is turned round here; a LED is by active_low=1 of its overlay';
    return { key: `${at}.active_low`, found: 'true', expected };
  }
  return undefined;
}

/** A line that a table takes for itself. */
type Claim = { readonly at: string; readonly key: string; readonly place: Omit<Place, 'active_low'> };

function claimsOf({ indicator, actuator, buttons }: Tables): readonly Claim[] {
  const claims: Claim[] = [];
  const claim = (at: string, place: Claim['place']) => {
    const key = keyOf[place.back_end] ?? 'channel';
    if (place[key] !== undefined) claims.push({ at, key: `${at}.${key}`, place });
  };
  if (indicator.kind === 'lamps') {
    for (const [i, output] of (indicator.outputs ?? []).entries()) claim(`indicator.outputs[${i}]`, output);
  }
  if (actuator.kind === 'pulse') {
    if (actuator.output) claim('actuator.output', actuator.output);
    if (actuator.sensor) claim('actuator.sensor', { back_end: 'gpio', ...actuator.sensor });
  }
  if (buttons.kind === 'lines') {
    for (const name of ['link', 'pay'] as const)
      if (buttons[name]) claim(`buttons.${name}`, { back_end: 'gpio', ...buttons[name] });
  }
  return claims;
}

/** Without a chip's label the only chip is meant, so that it may be any. */
const sameChip = (a: string | undefined, b: string | undefined) => a === undefined || b === undefined || a === b;

function sameLine({ place: a }: Claim, { place: b }: Claim): boolean {
  if (a.back_end !== b.back_end) return false;
  if (a.back_end === 'led') return a.led === b.led;
  const number = (place: Claim['place']) => (place.back_end === 'gpio' ? place.line : place.channel);
  return sameChip(a.chip, b.chip) && number(a) === number(b);
}

function words({ back_end, led, chip, line, channel }: Claim['place']): string {
  if (back_end === 'led') return `the LED "${led}"`;
  const what = back_end === 'gpio' ? `line ${line}` : `channel ${channel}`;
  return chip === undefined ? what : `${what} of "${chip}"`;
}

const buttonKeys = ['buttons.kind', 'buttons.link', 'buttons.pay'];

/** Two devices on one line would switch each other, a lamp would hand out goods. */
export const linesDiffer: Rule = {
  reads: ['indicator.kind', 'indicator.outputs', 'actuator.kind', 'actuator.output', 'actuator.sensor', ...buttonKeys],
  check(tables) {
    const claims = claimsOf(tables);
    for (const [i, one] of claims.entries()) {
      const other = claims.slice(0, i).find((before) => sameLine(before, one));
      if (!other) continue;
      return { key: one.key, found: words(one.place), expected: `another line: ${other.at} has ${words(other.place)}` };
    }
    return undefined;
  },
};
