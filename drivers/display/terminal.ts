import type { Display, Screen } from '../contract/display.js';
import { QUIET_MODULES, qrOf } from './qr.js';

export type TerminalDisplayOptions = {
  /** Where the screen is drawn; boxes on a terminal, plain lines elsewhere. */
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** For a terminal that is smaller than most. */
  readonly qrModulesMost?: number;
};

/** Version 3: with its quiet zone 19 lines of half blocks, beside the words on a screen of 24 to 40. */
const TERMINAL_QR_MODULES = 29;

/** As long as a short link can be. */
const TYPED_MAX_CHARS = 77;

/** Clears screen and scrollback: nothing of a customer stays. */
const clear = '\x1b[3J\x1b[2J\x1b[H';

/**
 * The customer display as text, the main language first: on a terminal one box, which takes the place of the last; elsewhere
 * (a log) plain lines. An output that takes nothing costs one buffer and the newest screen.
 */
export class TerminalDisplay implements Display {
  readonly qrModulesMost: number;
  readonly #output: TerminalDisplayOptions['output'];
  #state: 'new' | 'open' | 'full' | 'broken' = 'new';
  #waiting: string | undefined;

  constructor({ output, qrModulesMost = TERMINAL_QR_MODULES }: TerminalDisplayOptions) {
    this.#output = output;
    this.qrModulesMost = output.isTTY ? Math.min(qrModulesMost, TERMINAL_QR_MODULES) : 0;
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') return;
    this.#state = 'open';
    // A closed pipe must not end the agent.
    this.#output.on('error', () => {
      this.#state = 'broken';
    });
  }

  show(screen: Screen): void {
    const lines = linesOf(screen);
    const drawn = screen.code === undefined ? [] : qrLines(screen.code, this.qrModulesMost);
    this.#write(this.#output.isTTY ? `${clear}${[...boxed(lines), ...drawn].join('\n')}\n` : `${lines.join('\n')}\n`);
  }

  async stop(): Promise<void> {
    this.#waiting = undefined;
    if (this.#output.isTTY) this.#write(clear);
  }

  #write(text: string): void {
    if (this.#state === 'full') this.#waiting = text;
    if (this.#state !== 'open' || this.#output.write(text)) return;
    this.#state = 'full';
    this.#output.once('drain', () => {
      if (this.#state !== 'full') return;
      this.#state = 'open';
      const next = this.#waiting;
      this.#waiting = undefined;
      if (next !== undefined) this.#write(next);
    });
  }
}

/** Without control characters: a receipt comes from elsewhere, and words may not steer the terminal. */
function linesOf({ texts, amount, receipt, leftMs, code, digits, actions }: Screen): string[] {
  return [
    ...(amount === undefined ? [] : [amount]),
    ...(digits === undefined ? [] : [`[ ${digits} ]`]),
    ...texts.flatMap(({ title, body }) => [title, body]),
    ...(leftMs === undefined ? [] : [`${Math.ceil(leftMs / 1000)} s`]),
    ...(receipt === undefined ? [] : [`# ${receipt}`]),
    // What a person can type; the wallets' own codes are longer.
    ...(code === undefined || code.length > TYPED_MAX_CHARS ? [] : [code]),
    ...(actions ?? []).flatMap(({ labels }) => labels.map(({ text }) => `( ${text} )`)),
  ].map((line) => line.replace(/\p{Cc}/gu, ' '));
}

/** Black on white whatever the terminal's colours, two modules a character. */
function qrLines(code: string, modulesMost: number): string[] {
  const qr = qrOf(code, modulesMost);
  if (!qr) return [];
  const isDark = (row: number, column: number): boolean =>
    row >= 0 && column >= 0 && row < qr.size && column < qr.size && qr.isDark(row, column);
  const block = (row: number, column: number): string => {
    if (isDark(row, column)) return isDark(row + 1, column) ? '█' : '▀';
    return isDark(row + 1, column) ? '▄' : ' ';
  };
  const ends = qr.size + QUIET_MODULES;
  const lines: string[] = [];
  for (let row = -QUIET_MODULES; row < ends; row += 2) {
    let line = '';
    for (let column = -QUIET_MODULES; column < ends; column++) line += block(row, column);
    lines.push(`\x1b[30;47m${line}\x1b[0m`);
  }
  return lines;
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns a text takes: East Asian wide characters take two. */
const columns = (text: string): number => [...text].reduce((sum, c) => sum + (wide.test(c) ? 2 : 1), 0);

function boxed(lines: readonly string[]): string[] {
  const width = Math.max(...lines.map(columns));
  const rule = '─'.repeat(width + 2);
  return [`┌${rule}┐`, ...lines.map((l) => `│ ${l}${' '.repeat(width - columns(l))} │`), `└${rule}┘`];
}
