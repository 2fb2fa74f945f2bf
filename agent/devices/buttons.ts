import { LineButtons } from '../../drivers/button/lines.js';
import { SeveralButtons } from '../../drivers/button/several.js';
import { VirtualButtons } from '../../drivers/button/virtual.js';
import { WebButtons } from '../../drivers/button/web.js';
import { type ButtonName, type Buttons, buttons } from '../../drivers/contract/button.js';
import { GpioInput } from '../../drivers/input/gpio.js';
import type { WebFront } from '../../drivers/web/front.js';
import type { Config } from '../config/config.js';
import type { LineSystem } from './lines.js';

/** A button that cannot be read or is stuck; undefined: it is well again. */
export type OnButtonFault = (button: ButtonName, why: string | undefined) => void;

export function buttonsOf(
  { buttons: config, display }: Pick<Config, 'buttons' | 'display'>,
  web: WebFront,
  onFault: OnButtonFault,
  system: LineSystem = {},
): Buttons {
  // A page shows its own; another display has none.
  const onScreen = display.kind === 'web' ? [new WebButtons(web)] : [];
  if (config.kind === 'screen') return onScreen[0] ?? new VirtualButtons();
  const lines = buttons.flatMap((name) => {
    const line = config[name];
    return line ? [[name, new GpioInput({ name, ...line, ...system })] as const] : [];
  });
  return new SeveralButtons([...onScreen, new LineButtons({ inputs: Object.fromEntries(lines), onFault })]);
}
