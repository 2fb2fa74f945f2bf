import type { ScannerState } from '../contract/scanner.js';
import type { LineState } from '../line/reconnect.js';

export type SupervisorParts = {
  onState(state: ScannerState, detail: string): void;
  /** What helps one that is silent though its line is open: every second time a reset, if there is one, and always a new opening. */
  reset?(): Promise<string>;
  reopen(why: string): void;
};

/** Questions without an answer until a scanner is dead; from the first on it is suspect. */
const MISSED_MOST = 3;
const SILENT = 'it does not answer';

/**
 * How a scanner is: what its line says, and whether it answers. One that fell silent stays dead until it says something,
 * however often its line is opened in between.
 */
export class Supervisor {
  readonly #parts: SupervisorParts;
  #state: ScannerState = 'absent';
  #detail = '';
  #missed = 0;
  /** Times it fell silent since it was last heard. */
  #deaths = 0;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
  }

  line(state: LineState, detail: string): void {
    if (state === 'absent') this.#missed = 0;
    if (state === 'absent' || this.#deaths === 0) this.#say(state, detail);
    else if (state !== 'opening' && this.#state !== 'dead') this.#say('dead', SILENT);
  }

  heard(): void {
    if (this.#missed === 0 && this.#deaths === 0) return;
    this.#missed = 0;
    this.#deaths = 0;
    this.#say('ready', 'it answers again');
  }

  missed(): void {
    this.#missed += 1;
    if (this.#deaths === 0 && this.#missed < MISSED_MOST) this.#say('suspect', SILENT);
    else void this.#bury();
  }

  async #bury(): Promise<void> {
    this.#missed = 0;
    this.#deaths += 1;
    if (this.#state !== 'dead') this.#say('dead', SILENT);
    const { reset, reopen } = this.#parts;
    if (reset && this.#deaths % 2 === 0) this.#say('dead', `${SILENT}; ${await reset()}`);
    reopen(SILENT);
  }

  #say(state: ScannerState, detail: string): void {
    if (state === this.#state && detail === this.#detail) return;
    this.#state = state;
    this.#detail = detail;
    this.#parts.onState(state, detail);
  }
}
