import { parseArgs } from 'node:util';
import { type Currency, isCurrency, parseAmount } from '../../protocol/money.js';
import { type LinkFlags, linkFlags } from './link-flags.js';
import { linkedWallets } from './linking.js';
import { findScenario, type Scenario, scenarioNames } from './scenarios.js';
import { CODE_MAX_BYTES } from './standard-input.js';
import { UsageError } from './usage.js';

export type PageFlags = { readonly mode: 'page'; readonly port: number; readonly keep?: string };
export type ScanFlags = {
  readonly mode: 'scan';
  /** A secret, as typed: bytes for the scanner's line. Absent: it comes from standard input. */
  readonly code?: string;
  /** Decimal text, checked against the currency. */
  readonly amount: string;
  readonly currency: Currency;
  readonly scenario: Scenario;
  /** Human lines go to stderr and stdout carries nothing but the JSON line. */
  readonly json: boolean;
  readonly keep?: string;
};
export type Flags = PageFlags | ScanFlags | LinkFlags | { readonly mode: 'help' };

export const HELP = `The whole of Quietzone on this machine: broker, acquirer sandbox, relay and one kiosk.

  npm start                      opens the page (its address is printed); Ctrl-C ends everything
  npm start -- --scan - --amount 35.50 --currency HKD [--scenario NAME] [--json]
                                 one payment without the page; ends with one JSON line, exit 0 if delivered
  npm start -- --link alipayhk --amount 12.00 --currency HKD [--json]
                                 links a wallet, pays with it twice, refunds half of one payment, unlinks; ends with
                                 one JSON line, exit 0 if every step and the acquirer's books are as they should be

  --scan -           the scanner reads one line from standard input. The safe way for a code that is worth money
  --scan CODE        the scanner reads this, such as 281006020123456789012345. A command line is seen by everybody:
                     in npm's banner and logs, the shell's history, the list of processes
  --link WALLET      ${linkedWallets.join(', ')}
  --amount DECIMAL   price of the order, such as 35.50
  --currency CODE    ISO 4217, such as HKD
  --scenario NAME    ${scenarioNames.join(', ')}
  --json             event lines go to stderr; stdout carries only the JSON line
  --port N           port of the page on 127.0.0.1 (default: a free one)
  --keep DIR         keep configs, keys, journal, ledger and logs in DIR, new or empty (default: removed at the end);
                     a DIR that an earlier run kept is gone on with, as after a crash
  --help             this text

  QUIETZONE_BROKER_URL     use this MQTT broker (such as mqtt://127.0.0.1:1883) in place of the built-in one
  QUIETZONE_DATABASE_URL   use this PostgreSQL server (postgres://…); the run makes a database of its own there

Exit codes: 0 delivered, all done, or the page was closed; 1 any other end; 2 wrong use, and nothing was tried.
`;

const texts = {
  scan: 'a code such as 281006020123456789012345, or - for standard input',
  link: `one of ${linkedWallets.join(', ')}`,
  amount: 'a decimal such as 35.50',
  currency: 'an ISO 4217 code such as HKD',
  scenario: `one of ${scenarioNames.join(', ')}`,
  port: 'a number from 0 (any free port) to 65535',
  keep: 'a folder such as ./run1',
} as const;
type Text = keyof typeof texts;
const switches = ['json', 'help'] as const;
type Values = Partial<Record<Text, string>> & Partial<Record<(typeof switches)[number], true>>;

const isText = (name: string): name is Text => Object.hasOwn(texts, name);
const isSwitch = (name: string): name is (typeof switches)[number] => (switches as readonly string[]).includes(name);

type Token = ReturnType<typeof tokensOf>[number];
type OptionToken = Extract<Token, { kind: 'option' }>;

/** Not strict: Node's own complaints may quote an argument, which may be a code. */
function tokensOf(argv: readonly string[]) {
  const options = {
    ...Object.fromEntries(Object.keys(texts).map((name) => [name, { type: 'string' as const }])),
    json: { type: 'boolean' as const },
    help: { type: 'boolean' as const, short: 'h' },
  };
  return parseArgs({ args: [...argv], strict: false, allowPositionals: true, tokens: true, options }).tokens;
}

/** The one value of a flag. `--amount -1` is an amount, `--amount --json` is none. */
function textOf({ name, value, inlineValue }: OptionToken): string {
  const expected = texts[name as Text];
  if (value === undefined || (!inlineValue && value.startsWith('--'))) {
    throw new UsageError(`--${name}: found nothing after it, expected ${expected}`);
  }
  if (value === '') throw new UsageError(`--${name}: found an empty value, expected ${expected}`);
  return value;
}

