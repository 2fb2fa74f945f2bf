import type { Currency } from '../../../protocol/money.js';
import { amountStep, type Capabilities } from '../capabilities.js';

/** Rupiah in whole hundreds of its minor unit (reference acquirers/antom.md section 0.5); to round would be another amount. */
const steps = { IDR: 100 } as const;

/** Minor units of which every amount that Antom is asked for is a multiple. */
export const smallestPart = (currency: Currency): number => amountStep({ steps }, currency);

/**
 * Antom, user-presented mode. The cancel window is the contract's; until 00:15 the next day in GMT+8 is what its online pages
 * say. The refund window is the contract's. Source: reference acquirers/antom.md sections 1.6, 1.7 and 1.9.
 */
export const capabilitiesOf = (currencies: readonly Currency[] | undefined): Capabilities => ({
  ...(currencies ? { currencies } : {}),
  amounts: [],
  steps,
  giveUpMarginMs: 0,
  cancelUntil: { daysLater: 1, minuteOfDay: 15, zoneOffsetMinutes: 480 },
  refundWindowMs: null,
  partialRefunds: true,
  refundsMost: null,
  notifies: { payments: 'paid', refunds: false },
});
