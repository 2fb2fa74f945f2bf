import type { Config } from '../config/config.js';
import { ConfigError } from '../config/faults.js';
import { loadConfig } from '../config/load.js';

/** What the commands share: how they read their arguments, and how they refuse. */

/** One line for a person on stderr, and the end of the program. 1: it did not work; 2: it was asked wrongly. */
export function refuse(line: string, code: 1 | 2): never {
  process.stderr.write(`${line}\n`);
  process.exit(code);
}

/** Exit 2 with every fault of the file that is refused. */
export function orRefuse<T>(load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return refuse(error.message, 2);
  }
}

export function configOf(file: string): Config {
  if (file === '') refuse('--config: found an empty value, expected the path of a kiosk config', 2);
  return orRefuse(() => loadConfig(file));
}

/** citty passes over a flag that it does not know; a mistyped one must not be. Exit 2. */
export function refuseUnknownFlags(rawArgs: readonly string[], known: readonly string[]): void {
  const expected = [...known, 'help'].map((name) => `--${name}`);
  for (const word of rawArgs) {
    const flag = word.split('=')[0] ?? '';
    if (!flag.startsWith('-') || expected.includes(flag)) continue;
    // Only what looks like a flag is repeated: the word may be a payment code that was pasted here.
    const named = /^--?[A-Za-z][A-Za-z-]{0,30}$/.test(flag) ? flag : 'a word that begins with "-"';
    refuse(`${named}: not a flag of this command; expected ${expected.join(', ')}`, 2);
  }
}
