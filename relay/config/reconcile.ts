import { createReader } from '../acquirers/antom/reports/reader.js';
import { type AntomReportSettings, reportSettings, SETTLED_WITHIN_DAYS } from '../acquirers/antom/reports/settings.js';
import { detailsSettings } from '../acquirers/codepay/reports.js';
import type { Database } from '../ledger/database.js';
import { checksumOf } from '../reconcile/checksum.js';
import type { ReportSource } from '../reconcile/collect.js';
import { Daily } from '../reconcile/daily.js';
import { fetchReports, type SftpSettings } from '../reconcile/sftp.js';
import type { Accounts } from '../routing/accounts.js';
import type { Clock } from '../runtime/clock.js';
import type { Log } from '../runtime/log.js';
import type { AccountConfig } from './accounts.js';
import type { RelayConfig } from './schema.js';
import type { AccountSecrets, RelaySecrets } from './secrets.js';

/** Where each account's reports come from. Nothing is asked for yet. */

type ConfigOf<Kind> = Extract<AccountConfig, { readonly kind: Kind }>;

export function sourcesOf(config: RelayConfig, secrets: RelaySecrets, accounts: Accounts): ReportSource[] {
  return config.account.map((account) => ({
    ...{ account: account.name, names: namesOf(account, config) },
    ...sourceOf(account, secrets.accounts.get(account.name), accounts),
  }));
}

type Source = Omit<ReportSource, 'account' | 'names'>;

function sourceOf(account: AccountConfig, secrets: AccountSecrets | undefined, accounts: Accounts): Source {
  switch (account.kind) {
    case 'antom':
      return antomSource(account, secrets);
    case 'codepay':
      return codepaySource(account, accounts);
  }
}

/** Those that `run` looks at by itself. */
const isAutomatic = ({ folder, list }: ReportSource): boolean => folder !== undefined || list !== undefined;

/** Rows of a relay that knew one account only have its adapter's name (`Accounts.get`). */
function namesOf({ name, kind }: AccountConfig, { account: all }: RelayConfig): string[] {
  const alone = all.filter((other) => other.kind === kind).length === 1 && !all.some((other) => other.name === kind);
  return alone && name !== kind ? [name, kind] : [name];
}

/** To be raised where the same bytes are read as something else. */
const READER = 1;

function antomSource({ reports }: ConfigOf<'antom'>, secrets: AccountSecrets | undefined): Source {
  const { units, columns, words, folder, sftp, name_days_after: nameDaysAfter, settled_within_days } = reports ?? {};
  const zone = reports?.zone ?? reportSettings.zone;
  const own = Object.fromEntries(Object.entries(units ?? {}).filter(([, unit]) => unit !== undefined));
  const settings: AntomReportSettings = {
    ...{ zone, units: { ...reportSettings.units, ...own }, columns: columns ?? {}, words: words ?? {} },
    nameDaysAfter: nameDaysAfter ?? reportSettings.nameDaysAfter,
  };
  return {
    zone,
    read: createReader(settings),
    readAs: checksumOf(Buffer.from(JSON.stringify([READER, settings]))).slice(0, 16),
    ...(folder === undefined ? {} : { folder }),
    settledWithinDays: settled_within_days ?? SETTLED_WITHIN_DAYS,
    ...(sftp ? { fetch: (into, signal) => fetchReports(sftpOf(sftp, secrets), into, signal) } : {}),
  };
}

type SftpConfig = NonNullable<NonNullable<ConfigOf<'antom'>['reports']>['sftp']>;

const sftpOf = (sftp: SftpConfig, secrets: AccountSecrets | undefined): SftpSettings => ({
  ...{ host: sftp.host, port: sftp.port, username: sftp.username, hostKey: sftp.host_key, directory: sftp.directory },
  password: secrets?.sftpPassword,
  privateKeyPem: secrets?.sftpPrivateKeyPem,
});

/** The call itself is the adapter's; here only whether config has switched it on. */
function codepaySource({ name, reports }: ConfigOf<'codepay'>, accounts: Accounts): Source {
  const { acquirer } = accounts.of(name);
  const zone = reports?.zone ?? detailsSettings.zone;
  if (!acquirer.capabilities.lists || !acquirer.reconcile) return { zone };
  const list = acquirer.reconcile.bind(acquirer);
  return { zone, list };
}

type DailySurroundings = {
  readonly db: Database;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly log: Log;
};

/** Undefined where config names no time, or no account with reports: then it is done by hand. */
export function dailyOf(config: RelayConfig, secrets: RelaySecrets, around: DailySurroundings): Daily | undefined {
  const { at, zone, slack_minutes } = config.reconcile;
  const { db, accounts, clock, log } = around;
  const sources = sourcesOf(config, secrets, accounts).filter(isAutomatic);
  if (at === undefined || sources.length === 0) return undefined;
  return new Daily({
    run: { db, slackMs: slack_minutes * 60_000 },
    ...{ sources, at, zone, clock, log },
    ...(db.kind === 'postgres' ? { databaseUrl: secrets.ledgerUrl } : {}),
  });
}
