import type { Display, Screen } from '../contract/display.js';

export type TerminalDisplayOptions = {
  /** Where the screen is drawn; a box on a terminal, plain lines elsewhere. */
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
};

/** The customer display as text, for a console or a log: one box a screen, the main language first. */
export class TerminalDisplay implements Display {
  readonly #output: TerminalDisplayOptions['output'];
  #broken = false;

  constructor({ output }: TerminalDisplayOptions) {
    this.#output = output;
  }

  async start(): Promise<void> {
    // A closed pipe must not end the agent.
    this.#output.on('error', () => {
      this.#broken = true;
    });
  }

  show(screen: Screen): void {
    if (this.#broken) return;
    const lines = linesOf(screen);
    this.#output.write(`${(this.#output.isTTY ? boxed(lines) : lines).join('\n')}\n`);
  }

  async stop(): Promise<void> {
    // Clear screen and scrollback: nothing of a customer stays.
    if (this.#output.isTTY && !this.#broken) this.#output.write('\x1b[3J\x1b[2J\x1b[H');
  }
}

function linesOf({ texts, amount, receipt, leftMs }: Screen): string[] {
  return [
    ...(amount === undefined ? [] : [amount]),
    ...texts.flatMap(({ title, body }) => [title, body]),
    ...(leftMs === undefined ? [] : [`${Math.ceil(leftMs / 1000)} s`]),
    ...(receipt === undefined ? [] : [`# ${receipt}`]),
  ];
}

/** Columns a text takes: East Asian wide characters take two. */
function columns(text: string): number {
  return [...text].reduce(
    (sum, c) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(c)
        ? 2
        : 1),
    0,
  );
}

function boxed(lines: readonly string[]): string[] {
  const width = Math.max(...lines.map(columns));
  const rule = '─'.repeat(width + 2);
  return [`┌${rule}┐`, ...lines.map((l) => `│ ${l}${' '.repeat(width - columns(l))} │`), `└${rule}┘`];
}
