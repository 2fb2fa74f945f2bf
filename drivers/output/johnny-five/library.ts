import type Board from 'johnny-five/lib/board.js';
import type { BoardIo } from 'johnny-five/lib/board.js';
import { SysfsError } from '../../sysfs/files.js';

/** What of johnny-five is used, by its own names. */
export type JohnnyFive = {
  readonly Board: typeof Board;
  readonly Led: typeof import('johnny-five/lib/led/led.js').default;
  readonly Relay: typeof import('johnny-five/lib/relay.js').default;
  readonly Expander: typeof import('johnny-five/lib/expander.js').default;
};

/** Its parts one by one: the whole is 71 modules, these are 26. */
async function parts(): Promise<JohnnyFive> {
  const { default: Board } = await import('johnny-five/lib/board.js');
  const { default: Led } = await import('johnny-five/lib/led/led.js');
  const { default: Relay } = await import('johnny-five/lib/relay.js');
  const { default: Expander } = await import('johnny-five/lib/expander.js');
  return { Board, Led, Relay, Expander };
}

let loaded: Promise<JohnnyFive> | undefined;

/**
 * Loads it once, and for good where it fails: loading holds the event loop for tens of ms, so it is done while the agent
 * starts, before the scanner is opened, and never again beside it.
 * @throws SysfsError with the remedy
 */
export function loadJohnnyFive(): Promise<JohnnyFive> {
  loaded ??= withRemedy(parts);
  return loaded;
}

export async function withRemedy(load: () => Promise<JohnnyFive>): Promise<JohnnyFive> {
  try {
    return await load();
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code ?? 'an error');
    const remedy = 'npm install johnny-five@2.1.0, then start the agent again';
    throw new SysfsError(`the package johnny-five cannot be loaded (${code}); ${remedy}`, code);
  }
}

/**
 * The one place where a Board is made. Without an `io` it would open the first USB serial port it finds, maybe the
 * scanner's, to look for an Arduino; its defaults take standard input and SIGINT.
 */
export function boardOver({ Board }: JohnnyFive, io: BoardIo): Promise<Board> {
  if (!io) return Promise.reject(new Error('johnny-five: found no io, expected an IO plugin or an expander'));
  return new Promise((resolve) => {
    const board = new Board({ io, repl: false, debug: false, sigint: false });
    // Unheard, an "error" would end the process.
    board.on('error', () => {});
    board.once('ready', () => resolve(board));
  });
}
