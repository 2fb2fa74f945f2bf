/**
 * Lamps and buzzer, driven by named signals so that the agent knows nothing of pins, colours and patterns.
 * `read` is momentary (a chirp over whatever shows); every other signal stays until the next one.
 * `try-again`: what was scanned led to no payment; `declined`: a payment was tried and came to nothing.
 * `press-to-pay`: the kiosk's own button, or the phone's page.
 */
export const signals = [
  'ready',
  'read',
  'try-again',
  'busy',
  'confirm-on-phone',
  'press-to-pay',
  'approved',
  'declined',
  'out-of-service',
] as const;
export type Signal = (typeof signals)[number];

export interface Indicator {
  start(): Promise<void>;
  /** Never throws and never waits; a failing device is the driver's to report through `onFault`. */
  show(signal: Signal): void;
  /** Leaves the device in its safe state: out of service, silent. */
  stop(): Promise<void>;
}
