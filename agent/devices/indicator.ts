import type { Indicator } from '../../drivers/contract/indicator.js';
import { type Lamp, LampIndicator } from '../../drivers/indicator/lamps.js';
import type { Patterns } from '../../drivers/indicator/patterns.js';
import { VirtualIndicator } from '../../drivers/indicator/virtual.js';
import { WebIndicator } from '../../drivers/indicator/web.js';
import { type OutputPlace, outputAt } from '../../drivers/output/outputs.js';
import type { WebFront } from '../../drivers/web/front.js';
import type { Config } from '../config/config.js';

export type OnLampFault = (lamp: string, detail: string | undefined) => void;
type OutputConfig = NonNullable<Config['indicator']['outputs']>[number];

export function indicatorOf(config: Config['indicator'], web: WebFront, onFault: OnLampFault): Indicator {
  const { kind, outputs = [], patterns = {} } = config;
  if (kind === 'web') return new WebIndicator(web);
  if (kind === 'virtual') return new VirtualIndicator();
  return new LampIndicator({ lamps: outputs.map(lampOf), patterns: patterns as Partial<Patterns>, onFault });
}

function lampOf(output: OutputConfig): Lamp {
  return { output: outputAt(output.name, placeOf(output)), shows: output.shows ?? [output.name] };
}

function placeOf({ name, backEnd, led, chip, line, channel, activeLow }: OutputConfig): OutputPlace {
  const where = chip === undefined ? {} : { chip };
  if (backEnd === 'pwm') return { backEnd, channel, ...where };
  if (backEnd === 'led' && led !== undefined) return { backEnd, led };
  if (backEnd === 'gpio' && line !== undefined) return { backEnd, line, activeLow, ...where };
  throw new Error(`indicator.outputs: found "${name}" without its line, expected one that the rules have passed`);
}
