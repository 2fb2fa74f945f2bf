import * as v from 'valibot';
import { flag, line, oneOf, whole } from '../values.js';

/** A GPIO line: by its chip's label and its offset there. */
export const gpioKeys = {
  chip: v.exactOptional(line(64, 'a label')),
  line: whole(0, 1_023),
  active_low: flag(false),
};

/** Which line an output is, for any device that switches one. */
export function placeKeys<const B extends readonly ('led' | 'pwm' | 'gpio')[]>(backEnds: B) {
  return {
    back_end: oneOf(backEnds),
    /** A name, never a path: it is joined to one. */
    led: v.exactOptional(v.pipe(line(64, 'a name'), v.regex(/^[^/]+$/, 'a name under /sys/class/leds, without "/"'))),
    ...gpioKeys,
    line: v.exactOptional(gpioKeys.line),
  };
}
