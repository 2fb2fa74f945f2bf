import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  isReport,
  type Period,
  REPORT_MAX_BYTES,
  type Report,
  type ReportFault,
  type ReportItem,
  type ReportReader,
  type ReportRow,
  unreadOf,
} from '../acquirers/report.js';
import type { Database } from '../ledger/database.js';
import { checksumOf } from './checksum.js';
import { forgetCut, type Issued, issuesOf, saveReport } from './files.js';

/** Takes in what an acquirer reports: files of a folder, or a list that it is asked for. */

/** Where an account's reports come from. */
export type ReportSource = {
  readonly account: string;
  /** Its names in the ledger. */
  readonly names: readonly string[];
  /** Of its days. */
  readonly zone: string;
  readonly read?: ReportReader;
  /** By what settings: with others a file says something else, and is read again. */
  readonly readAs?: string;
  /** Where its files are read. */
  readonly folder?: string;
  /** Brings new files into the folder first. @throws CollectError */
  readonly fetch?: (folder: string, signal?: AbortSignal) => Promise<Fetched>;
  /** A payment is in a settlement within so many days, where the account has settlements. */
  readonly settledWithinDays?: number;
  readonly list?: (period: Period, signal?: AbortSignal) => AsyncIterable<ReportItem>;
};

/** A file that may hold a report and was not read: for a person. */
export type Unread = { readonly name: string; readonly why: string };

export type Fetched = { readonly brought: readonly string[]; readonly unread: readonly Unread[] };

export const CLOSED_FILE =
  'a workbook or an archive is not read, and no .csv of the same name is beside it: ask the acquirer for .csv, or unpack it';
export const tooLarge = (size: number): string =>
  `found ${size} bytes, expected at most ${REPORT_MAX_BYTES}: ask the acquirer for smaller files`;

/** The reports cannot be had; the message says what to do. */
export class CollectError extends Error {
  override name = 'CollectError';
}

const DAY_MS = 86_400_000;
const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');

type Found = { readonly name: string; readonly issuedAt: number; readonly size: number };

/** Files in the order in which they were issued; a link counts as what it leads to. */
async function filesIn(folder: string): Promise<Found[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter((e) => !e.isDirectory() && !e.name.startsWith('.')).map(({ name }) => name);
    const found = await Promise.all(names.map((name) => statOf(folder, name)));
    return found.flat().sort((a, b) => a.issuedAt - b.issuedAt || (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw new CollectError(
      `${folder}: cannot be read (${codeOf(error)}); expected a folder with the acquirer's reports`,
    );
  }
}

async function statOf(folder: string, name: string): Promise<Found[]> {
  const found = await stat(join(folder, name)).catch(() => undefined);
  // A link that leads nowhere is told when it is opened.
  if (!found) return [{ name, issuedAt: 0, size: 0 }];
  return found.isFile() ? [{ name, issuedAt: Math.floor(found.mtimeMs), size: found.size }] : [];
}

/** A file that has not been touched since it was read is not read again, unless it is so new that nobody can tell. */
const isKnown = (known: Issued | undefined, issuedAt: number, now: number): boolean =>
  known?.issuedAt === issuedAt && now - issuedAt > DAY_MS;

/** Reads what is new, and says what it could not. @throws CollectError */
export async function collectFiles(
  db: Database,
  { account, read, readAs = '' }: ReportSource,
  folder: string,
  now: number,
): Promise<Unread[]> {
  if (!read) throw new CollectError(`account "${account}": its acquirer issues no files; leave out --folder`);
  const known = await issuesOf(db, account);
  const files = await filesIn(folder);
  const unread: Unread[] = unreadOf(files.map(({ name }) => name)).map((name) => ({ name, why: CLOSED_FILE }));
  for (const { name, issuedAt, size } of files) {
    if (!isReport(name)) continue;
    const before = known.get(name);
    const isSame = before?.readAs === readAs;
    if (isSame && isKnown(before, issuedAt, now)) continue;
    const bytes = size > REPORT_MAX_BYTES ? tooLarge(size) : await bytesOf(join(folder, name));
    if (typeof bytes === 'string') {
      unread.push({ name, why: bytes });
      continue;
    }
    const checksum = checksumOf(bytes);
    if (isSame && before?.checksum === checksum) continue;
    await saveReport(db, account, { name, checksum, readAs, issuedAt, report: read(name, bytes) }, now);
  }
  await forgetCut(
    db,
    account,
    files.map(({ name }) => name),
  );
  return unread;
}

/** Or why it cannot be read: that costs this file only. */
async function bytesOf(path: string): Promise<Buffer | string> {
  try {
    return await readFile(path);
  } catch (error) {
    return `cannot be read (${codeOf(error)}): look at its permissions`;
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
  signal?: AbortSignal,
): Promise<string | undefined> {
  const rows: ReportRow[] = [];
  const faults: ReportFault[] = [];
  let why: string | undefined = 'the list has no end';
  for await (const item of list?.(period, signal) ?? []) {
    if (item.kind === 'row') rows.push(item.row);
    else if (item.kind === 'fault') faults.push(item.fault);
    else why = item.kind === 'end' ? undefined : item.why;
  }
  const report: Report = { kind: 'transactions', day, complete: why === undefined, rows, faults };
  const checksum = checksumOf(Buffer.from(JSON.stringify([rows, faults, report.complete])));
  await saveReport(db, account, { name: listName(day), checksum, readAs: '', issuedAt: now, report }, now);
  return why;
}
