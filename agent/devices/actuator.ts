import { AppActuator, type ReportAnswer } from '../../drivers/actuator/app.js';
import { PulseActuator, type PulseSensor } from '../../drivers/actuator/pulse.js';
import { VirtualActuator } from '../../drivers/actuator/virtual.js';
import type { Actuator, VendResult } from '../../drivers/contract/actuator.js';
import { GpioInput } from '../../drivers/input/gpio.js';
import { type OutputPlace, outputAt } from '../../drivers/output/outputs.js';
import type { Config } from '../config/config.js';
import { type LineSystem, placeOf } from './lines.js';

type ActuatorConfig = Config['actuator'];

export type ActuatorParts = {
  readonly actuator: Actuator;
  /** The kiosk app's word on a vend, by order or attempt. */
  readonly report: (id: string, result: VendResult) => ReportAnswer;
  /** What its operator should know of how it is set up. */
  readonly actuatorNote?: string;
};

/** For technicians. */
export type ActuatorHandlers = {
  onFault(detail: string): void;
  onWell(detail: string): void;
};

const silentHandlers: ActuatorHandlers = { onFault: () => {}, onWell: () => {} };

/** Nobody but a kiosk's own app reports a vend from outside. */
const report = (): ReportAnswer => 'unknown';

export function actuatorOf(
  config: ActuatorConfig,
  handlers: ActuatorHandlers = silentHandlers,
  system: LineSystem = {},
): ActuatorParts {
  const { kind, result, delayMs, limitMs } = config;
  switch (kind) {
    case 'virtual':
      return { actuator: new VirtualActuator({ result, delayMs }), report };
    case 'pulse':
      return pulseOf(config, handlers, system);
    case 'app': {
      const actuator = new AppActuator({ limitMs });
      return { actuator, report: (id, given) => actuator.report(id, given) };
    }
  }
}

function sensorOf({ sensor }: ActuatorConfig, system: LineSystem): PulseSensor | undefined {
  if (!sensor) return undefined;
  const { withinMs, clearMs, silent, ...line } = sensor;
  return { input: new GpioInput({ name: 'sensor', ...line, ...system }), withinMs, clearMs, silent };
}

/** The line of the relay that hands out the goods, where there is one. */
export function relayPlaceOf({ kind, output }: ActuatorConfig): OutputPlace | undefined {
  if (kind !== 'pulse') return undefined;
  if (!output) throw new Error('actuator.output: found nothing, expected one that the rules have passed');
  return placeOf('actuator.output', output);
}

function pulseOf(config: ActuatorConfig, handlers: ActuatorHandlers, system: LineSystem): ActuatorParts {
  const { pulseMs, toleranceMs } = config;
  const place = relayPlaceOf(config);
  if (!place) throw new Error('actuator.kind: found no relay, expected one');
  const relay = outputAt('relay', place, system);
  const sensor = sensorOf(config, system);
  const actuator = new PulseActuator({ relay, pulseMs, toleranceMs, ...handlers, ...(sensor ? { sensor } : {}) });
  const actuatorNote = 'actuator.sensor: none, so a pulse of the right width counts as delivered, whatever came out';
  return { actuator, report, ...(sensor ? {} : { actuatorNote }) };
}
