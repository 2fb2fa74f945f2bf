import { stripVTControlCharacters } from 'node:util';
import { ConfigError, loadConfig } from '../config/load.js';
import type { RelayConfig } from '../config/schema.js';
import { LedgerError } from '../ledger/database.js';
import { PortError } from '../runtime/ports.js';

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

/** What was asked for is not what can be asked for: the same, with the exit code of wrong use. */
export class WrongUse extends CommandError {
  override name = 'WrongUse';
}

const plainFaults = [ConfigError, LedgerError, CommandError, PortError] as const;

/** Faults are for a person: their text in one line, and no stack. `failed`: their exit code. */
export async function orExplain(work: () => Promise<void>, failed = FAILED): Promise<void> {
  try {
    await work();
  } catch (error) {
    explain(error, failed);
  }
}

export function explain(error: unknown, failed = FAILED): void {
  const plain = error instanceof Error && plainFaults.some((fault) => error instanceof fault);
  process.stderr.write(`${plain ? error.message : unexpected(error)}\n`);
  process.exitCode = error instanceof ConfigError || error instanceof WrongUse ? WRONG_USE : failed;
}

/** Nobody has thought of it, so its text may hold an address with its password. */
function unexpected(error: unknown): string {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : 'a fault without a name';
  const line = stripVTControlCharacters(said)
    .trim()
    .split(/\s*\n\s*/)
    .join('; ');
  return `relay: unexpected fault: ${line.replace(/:\/\/[^\s/]*@/g, '://')}`;
}

export function refuse(line: string): never {
  process.stderr.write(`${line}\n`);
  process.exit(WRONG_USE);
}

/** citty passes over a flag that it does not know, and takes the last of two; neither can be meant. */
export function refuseOddFlags(rawArgs: readonly string[], known: readonly string[]): void {
  const expected = [...known, 'help'].map((name) => `--${name}`);
  const seen = new Set<string>();
  for (const [i, word] of rawArgs.entries()) {
    const flag = word.split('=')[0] ?? '';
    // By itself it stands for standard input.
    if (!flag.startsWith('-') || word === '-') continue;
    // Only what looks like a flag is repeated: the word may be a secret that was pasted here.
    const named = /^--?[A-Za-z][A-Za-z-]{0,30}$/.test(flag) ? flag : 'a word that begins with "-"';
    const before = rawArgs[i - 1] ?? '';
    if (named !== flag && expected.includes(before)) {
      refuse(`${before}: found a value that begins with "-", expected another; if it is meant, write ${before}=VALUE`);
    }
    if (!expected.includes(flag)) refuse(`${named}: not a flag of this command; expected ${expected.join(', ')}`);
    if (seen.has(flag)) refuse(`${flag}: found twice, expected once`);
    seen.add(flag);
  }
}

/** citty drops words that no argument takes: `cancel A B` would cancel A only. `takes`: what the command takes one of. */
export function refuseMoreWords(command: string, { length }: readonly string[], takes?: string, instead = ''): void {
  if (length <= (takes === undefined ? 0 : 1)) return;
  // Not repeated: one may be a secret that was pasted here.
  const found = takes === undefined ? `${length} ${length > 1 ? 'words' : 'word'} too many` : `${length} ${takes}s`;
  refuse(`${command}: found ${found}, expected ${takes === undefined ? 'flags only' : 'one'}${instead}`);
}

/** @throws ConfigError */
export async function settingsOf(file: string): Promise<RelayConfig> {
  if (file === '') refuse('--config: found an empty value, expected the path of a relay config');
  return await loadConfig(file);
}
