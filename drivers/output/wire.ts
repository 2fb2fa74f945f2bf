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
  /** @param begin called right before the write that switches on; it throws when that shall not be any more */
  set(on: boolean, hz: number, begin?: () => void): Promise<void>;
  /** Only where the kernel blinks. */
  blink(onMs: number, offMs: number, hz: number): Promise<void>;
  /** Begins a pulse; only where the kernel ends it. @param begin as for `set` */
  pulse(ms: number, begin: () => void): Promise<void>;
  /** Read back; a line that is gone rejects. */
  isOn(): Promise<boolean>;
  /** Lets go of it as it is. */
  release(): Promise<void>;
}

export const notKernel = (): Promise<never> => Promise.reject(new Error('this back-end has no timer of the kernel'));
