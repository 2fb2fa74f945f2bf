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

export interface Scanner {
  readonly state: ScannerState;
  /** Resolves at once; an absent device is retried for ever, with back-off. */
  start(handlers: ScannerHandlers): Promise<void>;
  /** After it resolves no handler is called again. */
  stop(): Promise<void>;
}
