import { parseAmount } from '../../protocol/money.js';
import type { AmountLimit, ContractLimits } from '../acquirers/capabilities.js';
import type { AccountConfig, LimitConfig, WindowsConfig } from './accounts.js';
import { ConfigError } from './load.js';

const DAY_MS = 86_400_000;

/** What an account's contract says otherwise than its acquirer's documents. @throws ConfigError naming the limit. */
export function limitsOf({ limit, windows }: Pick<AccountConfig, 'limit' | 'windows'>): ContractLimits {
  const { cancel_until: cancel, refund_days: days, partial_refunds: partial, refunds_most: most } = windows;
  return {
    ...(limit.length === 0 ? {} : { amounts: limit.map(amountLimit) }),
    ...(cancel === undefined ? {} : { cancelUntil: cancelUntil(cancel) }),
    ...(days === undefined ? {} : { refundWindowMs: days * DAY_MS }),
    ...(partial === undefined ? {} : { partialRefunds: partial }),
    ...(most === undefined ? {} : { refundsMost: most }),
  };
}

function amountLimit({ issuers, currency, least, most, most_a_day: aDay }: LimitConfig, index: number): AmountLimit {
  const minor = (text: string): number => {
    try {
      return parseAmount(text, currency);
    } catch (error) {
      throw new ConfigError(`limit.${index}: ${error instanceof Error ? error.message : 'cannot be used'}`);
    }
  };
  return {
    ...(issuers ? { issuers } : {}),
    currency,
    ...(least === undefined ? {} : { least: minor(least) }),
    ...(most === undefined ? {} : { most: minor(most) }),
    ...(aDay === undefined ? {} : { mostADay: minor(aDay) }),
  };
}

function cancelUntil({ days_later: daysLater, time, zone }: NonNullable<WindowsConfig['cancel_until']>) {
  const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  const sign = zone.startsWith('-') ? -1 : 1;
  return { daysLater, minuteOfDay: minutes(time), zoneOffsetMinutes: sign * minutes(zone.slice(1)) };
}
