/** What CodePay's numbers mean, as data. Source: reference acquirers/codepay.md sections 1.1 and 3.1. */

export type Fields = Readonly<Record<string, unknown>>;
type Table<Row> = Readonly<Record<string, Row>>;

/** The call was accepted; what became of the payment is in `trans_status`. */
export const ACCEPTED = '0';

export type PaymentStatus = 'paid' | 'pending' | 'declined' | 'cancelled';
export const paymentStatuses: Table<PaymentStatus> = {
  0: 'pending',
  1: 'declined',
  2: 'paid',
  3: 'cancelled',
  9: 'pending',
};

/** A refund that was cancelled stands nowhere, and so decides nothing. */
export type RefundStatus = 'refunded' | 'pending' | 'failed';
export const refundStatuses: Table<RefundStatus> = { 0: 'pending', 1: 'failed', 2: 'refunded', 9: 'pending' };

/** `trans_type` of every kind of order; of these only 1 is a sale, and only 3 a refund. */
export const orderKinds = {
  1: 'sale',
  2: 'void',
  3: 'refund',
  4: 'pre-authorisation',
  5: 'pre-authorisation cancel',
  6: 'pre-authorisation completion',
  7: 'completion cancel',
  8: 'completion refund',
  11: 'cashback',
  12: 'cash withdrawal',
} as const satisfies Table<string>;
export type OrderKind = (typeof orderKinds)[keyof typeof orderKinds];

/** Own rows only: a code named "constructor" finds nothing. */
export const rowOf = <Row>(table: Table<Row>, code: string): Row | undefined =>
  Object.hasOwn(table, code) ? table[code] : undefined;

/** CodePay's numbers come as JSON numbers or as their texts; '' for anything else. */
export function numberText(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^(0|[1-9]\d?)$/.test(text) ? text : '';
}

/** False where the answer says another kind, one we do not know, or nonsense; an answer need not say it. */
export function isOfKind(data: Fields, kind: OrderKind): boolean {
  const said = data['trans_type'];
  if (said === undefined || said === null || said === '') return true;
  return rowOf<OrderKind>(orderKinds, numberText(said)) === kind;
}
