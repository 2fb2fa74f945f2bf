import { type Clock, systemClock } from '../clock.js';
import type { Scanner, ScannerHandlers, ScannerState, ScannerWord } from '../contract/scanner.js';

export type Feeding = {
  /** Sizes of the pieces in which the bytes arrive; what is left over comes as the last piece. One piece unless told. */
  readonly chunks?: readonly number[];
  /** For playing a device that knows where a code ends: the last piece says so. */
  readonly endOfCode?: boolean;
};

/** A scanner without a device: the holder says what it reads and how it is. */
export class VirtualScanner implements Scanner {
  readonly #clock: Clock;
  readonly abilities: Scanner['abilities'];
  /** What it was told, oldest first. */
  readonly told: ScannerWord[] = [];
  #handlers: ScannerHandlers | undefined;
  #device: { state: ScannerState; detail: string };

  constructor(
    options: { readonly clock?: Clock; readonly state?: ScannerState; readonly abilities?: Scanner['abilities'] } = {},
  ) {
    this.abilities = options.abilities ?? new Set();
    this.#clock = options.clock ?? systemClock;
    this.#device = { state: options.state ?? 'ready', detail: 'virtual' };
  }

  get state(): ScannerState {
    return this.#handlers ? this.#device.state : 'absent';
  }

  async start(handlers: ScannerHandlers): Promise<void> {
    if (this.#handlers) throw new Error('virtual scanner: found started, expected stopped');
    this.#handlers = handlers;
    handlers.onState(this.#device.state, this.#device.detail);
  }

  tell(word: ScannerWord): void {
    if (this.abilities.has(word)) this.told.push(word);
  }

  async stop(): Promise<void> {
    this.#handlers = undefined;
  }

  /** What the device becomes, told to the handlers when it changed. */
  set(state: ScannerState, detail = 'virtual'): void {
    const same = this.#device.state === state && this.#device.detail === detail;
    this.#device = { state, detail };
    if (!same) this.#handlers?.onState(state, detail);
  }

  /** Reads a code. A device that is not ready, or not started, reads nothing: the bytes are lost, as with a real one. */
  feed(code: Uint8Array | string, { chunks = [], endOfCode = false }: Feeding = {}): void {
    const bytes = typeof code === 'string' ? Buffer.from(code) : code;
    let at = 0;
    for (const size of [...chunks, bytes.length]) {
      const piece = bytes.subarray(at, at + size);
      at += size;
      if (piece.length === 0 || this.state !== 'ready') continue;
      this.#handlers?.onData({ bytes: piece, atMs: this.#clock.now(), endOfCode: endOfCode && at >= bytes.length });
    }
  }
}
