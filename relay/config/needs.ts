import { access, constants, readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Content, type ContentFault, contentFault } from './contents.js';
import { named } from './named.js';
import type { RelayConfig } from './schema.js';

type Found = 'present' | 'present, not read' | 'missing' | `unreadable (${string})` | 'set' | 'not set';

/** What `run` reads beside the config file: secrets and keys that the file only points to. */
export type Need = {
  /** The key of the config that names it. */
  readonly key: string;
  readonly what: string;
  /** Never anything of the content. */
  readonly found: Found;
  /** It is there, and `run` cannot use it. */
  readonly fault?: ContentFault | undefined;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Which key of the config points where, and to what. */
type Pointer = readonly [key: string, to: string | undefined, content: Content];

/** Variables first, then files; each in the order in which `readSecrets` reads them. */
export async function needsOf(config: RelayConfig, env: Environment): Promise<Need[]> {
  const { broker, ledger, secrets, account, linking } = config;
  const url = ledger.kind === 'postgres' ? ledger : undefined;
  const variables: readonly Pointer[] = [
    ['secrets.code_hash_key_env', secrets.code_hash_key_env, 'code hash key'],
    ['broker.password_env', broker.password_env, 'secret'],
    ['ledger.url_env', url?.url_env, 'ledger url'],
    ['secrets.customs_key_env', secrets.customs_key_env, 'sealing key'],
    ['linking.key_env', linking?.key_env, 'sealing key'],
    ['linking.previous_key_env', linking?.previous_key_env, 'sealing key'],
    ...account.flatMap((a, i) => accountVariables(`account.${i}`, a)),
  ];
  const files: readonly Pointer[] = [
    ['secrets.code_hash_key_file', secrets.code_hash_key_file, 'code hash key'],
    ['broker.password_file', broker.password_file, 'secret'],
    ['broker.ca_file', broker.ca_file, 'ca'],
    ['ledger.url_file', url?.url_file, 'ledger url'],
    ['secrets.customs_key_file', secrets.customs_key_file, 'sealing key'],
    ['linking.key_file', linking?.key_file, 'sealing key'],
    ['linking.previous_key_file', linking?.previous_key_file, 'sealing key'],
    ...account.flatMap((a, i) => accountFiles(`account.${i}`, a)),
  ];
  const needs: Need[] = [];
  for (const [key, name, content] of variables) {
    if (name === undefined) continue;
    const what = `environment variable ${name}`;
    needs.push({ key: named(key, config), what, ...variable(env[name], content) });
  }
  for (const [key, path, content] of files) {
    if (path !== undefined)
      needs.push({ key: named(key, config), what: resolve(path), ...(await file(path, content)) });
  }
  return needs;
}

type AccountConfig = RelayConfig['account'][number];

const accountVariables = (key: string, a: AccountConfig): Pointer[] => [
  [`${key}.agent_token_env`, a.kind === 'antom' ? a.agent_token_env : undefined, 'token'],
  [`${key}.reports.sftp.password_env`, sftpOf(a)?.password_env, 'secret'],
];

const accountFiles = (key: string, a: AccountConfig): Pointer[] => [
  [`${key}.ca_file`, a.ca_file, 'ca'],
  [`${key}.private_key_file`, a.private_key_file, 'rsa private'],
  [`${key}.public_key_file`, a.public_key_file, 'rsa public'],
  ...antomFiles(key, a),
  [`${key}.reports.sftp.password_file`, sftpOf(a)?.password_file, 'secret'],
  [`${key}.reports.sftp.private_key_file`, sftpOf(a)?.private_key_file, 'ssh'],
];

function antomFiles(key: string, account: AccountConfig): Pointer[] {
  if (account.kind !== 'antom') return [];
  const keys = Object.entries(account.public_key_files);
  return [
    ...keys.map(([version, path]): Pointer => [`${key}.public_key_files.${version}`, path, 'rsa public']),
    [`${key}.agent_token_file`, account.agent_token_file, 'token'],
  ];
}
const sftpOf = (account: AccountConfig) => (account.kind === 'antom' ? account.reports?.sftp : undefined);

type Looked = Pick<Need, 'found' | 'fault'>;

const variable = (value: string | undefined, content: Content): Looked =>
  value === undefined ? { found: 'not set' } : { found: 'set', fault: contentFault(content, value) };

/** A pipe is not opened: that would wait for its writer, and leave `run` nothing. */
async function file(path: string, content: Content): Promise<Looked> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      return { found: 'unreadable (EISDIR)', fault: { found: 'a folder', expected: 'the path of a file' } };
    }
    if (!found.isFile()) {
      await access(path, constants.R_OK);
      return { found: 'present, not read' };
    }
    return { found: 'present', fault: contentFault(content, (await readFile(path, 'utf8')).trim()) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return { found: code === 'ENOENT' ? 'missing' : `unreadable (${code})` };
  }
}

/** One line each, in columns. */
export function needsText(needs: readonly Need[]): string {
  const wide = (pick: (need: Need) => string): number => Math.max(...needs.map((need) => pick(need).length));
  const [keys, whats] = [wide((need) => need.key), wide((need) => need.what)];
  const lines = needs.map((need) => {
    const found = need.fault && need.found !== 'unreadable (EISDIR)' ? `${need.found}, but of no use` : need.found;
    return `  ${need.key.padEnd(keys)}  ${need.what.padEnd(whats)}  ${found}\n`;
  });
  return `run also needs:\n${lines.join('')}`;
}

/** One line for each that is there and of no use, as for the config's own keys. */
export const needFaults = (needs: readonly Need[], file: string): string[] =>
  needs.flatMap(({ key, what, fault }) =>
    fault
      ? [
          `${file}: ${key}: found in ${what.replace(/^environment/, 'the $&')} ${fault.found}, expected ${fault.expected}`,
        ]
      : [],
  );
