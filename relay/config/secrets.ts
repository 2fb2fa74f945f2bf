import { readFile } from 'node:fs/promises';
import type { AccountConfig } from './accounts.js';
import { type Content, contentFault, hashKeyBytes } from './contents.js';
import { ConfigError } from './load.js';
import { named } from './named.js';
import type { RelayConfig } from './schema.js';

/** What the config file only points to. Never logged. */
export type RelaySecrets = {
  readonly codeHashKey: Uint8Array;
  /** Buyers in declarations to customs are sealed with it. */
  readonly customsKey?: Uint8Array;
  readonly brokerPassword?: string;
  readonly brokerCaPem?: string;
  readonly ledgerUrl?: string;
  /** By the account's name. */
  readonly accounts: ReadonlyMap<string, AccountSecrets>;
  /** What seals the tokens of linked wallets, 32 bytes each. */
  readonly linking?: { readonly key: Uint8Array; readonly previous?: Uint8Array };
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

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError naming the key of the config, never the content. */
export async function readSecrets(config: RelayConfig, env: Environment): Promise<RelaySecrets> {
  const { broker, ledger, secrets } = config;
  const read = readerOf(config, env);
  const { code_hash_key_file: keyFile, code_hash_key_env: keyVariable } = secrets;
  const key = await read.one('secrets.code_hash_key', keyFile, keyVariable, 'code hash key');
  const customs = await read.one(
    'secrets.customs_key',
    secrets.customs_key_file,
    secrets.customs_key_env,
    'sealing key',
  );
  const password = await read.one('broker.password', broker.password_file, broker.password_env, 'secret');
  const url =
    ledger.kind === 'postgres'
      ? await read.one('ledger.url', ledger.url_file, ledger.url_env, 'ledger url')
      : undefined;
  const brokerCaPem = await read.one('broker.ca', broker.ca_file, undefined, 'ca');
  return {
    codeHashKey: hashKeyBytes(key ?? ''),
    ...(customs === undefined ? {} : { customsKey: Buffer.from(customs, 'hex') }),
    ...(password === undefined ? {} : { brokerPassword: password }),
    ...(brokerCaPem === undefined ? {} : { brokerCaPem }),
    ...(url === undefined ? {} : { ledgerUrl: url }),
    accounts: await accountSecrets(config, read),
    ...(await linkingSecrets(config, read)),
  };
}

async function accountSecrets(config: RelayConfig, read: Reader): Promise<Map<string, AccountSecrets>> {
  const accounts = new Map<string, AccountSecrets>();
  for (const [i, account] of config.account.entries()) {
    const { name, ca_file, private_key_file, public_key_file } = account;
    const key = `account.${i}`;
    const caPem = await read.one(`${key}.ca`, ca_file, undefined, 'ca');
    accounts.set(name, {
      privateKeyPem: await read.file(`${key}.private_key_file`, private_key_file),
      publicKeyPem: await read.file(`${key}.public_key_file`, public_key_file),
      ...(caPem === undefined ? {} : { caPem }),
      ...(account.kind === 'antom' ? await antomSecrets(key, account, read) : {}),
      ...(await sftpSecrets(`${key}.reports.sftp`, account, read)),
    });
  }
  return accounts;
}

type AntomConfig = Extract<RelayConfig['account'][number], { readonly kind: 'antom' }>;

async function antomSecrets(key: string, account: AntomConfig, read: Reader) {
  const publicKeys: Record<string, string> = {};
  for (const [version, path] of Object.entries(account.public_key_files)) {
    publicKeys[version] = await read.file(`${key}.public_key_files.${version}`, path);
  }
  const { agent_token_file, agent_token_env } = account;
  const agentToken = await read.one(`${key}.agent_token`, agent_token_file, agent_token_env, 'token');
  return { publicKeys, ...(agentToken === undefined ? {} : { agentToken }) };
}

async function sftpSecrets(key: string, account: AccountConfig, read: Reader) {
  const sftp = account.kind === 'antom' ? account.reports?.sftp : undefined;
  if (!sftp) return {};
  const password = await read.one(`${key}.password`, sftp.password_file, sftp.password_env, 'secret');
  const privateKey = await read.one(`${key}.private_key`, sftp.private_key_file, undefined, 'ssh');
  return {
    ...(password === undefined ? {} : { sftpPassword: password }),
    ...(privateKey === undefined ? {} : { sftpPrivateKeyPem: `${privateKey}\n` }),
  };
}

/** What seals the secrets of linked wallets; the one before it opens what it has sealed. */
async function linkingSecrets({ linking }: RelayConfig, read: Reader) {
  if (!linking) return {};
  const { key_file, key_env, previous_key_file, previous_key_env } = linking;
  const key = Buffer.from((await read.one('linking.key', key_file, key_env, 'sealing key')) ?? '', 'hex');
  const before = await read.one('linking.previous_key', previous_key_file, previous_key_env, 'sealing key');
  return { linking: { key, ...(before === undefined ? {} : { previous: Buffer.from(before, 'hex') }) } };
}

type Reader = ReturnType<typeof readerOf>;

function readerOf(config: RelayConfig, env: Environment) {
  /** As it is; the adapters check their keys themselves. */
  const file = async (key: string, path: string): Promise<string> => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      throw new ConfigError(`${named(key, config)}: ${path} cannot be read (${code})`);
    }
  };
  const fit = (key: string, where: string, text: string, content: Content): string => {
    const fault = contentFault(content, text);
    if (fault === undefined) return text;
    throw new ConfigError(`${named(key, config)}: found in ${where} ${fault.found}, expected ${fault.expected}`);
  };
  const one = async (key: string, path: string | undefined, variable: string | undefined, content: Content) => {
    if (path !== undefined) return fit(`${key}_file`, path, (await file(`${key}_file`, path)).trim(), content);
    if (variable === undefined) return undefined;
    const value = env[variable];
    const place = `the environment variable ${variable}`;
    if (value) return fit(`${key}_env`, place, value, content);
    throw new ConfigError(`${named(`${key}_env`, config)}: found nothing in ${place}, expected a value`);
  };
  return { file, one };
}
