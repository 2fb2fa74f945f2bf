import type { ReportKind, RowType } from '../../report.js';
import type { Units } from '../../report-money.js';

/**
 * What is known of Antom's reports and what its documents leave open, in one place: the columns' names, the words for
 * transactions, and the units. Source: reference acquirers/antom.md section 3; what is marked [gap] there has the names
 * that its release notes and its API use, and `[account.reports]` of the config puts others before them.
 */

/** What a row is made of. */
export const fields = [
  'account',
  'acquirerId',
  'originalId',
  'requestId',
  'originalRequestId',
  'type',
  'time',
  'amount',
  'currency',
  'settledAmount',
  'settledCurrency',
  'feeAmount',
  'feeCurrency',
  'quotePair',
  'quotePrice',
  'batch',
  'count',
] as const;
export type Field = (typeof fields)[number];

/** Names of each field, the first that a file has counts. Letters and digits only are compared, in any case. */
export type Columns = Readonly<Record<Field, readonly string[]>>;

export const columns: Columns = {
  account: ['customerId'],
  acquirerId: ['transactionId'],
  originalId: ['originalTransactionId'],
  requestId: ['transactionRequestId'],
  originalRequestId: ['originalTransactionRequestId'],
  type: ['transactionType', 'summaryType', 'type'],
  // [gap] from here on, but for the names of the legacy files, which are complete.
  time: ['paymentTime', 'transactionTime', 'transactionCreateTime', 'paymentCreateTime', 'settlementInitiatedDate'],
  amount: ['transactionAmountValue', 'transactionAmount', 'paymentAmountValue', 'amountValue', 'amount'],
  currency: ['transactionCurrency', 'transactionAmountCurrency', 'paymentCurrency', 'amountCurrency', 'currency'],
  settledAmount: [
    ...['settlementAmountValue', 'netSettlementAmountValue', 'settlementAmount'],
    ...['grossSettlementAmountValue', 'grossSettlementAmount'],
  ],
  settledCurrency: ['settlementCurrency', 'settlementAmountCurrency', 'grossSettlementAmountCurrency'],
  feeAmount: ['feeAmountValue', 'processingFeeAmountValue', 'feeAmount', 'fee'],
  feeCurrency: ['feeCurrency', 'feeAmountCurrency', 'processingFeeCurrency'],
  quotePair: ['quoteCurrencyPair', 'settlementQuoteCurrencyPair'],
  quotePrice: ['quotePrice', 'settlementQuoteQuotePrice', 'exchangeRate', 'fxRate'],
  batch: ['settlementBatchId'],
  count: ['count'],
};

/** Without these a report of that kind says nothing. */
export const required: Readonly<Record<ReportKind, readonly Field[]>> = {
  transactions: ['acquirerId', 'requestId', 'type', 'amount', 'currency'],
  settlement: ['batch', 'acquirerId', 'type', 'amount', 'currency'],
  summary: ['batch', 'type', 'count', 'settledAmount', 'settledCurrency'],
};

/** By `transactionType` in capitals. A word that is not here may have moved money: it is a fault. */
export const words: Readonly<Record<string, RowType>> = {
  PAYMENT: 'payment',
  CANCEL: 'cancel',
  REFUND: 'refund',
  PAYMENT_REVERSAL: 'payment-reversal',
  DISPUTE: 'dispute',
  CHARGEBACK: 'dispute',
  ADJUSTMENT_FEE: 'fee',
  FEE: 'fee',
  COLLATERAL_WITHHOLDING: 'withholding',
  RESERVE_WITHHOLDING: 'withholding',
  RESERVE_RELEASE: 'withholding',
  // Of products with two steps, which a kiosk has not.
  AUTHORIZATION: 'other',
  CAPTURE: 'other',
  VOID: 'other',
};

export type AntomReportSettings = {
  /** Of the days in file names, and of times without an offset; an IANA name. */
  readonly zone: string;
  /** The API counts in minor units, and so are the lists taken to do; the summary is said to count in major ones. */
  readonly units: Readonly<Record<ReportKind, Units>>;
  /** Put before the names above. */
  readonly columns: Partial<Columns>;
  /** Put before the words above, in capitals with "_" for blanks. */
  readonly words: Readonly<Record<string, RowType>>;
  /** [gap] A list's name is dated so many days after its transactions. */
  readonly nameDaysAfter: number;
};

export const reportSettings: AntomReportSettings = {
  zone: 'Asia/Shanghai',
  units: { transactions: 'minor', settlement: 'minor', summary: 'major' },
  columns: {},
  words: {},
  nameDaysAfter: 0,
};

/** [gap] A transaction is in a settlement so many days after it, or something is wrong. */
export const SETTLED_WITHIN_DAYS = 10;
