const BAR_CELLS = 30;
/** A terminal is drawn anew at most this often, ms. */
const DRAW_EVERY_MS = 100;
const LINES = 10;

export type ProgressOutput = { readonly isTTY?: boolean; write(text: string): unknown };

/** How far a long run is: a bar on a terminal, elsewhere a line every tenth of the way. Time comes in, ms. */
export class Progress {
  readonly #output: ProgressOutput;
  readonly #total: number;
  readonly #beganMs: number;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #linesWritten = 0;

  constructor(output: ProgressOutput, total: number, beganMs: number) {
    this.#output = output;
    this.#total = total;
    this.#beganMs = beganMs;
  }

  update(done: number, nowMs: number): void {
    if (this.#output.isTTY) this.#draw(done, nowMs);
    else this.#line(done, nowMs);
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#output.isTTY) this.#output.write('\r\x1b[K');
  }

  #draw(done: number, nowMs: number): void {
    if (nowMs - this.#drawnMs < DRAW_EVERY_MS) return;
    this.#drawnMs = nowMs;
    const full = Math.round((done / this.#total) * BAR_CELLS);
    const bar = '█'.repeat(full) + '░'.repeat(BAR_CELLS - full);
    this.#output.write(`\r\x1b[K${bar} ${this.#text(done, nowMs)}`);
  }

  #line(done: number, nowMs: number): void {
    const lines = Math.floor((done * LINES) / this.#total);
    if (lines <= this.#linesWritten) return;
    this.#linesWritten = lines;
    this.#output.write(`${this.#text(done, nowMs)}\n`);
  }

  #text(done: number, nowMs: number): string {
    const seconds = Math.max(nowMs - this.#beganMs, 1) / 1_000;
    const rate = done / seconds;
    const percent = Math.floor((done / this.#total) * 100);
    const left = Math.ceil((this.#total - done) / rate);
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    return `${percent} % ${done} of ${this.#total}, ${Math.round(rate)}/s, ${time} left`;
  }
}
