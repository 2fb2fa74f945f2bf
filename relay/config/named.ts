import { NAME_PATTERN } from '../../protocol/limits.js';

/** A person counts tables badly, and knows them by name. */

type Rows = Readonly<Record<string, unknown>>;

const isTable = (value: unknown): value is Rows => typeof value === 'object' && value !== null;

/** "account.0.base_url" → 'account.0.base_url ("antom-hk")'. `tables`: the config, read or as it stands in the file. */
export function named(key: string, tables: unknown): string {
  const [, table = '', index = ''] = /^(account|merchant|kiosk)\.(\d+)(?:\.|$)/.exec(key) ?? [];
  const rows = isTable(tables) ? tables[table] : undefined;
  const row: unknown = Array.isArray(rows) ? rows[Number(index)] : undefined;
  const name = isTable(row) ? row['name'] : undefined;
  // What is no name may be a secret in the wrong place.
  return typeof name === 'string' && NAME_PATTERN.test(name) ? `${key} ("${name}")` : key;
}
