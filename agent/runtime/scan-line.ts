import type { ScannerData } from '../../drivers/contract/scanner.js';
import { newNonce, type RandomBytes } from '../../protocol/ids.js';
import { decode } from '../decode/decoder.js';
import type { Duplicates } from '../decode/duplicates.js';
import { type Frame, Framer, type FramingProfile } from '../decode/framer.js';
import type { Market } from '../decode/issuers.js';
import type { KioskEvent } from '../kiosk/events.js';

export type ScanLineOptions = {
  readonly profile: FramingProfile;
  readonly market: Market;
  readonly duplicates: Duplicates;
  readonly random: RandomBytes;
  readonly now: () => number;
  readonly dispatch: (event: KioskEvent) => void;
  readonly count: (name: string) => void;
};

/** Bytes to events: frame, decode, drop what is the same scan again. The hot path. */
export class ScanLine {
  readonly #options: ScanLineOptions;
  readonly #framer: Framer;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ScanLineOptions) {
    this.#options = options;
    this.#framer = new Framer(options.profile, (frame) => this.#framed(frame));
  }

  data({ bytes, atMs, endOfCode }: ScannerData): void {
    this.#framer.push(bytes, atMs, endOfCode);
    this.#watchGap();
  }

  /** The device is gone: half a code that it left is no code. */
  reset(): void {
    clearTimeout(this.#timer);
    this.#framer.reset();
  }

  #watchGap(): void {
    clearTimeout(this.#timer);
    const deadline = this.#framer.deadlineMs;
    if (deadline === undefined) return;
    const { now } = this.#options;
    this.#timer = setTimeout(
      () => {
        this.#framer.gap(now());
        this.#watchGap();
      },
      Math.max(0, Math.ceil(deadline - now())),
    );
  }

  #framed(frame: Frame): void {
    const { dispatch, count, duplicates, random, market } = this.#options;
    if (frame.kind === 'fault') {
      dispatch({ type: 'scan-rejected', reason: frame.reason });
      return;
    }
    const decoded = decode(frame.bytes, { market });
    if (decoded.kind === 'reject') {
      dispatch({ type: 'scan-rejected', reason: decoded.reason });
      return;
    }
    if (duplicates.seen(decoded.code, frame.atMs)) {
      count('scan-duplicate');
      return;
    }
    dispatch({
      type: 'scanned',
      code: decoded.code,
      ...(decoded.issuer ? { issuer: decoded.issuer } : {}),
      digest: duplicates.digest(decoded.code),
      tail: newNonce(random).slice(0, 16),
      scanMs: frame.atMs,
    });
  }
}
