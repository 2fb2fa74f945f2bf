import { access, constants, open, readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LEDGER_URL_SHAPE, ledgerUrlFault } from './ledger-url.js';
import type { RelayConfig } from './schema.js';

type Found = 'present' | 'empty' | 'missing' | `unreadable (${string})` | 'set' | 'not set';

/** What `run` reads beside the config file: secrets and keys that the file only points to. */
export type Need = {
  /** The key of the config that names it. */
  readonly key: string;
  readonly what: string;
  /** Never anything of the content. */
  readonly found: Found | `${'present' | 'set'}, but ${string}`;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** In the order in which `readSecrets` reads them. */
export async function needsOf(config: RelayConfig, env: Environment): Promise<Need[]> {
  const { broker, ledger, secrets, account } = config;
  const url = ledger.kind === 'postgres' ? ledger : undefined;
  const files = [
    ['secrets.code_hash_key_file', secrets.code_hash_key_file],
    ['broker.password_file', broker.password_file],
    ['broker.ca_file', broker.ca_file],
    ['ledger.url_file', url?.url_file],
    ...account.flatMap(
      (a, i) =>
        [
          [`account.${i}.ca_file`, a.ca_file],
          [`account.${i}.private_key_file`, a.private_key_file],
          [`account.${i}.public_key_file`, a.public_key_file],
          ...antomFiles(`account.${i}`, a),
          [`account.${i}.reports.sftp.password_file`, sftpOf(a)?.password_file],
          [`account.${i}.reports.sftp.private_key_file`, sftpOf(a)?.private_key_file],
        ] as const,
    ),
  ] as const;
  const variables = [
    ['secrets.code_hash_key_env', secrets.code_hash_key_env],
    ['broker.password_env', broker.password_env],
    ['ledger.url_env', url?.url_env],
    ...account.map(
      (a, i) => [`account.${i}.agent_token_env`, a.kind === 'antom' ? a.agent_token_env : undefined] as const,
    ),
    ...account.map((a, i) => [`account.${i}.reports.sftp.password_env`, sftpOf(a)?.password_env] as const),
  ] as const;
  const needs: Need[] = [];
  for (const [key, name] of variables) {
    if (name !== undefined) needs.push({ key, what: `environment variable ${name}`, found: variable(env[name]) });
  }
  for (const [key, path] of files) {
    if (path !== undefined) needs.push({ key, what: resolve(path), found: await file(path) });
  }
  return await Promise.all(needs.map((need) => withUrlRead(need, url, env)));
}

type PostgresConfig = Extract<RelayConfig['ledger'], { readonly kind: 'postgres' }>;

/** The ledger's URL is the one that is read: what is no URL is found before the day that `run` needs it. */
async function withUrlRead(need: Need, url: PostgresConfig | undefined, env: Environment): Promise<Need> {
  const { key, found } = need;
  if (found !== 'set' && found !== 'present') return need;
  const read = async (): Promise<string | undefined> => {
    if (key === 'ledger.url_env') return env[url?.url_env ?? ''];
    const path = key === 'ledger.url_file' ? url?.url_file : undefined;
    // A pipe would be emptied.
    return path === undefined || !(await stat(path)).isFile() ? undefined : (await readFile(path, 'utf8')).trim();
  };
  const text = await read().catch(() => undefined);
  const fault = text === undefined ? undefined : ledgerUrlFault(text);
  return fault === undefined ? need : { ...need, found: `${found}, but ${fault}; expected ${LEDGER_URL_SHAPE}` };
}

function antomFiles(key: string, account: RelayConfig['account'][number]) {
  if (account.kind !== 'antom') return [];
  const keys = Object.entries(account.public_key_files);
  return [
    ...keys.map(([version, path]) => [`${key}.public_key_files.${version}`, path] as const),
    [`${key}.agent_token_file`, account.agent_token_file] as const,
  ];
}
const sftpOf = (account: RelayConfig['account'][number]) =>
  account.kind === 'antom' ? account.reports?.sftp : undefined;

function variable(value: string | undefined): Need['found'] {
  if (value === undefined) return 'not set';
  return value === '' ? 'set, but empty' : 'set';
}

/** Opened, so that permissions count, and not read. A pipe is not opened: that would wait for its writer. */
async function file(path: string): Promise<Need['found']> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'unreadable (EISDIR)';
    if (!found.isFile()) {
      await access(path, constants.R_OK);
      return 'present';
    }
    await (await open(path, 'r')).close();
    return found.size === 0 ? 'empty' : 'present';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return code === 'ENOENT' ? 'missing' : `unreadable (${code})`;
  }
}

/** One line each, in columns. */
export function needsText(needs: readonly Need[]): string {
  const wide = (pick: (need: Need) => string): number => Math.max(...needs.map((need) => pick(need).length));
  const [keys, whats] = [wide((need) => need.key), wide((need) => need.what)];
  const lines = needs.map((need) => `  ${need.key.padEnd(keys)}  ${need.what.padEnd(whats)}  ${need.found}\n`);
  return `run also needs:\n${lines.join('')}`;
}
