import { createHash, timingSafeEqual } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { isReport, REPORT_MAX_BYTES, unreadOf } from '../acquirers/report.js';
import { CLOSED_FILE, CollectError, type Fetched, tooLarge, type Unread } from './collect.js';

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
  /** All of it takes no longer: a server that says nothing more keeps nobody waiting; ms. */
  readonly withinMs?: number;
};

const READY_MS = 20_000;
const WITHIN_MS = 600_000;
const END_MS = 2_000;
/** A file system's limit, less what is put before and behind the name. */
const NAME_MAX_BYTES = 240;

const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

function isPinned(pinned: string, key: Buffer): boolean {
  const [wanted, found] = [Buffer.from(pinned.replace(/=+$/, '')), Buffer.from(fingerprint(key))];
  return wanted.length === found.length && timingSafeEqual(wanted, found);
}

/** A name that stays in the folder; the server's word for it is not trusted. */
const isPlain = (name: string): boolean =>
  /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_. ()+,@=-]*$/u.test(name) && Buffer.byteLength(name) <= NAME_MAX_BYTES;

async function isHere(path: string, size: number, modified: number): Promise<boolean> {
  try {
    const found = await stat(path);
    return found.size === size && Math.floor(found.mtimeMs / 1_000) === Math.floor(modified / 1_000);
  } catch {
    return false;
  }
}

/** @throws CollectError; no message holds a password or a key */
export async function fetchReports(settings: SftpSettings, folder: string, stop?: AbortSignal): Promise<Fetched> {
  const { default: Client } = await import('ssh2-sftp-client');
  const where = `sftp://${settings.host}:${settings.port}`;
  const client = new Client('reports', { error: () => {}, end: () => {}, close: () => {} });
  const { withinMs = WITHIN_MS } = settings;
  const signal = AbortSignal.any([AbortSignal.timeout(withinMs), ...(stop ? [stop] : [])]);
  const host: HostKey = { other: undefined };
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await orEnded(copyAll(client, settings, folder, host, signal), signal);
  } catch (error) {
    if (host.other !== undefined) {
      throw new CollectError(
        `${where}: found the host key ${host.other}, expected ${settings.hostKey}; ask the acquirer before you change host_key`,
      );
    }
    if (stop?.aborted) throw new CollectError(`${where}: the relay stops; it is fetched the next time`);
    if (signal.aborted) throw new CollectError(`${where}: not done within ${withinMs} ms; what has come stays`);
    const said = plainReason(error, settings);
    throw new CollectError(
      `${where}: the reports could not be fetched (${said}); look at host, username, password or key in [account.reports.sftp]`,
    );
  } finally {
    await end(client);
  }
}

type HostKey = { other: string | undefined };
type Client = import('ssh2-sftp-client');

/** Rejects as soon as the signal says so, whatever the server does. */
async function orEnded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let listener = (): void => {};
  const ended = new Promise<never>((_, reject) => {
    listener = () => reject(new CollectError('ended'));
    signal.addEventListener('abort', listener, { once: true });
    if (signal.aborted) listener();
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, ended]);
  } finally {
    signal.removeEventListener('abort', listener);
  }
}

async function copyAll(
  client: Client,
  settings: SftpSettings,
  folder: string,
  host: HostKey,
  signal: AbortSignal,
): Promise<Fetched> {
  const { hostKey, directory } = settings;
  await client.connect({
    host: settings.host,
    port: settings.port,
    username: settings.username,
    ...(settings.password === undefined ? {} : { password: settings.password }),
    ...(settings.privateKeyPem === undefined ? {} : { privateKey: settings.privateKeyPem }),
    readyTimeout: READY_MS,
    retries: 0,
    hostVerifier: (key: Buffer) => {
      const isRight = isPinned(hostKey, key);
      if (!isRight) host.other = fingerprint(key);
      return isRight;
    },
  });
  const listed = await client.list(directory);
  const files = listed.filter(({ type }) => type === '-');
  const unread: Unread[] = unreadOf(files.map(({ name }) => name)).map((name) => ({ name, why: CLOSED_FILE }));
  const brought: string[] = [];
  for (const { name, size, modifyTime } of files.filter((file) => isReport(file.name))) {
    const path = join(folder, name);
    const refused = !isPlain(name)
      ? `on the server: found a name with signs that are not allowed here; ask the acquirer for another`
      : size > REPORT_MAX_BYTES
        ? tooLarge(size)
        : undefined;
    if (refused !== undefined) {
      unread.push({ name, why: refused });
      continue;
    }
    if (await isHere(path, size, modifyTime)) continue;
    const why = await bring(client, `${directory.replace(/\/$/, '')}/${name}`, path, { size, modifyTime }, signal);
    if (why === undefined) brought.push(name);
    else
      unread.push({ name, why: why instanceof Error ? `could not be fetched (${plainReason(why, settings)})` : why });
  }
  const folders = listed.filter(({ type }) => type === 'd').length;
  if (folders > 0 && !files.some(({ name }) => isReport(name))) {
    const why = `no .csv in it, but ${folders} folders: set directory in [account.reports.sftp], or ask for one folder`;
    unread.push({ name: directory, why });
  }
  return { brought, unread };
}

/**
 * Under another name until it is whole, so that no reader sees half a file. Why it was not brought: that costs this file only.
 */
async function bring(
  client: Client,
  from: string,
  path: string,
  { size, modifyTime }: { size: number; modifyTime: number },
  signal: AbortSignal,
): Promise<Error | string | undefined> {
  const part = join(path, '..', `.${path.split('/').at(-1)}.part`);
  const out = createWriteStream(part, { mode: 0o600 });
  try {
    // No more than one byte beyond what was listed: a file that does not end fills no disk.
    await client.get(from, out, { readStreamOptions: { end: size } as object });
    // The library is done when all has been read, not when all has been written.
    await finished(out);
    const got = (await stat(part)).size;
    if (got !== size) return `found ${got} bytes, expected ${size}: it is being written; it is fetched the next time`;
    signal.throwIfAborted();
    await utimes(part, modifyTime / 1_000, modifyTime / 1_000);
    await rename(part, path);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error('unknown');
  } finally {
    out.destroy();
    await rm(part, { force: true });
  }
}

/** Asks for the end, and does not wait for a server that gives none. */
async function end(client: Client): Promise<void> {
  const asked = client.end().catch(() => false);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, END_MS);
  });
  await Promise.race([asked, late]);
  clearTimeout(timer);
  const { client: connection } = client as unknown as { client?: { destroy?: () => void } };
  connection?.destroy?.();
}

/** The library's messages name hosts and paths; what it was given as a secret is looked for all the same. */
function plainReason(error: unknown, { password, privateKeyPem }: SftpSettings): string {
  const first = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown';
  const secrets = [password, ...(privateKeyPem?.split('\n') ?? [])].filter((line) => line !== undefined && line !== '');
  return secrets.reduce<string>((text, secret) => text.replaceAll(secret ?? '', '…'), first).slice(0, 200);
}
