/**
 * Cuts the scanner's bytes into codes. Pure but for its buffer: time comes in with the bytes, and the caller keeps the
 * timer. Source of the rules: reference devices/scanners.md, section 2.
 */

/** Longer than the largest text that a QR code of letters and digits holds; reference codes/formats.md, section 5. */
export const FRAME_BUFFER_BYTES = 4_400;
/** Bytes that come later than this many gaps after the last one belong to another code, whatever came before. */
export const QUIET_GAPS = 5;

const CR = 0x0d;
const LF = 0x0a;

/** The terminators by the names the config uses. CR LF needs no state of its own, as blank frames are dropped. */
export const terminatorBytes = {
  cr: [CR],
  lf: [LF],
  crlf: [CR, LF],
  etx: [0x03],
  tab: [0x09],
} as const satisfies Record<string, readonly number[]>;
export type TerminatorName = keyof typeof terminatorBytes;

export type FramingProfile = {
  /** Bytes that end a code. None: the gap ends it. */
  readonly terminators: readonly number[];
  /** A byte that begins every code (STX). When set, what does not begin with it is `incomplete`. */
  readonly prefix?: number;
  /** Silence after which no more bytes of the same code come, ms. */
  readonly gapMs: number;
  /** Without terminators: what is shorter when the gap comes is `incomplete`, bytes. */
  readonly minLength: number;
};

export type Frame =
  /** `bytes` is a secret in the framer's own memory, for `emit` to read and wipe. `atMs`: when its last byte came. */
  | { readonly kind: 'frame'; readonly bytes: Uint8Array; readonly atMs: number }
  | { readonly kind: 'fault'; readonly reason: 'incomplete' | 'too-long'; readonly atMs: number };

const PLAIN = 0;
const TERMINATOR = 1;
const PREFIX = 2;
const BLANK = 3;

export function framingProfile(
  names: readonly TerminatorName[],
  options: { readonly gapMs: number; readonly minLength: number; readonly prefix?: number },
): FramingProfile {
  return { terminators: [...new Set(names.flatMap((name) => [...terminatorBytes[name]]))], ...options };
}

export class Framer {
  readonly #profile: FramingProfile;
  readonly #emit: (frame: Frame) => void;
  readonly #kinds = new Uint8Array(256);
  readonly #buffer = Buffer.alloc(FRAME_BUFFER_BYTES);
  readonly #views: (Uint8Array | undefined)[] = new Array(FRAME_BUFFER_BYTES + 1).fill(undefined);
  #length = 0;
  #lastMs = 0;
  #deadlineMs: number | undefined;
  /** The prefix of the frame in work was seen, or none is asked for. */
  #opened: boolean;
  /** Dropping the rest of a code that was already reported as a fault. */
  #skipping = false;
  /** The process was held up and bytes may wait unread: the gap was put off once. */
  #putOff = false;

  constructor(profile: FramingProfile, emit: (frame: Frame) => void) {
    this.#profile = profile;
    this.#emit = emit;
    this.#kinds[CR] = BLANK;
    this.#kinds[LF] = BLANK;
    for (const byte of profile.terminators) this.#kinds[byte & 0xff] = TERMINATOR;
    if (profile.prefix !== undefined) this.#kinds[profile.prefix & 0xff] = PREFIX;
    this.#opened = profile.prefix === undefined;
  }

  /** When `gap` wants to be called; undefined while no code has begun. Monotonic ms. */
  get deadlineMs(): number | undefined {
    return this.#deadlineMs;
  }

