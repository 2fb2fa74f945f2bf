import * as v from 'valibot';
import { expanderChips, pinsOf } from '../../../drivers/output/johnny-five/expander.js';
import type { Fault } from '../../../protocol/faults.js';
import { line, oneOf, whole } from '../values.js';

/** Where these chips are sold to answer when nothing is bridged. */
export const EXPANDER_ADDRESS = 0x20;
export const EXPANDER_BUS = '/dev/i2c-1';

/** What an output of back_end "johnny-five" has besides chip, line and active_low. */
export const fiveKeys = {
  component: v.exactOptional(oneOf(['led', 'relay'])),
  expander: v.exactOptional(oneOf(expanderChips)),
  i2c_bus: v.exactOptional(line(64, 'a path')),
  i2c_address: v.exactOptional(whole(0x20, 0x3f)),
};

export type FiveOutput = {
  readonly back_end: string;
  readonly chip?: string;
  readonly line?: number;
} & { readonly [K in keyof typeof fiveKeys]?: v.InferOutput<(typeof fiveKeys)[K]['wrapped']> };

const keys = ['component', 'expander', 'i2c_bus', 'i2c_address'] as const;

const chipOf = ({ i2c_bus = EXPANDER_BUS, i2c_address = EXPANDER_ADDRESS }: FiveOutput): string =>
  `${i2c_address} on ${i2c_bus}`;

function faultAlone(output: FiveOutput): Fault | undefined {
  const five = output.back_end === 'johnny-five';
  const stray = keys.find((key) => output[key] !== undefined && !(five && (key === 'component' || output.expander)));
  if (stray !== undefined) {
    const expected = five ? 'nothing, or expander' : 'nothing: only back_end "johnny-five" has it';
    return { key: stray, found: JSON.stringify(output[stray]), expected };
  }
  const { expander, chip, line: pin } = output;
  if (expander === undefined) return undefined;
  if (chip !== undefined) {
    return { key: 'chip', found: JSON.stringify(chip), expected: 'nothing: line is a pin of the expander' };
  }
  const pins = pinsOf(expander);
  if (pin === undefined || pin < pins) return undefined;
  return {
    key: 'line',
    found: String(pin),
    expected: `a whole number from 0 to ${pins - 1}, as expander is "${expander}"`,
  };
}

function faultBeside(output: FiveOutput, before: readonly FiveOutput[]): Fault | undefined {
  if (output.expander === undefined) return undefined;
  const same = before.filter((other) => other.expander !== undefined && chipOf(other) === chipOf(output));
  if (same.some(({ expander }) => expander !== output.expander)) {
    const expected = `"${same[0]?.expander}", as another output has at that address`;
    return { key: 'expander', found: `"${output.expander}"`, expected };
  }
  if (!same.some((other) => other.line === output.line)) return undefined;
  return { key: 'line', found: String(output.line), expected: 'a pin that no other output has' };
}

/** The first fault of the list, its key below the output's own. */
export function fiveFault(outputs: readonly FiveOutput[], at: (index: number) => string): Fault | undefined {
  for (const [i, output] of outputs.entries()) {
    const fault = faultAlone(output) ?? faultBeside(output, outputs.slice(0, i));
    if (fault) return { ...fault, key: `${at(i)}.${fault.key}` };
  }
  return undefined;
}
