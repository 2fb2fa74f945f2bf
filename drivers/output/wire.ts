import type { OutputAbilities } from '../contract/output.js';

/**
 * How one back-end does what `SwitchedOutput` decides. Calls come one after the other and may reject; after a rejection
 * `take` comes first.
 */
export interface Wire {
  /** Settled once `take` has resolved: what a kernel can do is known when it is asked. */
  readonly abilities: OutputAbilities;
  /** Takes the line, switched off. */
  take(): Promise<void>;
  set(on: boolean, hz: number): Promise<void>;
  /** Only where the kernel blinks. */
  blink(onMs: number, offMs: number, hz: number): Promise<void>;
  /** Begins a pulse; only where the kernel ends it. */
  pulse(ms: number): Promise<void>;
  /** Read back; a line that is gone rejects. */
  isOn(): Promise<boolean>;
  /** Lets go of it as it is. */
  release(): Promise<void>;
}

export const notKernel = (): Promise<never> => Promise.reject(new Error('this back-end has no timer of the kernel'));
