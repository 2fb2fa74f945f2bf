import { outputAt } from '../../drivers/output/outputs.js';
import { WebFront } from '../../drivers/web/front.js';
import type { Config } from '../config/config.js';
import { relayPlaceOf } from './actuator.js';
import { indicatorOf } from './indicator.js';
import type { LineSystem } from './lines.js';

/**
 * Every line of the config as a kiosk out of service leaves it: the relay off first, then the lamps. For the moment after
 * an agent that was killed: what this process drove by GPIO or PWM stays as it was until somebody switches it.
 * @param onFault a line that could not be switched, by the config's key; `why` is for technicians
 */
export async function makeSafe(
  config: Config,
  onFault: (key: string, why: string) => void,
  system: LineSystem = {},
): Promise<void> {
  const place = relayPlaceOf(config.actuator);
  if (place) {
    const relay = outputAt('relay', place, system);
    await relay.start({ onFault: (why) => onFault('actuator.output', why), onWell: () => {} });
    await relay.stop('off');
  }
  if (config.indicator.kind !== 'lamps') return;
  // The front stays shut: only an indicator that is a page would want it.
  const front = new WebFront({ port: 0 });
  const told = (lamp: string, why: string | undefined) =>
    why !== undefined && onFault(`indicator.outputs "${lamp}"`, why);
  const indicator = indicatorOf(config.indicator, front, told, system);
  await indicator.start();
  await indicator.stop();
}