/** A code that was typed as a flag is not repeated. */
const nameOf = ({ rawName }: OptionToken): string =>
  /^--?[a-z][a-z-]{0,20}$/.test(rawName) ? rawName : 'an argument that begins with "-"';

function parse(argv: readonly string[]): Values {
  const values: Values = {};
  for (const token of tokensOf(argv)) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional' || !(isText(token.name) || isSwitch(token.name))) {
      const found = token.kind === 'positional' ? 'an argument without a flag' : nameOf(token);
      const known = [...Object.keys(texts), ...switches].map((name) => `--${name}`).join(' ');
      throw new UsageError(`${found}: not a flag of the demo; expected ${known}`);
    }
    const { name } = token;
    if (values[name] !== undefined) throw new UsageError(`--${name}: found twice, expected once`);
    if (isText(name)) values[name] = textOf(token);
    else if (token.value === undefined) values[name] = true;
    else throw new UsageError(`--${name}: found a value, expected none`);
  }
  return values;
}

type Mode = 'scan' | 'link';

function required(flag: Text, value: string | undefined, example: string, mode: Mode): string {
  if (value !== undefined) return value;
  throw new UsageError(`--${flag}: missing; --${mode} needs it, such as --${flag} ${example}`);
}

function moneyOf(values: Values, mode: Mode): { readonly amount: string; readonly currency: Currency } {
  const currency = required('currency', values.currency, 'HKD', mode);
  if (!isCurrency(currency)) {
    throw new UsageError(
      `--currency: found ${currency.length} characters that are no ISO 4217 code this system takes, such as HKD`,
    );
  }
  return { amount: amountOf(required('amount', values.amount, '35.50', mode), currency), currency };
}

function amountOf(text: string, currency: Currency): string {
  try {
    parseAmount(text, currency);
    return text;
  } catch (error) {
    const said = error instanceof Error ? error.message : 'amount: found something else';
    // "More than nothing" is what is wrong with -1 too, though as a text it is no decimal.
    const negative = /^-\d/.test(text) && text.length < 16;
    const why = negative ? `amount: found "${text}", expected more than nothing` : said;
    throw new UsageError(`--${why}${why.includes('such as') ? '' : `, ${texts.amount.replace('a decimal ', '')}`}`);
  }
}

function scanFlags(values: Values, scan: string): ScanFlags {
  const bytes = Buffer.byteLength(scan);
  // The scanner ends a code with CR; a line break inside would be two scans.
  if (bytes > CODE_MAX_BYTES || /\p{Cc}/u.test(scan)) {
    const kind = bytes > CODE_MAX_BYTES ? '' : ', a control character among them';
    const expected = `1 to ${CODE_MAX_BYTES} bytes without line breaks`;
    throw new UsageError(`--scan: found ${scan.length} characters${kind}, expected ${expected}`);
  }
  const money = moneyOf(values, 'scan');
  const name = values.scenario ?? 'approve';
  const scenario = findScenario(name);
  if (!scenario) throw new UsageError(`--scenario: found "${name}", expected ${texts.scenario}`);
  return {
    ...{ mode: 'scan', ...money, scenario, json: values.json ?? false },
    ...(scan === '-' ? {} : { code: scan }),
    ...(values.keep === undefined ? {} : { keep: values.keep }),
  };
}

function linkFlagsOf(values: Values, wallet: string): LinkFlags {
  if (values.scenario !== undefined) throw new UsageError('--scenario: goes with --scan; leave it out with --link');
  const { json = false, keep } = values;
  return linkFlags({ wallet, ...moneyOf(values, 'link'), json, ...(keep === undefined ? {} : { keep }) });
}

/** @throws UsageError */
export function parseFlags(argv: readonly string[]): Flags {
  const values = parse(argv);
  if (values.help) return { mode: 'help' };
  if (values.scan !== undefined && values.link !== undefined) {
    throw new UsageError('--scan and --link: found both, expected one');
  }
  const mode = values.link === undefined ? 'scan' : 'link';
  if (values[mode] !== undefined && values.port !== undefined) {
    throw new UsageError(`--port: goes with the page; leave it out with --${mode}`);
  }
  if (values.scan !== undefined) return scanFlags(values, values.scan);
  if (values.link !== undefined) return linkFlagsOf(values, values.link);
  for (const flag of ['amount', 'currency', 'scenario', 'json'] as const) {
    if (values[flag] === undefined) continue;
    const [needs, verb] = flag === 'scenario' ? ['--scan', 'which is'] : ['--scan or --link', 'both'];
    throw new UsageError(`--${flag}: goes with ${needs}, ${verb} missing`);
  }
  const port = values.port ?? '0';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(`--port: found "${port}", expected ${texts.port}`);
  }
  return { mode: 'page', port: Number(port), ...(values.keep === undefined ? {} : { keep: values.keep }) };
}
