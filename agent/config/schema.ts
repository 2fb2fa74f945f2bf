import * as v from 'valibot';
import { MARKET_PATTERN } from '../../protocol/issuer-table/table.js';
import { ISSUER_PATTERN, NAME_PATTERN, PAY_VALID_DEFAULT_MS, REFERENCE_MAX_CHARS } from '../../protocol/limits.js';
import { DUPLICATE_WINDOW_DEFAULT_MS } from '../decode/duplicates.js';
import { type TerminatorName, terminatorBytes } from '../decode/framer.js';
import { languages } from '../presentation/catalogue/index.js';

/**
 * The config file as it is written: TOML, snake_case, durations in ms, money as a decimal text. Each rule's message is
 * what a fault prints after "expected". What several keys must fulfil together stands in rules.ts.
 */

const PORT_MAX = 65_535;
const HOUR_MS = 3_600_000;
/** Of version 40, the largest there is. */
const QR_MODULES_MOST = 177;
const names = Object.keys(terminatorBytes) as TerminatorName[];

function whole(min: number, max: number, unit = '') {
  const expected = `a whole number${unit} from ${min} to ${max}`;
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected));
}
const duration = (preset: number, min = 1, max = HOUR_MS) => v.optional(whole(min, max, ' of ms'), preset);
const port = (preset: number) => v.optional(whole(0, PORT_MAX), preset);

function oneOf<const T extends readonly string[]>(list: T) {
  return v.picklist(list, `one of ${list.map((word) => `"${word}"`).join(', ')}`);
}

const isOneLine = (text: string): boolean => text.trim() !== '' && !/\p{Cc}/u.test(text);

/** One line of text that is not blank. */
function line(max: number, what = 'a text') {
  const expected = `${what} of 1 to ${max} characters in one line`;
  return v.pipe(v.string(expected), v.maxLength(max, expected), v.check(isOneLine, expected));
}

function listOf<const T extends readonly string[]>(list: T, min: number) {
  const expected = `a list of ${min} to ${list.length} different words, each one of ${list.map((w) => `"${w}"`).join(', ')}`;
  return v.pipe(
    v.array(v.picklist(list, expected), expected),
    v.minLength(min, expected),
    v.check((found) => new Set(found).size === found.length, expected),
  );
}

const flag = (preset: boolean) => v.optional(v.boolean('true or false'), preset);

const nameRule = '1 to 32 of A-Z a-z 0-9 _ - beginning with a letter or digit, and not "relay"';
const urlRule = 'mqtt://host:port or mqtts://host:port, without user, path or query';

function isBrokerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(text);
  const bare = username === '' && password === '' && (pathname === '' || pathname === '/') && search + hash === '';
  return (protocol === 'mqtt:' || protocol === 'mqtts:') && hostname !== '' && bare;
}

const kiosk = v.object({
  name: v.pipe(
    v.string(nameRule),
    v.regex(NAME_PATTERN, nameRule),
    v.check((name) => name !== 'relay', nameRule),
  ),
  board_serial: v.exactOptional(line(64)),
});

const broker = v.object({
  url: v.pipe(v.string(urlRule), v.check(isBrokerUrl, urlRule)),
  allow_plain: flag(false),
  username: v.exactOptional(line(128)),
  password_file: v.exactOptional(line(4_096, 'a path')),
  ca_file: v.exactOptional(line(4_096, 'a path')),
  keep_alive_ms: duration(15_000, 1_000, 600_000),
  connect_timeout_ms: duration(10_000, 100),
  reconnect_base_ms: duration(500),
  reconnect_max_ms: duration(30_000),
});

const journal = v.object({ directory: line(4_096, 'a path') });

const marketRule = '"global" or a country in two lower-case letters, such as "tw"';
const scanner = v.object({
  kind: oneOf(['serial', 'virtual']),
  path: v.exactOptional(line(4_096, 'a path')),
  baud_rate: v.optional(whole(300, 4_000_000), 9_600),
  terminators: v.optional(listOf(names, 0), ['cr', 'lf']),
  prefix: v.optional(oneOf(['none', 'stx']), 'none'),
  gap_ms: duration(50, 20, 1_000),
  min_length: v.optional(whole(1, 512), 12),
  market: v.optional(v.pipe(v.string(marketRule), v.regex(MARKET_PATTERN, marketRule)), 'global'),
  issuer_table_file: v.exactOptional(line(4_096, 'a path')),
  duplicate_window_ms: duration(DUPLICATE_WINDOW_DEFAULT_MS, 0, 60_000),
});

const display = v.object({
  kind: v.optional(oneOf(['web', 'terminal', 'virtual']), 'web'),
  languages: v.optional(listOf(languages, 1), ['en', 'zh']),
  contact: v.exactOptional(line(40)),
  qr_modules_most: v.exactOptional(whole(0, QR_MODULES_MOST)),
});

const walletRule =
  'a list of at most 4 different wallets, each 2 to 16 of a-z 0-9 -, a letter first, such as "alipayhk"';
const linking = v.object({
  wallets: v.optional(
    v.pipe(
      v.array(v.pipe(v.string(walletRule), v.regex(ISSUER_PATTERN, walletRule)), walletRule),
      v.maxLength(4, walletRule),
      v.check((found) => new Set(found).size === found.length, walletRule),
    ),
    [],
  ),
});

const indicator = v.object({ kind: v.optional(oneOf(['web', 'virtual']), 'web') });
const web = v.object({ port: port(7_080) });

const actuator = v.object({
  kind: oneOf(['app', 'virtual']),
  result: v.optional(oneOf(['delivered', 'failed', 'doubtful']), 'delivered'),
  delay_ms: duration(500, 0),
  limit_ms: duration(30_000, 1),
});

const amountRule = 'a decimal text of the currency, such as "35.50"';
const order = v.object({
  mode: v.optional(oneOf(['api', 'fixed']), 'api'),
  amount: v.exactOptional(v.string(amountRule)),
  currency: v.exactOptional(v.string('an ISO 4217 code, such as "HKD"')),
  reference: v.exactOptional(line(REFERENCE_MAX_CHARS)),
  expires_ms: v.exactOptional(whole(0, 24 * HOUR_MS, ' of ms')),
});

const api = v.object({ port: port(7_081) });

const timers = v.object({
  pay_valid_ms: duration(PAY_VALID_DEFAULT_MS),
  deadline_ms: duration(60_000),
  resend_ms: duration(1_000),
  resend_max_ms: duration(8_000),
  final_screen_ms: duration(8_000),
  notice_ms: duration(6_000),
  hello_retry_ms: duration(2_000),
  round_trip_max_ms: duration(3_000),
});

const log = v.object({
  level: v.optional(oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']), 'info'),
});

export const fileSchema = v.object({
  kiosk,
  broker,
  journal,
  scanner,
  display,
  indicator,
  web,
  actuator,
  linking,
  order,
  api,
  timers,
  log,
});

/** The tables of the file, valid and with their defaults. */
export type Tables = v.InferOutput<typeof fileSchema>;
