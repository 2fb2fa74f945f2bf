import { type Clock, systemClock } from '../clock.js';
import type { Scanner, ScannerHandlers, ScannerState } from '../contract/scanner.js';
import { defaultRetry, type RetryOptions } from '../line/backoff.js';
import { identify } from '../line/device-node.js';
import { keepOpen } from '../line/reconnect.js';
import { openPort, type SerialLine } from '../line/serial-port.js';

export type SerialScannerOptions = SerialLine & {
  readonly clock?: Clock;
  readonly retry?: Partial<RetryOptions>;
  /** How often the device node is looked at, ms; 250 unless told. */
  readonly watchMs?: number;
};

/** A scanner on a UART, RS-232 or USB serial line (USB CDC). It delivers bytes as they come and knows no end of a code. */
export class SerialScanner implements Scanner {
  readonly #options: SerialScannerOptions;
  #state: ScannerState = 'absent';
  #running: { stop: AbortController; ended: Promise<void> } | undefined;

  constructor(options: SerialScannerOptions) {
    this.#options = options;
  }

  readonly abilities: Scanner['abilities'] = new Set();

  get state(): ScannerState {
    return this.#state;
  }

  async start(handlers: ScannerHandlers): Promise<void> {
    if (this.#running) throw new Error('serial scanner: found started, expected stopped');
    const { clock = systemClock, retry, watchMs = 250, ...line } = this.#options;
    const stop = new AbortController();
    const onBytes = (bytes: Uint8Array) => {
      if (!stop.signal.aborted) handlers.onData({ bytes, atMs: clock.now(), endOfCode: false });
    };
    const onState = (state: ScannerState, detail: string) => {
      this.#state = state;
      handlers.onState(state, detail);
    };
    const parts = {
      clock,
      retry: { ...defaultRetry, ...retry },
      watchMs,
      identify: () => identify(line.path),
      open: () => openPort(line, onBytes),
      onState,
    };
    this.#running = { stop, ended: keepOpen(parts, stop.signal) };
  }

  /** A bare line: there is nobody who would understand. */
  tell(): void {}

  async stop(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    running.stop.abort();
    await running.ended;
    this.#running = undefined;
    this.#state = 'absent';
  }
}
