import { type Currency, formatAmount, type Money } from './money.js';

/**
 * Signs that mean one currency only, wherever the kiosk stands. All others ("¥", "$", "kr", "Rs") mean several, and a
 * customer abroad must not guess: those are named by their ISO 4217 code.
 */
const signs: Partial<Readonly<Record<Currency, string>>> = {
  AUD: 'A$',
  EUR: '€',
  GBP: '£',
  HKD: 'HK$',
  NZD: 'NZ$',
  SGD: 'S$',
  TWD: 'NT$',
  USD: 'US$',
};

/** 3550 HKD → "HK$35.50"; 1000 JPY → "JPY 1,000". */
export function formatMoney(money: Money): string {
  const [whole = '', fraction] = formatAmount(money).split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  const number = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  const sign = signs[money.currency];
  return sign === undefined ? `${money.currency} ${number}` : `${sign}${number}`;
}
