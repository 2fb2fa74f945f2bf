import { readFile } from 'node:fs/promises';
import { parse, TomlError } from 'smol-toml';
import * as v from 'valibot';
import { nearest } from './nearest.js';
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
  const lines = complaints.map((c) => `${file}: ${c.key}: found ${c.found}, expected ${c.expected}`);
  throw new ConfigError(lines.join('\n'));
}

type Issue = v.BaseIssue<unknown>;
type Path = readonly { readonly key: unknown }[];

function complaintOf(issue: Issue): Complaint {
  const path: Path = issue.path ?? [];
  const key = path.map((p) => String(p.key)).join('.') || 'the file';
  const last = path.at(-1);
  if (issue.type === 'strict_object' && last && issue.expected === 'never') {
    return { key, found: 'a key that is not known', expected: knownKeys(path) };
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

function entriesOf(schema: unknown): Entries | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  if ('entries' in schema) return schema.entries as Entries;
  if ('wrapped' in schema) return entriesOf(schema.wrapped);
  if ('item' in schema) return entriesOf(schema.item);
  if ('options' in schema && Array.isArray(schema.options)) {
    return Object.assign({}, ...schema.options.map((o: unknown) => entriesOf(o) ?? {})) as Entries;
  }
  return undefined;
}

function knownKeys(path: Path): string {
  let entries = entriesOf(configSchema);
  for (const step of path.slice(0, -1)) {
    if (typeof step.key === 'string') entries = entriesOf(entries?.[step.key]);
  }
  const known = Object.keys(entries ?? {});
  const close = nearest(String(path.at(-1)?.key), known);
  return close ? `${close}?` : `one of ${known.join(', ')}`;
}
