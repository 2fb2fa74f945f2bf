import type { Buttons } from '../../drivers/contract/button.js';
import type { Display } from '../../drivers/contract/display.js';
import type { Indicator } from '../../drivers/contract/indicator.js';
import type { Scanner } from '../../drivers/contract/scanner.js';
import { WebFront } from '../../drivers/web/front.js';
import type { Config } from '../config/config.js';
import { type ActuatorHandlers, type ActuatorParts, actuatorOf } from './actuator.js';
import { buttonsOf, type OnButtonFault } from './buttons.js';
import { displayOf } from './display.js';
import { indicatorOf, type OnLampFault } from './indicator.js';
import type { LineSystem } from './lines.js';
import { scannerOf } from './scanner.js';

/** The drivers that the config names, each behind its contract. */
export type Devices = ActuatorParts & {
  readonly scanner: Scanner;
  readonly display: Display;
  readonly indicator: Indicator;
  readonly buttons: Buttons;
  /** Serves the display and the indicator that are pages; absent when neither is. */
  readonly web?: WebFront;
};

export type DeviceParts = {
  readonly onLampFault?: OnLampFault;
  readonly onButtonFault?: OnButtonFault;
  readonly actuator?: ActuatorHandlers;
  readonly system?: LineSystem;
};

export function devicesOf(
  config: Config,
  { onLampFault = () => {}, onButtonFault = () => {}, actuator, system }: DeviceParts = {},
): Devices {
  const web = new WebFront({ port: config.web.port });
  const paged = config.display.kind === 'web' || config.indicator.kind === 'web';
  return {
    scanner: scannerOf(config.scanner),
    display: displayOf(config.display, web),
    indicator: indicatorOf(config.indicator, web, onLampFault, system),
    buttons: buttonsOf(config, web, onButtonFault, system),
    ...actuatorOf(config.actuator, actuator, system),
    ...(paged ? { web } : {}),
  };
}
