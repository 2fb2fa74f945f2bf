import * as v from 'valibot';
import { ISSUER_PATTERN, NAME_PATTERN, PAY_VALID_DEFAULT_MS, REFERENCE_MAX_CHARS } from '../../protocol/limits.js';
import { actuator } from './devices/actuator.js';
import { buttons } from './devices/buttons.js';
import { display } from './devices/display.js';
import { indicator } from './devices/indicator.js';
import { scanner } from './devices/scanner.js';
import { duration, flag, HOUR_MS, line, oneOf, port, whole } from './values.js';

/**
 * The config file as it is written: TOML, snake_case, durations in ms, money as a decimal text. Each rule's message is
 * what a fault prints after "expected". What several keys must fulfil together stands in rules.ts.
 */

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

const web = v.object({ port: port(7_080) });

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
  buttons,
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
