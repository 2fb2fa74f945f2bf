import type { IssuerId } from '../../../protocol/words.js';
import type { LinkableWallet } from '../linkable.js';

/**
 * The wallets of Scan to Link, as data. Where the two language versions of the vendor's page disagree, both are kept and
 * the stricter one counts. Source: reference acquirers/antom.md section 2.
 */
const DAY_MS = 86_400_000;
const both = {
  ...{ refund: true, partialRefund: true, refundWindowMs: 365 * DAY_MS },
  // Stricter: money that was earned may be taken back.
  chargeback: true,
} as const;
const chargebacks = {
  field: 'chargeback',
  says: [
    { source: 'English page', value: false },
    { source: 'Chinese page', value: true },
  ],
} as const;

export const antomWallets: readonly LinkableWallet[] = [
  {
    ...both,
    ...{ issuer: 'alipayhk', method: 'ALIPAY_HK', name: 'AlipayHK', currency: 'HKD' },
    ...{ least: 10, most: 5_000_000, mostAYear: 20_000_000 },
    disputed: [
      {
        field: 'least',
        says: [
          { source: 'English page', value: 1 },
          { source: 'Chinese page', value: 10 },
        ],
      },
      chargebacks,
    ],
  },
  {
    ...both,
    ...{ issuer: 'dana', method: 'DANA', name: 'DANA', currency: 'IDR' },
    ...{ least: 30_000, most: 1_000_000_000, mostADay: 2_000_000_000 },
    // As every method of Indonesia (section 1.6).
    neverCancelled: true,
    disputed: [chargebacks],
  },
];

export const walletOf = (wallets: readonly LinkableWallet[], issuer: IssuerId): LinkableWallet | undefined =>
  wallets.find((wallet) => wallet.issuer === issuer);
