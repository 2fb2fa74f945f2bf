import * as v from 'valibot';
import { signals } from '../../../drivers/contract/indicator.js';
import { isPattern, patternRule } from '../../../drivers/indicator/patterns.js';
import { oneOf, whole } from '../values.js';
import { placeKeys } from './lines.js';

const nameRule = 'a name of 1 to 32 of a-z 0-9 _ -';
const name = v.pipe(v.string(nameRule), v.regex(/^[a-z0-9_-]{1,32}$/, nameRule));
const outputRule = 'a table of name, shows, back_end and, as that one needs, led, chip, line, channel, active_low';
const outputsRule = 'a list of 1 to 16 tables [[indicator.outputs]]';

/** [[indicator.outputs]] */
const output = v.strictObject(
  {
    name,
    shows: v.exactOptional(v.pipe(v.array(name, 'a list of names'), v.minLength(1, 'a list of names'))),
    ...placeKeys(['led', 'pwm', 'gpio']),
    channel: v.optional(whole(0, 63), 0),
  },
  outputRule,
);

const patternsRule = `a table of ${signals.join(', ')}, each a table of output = ${patternRule}`;
const pattern = v.record(name, v.pipe(v.string(patternRule), v.check(isPattern, patternRule)), patternsRule);
const patterns = v.partial(
  v.strictObject(
    Object.fromEntries(signals.map((s) => [s, pattern])) as Record<(typeof signals)[number], typeof pattern>,
    patternsRule,
  ),
);

/** [indicator] */
export const indicator = v.object({
  kind: v.optional(oneOf(['web', 'lamps', 'virtual']), 'web'),
  outputs: v.exactOptional(
    v.pipe(v.array(output, outputsRule), v.minLength(1, outputsRule), v.maxLength(16, outputsRule)),
  ),
  patterns: v.exactOptional(patterns),
});
