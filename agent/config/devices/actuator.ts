import * as v from 'valibot';
import { duration, oneOf } from '../values.js';

/** [actuator] */
export const actuator = v.object({
  kind: oneOf(['app', 'virtual']),
  result: v.optional(oneOf(['delivered', 'failed', 'doubtful']), 'delivered'),
  delay_ms: duration(500, 0),
  limit_ms: duration(30_000, 1),
});
