/** One line that is looked at: a sensor under a chute, a button. Logical: `true` is interrupted, pressed, whatever the wiring. */
export type InputHandlers = {
  /** Each change that outlives the debounce time, with the monotonic time (performance.now) of its first edge, ms. */
  onChange(active: boolean, atMs: number): void;
  /** It cannot be read; `detail` is for technicians. `active` is undefined until it can. */
  onFault(detail: string): void;
};

export interface Input {
  readonly name: string;
  /** As it is now; undefined: not known. */
  readonly active: boolean | undefined;
  /** Resolves at once, also where there is no such line: it is tried again for ever. */
  start(handlers: InputHandlers): Promise<void>;
  /** After it resolves no handler is called again. */
  stop(): Promise<void>;
}
