/**
 * A device that reads codes. The driver delivers bytes as they come and says how the device is; framing and meaning are
 * the agent's. A device that knows where a code ends (HID-POS) says so with `endOfCode`.
 */
export type ScannerState = 'absent' | 'opening' | 'ready' | 'suspect' | 'dead';

export type ScannerData = {
  readonly bytes: Uint8Array;
  /** Monotonic ms (performance.now) at which the bytes were handed to the process. */
  readonly atMs: number;
  readonly endOfCode: boolean;
};

export type ScannerHandlers = {
  onData(data: ScannerData): void;
  /** `detail` is for technicians: what the system said, never bytes of a code. */
  onState(state: ScannerState, detail: string): void;
};

/**
 * What the agent tells a scanner. `enable` and `disable`: whether codes are wanted now; `good-read`, `bad-read`: its own
 * beeper and lamp. One that cannot passes over it: then the agent's own gate and lamps are what there is.
 */
export const scannerWords = ['enable', 'disable', 'good-read', 'bad-read'] as const;
export type ScannerWord = (typeof scannerWords)[number];

export interface Scanner {
  readonly state: ScannerState;
  /** Which words it carries out, and whether it can be asked if it lives (`probe`). Known before `start`. */
  readonly abilities: ReadonlySet<ScannerWord | 'probe'>;
  /** Resolves at once; an absent device is retried for ever, with back-off. */
  start(handlers: ScannerHandlers): Promise<void>;
  /** Never throws and never waits; the newest of `enable` and `disable` counts, also after a device came back. */
  tell(word: ScannerWord): void;
  /** After it resolves no handler is called again. */
  stop(): Promise<void>;
}
