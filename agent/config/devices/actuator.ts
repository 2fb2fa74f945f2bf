import * as v from 'valibot';
import { PULSE_MOST_MS } from '../../../drivers/actuator/pulse.js';
import { duration, oneOf } from '../values.js';
import { gpioKeys, placeKeys } from './lines.js';

const MINUTE_MS = 60_000;

const output = v.strictObject(
  placeKeys(['led', 'gpio']),
  'a table of back_end and, as that one needs, led, chip, line, active_low',
);

const sensor = v.strictObject(
  {
    ...gpioKeys,
    debounce_ms: duration(20, 0, 1_000),
    within_ms: duration(10_000, 1, MINUTE_MS),
    clear_ms: duration(5_000, 1, MINUTE_MS),
    silent: v.optional(oneOf(['failed', 'doubtful']), 'doubtful'),
  },
  'a table of line, chip, active_low, debounce_ms, within_ms, clear_ms, silent',
);

/** [actuator] */
export const actuator = v.object({
  kind: oneOf(['app', 'virtual', 'pulse']),
  result: v.optional(oneOf(['delivered', 'failed', 'doubtful']), 'delivered'),
  delay_ms: duration(500, 0),
  limit_ms: duration(30_000, 1),
  output: v.exactOptional(output),
  pulse_ms: duration(200, 1, PULSE_MOST_MS),
  tolerance_ms: duration(100, 1, 1_000),
  sensor: v.exactOptional(sensor),
});
