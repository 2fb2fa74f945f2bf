import { createHash } from 'node:crypto';
import type { Report, ReportFault, ReportKind } from '../acquirers/report.js';
import { number, text, textOrNull } from '../ledger/columns.js';
import type { Database, Queries, Row } from '../ledger/database.js';
import { saveRows } from './rows.js';

/** Reports as they were issued: which have been read, and what was wrong in them. */

export type FileRecord = {
  readonly name: string;
  readonly kind: ReportKind;
  readonly day: string | null;
  readonly checksum: string;
  readonly complete: boolean;
  readonly lost: number;
  readonly faults: readonly ReportFault[];
  /** Its rows are gone by age (`../ledger/retention.ts`). */
  readonly erased: boolean;
};

/** A report as it came. `checksum`: of its bytes; `issuedAt`: by the acquirer, epoch ms. */
export type Issue = {
  readonly name: string;
  readonly checksum: string;
  readonly issuedAt: number;
  readonly report: Report;
};

export const checksumOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const recordFrom = (row: Row): FileRecord => ({
  name: text(row['name']),
  kind: text(row['kind']) as ReportKind,
  day: textOrNull(row['day']),
  checksum: text(row['checksum']),
  complete: row['complete'] === true,
  lost: number(row['lost']),
  faults: JSON.parse(text(row['faults'])) as ReportFault[],
  erased: row['erased_at'] !== null,
});

/** More faults than a person reads are counted only. */
const FAULTS_KEPT = 100;

/**
 * Keeps a report and its rows, all or nothing; again changes nothing. One of a name that is known already takes its place, and
 * rows that it no longer has are gone. One that was cut says so and takes nobody's rows: it proves nothing. False: what is
 * kept is newer.
 */
export async function saveReport(db: Database, account: string, issue: Issue, now: number): Promise<boolean> {
  const { name, checksum, issuedAt, report } = issue;
  const { kind, day, complete, faults, rows } = report;
  const lost = faults.filter((fault) => fault.lost).length;
  return await db.transaction(async (tx) => {
    const [file] = await tx.query(
      `INSERT INTO report_file (account, name, kind, day, checksum, issued_at, read_at, complete, lost, faults)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT (account, name) DO UPDATE
         SET (kind, day, checksum, issued_at, read_at, complete, lost, faults, erased_at) =
             (excluded.kind, coalesce(excluded.day, report_file.day), excluded.checksum, excluded.issued_at, excluded.read_at, excluded.complete,
              excluded.lost, excluded.faults, NULL)
         WHERE report_file.issued_at <= excluded.issued_at
       RETURNING id`,
      [account, name, kind, day, checksum, issuedAt, now, complete, lost, JSON.stringify(faults.slice(0, FAULTS_KEPT))],
    );
    if (!file) return false;
    if (!complete || day === null) return true;
    const id = number(file['id']);
    await tx.query('DELETE FROM report_row WHERE file = $1', [id]);
    await saveRows(tx, { file: id, account, kind, day, issuedAt }, rows);
    return true;
  });
}

export type Issued = { readonly checksum: string; readonly issuedAt: number };

/** What has been read of the account so far, by name. */
export async function issuesOf(q: Queries, account: string): Promise<Map<string, Issued>> {
  const rows = await q.query('SELECT name, checksum, issued_at FROM report_file WHERE account = $1', [account]);
  return new Map(
    rows.map((row) => [text(row['name']), { checksum: text(row['checksum']), issuedAt: number(row['issued_at']) }]),
  );
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
