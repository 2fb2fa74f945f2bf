import { ConfigError, loadConfig } from '../config/load.js';
import type { RelayConfig } from '../config/schema.js';
import { LedgerError } from '../ledger/database.js';

/** Exit codes: 0 done, 1 it failed, 2 wrong use or a config that cannot be used. `quietzone` keeps to the same. */
export const FAILED = 1;
export const WRONG_USE = 2;

export const config = {
  config: { type: 'string', description: 'The relay config, TOML', required: true, valueHint: 'FILE' },
} as const;

/** What was asked cannot be done; its text is for a person. */
export class CommandError extends Error {
  override name = 'CommandError';
}

/** Faults of the config or the ledger are for a person: their text, and no stack. `failed`: their exit code. */
export async function orExplain(work: () => Promise<void>, failed = FAILED): Promise<void> {
  try {
    await work();
  } catch (error) {
    const plain = error instanceof ConfigError || error instanceof LedgerError || error instanceof CommandError;
    process.stderr.write(`${plain ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
    process.exitCode = error instanceof ConfigError ? WRONG_USE : failed;
  }
}

export function refuse(line: string): never {
  process.stderr.write(`${line}\n`);
  process.exit(WRONG_USE);
}

/** citty passes over a flag that it does not know, and takes the last of two; neither can be meant. */
export function refuseOddFlags(rawArgs: readonly string[], known: readonly string[]): void {
  const expected = [...known, 'help'].map((name) => `--${name}`);
  const seen = new Set<string>();
  for (const word of rawArgs) {
    const flag = word.split('=')[0] ?? '';
    if (!flag.startsWith('-')) continue;
    // Only what looks like a flag is repeated: the word may be a secret that was pasted here.
    const named = /^--?[A-Za-z][A-Za-z-]{0,30}$/.test(flag) ? flag : 'a word that begins with "-"';
    if (!expected.includes(flag)) refuse(`${named}: not a flag of this command; expected ${expected.join(', ')}`);
    if (seen.has(flag)) refuse(`${flag}: found twice, expected once`);
    seen.add(flag);
  }
}

/** @throws ConfigError */
export async function settingsOf(file: string): Promise<RelayConfig> {
  if (file === '') refuse('--config: found an empty value, expected the path of a relay config');
  return await loadConfig(file);
}
