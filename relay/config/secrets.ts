import { readFile } from 'node:fs/promises';
import type { AccountConfig } from './accounts.js';
import { LEDGER_URL_SHAPE, ledgerUrlFault } from './ledger-url.js';
import { ConfigError } from './load.js';
import type { RelayConfig } from './schema.js';

/** What the config file only points to. Never logged. */
export type RelaySecrets = {
  readonly codeHashKey: Uint8Array;
  readonly brokerPassword?: string;
  readonly brokerCaPem?: string;
  readonly ledgerUrl?: string;
  /** By the account's name. */
  readonly accounts: ReadonlyMap<string, AccountSecrets>;
};

export type AccountSecrets = {
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
  /** Antom's further keys, by keyVersion. */
  readonly publicKeys?: Readonly<Record<string, string>>;
  /** Antom's, of the merchant that has authorised us. */
  readonly agentToken?: string;
  readonly caPem?: string;
  /** Of the server with its reports: one of them. */
  readonly sftpPassword?: string;
  readonly sftpPrivateKeyPem?: string;
};

export const CODE_HASH_KEY_MIN_BYTES = 32;

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError naming the key of the config, never the content. */
export async function readSecrets(config: RelayConfig, env: Environment): Promise<RelaySecrets> {
  const { broker, ledger, secrets } = config;
  const key = await one('secrets.code_hash_key', secrets.code_hash_key_file, secrets.code_hash_key_env, env);
  const password = await one('broker.password', broker.password_file, broker.password_env, env);
  const url = ledger.kind === 'postgres' ? await ledgerUrl(ledger, env) : undefined;
  const brokerCaPem = await one('broker.ca', broker.ca_file, undefined, env);
  return {
    codeHashKey: hashKey(key ?? ''),
    ...(password === undefined ? {} : { brokerPassword: password }),
    ...(brokerCaPem === undefined ? {} : { brokerCaPem }),
    ...(url === undefined ? {} : { ledgerUrl: url }),
    accounts: await accountSecrets(config, env),
  };
}

type PostgresConfig = Extract<RelayConfig['ledger'], { readonly kind: 'postgres' }>;

async function ledgerUrl({ url_file, url_env }: PostgresConfig, env: Environment): Promise<string | undefined> {
  const url = await one('ledger.url', url_file, url_env, env);
  const fault = url === undefined ? undefined : ledgerUrlFault(url);
  if (fault === undefined) return url;
  const [key, where] =
    url_file === undefined ? ['ledger.url_env', `the environment variable ${url_env}`] : ['ledger.url_file', url_file];
  throw new ConfigError(`${key}: found in ${where} ${fault}, expected ${LEDGER_URL_SHAPE}`);
}

async function accountSecrets(config: RelayConfig, env: Environment): Promise<Map<string, AccountSecrets>> {
  const accounts = new Map<string, AccountSecrets>();
  for (const [i, account] of config.account.entries()) {
    const { name, ca_file, private_key_file, public_key_file } = account;
    const key = `account.${i}`;
    const caPem = await one(`${key}.ca`, ca_file, undefined, env);
    accounts.set(name, {
      privateKeyPem: await file(`${key}.private_key_file`, private_key_file),
      publicKeyPem: await file(`${key}.public_key_file`, public_key_file),
      ...(caPem === undefined ? {} : { caPem }),
      ...(account.kind === 'antom' ? await antomSecrets(key, account, env) : {}),
      ...(await sftpSecrets(`${key}.reports.sftp`, account, env)),
    });
  }
  return accounts;
}

type AntomConfig = Extract<RelayConfig['account'][number], { readonly kind: 'antom' }>;

async function antomSecrets(key: string, account: AntomConfig, env: Environment) {
  const publicKeys: Record<string, string> = {};
  for (const [version, path] of Object.entries(account.public_key_files)) {
    publicKeys[version] = await file(`${key}.public_key_files.${version}`, path);
  }
  const agentToken = await one(`${key}.agent_token`, account.agent_token_file, account.agent_token_env, env);
  return { publicKeys, ...(agentToken === undefined ? {} : { agentToken }) };
}

async function sftpSecrets(key: string, account: AccountConfig, env: Environment) {
  const sftp = account.kind === 'antom' ? account.reports?.sftp : undefined;
  if (!sftp) return {};
  const password = await one(`${key}.password`, sftp.password_file, sftp.password_env, env);
  const privateKey = await one(`${key}.private_key`, sftp.private_key_file, undefined, env);
  return {
    ...(password === undefined ? {} : { sftpPassword: password }),
    ...(privateKey === undefined ? {} : { sftpPrivateKeyPem: `${privateKey}\n` }),
  };
}

/** Hex, or any text; the text's bytes count. */
function hashKey(text: string): Uint8Array {
  const bytes = Buffer.from(text, /^([0-9a-fA-F]{2})+$/.test(text) ? 'hex' : 'utf8');
  if (bytes.length < CODE_HASH_KEY_MIN_BYTES) {
    throw new ConfigError(
      `secrets.code_hash_key: found ${bytes.length} bytes, expected at least ${CODE_HASH_KEY_MIN_BYTES}; ` +
        'make one with: openssl rand -hex 32',
    );
  }
  return bytes;
}

async function one(key: string, path: string | undefined, variable: string | undefined, env: Environment) {
  if (path !== undefined) return (await file(`${key}_file`, path)).trim();
  if (variable === undefined) return undefined;
  const value = env[variable];
  if (!value)
    throw new ConfigError(`${key}_env: found nothing in the environment variable ${variable}, expected a value`);
  return value;
}

async function file(key: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ConfigError(`${key}: ${path} cannot be read (${code})`);
  }
}
