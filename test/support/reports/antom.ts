import { formatAmount } from '../../../protocol/money.js';
import type { Told } from './day.js';

/** Antom's report files, in its new and its legacy layouts. */

export type Layout = 'transactions' | 'legacy' | 'settlement' | 'legacy-settlement';

const headers: Readonly<Record<Layout, readonly string[]>> = {
  transactions: [
    ...['customerId', 'acquirer', 'acquirerReferenceNo', 'referenceMerchantId', 'referenceStoreId', 'transactionId'],
    ...[
      'originalTransactionId',
      'transactionRequestId',
      'referenceTransactionId',
      'paymentMethodType',
      'transactionType',
    ],
    ...['transactionTime', 'transactionAmountValue', 'transactionCurrency', 'orderDescription', 'funding'],
  ],
  legacy: [
    ...['customerId', 'transactionId', 'originalTransactionId', 'transactionRequestId', 'orderDescription'],
    ...['paymentMethodType', 'pspName', 'transactionType', 'paymentTime', 'productCode', 'transactionAmountValue'],
    ...['transactionCurrency', 'originalTransactionRequestId', 'voucherAmount'],
  ],
  settlement: [
    ...['settlementBatchId', 'customerId', 'PSP', 'ARN', 'transactionId', 'transactionRequestId', 'transactionType'],
    ...[
      'transactionTime',
      'transactionAmountValue',
      'transactionCurrency',
      'settlementAmountValue',
      'settlementCurrency',
    ],
    ...['feeAmountValue', 'feeCurrency', 'quoteCurrencyPair', 'quotePrice'],
  ],
  'legacy-settlement': [
    ...['settlementBatchId', 'customerId', 'transactionId', 'originalTransactionId', 'transactionRequestId'],
    ...['paymentMethodType', 'pspName', 'transactionType', 'paymentTime', 'settlementTime', 'productCode'],
    ...['transactionAmountValue', 'transactionCurrency', 'settlementAmountValue', 'settlementCurrency'],
  ],
};

export type FileOptions = {
  readonly layout: Layout;
  readonly units?: 'minor' | 'major';
  readonly bom?: boolean;
  readonly newline?: string;
  readonly end?: boolean;
  readonly batch?: string;
  /** The columns in another order, or with others among them. */
  readonly columns?: (header: readonly string[]) => readonly string[];
};

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** In GMT+8, with its offset. */
const timeText = (at: number): string => `${new Date(at + 28_800_000).toISOString().slice(0, 19)}+08:00`;

function cellsOf(told: Told, { layout, units = 'minor', batch = 'B1' }: FileOptions): Record<string, string> {
  const { money, type } = told;
  const value = units === 'major' ? formatAmount(money) : String(money.amount);
  const word = layout.startsWith('legacy') ? type.toLowerCase() : type;
  return {
    ...{ customerId: '2188000000000001', acquirer: 'ALIPAY_HK', PSP: 'ALIPAY_HK', pspName: 'ALIPAY_HK' },
    ...{
      referenceMerchantId: 'M-001',
      referenceStoreId: 'S-001',
      paymentMethodType: told.debit ? 'ALIPAY_HK' : 'CONNECT_WALLET',
    },
    ...{
      transactionId: told.id,
      originalTransactionId: told.original,
      productCode: told.debit ? 'Auto Debit' : 'In-store Payment',
    },
    ...{ transactionRequestId: told.request, transactionType: word },
    ...{ transactionTime: timeText(told.at), paymentTime: timeText(told.at), settlementTime: timeText(told.at + 9e7) },
    ...{ transactionAmountValue: value, transactionCurrency: money.currency, settlementBatchId: batch },
    ...{ settlementAmountValue: value, settlementCurrency: money.currency, feeAmountValue: '0' },
    ...{ feeCurrency: money.currency, orderDescription: 'Kiosk 17, "cold" drink', funding: 'BALANCE' },
  };
}

export function antomFile(told: readonly Told[], options: FileOptions): string {
  const { layout, bom = false, newline = '\n', end = true } = options;
  const header = options.columns?.(headers[layout]) ?? headers[layout];
  const lines = [
    header.join(','),
    ...told.map((t) => {
      const cells = cellsOf(t, options);
      return header.map((name) => quoted(cells[name] ?? '')).join(',');
    }),
    ...(end ? ['<END>'] : []),
  ];
  return `${bom ? '\ufeff' : ''}${lines.join(newline)}${newline}`;
}

/** Sums of a batch, by type and currency, in major units. */
export function antomSummary(told: readonly Told[], batch = 'B1'): string {
  const groups = new Map<string, Told[]>();
  for (const t of told)
    groups.set(`${t.type},${t.money.currency}`, [...(groups.get(`${t.type},${t.money.currency}`) ?? []), t]);
  const rows = [...groups].map(([key, of]) => {
    const [type = '', currency = 'HKD'] = key.split(',');
    const money = { amount: of.reduce((sum, t) => sum + t.money.amount, 0), currency: of[0]?.money.currency ?? 'HKD' };
    return `${batch},2188000000000001,ALIPAY_HK,${type},2026-03-11,${of.length},${formatAmount(money)},${currency}`;
  });
  const header =
    'settlementBatchId,customerId,PSP,summaryType,settlementInitiatedDate,count,settlementAmountValue,settlementCurrency';
  return `${[header, ...rows, '<END>'].join('\n')}\n`;
}
