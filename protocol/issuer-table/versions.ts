import type { Fault } from '../faults.js';
import type { IssuerRow, IssuerTable } from './table.js';

/** Which of two tables is used. A version names one content, and a kiosk never goes back while it runs. */

const fields = ({ issuer, prefixes, lengths, charset, at, markets, beforeProducts, source, confidence }: IssuerRow) =>
  [
    issuer,
    prefixes,
    lengths,
    charset,
    at?.map(({ index, digit }) => [index, digit]),
    markets,
    beforeProducts,
    source,
  ].concat([confidence]);

/** The same whatever the order of an object's keys. */
const contentOf = (table: IssuerTable): string => JSON.stringify(table.rows.map(fields));

export const sameTable = (a: IssuerTable, b: IssuerTable): boolean =>
  a.version === b.version && contentOf(a) === contentOf(b);

/** Issuers of `before` that `after` has no row for: their customers would be turned away. */
export function goneIssuers(before: IssuerTable, after: IssuerTable): string[] {
  const kept = new Set(after.rows.map((row) => row.issuer));
  return [...new Set(before.rows.map((row) => row.issuer))].filter((issuer) => !kept.has(issuer));
}

/** Why `offered` may not take the place of `inUse`; undefined when it may, or is the same. */
export function versionFault(inUse: IssuerTable, offered: IssuerTable): Fault | undefined {
  const key = 'version';
  if (offered.version < inUse.version) {
    const expected = `at least ${inUse.version}, the version in use: this table is outdated`;
    return { key, found: `number ${offered.version}`, expected };
  }
  if (offered.version > inUse.version || sameTable(inUse, offered)) return undefined;
  const expected = 'a higher version: a version names one content';
  return { key, found: `number ${offered.version}, the version in use, with other rows`, expected };
}
