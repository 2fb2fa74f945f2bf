import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import * as v from 'valibot';
import { describe, describeType, type Fault, nearestOf } from '../../protocol/faults.js';
import { type Config, toConfig } from './config.js';
import { ConfigError } from './faults.js';
import { rules } from './rules.js';
import { fileSchema, type Tables } from './schema.js';

type Raw = Readonly<Record<string, unknown>>;
const FILE_MAX_BYTES = 65_536;

const isTable = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
const keysOf = (table: keyof typeof fileSchema.entries): string[] => Object.keys(fileSchema.entries[table].entries);
const isKnownTable = (key: string): key is keyof typeof fileSchema.entries => Object.hasOwn(fileSchema.entries, key);
const tableNames = Object.keys(fileSchema.entries).filter(isKnownTable);
const allKeys = tableNames.flatMap((table) => keysOf(table).map((key) => `${table}.${key}`));

function parseToml(text: string, file: string): Raw {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Only the first line: the others quote the file, which may hold a secret in the wrong place.
    const [found = ''] = error.message.replace('Invalid TOML document: ', '').split('\n');
    throw new ConfigError(file, [{ key: `line ${error.line}, column ${error.column}`, found, expected: 'TOML 1.0' }]);
  }
}

function unknownTable(key: string, value: unknown): Fault {
  const elsewhere = isTable(value) ? undefined : allKeys.find((known) => known.endsWith(`.${key}`));
  const nearest = nearestOf(key, tableNames) ?? elsewhere;
  return {
    key,
    found: isTable(value) ? 'an unknown table' : `an unknown key (${describeType(value)})`,
    expected: `one of the tables ${tableNames.join(', ')}`,
    ...(nearest === undefined ? {} : { nearest }),
  };
}

function unknownKey(table: keyof typeof fileSchema.entries, key: string, value: unknown): Fault {
  const near = nearestOf(key, keysOf(table));
  const nearest = near === undefined ? allKeys.find((known) => known.endsWith(`.${key}`)) : `${table}.${near}`;
  return {
    key: `${table}.${key}`,
    found: `an unknown key (${describeType(value)})`,
    expected: `one of ${keysOf(table).join(', ')}`,
    ...(nearest === undefined ? {} : { nearest }),
  };
}

function unknownFaults(raw: Raw): Fault[] {
  return Object.entries(raw).flatMap(([name, table]) => {
    if (!isKnownTable(name)) return [unknownTable(name, table)];
    if (!isTable(table)) return [];
    const known = keysOf(name);
    return Object.entries(table)
      .filter(([key]) => !known.includes(key))
      .map(([key, value]) => unknownKey(name, key, value));
  });
}

/** The phrase after "expected" of a key that is missing: what its own rule says of nothing. */
function expectedOf(table: string, key: string): string {
  if (!isKnownTable(table)) return 'a table';
  const entries: Readonly<Record<string, v.GenericSchema>> = fileSchema.entries[table].entries;
  const entry = entries[key];
  const issue = entry === undefined ? undefined : v.safeParse(entry, undefined).issues?.[0];
  return issue?.message ?? 'a value';
}

function faultOf(issue: v.BaseIssue<unknown>): Fault {
  const [table = '', key, index, ...inner] = (issue.path ?? []).map((item) => String(item.key));
  if (key === undefined) return { key: table, found: describe(issue.input, table), expected: `a table [${table}]` };
  const within = [index ?? [], inner].flat().map((word) => (/^\d+$/.test(word) ? `[${word}]` : `.${word}`));
  const path = `${table}.${key}${within.join('')}`;
  // A key that an inner table does not have: its value is described, by its type alone, and not the key's name.
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const value = (issue.path?.at(-1) as { readonly value?: unknown } | undefined)?.value;
    return { key: path, found: `an unknown key (${describeType(value)})`, expected: issue.message };
  }
  const expected = issue.input === undefined && index === undefined ? expectedOf(table, key) : issue.message;
  return { key: path, found: describe(issue.input, path), expected };
}

/** One fault a key: the first is enough to mend it. */
function distinct(faults: readonly Fault[]): Fault[] {
  return faults.filter((fault, i) => faults.findIndex((other) => other.key === fault.key) === i);
}

/**
 * @param file only for messages, and as the place that relative paths are taken from
 * @throws ConfigError with every fault at once
 */
export function parseConfig(text: string, file: string): Config {
  const raw = parseToml(text, file);
  // A table left out altogether is a table without keys, so that each key that must be there is named.
  const whole = Object.fromEntries([...tableNames.map((name) => [name, {}] as const), ...Object.entries(raw)]);
  const result = v.safeParse(fileSchema, whole);
  const own = distinct((result.issues ?? []).map(faultOf));
  const isIn = (inner: string, outer: string) => inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  const broken = (key: string): boolean => own.some((f) => key === f.key || isIn(key, f.key) || isIn(f.key, key));
  const tables = result.output as Tables;
  const joint = rules.filter((rule) => !rule.reads.some(broken)).flatMap((rule) => rule.check(tables) ?? []);
  const faults = distinct([...unknownFaults(raw), ...own, ...joint]);
  if (faults.length > 0) throw new ConfigError(file, faults);
  return toConfig(tables, file);
}

/** @throws ConfigError also when the file cannot be read */
export function loadConfig(file: string): Config {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    throw new ConfigError(file, [{ key: file, found: code, expected: 'a TOML file that this user may read' }]);
  }
  if (text.length > FILE_MAX_BYTES) {
    const found = `${text.length} characters`;
    throw new ConfigError(file, [{ key: file, found, expected: `at most ${FILE_MAX_BYTES}` }]);
  }
  return parseConfig(text, file);
}
