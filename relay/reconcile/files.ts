import type { Report, ReportFault, ReportKind } from '../acquirers/report.js';
import { number, text, textOrNull } from '../ledger/columns.js';
import type { Database, Queries, Row } from '../ledger/database.js';
import { checksumOf } from './checksum.js';
import { saveRows } from './rows.js';

/** Reports as they were issued: which have been read, and what was wrong in them. */

export type FileRecord = {
  readonly name: string;
  readonly kind: ReportKind;
  readonly day: string | null;
  readonly checksum: string;
  readonly readAs: string;
  readonly complete: boolean;
  readonly lost: number;
  readonly faults: readonly ReportFault[];
  /** Its rows are gone by age (`../ledger/retention.ts`). */
  readonly erased: boolean;
};

/** A report as it came. `checksum`: of its bytes; `readAs`: by what settings; `issuedAt`: by the acquirer, epoch ms. */
export type Issue = {
  readonly name: string;
  readonly checksum: string;
  readonly readAs: string;
  readonly issuedAt: number;
  readonly report: Report;
};

const recordFrom = (row: Row): FileRecord => ({
  name: text(row['name']),
  kind: text(row['kind']) as ReportKind,
  day: textOrNull(row['day']),
  checksum: text(row['checksum']),
  readAs: text(row['read_as']),
  complete: row['complete'] === true,
  lost: number(row['lost']),
  faults: JSON.parse(text(row['faults'])) as ReportFault[],
  erased: row['erased_at'] !== null,
});

/** More faults than a person reads are counted only. */
const FAULTS_KEPT = 100;

/**
 * Keeps a report and its rows, all or nothing; again changes nothing. One of a name that is known already takes its place, and
 * rows that it no longer has are gone. One that was cut says so and takes nobody's rows: it proves nothing, and the whole
 * file takes its place even if that is older by its time, as one that was read while it was copied. False: what is kept is
 * newer.
 */
export async function saveReport(db: Database, account: string, issue: Issue, now: number): Promise<boolean> {
  const { name, checksum, readAs, issuedAt, report } = issue;
  const { kind, day, complete, faults, rows } = report;
  const lost = faults.filter((fault) => fault.lost).length;
  return await db.transaction(async (tx) => {
    const [file] = await tx.query(
      `INSERT INTO report_file (account, name, kind, day, checksum, issued_at, read_at, complete, lost, faults, read_as)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       ON CONFLICT (account, name) DO UPDATE
         SET (kind, day, checksum, issued_at, read_at, complete, lost, faults, read_as, erased_at) =
             (excluded.kind, coalesce(excluded.day, report_file.day), excluded.checksum, excluded.issued_at,
              excluded.read_at, excluded.complete, excluded.lost, excluded.faults, excluded.read_as, NULL)
         WHERE report_file.issued_at <= excluded.issued_at OR (excluded.complete AND NOT report_file.complete)
       RETURNING id`,
      [
        ...[account, name, kind, day, checksum, issuedAt, now, complete, lost],
        ...[JSON.stringify(faults.slice(0, FAULTS_KEPT)), readAs],
      ],
    );
    if (!file) return false;
    if (!complete || day === null) return true;
    const id = number(file['id']);
    await tx.query('DELETE FROM report_row WHERE file = $1', [id]);
    await saveRows(tx, { file: id, account, kind, day, issuedAt }, rows);
    return true;
  });
}

/** A file that was cut, and is not in the folder any more, is nobody's any more; what an earlier issue of it told stays. */
export async function forgetCut(db: Database, account: string, names: readonly string[]): Promise<void> {
  await db.query(
    `DELETE FROM report_file f WHERE account = $1 AND NOT complete
       AND name NOT IN (SELECT jsonb_array_elements_text($2::text::jsonb))
       AND NOT EXISTS (SELECT 1 FROM report_row r WHERE r.file = f.id)`,
    [account, JSON.stringify(names)],
  );
}

export type Issued = Pick<FileRecord, 'checksum' | 'readAs'> & { readonly issuedAt: number };

/** What has been read of the account so far, by name. */
export async function issuesOf(q: Queries, account: string): Promise<Map<string, Issued>> {
  const rows = await q.query('SELECT name, checksum, read_as, issued_at FROM report_file WHERE account = $1', [
    account,
  ]);
  return new Map(
    rows.map((row) => [
      text(row['name']),
      { checksum: text(row['checksum']), readAs: text(row['read_as']), issuedAt: number(row['issued_at']) },
    ]),
  );
}

/** What a day was compared with; another one: it is to be compared again. */
export const fingerprintOf = (files: readonly Pick<FileRecord, 'name' | 'checksum' | 'readAs'>[]): string =>
  checksumOf(Buffer.from(JSON.stringify(files.map((f) => [f.name, f.checksum, f.readAs]).sort())));

/** Of each day since then, what there is of it now. */
export async function fingerprints(q: Queries, account: string, since: string): Promise<Map<string, string>> {
  const rows = await q.query(
    'SELECT day, name, checksum, read_as FROM report_file WHERE account = $1 AND day >= $2 ORDER BY name',
    [account, since],
  );
  const byDay = new Map<string, Pick<FileRecord, 'name' | 'checksum' | 'readAs'>[]>();
  for (const row of rows) {
    const day = text(row['day']);
    const file = { name: text(row['name']), checksum: text(row['checksum']), readAs: text(row['read_as']) };
    byDay.set(day, [...(byDay.get(day) ?? []), file]);
  }
  return new Map([...byDay].map(([day, of]) => [day, fingerprintOf(of)]));
}

/** The first day of which there is a settlement; undefined: the account has none. */
export async function firstSettlement(q: Queries, account: string): Promise<string | undefined> {
  const [row] = await q.query(
    `SELECT min(day) AS day FROM report_file WHERE account = $1 AND kind = 'settlement' AND complete`,
    [account],
  );
  return (row && textOrNull(row['day'])) ?? undefined;
}

/** Of these days, and those that do not tell theirs. */
export async function filesOf(q: Queries, account: string, days: readonly string[]): Promise<FileRecord[]> {
  const rows = await q.query(
    `SELECT * FROM report_file
     WHERE account = $1 AND (day IS NULL OR day IN (SELECT jsonb_array_elements_text($2::text::jsonb))) ORDER BY name`,
    [account, JSON.stringify(days)],
  );
  return rows.map(recordFrom);
}
