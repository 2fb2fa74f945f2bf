import { readFile } from 'node:fs/promises';
import { parse, TomlError } from 'smol-toml';
import * as v from 'valibot';
import { nearestOf } from '../../protocol/faults.js';
import { named } from './named.js';
import { type Complaint, configSchema, crossCheck, type RelayConfig } from './schema.js';

/** The file cannot be used; the message has a line for each key. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** @throws ConfigError */
export async function loadConfig(file: string): Promise<RelayConfig> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ConfigError(`${file}: cannot be read (${code})`);
  }
  return parseConfig(text, file);
}

/** @throws ConfigError; `file` is only for its text. */
export function parseConfig(text: string, file: string): RelayConfig {
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    const where = error instanceof TomlError ? `line ${error.line}, column ${error.column}` : 'somewhere';
    throw new ConfigError(`${file}: ${where}: found something that is not TOML, expected key = value or [table]`);
  }
  const result = v.safeParse(configSchema, raw);
  const complaints = result.success ? crossCheck(result.output) : result.issues.map((issue) => complaintOf(issue));
  if (result.success && complaints.length === 0) return result.output;
  const lines = complaints.map((c) => `${file}: ${named(c.key, raw)}: found ${c.found}, expected ${c.expected}`);
  throw new ConfigError(lines.join('\n'));
}

type Issue = v.BaseIssue<unknown>;
type Path = readonly { readonly key: unknown; readonly input: unknown }[];

function complaintOf(issue: Issue): Complaint {
  const path: Path = issue.path ?? [];
  const key = path.map((p) => String(p.key)).join('.') || 'the file';
  const last = path.at(-1);
  if (issue.type === 'strict_object' && last && issue.expected === 'never') {
    return { key, ...unknownKey(path) };
  }
  if (issue.input === undefined) return { key, found: 'nothing', expected: expectedOf(issue) };
  return { key, found: shapeOf(issue.input), expected: expectedOf(issue) };
}

function expectedOf(issue: Issue): string {
  if (issue.type === 'strict_object') return issue.input === undefined ? 'this key' : 'a table';
  return issue.message.startsWith('Invalid') ? String(issue.expected ?? 'another value') : issue.message;
}

/** Shape only: a secret may have been put in the wrong place. */
function shapeOf(value: unknown): string {
  if (typeof value === 'string') return `text of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`;
  if (typeof value === 'boolean') return `${value}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return value instanceof Date ? 'a date' : 'a table';
}

type Entries = Readonly<Record<string, unknown>>;

/** The keys of a table. `table` is what stands in the file: its `kind` says which of several shapes is meant. */
function entriesOf(schema: unknown, table?: unknown): Entries | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  if ('entries' in schema) return schema.entries as Entries;
  if ('wrapped' in schema) return entriesOf(schema.wrapped, table);
  if ('item' in schema) return entriesOf(schema.item);
  const shapes = shapesOf(schema);
  const meant = shapes.find(({ kind }) => kind === kindOf(table));
  return meant ? meant.entries : Object.assign({}, ...shapes.map(({ entries }) => entries));
}

type Shape = { readonly kind: string; readonly entries: Entries };

/** Of a table whose shape its `kind` decides; else none. */
function shapesOf(schema: object): Shape[] {
  if (!('options' in schema && Array.isArray(schema.options))) return [];
  return schema.options.flatMap((option: unknown) => {
    const entries = entriesOf(option);
    const literal = entries?.['kind'] as { readonly literal?: unknown } | undefined;
    return entries && typeof literal?.literal === 'string' ? [{ kind: literal.literal, entries }] : [];
  });
}

const kindOf = (table: unknown): unknown =>
  typeof table === 'object' && table !== null && 'kind' in table ? table.kind : undefined;

type Unknown = Pick<Complaint, 'found' | 'expected'>;

/** What is said of a key that is not known where it stands. */
function unknownKey(path: Path): Unknown {
  let schema: unknown = configSchema;
  for (const step of path.slice(0, -1)) {
    if (typeof step.key === 'string') schema = entriesOf(schema)?.[step.key];
  }
  const last = path.at(-1);
  const key = String(last?.key);
  const known = Object.keys(entriesOf(schema, last?.input) ?? {});
  const other = shapesOf(typeof schema === 'object' && schema !== null ? schema : {}).find((s) =>
    Object.hasOwn(s.entries, key),
  );
  if (other) {
    const found = `a key that only goes with kind = "${other.kind}"`;
    return { found, expected: `none here: with kind = "${String(kindOf(last?.input))}" there are ${known.join(', ')}` };
  }
  const close = nearestOf(key, known);
  return { found: 'a key that is not known', expected: close ? `${close}?` : `one of ${known.join(', ')}` };
}
