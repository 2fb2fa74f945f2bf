import type { Indicator } from '../../drivers/contract/indicator.js';
import { type Lamp, LampIndicator } from '../../drivers/indicator/lamps.js';
import type { Patterns } from '../../drivers/indicator/patterns.js';
import { VirtualIndicator } from '../../drivers/indicator/virtual.js';
import { WebIndicator } from '../../drivers/indicator/web.js';
import { outputAt } from '../../drivers/output/outputs.js';
import type { WebFront } from '../../drivers/web/front.js';
import type { Config } from '../config/config.js';
import { type LineSystem, placeOf } from './lines.js';

export type OnLampFault = (lamp: string, detail: string | undefined) => void;
type OutputConfig = NonNullable<Config['indicator']['outputs']>[number];

export function indicatorOf(
  config: Config['indicator'],
  web: WebFront,
  onFault: OnLampFault,
  system: LineSystem = {},
): Indicator {
  const { kind, outputs = [], patterns = {} } = config;
  if (kind === 'web') return new WebIndicator(web);
  if (kind === 'virtual') return new VirtualIndicator();
  return new LampIndicator({
    lamps: outputs.map((output) => lampOf(output, system)),
    patterns: patterns as Partial<Patterns>,
    onFault,
  });
}

function lampOf(output: OutputConfig, system: LineSystem): Lamp {
  const made = outputAt(output.name, placeOf('indicator.outputs', output), system);
  return { output: made, shows: output.shows ?? [output.name] };
}
