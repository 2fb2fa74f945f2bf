import * as v from 'valibot';
import { duration, oneOf } from '../values.js';
import { gpioKeys } from './lines.js';

const button = v.strictObject(
  { ...gpioKeys, debounce_ms: duration(20, 0, 1_000) },
  'a table of line, chip, active_low, debounce_ms',
);

/** [buttons] */
export const buttons = v.object({
  kind: v.optional(oneOf(['screen', 'lines']), 'screen'),
  link: v.exactOptional(button),
  pay: v.exactOptional(button),
});
