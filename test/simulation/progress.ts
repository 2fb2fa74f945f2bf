import { KIOSK_YEAR_PAYMENTS } from './many.js';

const BAR_CELLS = 24;
/** A terminal is drawn anew at most this often, ms. */
const DRAW_EVERY_MS = 100;

export type Sofar = { readonly payments: number; readonly faults?: number };

export type ProgressOutput = { readonly isTTY?: boolean; write(text: string): unknown };

/** How far a run is: a bar on a terminal, elsewhere nothing. Time comes in, ms. */
export class Progress {
  readonly #output: ProgressOutput;
  readonly #total: number;
  readonly #beganMs: number;
  #drawnMs = Number.NEGATIVE_INFINITY;

  constructor(output: ProgressOutput, total: number, beganMs: number) {
    this.#output = output;
    this.#total = total;
    this.#beganMs = beganMs;
  }

  update({ payments, faults }: Sofar, nowMs: number): void {
    if (!this.#output.isTTY || nowMs - this.#drawnMs < DRAW_EVERY_MS) return;
    this.#drawnMs = nowMs;
    const share = Math.min(1, payments / this.#total);
    const full = Math.round(share * BAR_CELLS);
    const bar = '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
    const rate = payments / (Math.max(nowMs - this.#beganMs, 1) / 1_000);
    const years = (payments / KIOSK_YEAR_PAYMENTS).toFixed(2);
    const text = [
      `${Math.floor(share * 100)} % ${payments} of ${this.#total} payments`,
      `${Math.round(rate)}/s`,
      `${years} kiosk-years`,
      ...(faults === undefined ? [] : [`${faults} faults`]),
      timeLeft(this.#total - payments, rate),
    ];
    this.#output.write(`\r\x1b[K${bar} ${text.join(', ')}`);
  }

  /** One line in place of the bar. */
  say(text: string): void {
    if (this.#output.isTTY) this.#output.write(`\r\x1b[K${text}`);
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#output.isTTY) this.#output.write('\r\x1b[K');
  }
}

function timeLeft(payments: number, rate: number): string {
  if (rate <= 0) return 'time left not known yet';
  const seconds = Math.max(0, Math.ceil(payments / rate));
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(rest)} left`;
}
