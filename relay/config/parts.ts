import type { Acquirer } from '../acquirers/contract.js';
import type { AnswerTime } from '../acquirers/time.js';
import { type Database, LedgerError } from '../ledger/database.js';
import { PGliteDatabase } from '../ledger/pglite.js';
import { PostgresDatabase } from '../ledger/postgres.js';
import { Accounts } from '../routing/accounts.js';
import type { Clock } from '../runtime/clock.js';
import type { Log } from '../runtime/log.js';
import { openAcquirer } from './acquirers.js';
import { ConfigError } from './load.js';
import { named } from './named.js';
import { policyOf } from './rules.js';
import type { RelayConfig } from './schema.js';
import type { RelaySecrets } from './secrets.js';

/** The parts whose kind the config chooses. Nothing is started here. */

/** @throws LedgerError for PGlite in production. */
export function openDatabase(config: RelayConfig, secrets: RelaySecrets): Database {
  const { ledger, mode } = config;
  if (ledger.kind === 'postgres') {
    const url = secrets.ledgerUrl ?? '';
    return new PostgresDatabase({ url, connections: ledger.connections, production: mode === 'production' });
  }
  if (mode === 'production') {
    throw new LedgerError('ledger.kind: found "pglite", expected "postgres" in production: PGlite never syncs to disk');
  }
  return new PGliteDatabase(ledger.directory === undefined ? {} : { directory: ledger.directory });
}

export type AccountParts = {
  readonly clock: Clock;
  readonly log: Log;
  /** In the place of every account's own. */
  readonly acquirer?: Acquirer | undefined;
  readonly onTime?: (account: string, time: AnswerTime) => void;
};

/** @throws ConfigError naming the account and the option that its adapter refuses. */
export function openAccounts(config: RelayConfig, secrets: RelaySecrets, parts: AccountParts): Accounts {
  const accounts = config.account.map((account, i) => {
    const acquirer = parts.acquirer ?? openAcquirer(account, secretsOf(account.name, secrets), parts);
    checkTimes(`account.${i}`, acquirer, config);
    return { name: account.name, acquirer, policy: policyOf(config, acquirer) };
  });
  return new Accounts(accounts);
}

/** A scan that may still be acted on must not be given up already. @throws ConfigError */
function checkTimes(key: string, { name, capabilities }: Acquirer, config: RelayConfig): void {
  const { timers } = config;
  const { giveUpMarginMs } = capabilities;
  if (timers.kiosk_deadline_ms - giveUpMarginMs > timers.pay_valid_ms) return;
  throw new ConfigError(
    `${named(key, config)}: ${name} gives a payment up ${giveUpMarginMs} ms before timers.kiosk_deadline_ms ` +
      `(${timers.kiosk_deadline_ms}), expected a time after timers.pay_valid_ms (${timers.pay_valid_ms}): ` +
      'lengthen the first or shorten the second',
  );
}

function secretsOf(account: string, { accounts }: RelaySecrets) {
  const found = accounts.get(account);
  if (!found) throw new ConfigError(`account "${account}": its keys were not read`);
  return found;
}
