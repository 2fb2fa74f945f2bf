import { parseArgs } from 'node:util';
import { type Currency, isCurrency, parseAmount } from '../../protocol/money.js';
import { findScenario, type Scenario, scenarioNames } from './scenarios.js';

/** A flag that cannot be used. The message names the flag, what was found and what to write instead. */
export class FlagError extends Error {
  override name = 'FlagError';
}

export type PageFlags = { readonly mode: 'page'; readonly port: number; readonly keep?: string };
export type ScanFlags = {
  readonly mode: 'scan';
  /** A secret, as typed: bytes for the scanner's line. */
  readonly code: string;
  /** Decimal text, checked against the currency. */
  readonly amount: string;
  readonly currency: Currency;
  readonly scenario: Scenario;
  /** Human lines go to stderr and stdout carries nothing but the JSON line. */
  readonly json: boolean;
  readonly keep?: string;
};
export type Flags = PageFlags | ScanFlags | { readonly mode: 'help' };

export const HELP = `The whole of Quietzone on this machine: broker, acquirer sandbox, relay and one kiosk.

  npm start                      opens the page (its address is printed); Ctrl-C ends everything
  npm start -- --scan CODE --amount 35.50 --currency HKD [--scenario NAME] [--json]
                                 one payment without the page; ends with one JSON line, exit 0 if delivered

  --scan CODE        what the scanner reads, such as 281006020123456789012345
  --amount DECIMAL   price of the order, such as 35.50
  --currency CODE    ISO 4217, such as HKD
  --scenario NAME    ${scenarioNames.join(', ')}
  --json             event lines go to stderr; stdout carries only the JSON line
  --port N           port of the page on 127.0.0.1 (default: a free one)
  --keep DIR         keep the configs, keys, journal and logs of the run in DIR (default: removed at the end)
  --help             this text

  QUIETZONE_BROKER_URL     use this MQTT broker (such as mqtt://127.0.0.1:1883) in place of the built-in one
  QUIETZONE_DATABASE_URL   use this PostgreSQL server (postgres://…); the run makes a database of its own there
`;

function required(flag: string, value: string | undefined, example: string): string {
  if (value !== undefined && value !== '') return value;
  throw new FlagError(`--${flag}: missing; --scan needs it, such as --${flag} ${example}`);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        scan: { type: 'string' },
        amount: { type: 'string' },
        currency: { type: 'string' },
        scenario: { type: 'string' },
        json: { type: 'boolean' },
        port: { type: 'string' },
        keep: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    // Node's own text may quote the argument, which may be a code; say only which flags exist.
    const found =
      /'(--?[a-z-]+)/.exec(error instanceof Error ? error.message : '')?.[1] ?? 'an argument without a flag';
    const needs = (error as { code?: string }).code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE';
    throw new FlagError(
      needs
        ? `${found}: found without its value or with one it does not take; see npm start -- --help`
        : `${found}: not a flag of the demo; expected --scan --amount --currency --scenario --json --port --keep --help`,
    );
  }
}

function scanFlags(values: ReturnType<typeof parse>, code: string): ScanFlags {
  // The scanner ends a code with CR; a line break inside would be two scans.
  if (!/^[\x20-\x7e]{1,512}$/.test(code)) {
    throw new FlagError(`--scan: found ${code.length} characters, expected 1 to 512 printable ASCII characters`);
  }
  const currency = required('currency', values.currency, 'HKD');
  if (!isCurrency(currency)) {
    throw new FlagError(`--currency: found ${currency.length} characters that are no ISO 4217 code, such as HKD`);
  }
  const amount = required('amount', values.amount, '35.50');
  try {
    parseAmount(amount, currency);
  } catch (error) {
    throw new FlagError(`--${error instanceof Error ? error.message : 'amount: not a decimal, such as 35.50'}`);
  }
  const name = values.scenario ?? 'approve';
  const scenario = findScenario(name);
  if (!scenario) throw new FlagError(`--scenario: found "${name}", expected one of ${scenarioNames.join(', ')}`);
  const { json = false, keep } = values;
  return { mode: 'scan', code, amount, currency, scenario, json, ...(keep ? { keep } : {}) };
}

/** @throws FlagError */
export function parseFlags(argv: readonly string[]): Flags {
  const values = parse(argv);
  if (values.help) return { mode: 'help' };
  if (values.scan !== undefined) {
    if (values.port !== undefined) throw new FlagError('--port: goes with the page; leave it out with --scan');
    return scanFlags(values, values.scan);
  }
  for (const flag of ['amount', 'currency', 'scenario', 'json'] as const) {
    if (values[flag] !== undefined) throw new FlagError(`--${flag}: goes with --scan CODE, which is missing`);
  }
  const port = values.port ?? '0';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new FlagError(`--port: found "${port}", expected a number from 0 (any free port) to 65535`);
  }
  return { mode: 'page', port: Number(port), ...(values.keep ? { keep: values.keep } : {}) };
}
