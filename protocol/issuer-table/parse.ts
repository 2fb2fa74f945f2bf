import * as v from 'valibot';
import { describe, describeType, type Fault, faultText, nearestOf } from '../faults.js';
import { conflictFaults } from './conflicts.js';
import { breadthFaults, rowFaults } from './rules.js';
import { atEntries, documentEntries, documentSchema, rowEntries } from './schema.js';
import { type IssuerTable, LENGTH_MAX, TABLE_MAX_BYTES, TABLE_MAX_PREFIXES, TABLE_MAX_ROWS } from './table.js';

/** More are counted, not told: a log line has an end. */
const FAULTS_MAX = 100;
const GROUP = 'an object';
const KEY_MAX_CHARS = 40;

/** Every fault of the document at once. Nothing of a refused table is used. */
export class IssuerTableError extends Error {
  override name = 'IssuerTableError';
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(['issuer table:', ...faults.map((fault) => `  ${faultText(fault)}`)].join('\n'));
    this.faults = faults;
  }
}

type Raw = Readonly<Record<string, unknown>>;
type Entries = Readonly<Record<string, v.GenericSchema>>;
const isObject = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);
const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Says where the text breaks off, and quotes none of it: it may be another file, with a secret in it. */
function readJson(text: string): unknown {
  const bytes = Buffer.byteLength(text);
  const key = 'document';
  if (bytes > TABLE_MAX_BYTES) {
    throw new IssuerTableError([{ key, found: `${bytes} bytes`, expected: `at most ${TABLE_MAX_BYTES}` }]);
  }
  try {
    // Some editors begin a file with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const at = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const before = at === undefined ? undefined : text.slice(0, Number(at)).split('\n');
    const place = before && ` at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    throw new IssuerTableError([{ key, found: `text that is no JSON${place ?? ''}`, expected: 'JSON (RFC 8259)' }]);
  }
}

function unknownKeys(value: unknown, entries: Entries, path: string): Fault[] {
  if (!isObject(value)) return [];
  const known = Object.keys(entries);
  const prefix = path === '' ? '' : `${path}.`;
  const unknown = Object.keys(value).filter((key) => !Object.hasOwn(entries, key));
  return unknown.map((key) => {
    const plain = /^[A-Za-z_]+$/.test(key) && key.length <= KEY_MAX_CHARS;
    const nearest = nearestOf(key, known);
    return {
      key: plain ? `${prefix}${key}` : `${prefix}(a key of ${key.length} characters)`,
      found: `an unknown key (${describeType(value[key], GROUP)})`,
      expected: `one of ${known.join(', ')}`,
      ...(nearest === undefined ? {} : { nearest: `${prefix}${nearest}` }),
    };
  });
}

function unknownFaults(raw: unknown): Fault[] {
  const rows = isObject(raw) ? listed(raw['rows']) : [];
  return [
    ...unknownKeys(raw, documentEntries, ''),
    ...rows.flatMap((row, i) => [
      ...unknownKeys(row, rowEntries, `rows[${i}]`),
      ...(isObject(row) ? listed(row['at']) : []).flatMap((at, j) => unknownKeys(at, atEntries, `rows[${i}].at[${j}]`)),
    ]),
  ];
}

const entriesByDepth: readonly Entries[] = [documentEntries, rowEntries, atEntries];

/** The phrase after "expected" of a key that is missing: what its own rule says of nothing. */
function expectedOf(depth: number, key: unknown): string {
  const entry = entriesByDepth[depth]?.[String(key)];
  const issue = entry && v.safeParse(entry, undefined).issues?.[0];
  return issue?.message ?? 'a value';
}

function faultOf(issue: v.BaseIssue<unknown>): Fault {
  const keys = (issue.path ?? []).map((item) => item.key);
  const key = keys
    .map((k) => (typeof k === 'number' ? `[${k}]` : `.${String(k)}`))
    .join('')
    .slice(1);
  // Objects stand at every second step: rows, [3], at, [0], index.
  const missing = issue.input === undefined && keys.length > 0;
  const expected = missing ? expectedOf((keys.length - 1) / 2, keys.at(-1)) : issue.message;
  return { key: key === '' ? 'document' : key, found: describe(issue.input, key, GROUP), expected };
}

/** One fault a key: the first is enough to mend it. */
function distinct(faults: readonly Fault[]): Fault[] {
  const seen = new Set<string>();
  return faults.filter(({ key }) => !seen.has(key) && seen.add(key));
}

/** Bounds that come first, since all the rest takes time by them. */
function sizeFaults(raw: unknown): Fault[] {
  const rows = isObject(raw) ? listed(raw['rows']) : [];
  if (rows.length > TABLE_MAX_ROWS) {
    return [{ key: 'rows', found: `a list of ${rows.length}`, expected: `at most ${TABLE_MAX_ROWS} rows` }];
  }
  const places = Math.max(0, ...rows.map((row) => (isObject(row) ? listed(row['at']).length : 0)));
  if (places > LENGTH_MAX) {
    return [{ key: 'rows', found: `a row with ${places} places in "at"`, expected: `at most ${LENGTH_MAX}` }];
  }
  const prefixes = rows.reduce<number>((n, row) => n + (isObject(row) ? listed(row['prefixes']).length : 0), 0);
  if (prefixes <= TABLE_MAX_PREFIXES) return [];
  return [{ key: 'rows', found: `${prefixes} prefixes`, expected: `at most ${TABLE_MAX_PREFIXES} over all rows` }];
}

function bounded(faults: readonly Fault[]): readonly Fault[] {
  if (faults.length <= FAULTS_MAX) return faults;
  const more = { key: 'document', found: `${faults.length - FAULTS_MAX} more faults`, expected: 'these mended first' };
  return [...faults.slice(0, FAULTS_MAX), more];
}

/**
 * @param document JSON text, or what it stands for
 * @throws IssuerTableError with every fault at once, the first 100 of them in words
 */
export function parseIssuerTable(document: unknown): IssuerTable {
  const raw = typeof document === 'string' ? readJson(document) : document;
  const size = sizeFaults(raw);
  if (size.length > 0) throw new IssuerTableError(size);
  const result = v.safeParse(documentSchema, raw);
  const own = [...unknownFaults(raw), ...distinct((result.issues ?? []).map(faultOf))];
  const broken = new Set(own.map(({ key }) => key.split('.')[0]));
  const table = result.output as IssuerTable;
  const whole = (isObject(table) ? listed(table.rows) : [])
    .map((row, index) => ({ row: row as IssuerTable['rows'][number], index }))
    .filter(({ index }) => !broken.has(`rows[${index}]`));
  const breadth = breadthFaults(whole.map(({ row }) => row));
  const joint = whole.map((entry) => ({ ...entry, faults: rowFaults(entry.row, `rows[${entry.index}]`) }));
  const faults = [
    ...own,
    ...breadth,
    ...joint.flatMap((entry) => entry.faults),
    ...conflictFaults(
      joint.filter((entry) => entry.faults.length === 0),
      FAULTS_MAX,
    ),
  ];
  if (faults.length > 0) throw new IssuerTableError(bounded(faults));
  return table;
}
