import { createHash, timingSafeEqual } from 'node:crypto';
import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { CollectError } from './collect.js';

/**
 * Copies new reports from an acquirer's SFTP server into a folder, by the library ssh2-sftp-client; they are read from there.
 * The server is known by its host key and by nothing else, and nothing on it is ever changed.
 */
export type SftpSettings = {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** As `ssh-keyscan HOST | ssh-keygen -lf -` shows it: "SHA256:…". */
  readonly hostKey: string;
  readonly directory: string;
  /** One of them. Secrets. */
  readonly password?: string | undefined;
  readonly privateKeyPem?: string | undefined;
};

const READY_MS = 20_000;
const REPORT = /\.csv$/i;

const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

function isPinned(pinned: string, key: Buffer): boolean {
  const [wanted, found] = [Buffer.from(pinned.replace(/=+$/, '')), Buffer.from(fingerprint(key))];
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}

/** A name that stays in the folder; the server's word for it is not trusted. */
const isPlain = (name: string): boolean => /^[\w][\w. -]{0,199}$/.test(name);

async function isHere(path: string, size: number, modified: number): Promise<boolean> {
  try {
    const found = await stat(path);
    return found.size === size && Math.floor(found.mtimeMs / 1_000) === Math.floor(modified / 1_000);
  } catch {
    return false;
  }
}

/** Returns the names brought. @throws CollectError; no message holds a password or a key. */
export async function fetchReports(settings: SftpSettings, folder: string): Promise<string[]> {
  const { default: Client } = await import('ssh2-sftp-client');
  const where = `sftp://${settings.host}:${settings.port}`;
  const client = new Client('reports', { error: () => {}, end: () => {}, close: () => {} });
  let otherKey: string | undefined;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await client.connect({
      host: settings.host,
      port: settings.port,
      username: settings.username,
      ...(settings.password === undefined ? {} : { password: settings.password }),
      ...(settings.privateKeyPem === undefined ? {} : { privateKey: settings.privateKeyPem }),
      readyTimeout: READY_MS,
      retries: 0,
      hostVerifier: (key: Buffer) => {
        const isRight = isPinned(settings.hostKey, key);
        if (!isRight) otherKey = fingerprint(key);
        return isRight;
      },
    });
    const brought: string[] = [];
    for (const { name, type, size, modifyTime } of await client.list(settings.directory)) {
      if (type !== '-' || !REPORT.test(name) || !isPlain(name)) continue;
      const path = join(folder, name);
      if (await isHere(path, size, modifyTime)) continue;
      await bring(client, `${settings.directory.replace(/\/$/, '')}/${name}`, path, { size, modifyTime });
      brought.push(name);
    }
    return brought;
  } catch (error) {
    if (otherKey !== undefined) {
      throw new CollectError(
        `${where}: found the host key ${otherKey}, expected ${settings.hostKey}; ask the acquirer before you change host_key`,
      );
    }
    if (error instanceof CollectError) throw error;
    throw new CollectError(`${where}: ${plainReason(error)}`);
  } finally {
    await client.end().catch(() => false);
  }
}

type Getter = { get(path: string, to: string): Promise<unknown> };

/** Under another name until it is whole, so that no reader sees half a file. */
async function bring(
  client: Getter,
  from: string,
  path: string,
  { size, modifyTime }: { size: number; modifyTime: number },
) {
  const part = join(path, '..', `.${path.split('/').at(-1)}.part`);
  try {
    await client.get(from, part);
    const got = (await stat(part)).size;
    if (got !== size)
      throw new CollectError(`${from}: found ${got} bytes, expected ${size}: it is being written; try again`);
    await utimes(part, modifyTime / 1_000, modifyTime / 1_000);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}

/** The library's messages name hosts and paths; what it was given as a secret is never in them, and is looked for all the same. */
function plainReason(error: unknown): string {
  const said = error instanceof Error ? error.message.split('\n')[0]?.slice(0, 200) : undefined;
  return `the reports could not be fetched (${said ?? 'unknown'}); look at host, username, password or key in [account.reports.sftp]`;
}
