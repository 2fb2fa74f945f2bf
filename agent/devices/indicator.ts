import type { Indicator } from '../../drivers/contract/indicator.js';
import { type Lamp, LampIndicator } from '../../drivers/indicator/lamps.js';
import type { Patterns } from '../../drivers/indicator/patterns.js';
import { VirtualIndicator } from '../../drivers/indicator/virtual.js';
import { WebIndicator } from '../../drivers/indicator/web.js';
import { type OutputPlace, outputAt } from '../../drivers/output/outputs.js';
import type { WebFront } from '../../drivers/web/front.js';
import type { Config } from '../config/config.js';
import { FivePlaces } from './johnny-five.js';

export type OnLampFault = (lamp: string, detail: string | undefined) => void;
type OutputConfig = NonNullable<Config['indicator']['outputs']>[number];

export function indicatorOf(config: Config['indicator'], web: WebFront, onFault: OnLampFault): Indicator {
  const { kind, outputs = [], patterns = {} } = config;
  if (kind === 'web') return new WebIndicator(web);
  if (kind === 'virtual') return new VirtualIndicator();
  return new LampIndicator({ lamps: lampsOf(outputs), patterns: patterns as Partial<Patterns>, onFault });
}

function lampsOf(outputs: readonly OutputConfig[]): Lamp[] {
  const fives = new FivePlaces();
  return outputs.map((output) => ({
    output: outputAt(output.name, placeOf(output, fives)),
    shows: output.shows ?? [output.name],
  }));
}

function placeOf(output: OutputConfig, fives: FivePlaces): OutputPlace {
  const { name, backEnd, led, chip, line, channel, activeLow } = output;
  const where = chip === undefined ? {} : { chip };
  if (backEnd === 'pwm') return { backEnd, channel, ...where };
  if (backEnd === 'led' && led !== undefined) return { backEnd, led };
  if (backEnd === 'johnny-five' && line !== undefined) return fives.placeOf({ ...output, line });
  if (backEnd === 'gpio' && line !== undefined) return { backEnd, line, activeLow, ...where };
  throw new Error(`indicator.outputs: found "${name}" without its line, expected one that the rules have passed`);
}
