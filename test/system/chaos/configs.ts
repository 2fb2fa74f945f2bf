import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { agentEntry, relayEntry } from '../../../deploy/demo/places.js';
import { SANDBOX_CLIENT_ID } from '../../../relay/sandbox/server.js';
import type { Started } from '../../support/supervised.js';

/**
 * Short, so that thousands of payments fit into minutes; in the order that carries the guarantees (design section 3:
 * Pay valid < relay's deadline < kiosk's). All ms.
 */
export const timing = {
  payValid: 1_200,
  relayDeadline: 2_000,
  kioskDeadline: 3_000,
  vendMargin: 400,
  vendLimit: 1_200,
  callTimeout: 500,
  inquiryDelays: [60, 150, 250, 400],
  cancelDelays: [150, 250, 400, 500],
  codeLife: 2_000,
  lease: 4_000,
  autoConfirm: 250,
};

export type Timing = Readonly<typeof timing>;

export type Place = {
  /** Configs, keys, journals and logs, mode 0700. */
  readonly folder: string;
  readonly codeHashKey: string;
};

export function sandboxProgram({ folder }: Place): Started {
  const keys = ['--key-folder', join(folder, 'keys'), '--auto-confirm-ms', String(timing.autoConfirm)];
  return {
    name: 'sandbox',
    entry: relayEntry,
    args: ['sandbox', '--port', '0', '--control-port', '0', ...keys],
    logFile: join(folder, 'sandbox.log'),
  };
}

export type RelayPlace = Place & {
  readonly name: string;
  readonly kiosks: readonly string[];
  readonly brokerPort: number;
  readonly acquirerPort: number;
  readonly ledgerUrl: string;
  /** Without it the storm's. */
  readonly times?: Timing;
};

export function relayProgram(place: RelayPlace): Started {
  const { folder, name, kiosks, brokerPort, acquirerPort, ledgerUrl, codeHashKey, times = timing } = place;
  const file = join(folder, `${name}.toml`);
  const config = {
    instance: name,
    // Refuses a ledger that could lose what it has committed.
    mode: 'production',
    broker: { url: `mqtt://127.0.0.1:${brokerPort}` },
    ledger: { kind: 'postgres', url_env: 'QUIETZONE_CHAOS_LEDGER_URL', connections: 8 },
    secrets: { code_hash_key_env: 'QUIETZONE_CHAOS_CODE_HASH_KEY' },
    timers: {
      pay_valid_ms: times.payValid,
      deadline_ms: times.relayDeadline,
      kiosk_deadline_ms: times.kioskDeadline,
      vend_margin_ms: times.vendMargin,
      lease_ms: times.lease,
    },
    kiosk: kiosks.map((kiosk) => ({ name: kiosk })),
    operations: { host: '127.0.0.1', port: 0 },
    account: [accountTable(folder, acquirerPort, times)],
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return {
    name,
    entry: relayEntry,
    args: ['run', '--config', file],
    env: { QUIETZONE_CHAOS_LEDGER_URL: ledgerUrl, QUIETZONE_CHAOS_CODE_HASH_KEY: codeHashKey },
    logFile: join(folder, `${name}.log`),
  };
}

export const merchantKeyOf = (folder: string): string => join(folder, 'keys', 'merchant-private.pem');

const accountTable = (folder: string, port: number, times: Timing) => ({
  name: 'sandbox',
  kind: 'antom',
  base_url: `http://127.0.0.1:${port}`,
  client_id: SANDBOX_CLIENT_ID,
  private_key_file: merchantKeyOf(folder),
  public_key_file: join(folder, 'keys', 'antom-public.pem'),
  settlement_currency: 'HKD',
  notify_url: 'https://relay.example/antom/notify',
  merchant: {
    reference_merchant_id: 'CHAOS-MERCHANT',
    merchant_name: 'Chaos',
    merchant_mcc: '5499',
    store: { reference_store_id: 'CHAOS-STORE', store_name: 'Lobby', store_mcc: '5499' },
  },
  plan: {
    call_timeout_ms: times.callTimeout,
    inquiry_delays_ms: [...times.inquiryDelays],
    cancel_delays_ms: [...times.cancelDelays],
    code_life_ms: times.codeLife,
  },
});

export type KioskPlace = Place & {
  readonly name: string;
  readonly brokerPort: number;
  readonly scannerPath: string;
};

export const journalOf = (folder: string, kiosk: string): string => join(folder, `${kiosk}-journal`);

export function kioskProgram({ folder, name, brokerPort, scannerPath }: KioskPlace): Started {
  const journal = journalOf(folder, name);
  mkdirSync(journal, { recursive: true, mode: 0o700 });
  const file = join(folder, `${name}.toml`);
  const config = {
    kiosk: { name, board_serial: `BOARD-${name}` },
    broker: {
      url: `mqtt://127.0.0.1:${brokerPort}`,
      keep_alive_ms: 2_000,
      connect_timeout_ms: 1_000,
      reconnect_base_ms: 50,
      reconnect_max_ms: 500,
    },
    journal: { directory: journal },
    scanner: { kind: 'serial', path: scannerPath },
    display: { kind: 'virtual' },
    indicator: { kind: 'virtual' },
    actuator: { kind: 'app', limit_ms: timing.vendLimit },
    order: { mode: 'api', expires_ms: 5_000 },
    web: { port: 0 },
    api: { port: 0 },
    timers: {
      pay_valid_ms: timing.payValid,
      deadline_ms: timing.kioskDeadline,
      resend_ms: 150,
      resend_max_ms: 600,
      hello_retry_ms: 300,
      round_trip_max_ms: 3_000,
      final_screen_ms: 100,
      notice_ms: 100,
    },
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return {
    name,
    entry: agentEntry,
    args: ['run', '--config', file],
    nodeFlags: ['--max-semi-space-size=1'],
    env: { MALLOC_ARENA_MAX: '1' },
    logFile: join(folder, `${name}.log`),
  };
}
