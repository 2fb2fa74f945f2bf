import { AppActuator, type ReportAnswer } from '../../drivers/actuator/app.js';
import { MdbActuator } from '../../drivers/actuator/mdb/mdb.js';
import { PulseActuator, type PulseSensor } from '../../drivers/actuator/pulse.js';
import { VirtualActuator } from '../../drivers/actuator/virtual.js';
import type { Actuator, VendResult } from '../../drivers/contract/actuator.js';
import type { OrderSource } from '../../drivers/contract/order-source.js';
import { GpioInput } from '../../drivers/input/gpio.js';
import { type OutputPlace, outputAt } from '../../drivers/output/outputs.js';
import { type Currency, currencyNumber, exponentOf, isCurrency } from '../../protocol/money.js';
import type { Config } from '../config/config.js';
import { type LineSystem, placeOf } from './lines.js';
import { serialPlaceOf } from './usb.js';

type ActuatorConfig = Config['actuator'];

export type ActuatorParts = {
  readonly actuator: Actuator;
  /** The kiosk app's word on a vend, by order or attempt. */
  readonly report: (id: string, result: VendResult) => ReportAnswer;
  /** The customer chooses at the machine, which places the orders. */
  readonly machine?: { readonly source: OrderSource; readonly currency: Currency };
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
    case 'mdb':
      return mdbOf(config, handlers);
    case 'app': {
      const actuator = new AppActuator({ limitMs });
      return { actuator, report: (id, given) => actuator.report(id, given) };
    }
  }
}

function mdbOf(config: ActuatorConfig, { onFault, onWell }: ActuatorHandlers): ActuatorParts {
  const { currency, baudRate, dialect, address, session, scale, limitMs } = config;
  if (currency === undefined || !isCurrency(currency)) {
    throw new Error('actuator.currency: found none, expected one that the rules have passed');
  }
  let told = false;
  const actuator = new MdbActuator({
    ...{ path: serialPlaceOf('actuator', config), baudRate, dialect, address, session, scale, limitMs, onFault },
    ...{ currencyNumber: currencyNumber(currency), decimals: exponentOf(currency) },
    onState(state, detail) {
      if (state === 'absent' || state === 'dead') onFault(`mdb: the line is ${state}: ${detail}`);
      else if (state === 'ready' && told) onWell('mdb: the line');
      if (state !== 'opening') told = state !== 'ready';
    },
  });
  return { actuator, report, machine: { source: actuator, currency } };
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
