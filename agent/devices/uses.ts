import type { Config } from '../config/config.js';

type Lines = { readonly backEnd: string; readonly expander?: string | undefined };

/** What of the kernel a config's devices stand on, beside the devices themselves. */
export type Uses = {
  /** GPIO lines through onoff, and so a chip and the package's native part. */
  readonly gpio: boolean;
  /** A bus in /dev, and the native part of i2c-bus. */
  readonly i2c: boolean;
};

const onBus: ReadonlySet<string> = new Set(['ssd1306', 'sh1106', 'hd44780']);

export function usesOf({ indicator, actuator, buttons, display }: Config): Uses {
  const lamps: readonly Lines[] = indicator.kind === 'lamps' ? (indicator.outputs ?? []) : [];
  const relay: readonly Lines[] = actuator.kind === 'pulse' && actuator.output ? [actuator.output] : [];
  const outputs = [...lamps, ...relay];
  const isLine = ({ backEnd, expander }: Lines) =>
    backEnd === 'gpio' || (backEnd === 'johnny-five' && expander === undefined);
  const looks = buttons.kind === 'lines' || (actuator.kind === 'pulse' && actuator.sensor !== undefined);
  return {
    gpio: looks || outputs.some(isLine),
    i2c: onBus.has(display.kind) || outputs.some(({ expander }) => expander !== undefined),
  };
}
