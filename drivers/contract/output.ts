/**
 * One line that is switched: a lamp, a buzzer, a relay. Back-ends: the kernel's LED and PWM classes, a GPIO line, an
 * expander. Logical levels throughout: `true` is lit, sounding, pulled, whatever the wiring (active low is the driver's).
 */
export type OutputAbilities = {
  /** Who keeps the time of `blink` and `pulse`: the kernel does so also while this process is stalled or dead. */
  readonly blink: 'kernel' | 'process';
  readonly pulse: 'kernel' | 'process';
  /** A passive buzzer: the pitch can be chosen. */
  readonly tone: boolean;
};

/**
 * `asked` and `measured`, ms, by the monotonic clock; `measured` counts from before the write that switches on to after the
 * last. `seen` false: in all that time nobody saw it on, be it dead or the machine too busy to look.
 */
export type PulseResult = {
  readonly askedMs: number;
  readonly measuredMs: number;
  readonly by: 'kernel' | 'process';
  readonly seen?: boolean;
};

export type OutputHandlers = {
  /** `detail` is for technicians: what the system said, and the remedy where there is one. Once for each new fault. */
  onFault(detail: string): void;
  /** It works again. */
  onWell(): void;
};

export interface Output {
  /** As the config names it, such as "green" or "relay". */
  readonly name: string;
  readonly abilities: OutputAbilities;
  /** Takes the line and switches it off. Resolves at once where it is not there: that is a fault, told, and tried again. */
  start(handlers: OutputHandlers): Promise<void>;
  /** Never throws and never waits; the newest wish counts, and is made true when a line that failed works again. */
  set(on: boolean): void;
  /** On for `onMs`, off for `offMs`, until the next `set`, `blink` or `pulse`. */
  blink(onMs: number, offMs: number): void;
  /** Pitch in Hz for the next `set` and `blink`; passed over where `abilities.tone` is false. */
  tone(hz: number): void;
  /**
   * On once, for `ms`, then off, whatever happens to this process as far as the back-end can. A second pulse while one
   * runs is refused, and so is one that cannot begin soon: whoever asked has given it up by then.
   * @throws Error in the system's words when the line could not be switched on or its end is not certain: `OutputError`.
   */
  pulse(ms: number): Promise<PulseResult>;
  /**
   * Off, and the line let go: a GPIO line stays driven, as one that floats may pull the relay behind it. `as-wished`: the
   * newest wish stays instead, for a lamp that says "out of service"; a blink goes on only where the kernel keeps it, else lit.
   */
  stop(end?: 'off' | 'as-wished'): Promise<void>;
}

/** `begun`: the line may have been on. Then nobody knows what the machine behind it did. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  readonly begun: boolean;
  constructor(message: string, begun: boolean) {
    super(message);
    this.begun = begun;
  }
}
