import { type Patterns, patternsWith } from '../../../drivers/indicator/patterns.js';
import type { Fault } from '../../../protocol/faults.js';
import type { Rule } from '../rule.js';
import type { Tables } from '../schema.js';

const quoted = (names: Iterable<string>) => [...names].map((name) => `"${name}"`).join(', ');

/** What a lamp or buzzer stands for: the names in the patterns. */
function shownBy({ name, shows = [name] }: NonNullable<Tables['indicator']['outputs']>[number]): readonly string[] {
  return shows;
}

/** Such a lamp stays dark for ever, and nothing else would say so. */
export const lampsAreLit: Rule = {
  reads: ['indicator.kind', 'indicator.outputs', 'indicator.patterns'],
  check({ indicator: { kind, outputs = [], patterns = {} } }): Fault | undefined {
    if (kind !== 'lamps') return undefined;
    const known = new Set(Object.values(patternsWith(patterns as Partial<Patterns>)).flatMap(Object.keys));
    for (const [i, output] of outputs.entries()) {
      const unlit = shownBy(output).find((name) => !known.has(name));
      if (unlit === undefined) continue;
      const key = `indicator.outputs[${i}].${output.shows ? 'shows' : 'name'}`;
      const more = output.shows ? '' : ', or shows = ["red", "amber"], what it stands for';
      return {
        key,
        found: `"${unlit}", which no signal uses`,
        expected: `one of ${quoted(known)}${more}, or a pattern with it in indicator.patterns`,
      };
    }
    return undefined;
  },
};

/** Only what the file itself says: the built-in patterns name lamps that a kiosk need not have. */
export const patternsHaveLamps: Rule = {
  reads: ['indicator.kind', 'indicator.outputs', 'indicator.patterns'],
  check({ indicator: { kind, outputs = [], patterns = {} } }): Fault | undefined {
    if (kind !== 'lamps') return undefined;
    const lamps = new Set(outputs.flatMap(shownBy));
    for (const [signal, pattern] of Object.entries(patterns)) {
      const missing = Object.keys(pattern ?? {}).find((name) => !lamps.has(name));
      if (missing === undefined) continue;
      return {
        key: `indicator.patterns.${signal}.${missing}`,
        found: 'no output of this name',
        expected: `one of ${quoted(lamps)}, or an output with it in indicator.outputs`,
      };
    }
    return undefined;
  },
};
