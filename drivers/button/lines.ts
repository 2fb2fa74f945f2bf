import { type Clock, systemClock } from '../clock.js';
import { type ButtonHandlers, type ButtonName, type Buttons, buttons } from '../contract/button.js';
import type { Input } from '../contract/input.js';

/** Nobody presses that long: it is stuck, or something leans on it. */
const STUCK_MS = 10_000;

export type LineButtonsOptions = {
  readonly inputs: Readonly<Partial<Record<ButtonName, Input>>>;
  /** A button that cannot be read or does not come up; `detail` is for technicians. Undefined: it was pressed or let go since. */
  readonly onFault?: (button: ButtonName, detail: string | undefined) => void;
  readonly clock?: Clock;
};

/** Buttons on lines of their own. A press is the moment it goes down: one held is one, and one held at the start is none. */
export class LineButtons implements Buttons {
  readonly #options: LineButtonsOptions & { readonly clock: Clock };
  readonly #faulty = new Set<ButtonName>();
  readonly #waits = new Map<ButtonName, () => void>();

  constructor(options: LineButtonsOptions) {
    this.#options = { clock: systemClock, ...options };
  }

  async start(handlers: ButtonHandlers): Promise<void> {
    const { inputs } = this.#options;
    const started = buttons.map((button) =>
      inputs[button]?.start({
        onChange: (active) => {
          this.#fault(button, undefined);
          this.#waits.get(button)?.();
          if (!active) return;
          this.#watch(button);
          handlers.onPress({ button });
        },
        onFault: (detail) => {
          this.#waits.get(button)?.();
          this.#fault(button, detail);
        },
      }),
    );
    // One that is down already tells no change.
    for (const button of buttons) if (inputs[button]) this.#watch(button);
    await Promise.all(started);
  }

  async stop(): Promise<void> {
    for (const cancel of this.#waits.values()) cancel();
    this.#waits.clear();
    await Promise.all(buttons.map((button) => this.#options.inputs[button]?.stop()));
  }

  #watch(button: ButtonName): void {
    const { clock, inputs } = this.#options;
    const cancel = clock.after(STUCK_MS, () => {
      if (inputs[button]?.active)
        this.#fault(button, `down for ${STUCK_MS / 1_000} s: stuck, or its line is turned round`);
    });
    this.#waits.set(button, cancel);
  }

  #fault(button: ButtonName, detail: string | undefined): void {
    if (detail === undefined ? !this.#faulty.delete(button) : this.#faulty.has(button)) return;
    if (detail !== undefined) this.#faulty.add(button);
    this.#options.onFault?.(button, detail);
  }
}
