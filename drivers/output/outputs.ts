import { type Clock, systemClock } from '../clock.js';
import type { Output } from '../contract/output.js';
import { defaultRetry, type RetryOptions } from '../line/backoff.js';
import type { GpioLine } from '../sysfs/gpio.js';
import { loadOnoff, type MakeLine } from '../sysfs/onoff.js';
import type { FiveExpander } from './johnny-five/expander.js';
import { LineGround } from './johnny-five/ground.js';
import { type JohnnyFive, loadJohnnyFive } from './johnny-five/library.js';
import { type FiveComponent, FiveWire } from './johnny-five/wire.js';
import { LedWire } from './leds.js';
import { OnoffWire } from './onoff.js';
import { PwmWire } from './pwm.js';
import { SwitchedOutput } from './switched.js';
import type { Wire } from './wire.js';

/** Which line an output is, by names that stay. */
export type OutputPlace =
  | { readonly backEnd: 'led'; readonly led: string }
  | { readonly backEnd: 'pwm'; readonly chip?: string; readonly channel: number }
  | ({ readonly backEnd: 'gpio'; readonly activeLow: boolean } & GpioLine)
  | FivePlace;

/** By johnny-five: a line of a GPIO chip, or a pin of an I2C expander, which all outputs behind it share. */
type FivePlace = { readonly backEnd: 'johnny-five'; readonly component: FiveComponent; readonly activeLow: boolean } & (
  | GpioLine
  | { readonly expander: FiveExpander; readonly line: number }
);

export type OutputSettings = {
  readonly clock: Clock;
  readonly retry: RetryOptions;
  readonly sysRoot: string;
  readonly checkMs: number;
  readonly pulseMostMs: number;
  /** Loads onoff, which is optional. */
  readonly load: () => Promise<MakeLine>;
  /** Loads johnny-five, which is optional. */
  readonly loadFive: () => Promise<JohnnyFive>;
};

const defaults: OutputSettings = {
  clock: systemClock,
  retry: defaultRetry,
  sysRoot: '/sys',
  checkMs: 10_000,
  pulseMostMs: 10_000,
  load: loadOnoff,
  loadFive: loadJohnnyFive,
};

export function outputAt(name: string, place: OutputPlace, given: Partial<OutputSettings> = {}): Output {
  const settings = { ...defaults, ...given };
  return new SwitchedOutput(wireOf(place, settings), { ...settings, name });
}

function wireOf(place: OutputPlace, settings: OutputSettings): Wire {
  if (place.backEnd === 'led') return new LedWire({ ...place, ...settings });
  if (place.backEnd === 'pwm') return new PwmWire({ ...place, ...settings });
  if (place.backEnd === 'gpio') return new OnoffWire({ ...place, ...settings });
  const ground =
    'expander' in place
      ? place.expander.ground(place.line, place.activeLow)
      : new LineGround({ ...place, ...settings });
  return new FiveWire({ component: place.component, ground, load: settings.loadFive });
}
