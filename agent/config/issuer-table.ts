import { readFileSync, statSync } from 'node:fs';
import type { Fault } from '../../protocol/faults.js';
import { builtInTable } from '../../protocol/issuer-table/built-in.js';
import { IssuerTableError, parseIssuerTable } from '../../protocol/issuer-table/parse.js';
import { type IssuerTable, type Market, namesMarket, TABLE_MAX_BYTES } from '../../protocol/issuer-table/table.js';
import { goneIssuers, versionFault } from '../../protocol/issuer-table/versions.js';
import type { Config } from './config.js';
import { ConfigError } from './faults.js';

/** @throws ConfigError unless it is a file of a size that a table can have: a pipe would be waited on for ever */
export function readTableFile(file: string): string {
  const fault = (found: string, expected: string): Fault => ({ key: file, found, expected });
  try {
    const { size, isFile } = sizeOf(file);
    if (!isFile) throw new ConfigError(file, [fault('something else', 'a file')]);
    if (size > TABLE_MAX_BYTES) throw new ConfigError(file, [fault(`${size} bytes`, `at most ${TABLE_MAX_BYTES}`)]);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    throw new ConfigError(file, [fault(code, 'an issuer table, JSON, that this user may read')]);
  }
}

function sizeOf(file: string): { readonly size: number; readonly isFile: boolean } {
  const found = statSync(file);
  return { size: found.size, isFile: found.isFile() };
}

/** @throws ConfigError with every fault of the table, under the file's name */
export function loadIssuerTable(file: string): IssuerTable {
  try {
    return parseIssuerTable(readTableFile(file));
  } catch (error) {
    if (error instanceof IssuerTableError) throw new ConfigError(file, error.faults);
    throw error;
  }
}

/** What to tell whoever set this market; undefined when the table knows it. */
export function marketNote(table: IssuerTable, market: Market): string | undefined {
  if (namesMarket(table, market)) return undefined;
  return `no row of issuer table ${table.version} names the market "${market}": codes are decided as for "global"`;
}

/** What to tell whoever made this table; undefined when it has a row for every issuer of the built-in one. */
export function goneNote(table: IssuerTable): string | undefined {
  const gone = goneIssuers(builtInTable, table);
  if (gone.length === 0) return undefined;
  return `issuer table ${table.version} has no row for ${gone.join(', ')}: their codes are turned away`;
}

/**
 * What is worth knowing of a valid config, one sentence a line.
 * @throws ConfigError when the kiosk would refuse the issuer table it names
 */
export function issuerNotes({ scanner }: Config): string[] {
  const { issuerTableFile: file, market } = scanner;
  const table = file === undefined ? builtInTable : loadIssuerTable(file);
  const fault = versionFault(builtInTable, table);
  if (file !== undefined && fault !== undefined) throw new ConfigError(file, [fault]);
  return [goneNote(table), marketNote(table, market)].filter((note) => note !== undefined);
}
