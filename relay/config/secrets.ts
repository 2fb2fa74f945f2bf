import { readFile } from 'node:fs/promises';
import { ConfigError } from './load.js';
import type { RelayConfig } from './schema.js';

/** What the config file only points to. Never logged. */
export type RelaySecrets = {
  readonly codeHashKey: Uint8Array;
  readonly brokerPassword?: string;
  readonly brokerCaPem?: string;
  readonly ledgerUrl?: string;
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
  readonly acquirerCaPem?: string;
};

export const CODE_HASH_KEY_MIN_BYTES = 32;

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError naming the key of the config, never the content. */
export async function readSecrets(config: RelayConfig, env: Environment): Promise<RelaySecrets> {
  const { broker, ledger, secrets, acquirer } = config;
  const key = await one('secrets.code_hash_key', secrets.code_hash_key_file, secrets.code_hash_key_env, env);
  const password = await one('broker.password', broker.password_file, broker.password_env, env);
  const url = ledger.kind === 'postgres' ? await one('ledger.url', ledger.url_file, ledger.url_env, env) : undefined;
  const brokerCaPem = await one('broker.ca', broker.ca_file, undefined, env);
  const caPem = await one('acquirer.ca', acquirer.ca_file, undefined, env);
  return {
    codeHashKey: hashKey(key ?? ''),
    ...(password === undefined ? {} : { brokerPassword: password }),
    ...(brokerCaPem === undefined ? {} : { brokerCaPem }),
    ...(url === undefined ? {} : { ledgerUrl: url }),
    privateKeyPem: await file('acquirer.private_key_file', acquirer.private_key_file),
    publicKeyPem: await file('acquirer.public_key_file', acquirer.public_key_file),
    ...(caPem === undefined ? {} : { acquirerCaPem: caPem }),
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
