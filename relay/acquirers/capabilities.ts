import type { Currency, Money } from '../../protocol/money.js';
import type { IssuerId } from '../../protocol/words.js';

/**
 * What an acquirer, or the contract with it, allows: data, so that the router, the operations and the reports ask no
 * adapter. Sources: reference acquirers/antom.md and codepay.md; what they leave open is config, with the default there.
 */
export type Capabilities = {
  /** What the contract allows; without it all. */
  readonly currencies?: readonly Currency[];
  readonly amounts: readonly AmountLimit[];
  /** Of which number of minor units an amount must be a multiple, paid or refunded; absent: of one. */
  readonly steps?: Readonly<Partial<Record<Currency, number>>>;
  /** The relay gives up this long before the expiry told to the acquirer, since a cancel may not work after it; ms. */
  readonly giveUpMarginMs: number;
  /** How long a paid order can be cancelled; null: not known, so the acquirer's answer decides. */
  readonly cancelUntil: CancelUntil | null;
  /** How long a payment can be refunded, from its payment; null: not known, so the acquirer's answer decides. */
  readonly refundWindowMs: number | null;
  readonly partialRefunds: boolean;
  /** Refunds of one payment at the most; null: not known. */
  readonly refundsMost: number | null;
  /** It can be asked for its list of a day's transactions: `Acquirer.reconcile`. */
  readonly lists?: boolean;
  /** It refuses requests whose time is further from its own than this; ms. Without it, it does not look. */
  readonly clockWithinMs?: number;
  /** Of what it sends notifications by itself. */
  readonly notifies: { readonly payments: 'paid' | 'paid-and-failed'; readonly refunds: boolean };
};

/** A time of day some days after the payment's day, both in one zone. */
export type CancelUntil = {
  readonly daysLater: number;
  readonly minuteOfDay: number;
  readonly zoneOffsetMinutes: number;
};

/** Minor units, both inclusive. Without `issuers` for every wallet that has no limit of its own. */
export type AmountLimit = {
  readonly issuers?: readonly IssuerId[];
  readonly currency: Currency;
  readonly least?: number;
  readonly most?: number;
  /** Of one buyer, whom only the acquirer knows: it counts. Nothing here does; it is kept for whoever reads the config. */
  readonly mostADay?: number;
};

export const supports = ({ currencies }: Capabilities, currency: Currency): boolean =>
  currencies?.includes(currency) ?? true;

/** The limit of this wallet, else the one for all. */
export function amountLimit(
  { amounts }: Capabilities,
  issuer: IssuerId | null,
  currency: Currency,
): AmountLimit | undefined {
  const meant = amounts.filter((a) => a.currency === currency);
  return (
    meant.find((a) => issuer !== null && a.issuers?.includes(issuer)) ?? meant.find((a) => a.issuers === undefined)
  );
}

export function withinLimit(limit: AmountLimit | undefined, { amount }: Money): boolean {
  return amount >= (limit?.least ?? 1) && amount <= (limit?.most ?? Number.POSITIVE_INFINITY);
}

/** The steps in which amounts of this currency go, minor units. */
export const amountStep = ({ steps }: Pick<Capabilities, 'steps'>, currency: Currency): number =>
  steps?.[currency] ?? 1;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The last moment of a cancel for a payment made at `paidAt`, epoch ms. */
export function cancelDeadline({ daysLater, minuteOfDay, zoneOffsetMinutes }: CancelUntil, paidAt: number): number {
  const zone = zoneOffsetMinutes * MINUTE_MS;
  const day = Math.floor((paidAt + zone) / DAY_MS);
  return (day + daysLater) * DAY_MS + minuteOfDay * MINUTE_MS - zone;
}

/** What one contract says otherwise than its acquirer's documents; absent: as they say. */
export type ContractLimits = Partial<
  Pick<Capabilities, 'amounts' | 'cancelUntil' | 'refundWindowMs' | 'partialRefunds' | 'refundsMost'>
>;

/** Amount limits are put before the built-in ones, so that of two for the same wallets the contract's counts. */
export const withLimits = (known: Capabilities, own: ContractLimits = {}): Capabilities => ({
  ...known,
  ...own,
  amounts: [...(own.amounts ?? []), ...known.amounts],
});

/** Of an acquirer that says nothing about itself. */
export const anyCapabilities: Capabilities = {
  amounts: [],
  giveUpMarginMs: 0,
  cancelUntil: null,
  refundWindowMs: null,
  partialRefunds: true,
  refundsMost: null,
  notifies: { payments: 'paid', refunds: false },
};
