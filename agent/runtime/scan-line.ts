import type { Clock } from '../../drivers/clock.js';
import type { ScannerData } from '../../drivers/contract/scanner.js';
import { newNonce, type RandomBytes } from '../../protocol/ids.js';
import type { Decoder } from '../decode/decoder.js';
import type { Duplicates } from '../decode/duplicates.js';
import { type Frame, Framer, type FramingProfile } from '../decode/framer.js';
import type { Verdict } from '../decode/result.js';
import type { KioskEvent } from '../kiosk/events.js';

export type ScanLineOptions = {
  readonly profile: FramingProfile;
  readonly decoder: Decoder;
  readonly duplicates: Duplicates;
  readonly random: RandomBytes;
  readonly clock: Clock;
  readonly dispatch: (event: KioskEvent) => void;
  readonly count: (name: string) => void;
};

/** Bytes to events: frame, decode, drop what is the same scan again. The hot path. */
export class ScanLine {
  readonly #options: ScanLineOptions;
  readonly #framer: Framer;
  #cancelTimer: (() => void) | undefined;

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
    this.#cancelTimer?.();
    this.#framer.reset();
  }

  #watchGap(): void {
    this.#cancelTimer?.();
    const deadline = this.#framer.deadlineMs;
    if (deadline === undefined) return;
    const { clock } = this.#options;
    this.#cancelTimer = clock.after(Math.max(0, Math.ceil(deadline - clock.now())), () => {
      this.#framer.gap(clock.now());
      this.#watchGap();
    });
  }

  #framed(frame: Frame): void {
    if (frame.kind === 'fault') {
      this.#options.dispatch({ type: 'scan-rejected', reason: frame.reason });
      return;
    }
    const { decoder } = this.#options;
    const verdict = decoder.decode(frame.bytes);
    const code = verdict.kind === 'reject' ? '' : decoder.text(frame.bytes);
    decoder.forget();
    // The framer's own memory: no code, nor half of one, stays in it until the next customer comes.
    frame.bytes.fill(0);
    if (verdict.kind === 'reject') this.#options.dispatch({ type: 'scan-rejected', reason: verdict.reason });
    else this.#accepted(code, verdict, frame.atMs);
  }

  #accepted(code: string, verdict: Exclude<Verdict, { kind: 'reject' }>, scanMs: number): void {
    const { dispatch, count, duplicates, random } = this.#options;
    const digest = duplicates.digest(code);
    if (duplicates.seen(digest, scanMs)) {
      count('scan-duplicate');
      return;
    }
    count(`scan-read-${verdict.kind}`);
    const issuer = verdict.kind === 'wallet-code' ? verdict.issuer : undefined;
    dispatch({
      type: 'scanned',
      code,
      ...(issuer === undefined ? {} : { issuer }),
      digest,
      tail: newNonce(random).slice(0, 16),
      scanMs,
    });
  }
}
