import type { ReportKind } from '../../report.js';
import { type Columns, columns, type Field, fields, required } from './settings.js';

/** Where a file has each field, by the names in its first line (trap 28): other columns, and another order, do not matter. */
export type Header = {
  readonly kind: ReportKind;
  /** The column's number from 0, and its name as the file has it. */
  readonly at: ReadonlyMap<Field, { readonly index: number; readonly name: string }>;
  readonly width: number;
};

/** Undefined: no report of a kind that is known. */
export type HeaderFound = Header | { readonly missing: readonly string[] } | undefined;

const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

function namesOf(field: Field, own: Partial<Columns>): string[] {
  return [...(own[field] ?? []), ...columns[field]];
}

export function headerOf(cells: readonly string[], own: Partial<Columns>): HeaderFound {
  const indexes = new Map(cells.map((cell, index) => [plain(cell), index] as const).reverse());
  const at = new Map<Field, { index: number; name: string }>();
  for (const field of fields) {
    const name = namesOf(field, own).find((known) => indexes.has(plain(known)));
    const index = name === undefined ? undefined : indexes.get(plain(name));
    if (index !== undefined) at.set(field, { index, name: cells[index] ?? '' });
  }
  const kind = kindOf(indexes, at);
  if (!kind) return undefined;
  const missing = required[kind].filter((field) => !at.has(field));
  if (missing.length > 0) return { missing: missing.map((field) => namesOf(field, own)[0] ?? field) };
  return { kind, at, width: cells.length };
}

function kindOf(indexes: ReadonlyMap<string, number>, at: Header['at']): ReportKind | undefined {
  if (indexes.has('summarytype')) return 'summary';
  if (!at.has('acquirerId')) return undefined;
  return at.has('batch') ? 'settlement' : 'transactions';
}
