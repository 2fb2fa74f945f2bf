/** Longer than the largest text that a QR code of letters and digits holds (4296). */
export const CODE_BYTES_MOST = 4_400;

/** Why a code was dropped: its end was lost; it holds what cannot be read; it is longer than any code. */
export type DropReason = 'incomplete' | 'invalid' | 'too-long';

export type CollectorHandlers = {
  /** The bytes are the caller's to keep. */
  onCode(bytes: Uint8Array): void;
  /** Once for each dropped code. */
  onDropped(reason: DropReason): void;
};

export type CollectorTime = {
  /** Monotonic ms. */
  now(): number;
  /** After a code whose end was lost: what begins within this time is its rest, and no code, ms. */
  readonly restMs: number;
};

/** One code at a time, put together from what reports bring, handed on whole or dropped whole. */
export class CodeCollector {
  readonly #handlers: CollectorHandlers;
  readonly #buffer = Buffer.alloc(CODE_BYTES_MOST);
  #length = 0;
  #spoilt: DropReason | undefined;
  readonly #time: CollectorTime;
  #lostAtMs = Number.NEGATIVE_INFINITY;

  constructor(handlers: CollectorHandlers, time: CollectorTime) {
    this.#handlers = handlers;
    this.#time = time;
  }

  get begun(): boolean {
    return this.#length > 0 || this.#spoilt !== undefined;
  }

  push(bytes: Uint8Array): void {
    if (!this.begun && this.#time.now() - this.#lostAtMs < this.#time.restMs) this.spoil('incomplete');
    if (this.#length + bytes.length > CODE_BYTES_MOST) this.spoil('too-long');
    if (this.#spoilt) return;
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What there is of the code, and what comes until its end, is dropped. */
  spoil(reason: DropReason): void {
    this.#spoilt ??= reason;
  }

  /** The device's end of the code; nothing when none has begun. */
  end(): void {
    const spoilt = this.#spoilt;
    const bytes = spoilt ? undefined : new Uint8Array(this.#buffer.subarray(0, this.#length));
    const begun = this.begun;
    this.clear();
    if (spoilt) this.#handlers.onDropped(spoilt);
    else if (begun && bytes) this.#handlers.onCode(bytes);
  }

  /** No more of this code will come. */
  lose(): void {
    if (!this.begun) return;
    this.spoil('incomplete');
    this.end();
    this.#lostAtMs = this.#time.now();
  }

  /** Forgets the code without a word. */
  clear(): void {
    this.#buffer.fill(0, 0, this.#length);
    this.#length = 0;
    this.#spoilt = undefined;
  }
}
