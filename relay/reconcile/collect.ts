import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Period, Report, ReportFault, ReportItem, ReportReader, ReportRow } from '../acquirers/report.js';
import type { Database } from '../ledger/database.js';
import { checksumOf, type Issued, issuesOf, saveReport } from './files.js';

/** Takes in what an acquirer reports: files of a folder, or a list that it is asked for. */

/** Where an account's reports come from. */
export type ReportSource = {
  readonly account: string;
  /** Its names in the ledger. */
  readonly names: readonly string[];
  /** Of its days. */
  readonly zone: string;
  readonly read?: ReportReader;
  /** Where its files are read. */
  readonly folder?: string;
  /** Brings new files into the folder first; says what it brought. @throws CollectError */
  readonly fetch?: (folder: string) => Promise<readonly string[]>;
  readonly list?: (period: Period, signal?: AbortSignal) => AsyncIterable<ReportItem>;
};

/** The reports cannot be had; the message says what to do. */
export class CollectError extends Error {
  override name = 'CollectError';
}

const DAY_MS = 86_400_000;
const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');

/** Files in the order in which they were issued. */
async function filesIn(folder: string): Promise<{ name: string; issuedAt: number }[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name);
    const found = await Promise.all(
      files.map(async (name) => ({ name, issuedAt: Math.floor((await stat(join(folder, name))).mtimeMs) })),
    );
    return found.sort((a, b) => a.issuedAt - b.issuedAt || (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new CollectError(
      `${folder}: cannot be read (${codeOf(error)}); expected a folder with the acquirer's reports`,
    );
  }
}

/** A file that has not been touched since it was read is not read again, unless it is so new that nobody can tell. */
const isKnown = (known: Issued | undefined, issuedAt: number, now: number): boolean =>
  known?.issuedAt === issuedAt && now - issuedAt > DAY_MS;

/** Reads what is new. Returns the names that were taken in. @throws CollectError */
export async function collectFiles(
  db: Database,
  { account, read }: ReportSource,
  folder: string,
  now: number,
): Promise<string[]> {
  if (!read) throw new CollectError(`account "${account}": its acquirer issues no files; leave out --folder`);
  const known = await issuesOf(db, account);
  const taken: string[] = [];
  for (const { name, issuedAt } of await filesIn(folder)) {
    const before = known.get(name);
    if (isKnown(before, issuedAt, now)) continue;
    const bytes = await bytesOf(join(folder, name));
    const checksum = checksumOf(bytes);
    if (before?.checksum === checksum) continue;
    const report = read(name, bytes);
    if (report && (await saveReport(db, account, { name, checksum, issuedAt, report }, now))) taken.push(name);
  }
  return taken;
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new CollectError(`${path}: cannot be read (${codeOf(error)})`);
  }
}

export const listName = (day: string): string => `list of ${day}`;

/** Asks for a day's list and keeps it as if it were a file. Why it is not whole; undefined when it is. */
export async function collectList(
  db: Database,
  { account, list }: ReportSource,
  day: string,
  period: Period,
  now: number,
): Promise<string | undefined> {
  const rows: ReportRow[] = [];
  const faults: ReportFault[] = [];
  let why: string | undefined = 'the list has no end';
  for await (const item of list?.(period) ?? []) {
    if (item.kind === 'row') rows.push(item.row);
    else if (item.kind === 'fault') faults.push(item.fault);
    else why = item.kind === 'end' ? undefined : item.why;
  }
  const report: Report = { kind: 'transactions', day, complete: why === undefined, rows, faults };
  const checksum = checksumOf(Buffer.from(JSON.stringify([rows, faults, report.complete])));
  await saveReport(db, account, { name: listName(day), checksum, issuedAt: now, report }, now);
  return why;
}