  push(bytes: Uint8Array, atMs: number, endOfCode = false): void {
    if (bytes.length > 0) {
      if (atMs - this.#lastMs > this.#profile.gapMs * QUIET_GAPS) this.#quiet();
      this.#lastMs = atMs;
      this.#putOff = false;
    }
    for (let at = this.#storePlain(bytes, 0); at < bytes.length; at = this.#storePlain(bytes, at + 1)) {
      const byte = bytes[at] as number;
      const kind = this.#kinds[byte];
      if (kind === PLAIN) this.#store(byte, atMs);
      else if (kind === TERMINATOR) this.#end(atMs, true);
      else if (kind === PREFIX) this.#begin(atMs);
      // CR and LF before a code are what a terminator of two bytes left over.
      else if (this.#length > 0) this.#store(byte, atMs);
    }
    if (endOfCode) this.#end(atMs, true);
    this.#deadlineMs = this.#length > 0 ? this.#lastMs + this.#profile.gapMs : undefined;
  }

  /**
   * The silence after the last byte. Early calls do nothing. A call that comes more than a gap late tells that the
   * process was held up, and bytes that came in time may still wait to be read: it puts `deadlineMs` off once.
   */
  gap(nowMs: number): void {
    if (this.#deadlineMs === undefined || nowMs < this.#deadlineMs) return;
    if (!this.#putOff && nowMs - this.#deadlineMs > this.#profile.gapMs) {
      this.#putOff = true;
      this.#deadlineMs = nowMs + this.#profile.gapMs;
      return;
    }
    const byGap = this.#profile.terminators.length === 0;
    const complete = byGap && this.#length >= this.#profile.minLength;
    this.#end(this.#lastMs, complete);
    // The second half of a broken code is no code: drop it up to its terminator.
    if (!byGap) this.#skipping = true;
    this.#deadlineMs = undefined;
  }

  /** Forgets the code in work, as after the scanner was lost. */
  reset(): void {
    this.#drop();
    this.#skipping = false;
    this.#deadlineMs = undefined;
  }

  /** Stores bytes that mean nothing to framing, as far as there is room. @returns where the first other byte stands */
  #storePlain(bytes: Uint8Array, from: number): number {
    if (this.#skipping) return from;
    const kinds = this.#kinds;
    const buffer = this.#buffer;
    const end = Math.min(bytes.length, from + FRAME_BUFFER_BYTES - this.#length);
    const shift = this.#length - from;
    let at = from;
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      if (kinds[byte] !== PLAIN) break;
      buffer[at + shift] = byte;
    }
    this.#length = at + shift;
    return at;
  }

  /** The first `length` bytes of the buffer; made once a length, as a view costs more than a verdict. */
  #view(length: number): Uint8Array {
    const made = this.#views[length] ?? this.#buffer.subarray(0, length);
    this.#views[length] = made;
    return made;
  }

  #store(byte: number, atMs: number): void {
    if (this.#skipping) return;
    if (this.#length === FRAME_BUFFER_BYTES) {
      this.#fault('too-long', atMs);
      this.#skipping = true;
      return;
    }
    this.#buffer[this.#length++] = byte;
  }

  #begin(atMs: number): void {
    if (this.#length > 0) this.#fault('incomplete', atMs);
    this.#skipping = false;
    this.#opened = true;
  }

  #end(atMs: number, complete: boolean): void {
    if (this.#skipping) {
      this.#skipping = false;
      this.#restart();
    } else if (this.#length === 0) {
      this.#restart();
    } else if (complete && this.#opened) {
      const bytes = this.#view(this.#length);
      this.#restart();
      this.#emit({ kind: 'frame', bytes, atMs });
    } else {
      this.#fault('incomplete', atMs);
    }
  }

  /** Long silence, and nobody called `gap`: what was in work ends here, and what was dropped is over. */
  #quiet(): void {
    if (this.#length > 0) {
      const complete = this.#profile.terminators.length === 0 && this.#length >= this.#profile.minLength;
      this.#end(this.#lastMs, complete);
    }
    this.#skipping = false;
    this.#restart();
  }

  #fault(reason: 'incomplete' | 'too-long', atMs: number): void {
    this.#drop();
    this.#emit({ kind: 'fault', reason, atMs });
  }

  /** What was not handed out is wiped here: half a code is a secret too. */
  #drop(): void {
    this.#buffer.fill(0, 0, this.#length);
    this.#restart();
  }

  #restart(): void {
    this.#length = 0;
    this.#opened = this.#profile.prefix === undefined;
  }
}
