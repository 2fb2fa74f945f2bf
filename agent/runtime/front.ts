import type { Display, Screen } from '../../drivers/contract/display.js';
import type { Indicator, Signal } from '../../drivers/contract/indicator.js';
import type { View } from '../kiosk/view.js';

export type Present = (view: View) => { readonly screen: Screen; readonly signal: Signal };

/** Display and indicator, told only when what the customer should see has changed. */
export class Front {
  readonly #display: Display;
  readonly #indicator: Indicator;
  readonly #present: Present;
  #shown = '';

  constructor(display: Display, indicator: Indicator, present: Present) {
    this.#display = display;
    this.#indicator = indicator;
    this.#present = present;
  }

  show(view: View, now: number): void {
    const key = keyOf(view, now);
    if (key === this.#shown) return;
    this.#shown = key;
    const { screen, signal } = this.#present(view);
    this.#display.show(screen);
    this.#indicator.show(signal);
  }

  /** The scanner's chirp, over whatever shows. */
  read(): void {
    this.#indicator.show('read');
  }
}

/** A countdown is the same screen while its end stays the same second; the display counts by itself. */
function keyOf(view: View, now: number): string {
  if (view.kind !== 'confirm-on-phone') return JSON.stringify(view);
  return JSON.stringify({ ...view, leftMs: undefined, end: Math.round((now + view.leftMs) / 1000) });
}
