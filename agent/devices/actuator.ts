import { AppActuator, type ReportAnswer } from '../../drivers/actuator/app.js';
import { VirtualActuator } from '../../drivers/actuator/virtual.js';
import type { Actuator, VendResult } from '../../drivers/contract/actuator.js';
import type { Config } from '../config/config.js';

export type ActuatorParts = {
  readonly actuator: Actuator;
  /** The kiosk app's word on a vend, by order or attempt. */
  readonly report: (id: string, result: VendResult) => ReportAnswer;
};

export function actuatorOf({ kind, result, delayMs, limitMs }: Config['actuator']): ActuatorParts {
  if (kind === 'virtual') return { actuator: new VirtualActuator({ result, delayMs }), report: () => 'unknown' };
  const actuator = new AppActuator({ limitMs });
  return { actuator, report: (id, given) => actuator.report(id, given) };
}
