/**
 * ISO 4217: alphabetic code, number, and decimal places of the currencies that wallets pay in.
 * Amounts are integers in minor units everywhere; text appears only at the edges.
 */
const table = {
  AED: [784, 2],
  AUD: [36, 2],
  BDT: [50, 2],
  BHD: [48, 3],
  BRL: [986, 2],
  CAD: [124, 2],
  CHF: [756, 2],
  CLP: [152, 0],
  CNY: [156, 2],
  CZK: [203, 2],
  DKK: [208, 2],
  EUR: [978, 2],
  GBP: [826, 2],
  HKD: [344, 2],
  HUF: [348, 2],
  IDR: [360, 2],
  INR: [356, 2],
  JOD: [400, 3],
  JPY: [392, 0],
  KRW: [410, 0],
  KWD: [414, 3],
  KZT: [398, 2],
  LKR: [144, 2],
  MNT: [496, 2],
  MOP: [446, 2],
  MXN: [484, 2],
  MYR: [458, 2],
  NOK: [578, 2],
  NPR: [524, 2],
  NZD: [554, 2],
  OMR: [512, 3],
  PHP: [608, 2],
  PKR: [586, 2],
  PLN: [985, 2],
  QAR: [634, 2],
  SAR: [682, 2],
  SEK: [752, 2],
  SGD: [702, 2],
  THB: [764, 2],
  TND: [788, 3],
  TRY: [949, 2],
  TWD: [901, 2],
  USD: [840, 2],
  VND: [704, 0],
  ZAR: [710, 2],
} as const satisfies Record<string, readonly [number, number]>;

export type Currency = keyof typeof table;
export type Money = { readonly amount: number; readonly currency: Currency };

const byNumber = new Map<number, Currency>(Object.entries(table).map(([name, [n]]) => [n, name as Currency]));

export const isCurrency = (text: string): text is Currency => Object.hasOwn(table, text);
export const currencyNumber = (currency: Currency): number => table[currency][0];
export const currencyByNumber = (n: number): Currency | undefined => byNumber.get(n);
export const exponentOf = (currency: Currency): number => table[currency][1];

/**
 * "35.50" HKD → 3550.
 * @throws RangeError when the text is no positive decimal or has more places than the currency.
 */
export function parseAmount(text: string, currency: Currency): number {
  const places = exponentOf(currency);
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[2] ?? '';
  // What is long may be a payment code in the wrong place, and is not repeated.
  const found = text.length < 16 ? `"${text}"` : `${text.length} characters`;
  if (!match || fraction.length > places) {
    const example = places === 0 ? '35' : `35.${'5'.padEnd(places, '0')}`;
    throw new RangeError(
      `amount: found ${found}, expected a decimal of at most 12 digits and ${places} places, such as ${example}`,
    );
  }
  const minor = Number(match[1] + fraction.padEnd(places, '0'));
  if (minor < 1) throw new RangeError(`amount: found ${found}, expected more than nothing`);
  return minor;
}

/** 3550 HKD → "35.50". */
export function formatAmount({ amount, currency }: Money): string {
  const places = exponentOf(currency);
  const digits = String(amount).padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
