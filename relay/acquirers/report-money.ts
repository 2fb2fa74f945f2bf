import { type Currency, exponentOf, isCurrency, type Money } from '../../protocol/money.js';

/** Money in reports: signed decimal texts, in minor or in major units. Digits are moved, never multiplied (trap 21). */

export const units = ['minor', 'major'] as const;
export type Units = (typeof units)[number];

const DECIMAL = /^([+-]?)(\d{1,15})(?:\.(\d{1,6}))?$/;

/**
 * Undefined: no amount of money in that unit. Neither "35.50" minor units are one, nor "0.505" dollars; and "35.00" minor units
 * are none either: that is what major ones look like.
 */
export function signedMinor(text: string, currency: Currency, unit: Units): number | undefined {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text.trim()) ?? [];
  if (whole === undefined) return undefined;
  if (unit === 'minor' && fraction !== '') return undefined;
  const places = unit === 'minor' ? 0 : exponentOf(currency);
  if (/[^0]/.test(fraction.slice(places))) return undefined;
  const minor = Number(whole + fraction.slice(0, places).padEnd(places, '0'));
  if (!Number.isSafeInteger(minor)) return undefined;
  return sign === '-' && minor !== 0 ? -minor : minor;
}

export function signedMoney(text: string, currency: string, unit: Units): Money | undefined {
  if (!isCurrency(currency)) return undefined;
  const amount = signedMinor(text, currency, unit);
  return amount === undefined ? undefined : { amount, currency };
}

export const magnitude = ({ amount, currency }: Money): Money => ({ amount: Math.abs(amount), currency });
