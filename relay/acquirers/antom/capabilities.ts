import type { Currency } from '../../../protocol/money.js';
import type { Capabilities } from '../capabilities.js';

/**
 * Antom, user-presented mode. The cancel window is the contract's; until 00:15 the next day in GMT+8 is what its online pages
 * say. The refund window is the contract's. Source: reference acquirers/antom.md sections 1.6, 1.7 and 1.9.
 */
export const capabilitiesOf = (currencies: readonly Currency[] | undefined): Capabilities => ({
  ...(currencies ? { currencies } : {}),
  amounts: [],
  giveUpMarginMs: 0,
  cancelUntil: { daysLater: 1, minuteOfDay: 15, zoneOffsetMinutes: 480 },
  refundWindowMs: null,
  partialRefunds: true,
  refundsMost: null,
  notifies: { payments: 'paid', refunds: false },
});
