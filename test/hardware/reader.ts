import { until } from '../support/wait.js';
import { type Device, type GuestProgram, type Lab, nodeProgram } from './lab.js';

/** What `guest/read.ts` says from inside the lab. */
export class GuestReader {
  readonly states: string[] = [];
  #text = '';
  readonly #program: GuestProgram;

  constructor(lab: Lab, kind: string, path: string) {
    const command = nodeProgram('reader', 'dist/test/hardware/guest/read.js', kind, path);
    this.#program = lab.start('reader', command, (line) => this.#on(line));
  }

  #on(line: string): void {
    if (!line.startsWith('{')) return;
    const { state, hex } = JSON.parse(line) as { state?: string; hex?: string };
    if (state !== undefined) this.states.push(state);
    if (hex !== undefined) this.#text += Buffer.from(hex, 'hex').toString('latin1');
  }

  /** What it has read since it was last asked. */
  taken(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }

  get text(): string {
    return this.#text;
  }

  /** Resolves in that state, now or later. */
  async is(state: string, withinMs = 60_000): Promise<void> {
    await until(
      `the scanner to be ${state}`,
      () => {
        if (!this.#program.running) throw new Error(`the reader has ended: ${this.#program.tail.join('\n')}`);
        return this.states.at(-1) === state;
      },
      withinMs,
    );
  }

  stop = (signal = 'TERM'): Promise<void> => this.#program.stop(signal);
}

export const pathOf: Readonly<Partial<Record<Device, string>>> = { serial: '/dev/ttyUSB0', acm: '/dev/ttyACM0' };
