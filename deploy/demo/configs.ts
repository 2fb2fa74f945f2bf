import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import type { ProgramOptions } from './child.js';
import type { DemoDatabase } from './database.js';
import type { BrokerPlace } from './given.js';
import { type LinkingSide, linkedWallets, NOTIFY_FACTOR } from './linking.js';
import { agentEntry, relayEntry } from './places.js';
import { TIME_SCALE, timing } from './timing.js';

/** How each program is started: its config file is written, and what stands in `ProgramOptions` comes back. */
export type Place = {
  /** The run's folder, mode 0700: configs, keys, journal. */
  readonly folder: string;
  readonly broker: BrokerPlace;
  readonly kiosk: string;
  /** Absent: no wallets are linked, and the acquirer sends no notifications. */
  readonly linking?: LinkingSide | undefined;
};
type Start = Pick<ProgramOptions, 'name' | 'entry' | 'args' | 'nodeFlags' | 'env'>;

const BROKER_PASSWORD = 'QUIETZONE_DEMO_BROKER_PASSWORD';

function write(folder: string, name: string, tables: Parameters<typeof stringify>[0]): string {
  const file = join(folder, name);
  writeFileSync(file, stringify(tables), { mode: 0o600 });
  return file;
}

/** Plays the payment company; makes both RSA key pairs in the run's folder at its first start. */
export function sandboxProgram({ folder, linking }: Place): Start {
  const keys = join(folder, 'keys');
  return {
    name: 'sandbox',
    entry: relayEntry,
    args: [
      ...['sandbox', '--port', '0', '--control-port', '0'],
      ...['--key-folder', keys, '--time-scale', String(TIME_SCALE)],
      ...(linking ? ['--notify-factor', String(NOTIFY_FACTOR)] : []),
    ],
  };
}

/** A person stands between scan and press, and reads the price. */
const payValidOf = (linking: LinkingSide | undefined): number => (linking ? timing.pressMs : timing.payValidMs);

export type RelayPlace = Place & {
  readonly acquirerUrl: string;
  readonly database: DemoDatabase;
  /** A secret that stays the same over restarts: the relay knows codes by a keyed hash only. */
  readonly codeHashKey: string;
};

/** Refuses every connection: what a scanned code's scenarios tell is what the relay finds out by asking. */
const NOBODY = 'http://127.0.0.1:9/antom/nobody';

/** One account with the sandbox. `wallets`: those that it links, and then it is told of what happens too. */
function accountOf({ folder, acquirerUrl }: RelayPlace, name: string, notifyUrl: string, wallets: readonly string[]) {
  return {
    name,
    kind: 'antom',
    base_url: acquirerUrl,
    client_id: 'SANDBOX_QUIETZONE0001',
    private_key_file: join(folder, 'keys', 'merchant-private.pem'),
    public_key_file: join(folder, 'keys', 'antom-public.pem'),
    settlement_currency: 'HKD',
    notify_url: notifyUrl,
    merchant: {
      reference_merchant_id: 'DEMO-MERCHANT',
      merchant_name: 'Quietzone Demo',
      merchant_mcc: '5499',
      store: { reference_store_id: 'DEMO-STORE', store_name: 'Lobby', store_mcc: '5499' },
    },
    plan: {
      call_timeout_ms: timing.callTimeoutMs,
      inquiry_delays_ms: [...timing.inquiryDelaysMs],
      cancel_delays_ms: [...timing.cancelDelaysMs],
      code_life_ms: timing.codeLifeMs,
    },
    ...(wallets.length === 0 ? {} : { linking: { wallets: [...wallets] } }),
  };
}

export function relayProgram(place: RelayPlace): Start & { readonly config: string } {
  const { folder, broker, kiosk, database, codeHashKey, linking } = place;
  const file = write(folder, 'relay.toml', {
    instance: `relay-${kiosk}`,
    mode: 'demo',
    broker: {
      url: broker.url,
      ...(broker.login ? { username: broker.login.username, password_env: BROKER_PASSWORD } : {}),
    },
    ledger: database.ledger,
    secrets: { code_hash_key_env: 'QUIETZONE_DEMO_CODE_HASH_KEY' },
    timers: {
      pay_valid_ms: payValidOf(linking),
      deadline_ms: timing.relayDeadlineMs,
      kiosk_deadline_ms: timing.kioskDeadlineMs,
      vend_margin_ms: timing.vendMarginMs,
      report_late_ms: timing.reportLateMs,
    },
    kiosk: [{ name: kiosk }],
    operations: { host: '127.0.0.1', port: 0 },
    account: [
      accountOf(place, 'sandbox', NOBODY, []),
      ...(linking ? [accountOf(place, 'sandbox-linked', linking.notifyUrl, linkedWallets)] : []),
    ],
    ...linking?.tables,
  });
  return {
    name: 'relay',
    entry: relayEntry,
    args: ['run', '--config', file],
    config: file,
    env: {
      QUIETZONE_DEMO_CODE_HASH_KEY: codeHashKey,
      ...linking?.env,
      ...(broker.login ? { [BROKER_PASSWORD]: broker.login.password } : {}),
      ...database.env,
    },
  };
}

/** Another thing that hands out the goods than the kiosk app: the config's [actuator]. */
export type ActuatorTable = Readonly<Record<string, string | number>>;
type KioskPlace = Place & { readonly scannerPath: string; readonly actuator?: ActuatorTable | undefined };

export function kioskProgram({ folder, broker, kiosk, scannerPath, linking, actuator }: KioskPlace): Start {
  const journal = join(folder, 'journal');
  mkdirSync(journal, { recursive: true, mode: 0o700 });
  const passwordFile = join(folder, 'broker-password');
  if (broker.login) writeFileSync(passwordFile, broker.login.password, { mode: 0o600 });
  const file = write(folder, 'kiosk.toml', {
    kiosk: { name: kiosk, board_serial: 'DEMO-BOARD' },
    broker: {
      ...{ url: broker.url, allow_plain: true, reconnect_base_ms: 100, reconnect_max_ms: 1_000 },
      ...(broker.login ? { username: broker.login.username, password_file: passwordFile } : {}),
    },
    journal: { directory: journal },
    scanner: { kind: 'serial', path: scannerPath },
    display: { kind: 'web', languages: ['en', 'zh'] },
    indicator: { kind: 'web' },
    actuator: { kind: 'app', limit_ms: timing.vendLimitMs, ...actuator },
    ...(linking ? { linking: { wallets: ['alipayhk'] } } : {}),
    order: { mode: 'api' },
    web: { port: 0 },
    api: { port: 0 },
    timers: {
      pay_valid_ms: payValidOf(linking),
      deadline_ms: timing.kioskDeadlineMs,
      resend_ms: timing.resendMs,
      resend_max_ms: timing.resendMaxMs,
      hello_retry_ms: timing.helloRetryMs,
      final_screen_ms: timing.finalScreenMs,
    },
  });
  return {
    name: 'kiosk',
    entry: agentEntry,
    args: ['run', '--config', file],
    // A small young generation and a single malloc arena: a kiosk's board has little memory.
    nodeFlags: ['--max-semi-space-size=1'],
    env: { MALLOC_ARENA_MAX: '1' },
  };
}
