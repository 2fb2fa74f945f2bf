import { exponentOf, formatAmount, isCurrency, type Money } from '../../../protocol/money.js';

/** CodePay counts in major units, as text: 12.50, and 100 where a currency has no decimals (section 5, point 9). */

/** @throws RangeError for what is no positive whole number of minor units. */
export function amountText(money: Money): string {
  if (!isPayable(money)) throw new RangeError('amount: expected a positive whole number of minor units');
  return formatAmount(money);
}

export const isPayable = ({ amount }: Money): boolean => Number.isSafeInteger(amount) && amount > 0;

const DECIMAL = /^(0|[1-9]\d{0,11})(?:\.(\d{1,6}))?$/;
/** More than this may have been rounded before we saw it. */
const NUMBER_MAX_CHARS = 15;

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  // The shortest text of a JSON number is the very decimal that was sent, as long as it has no more than 15 digits.
  const text = typeof value === 'number' ? String(value) : '';
  return text !== '' && text.length <= NUMBER_MAX_CHARS ? text : undefined;
}

/**
 * Undefined unless both are said; 'shape' when they are there and no amount of money. Digits are moved, never multiplied:
 * no binary fraction comes near money.
 */
export function moneyOf(amount: unknown, currency: unknown): Money | undefined | 'shape' {
  const isSaid = (value: unknown): boolean => value !== undefined && value !== null && value !== '';
  if (!isSaid(amount) || !isSaid(currency)) return undefined;
  if (typeof currency !== 'string' || !isCurrency(currency)) return 'shape';
  const [, whole, fraction = ''] = DECIMAL.exec(textOf(amount) ?? '') ?? [];
  const places = exponentOf(currency);
  // "100.00" yen are 100 yen; "100.50" are no yen at all.
  if (whole === undefined || /[^0]/.test(fraction.slice(places))) return 'shape';
  return { amount: Number(whole + fraction.slice(0, places).padEnd(places, '0')), currency };
}
