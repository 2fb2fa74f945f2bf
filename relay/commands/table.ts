import { stripVTControlCharacters } from 'node:util';
import { formatAmount, isCurrency } from '../../protocol/money.js';

/** What people read in a terminal: columns, and no control character of what a kiosk or an acquirer sent. */

const clean = (value: string): string => stripVTControlCharacters(value).replace(/\p{Cc}/gu, ' ');

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((row) => row.map(clean));
  const widths = head.map((_, i) => Math.max(...lines.map((row) => row[i]?.length ?? 0)));
  return lines
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** One fact a line. */
export const facts = (rows: readonly (readonly [string, string])[]): string => {
  const said = rows.filter(([, value]) => value !== '');
  const width = Math.max(...said.map(([name]) => name.length));
  return said.map(([name, value]) => `${name.padEnd(width)}  ${clean(value)}\n`).join('');
};

/** 1250 HKD → "12.50 HKD". */
export const moneyText = (amount: number, currency: string): string =>
  isCurrency(currency) ? `${formatAmount({ amount, currency })} ${currency}` : `${amount} ${currency} (minor units)`;
