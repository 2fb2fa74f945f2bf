import { type ButtonHandlers, type ButtonName, type Buttons, buttons } from '../contract/button.js';
import type { Input } from '../contract/input.js';

export type LineButtonsOptions = {
  readonly inputs: Readonly<Partial<Record<ButtonName, Input>>>;
  /** A button that cannot be read; `detail` is for technicians. */
  readonly onFault?: (button: ButtonName, detail: string) => void;
};

/** Buttons on lines of their own. A press is the moment it goes down: one held is one, and one held at the start is none. */
export class LineButtons implements Buttons {
  readonly #options: LineButtonsOptions;

  constructor(options: LineButtonsOptions) {
    this.#options = options;
  }

  async start(handlers: ButtonHandlers): Promise<void> {
    const { inputs, onFault } = this.#options;
    const started = buttons.map((button) =>
      inputs[button]?.start({
        onChange: (active) => active && handlers.onPress({ button }),
        onFault: (detail) => onFault?.(button, detail),
      }),
    );
    await Promise.all(started);
  }

  async stop(): Promise<void> {
    await Promise.all(buttons.map((button) => this.#options.inputs[button]?.stop()));
  }
}
