import type { Currency, Money } from '../../../protocol/money.js';
import type { Ledger, LedgerTransaction } from '../../../relay/ledger/contract.js';
import type { Attempt, Reversal, State } from '../../../relay/payment/types.js';

/** A day of sales as they happened, and the ledger's and the acquirer's word of them. */

export type Ending = 'delivered' | 'declined' | 'cancelled' | 'refunded' | 'reversing' | 'operator';

export type Sale = {
  /** The attempt's id. */
  readonly id: string;
  /** The acquirer's. */
  readonly paymentId: string;
  readonly money: Money;
  /** When it was paid, and when it was given back. */
  readonly at: number;
  readonly backAt: number;
  readonly ending: Ending;
  /** Paid by this linked wallet, whose owner pressed. */
  readonly link?: string;
};
/** Between the scan of its member code and its pay. */
export const pressedAt = ({ at }: Sale): number => at - 1_200;

const hex = (n: number, width: number): string => n.toString(16).padStart(width, '0');

/** The nth sale of a world; every id is its number, so that a failure can be read. */
export function saleOf(n: number, at: number, ending: Ending, more: Partial<Sale> = {}): Sale {
  const currencies: readonly Currency[] = ['HKD', 'JPY', 'USD', 'KWD'];
  const currency = currencies[n % currencies.length] ?? 'HKD';
  return {
    id: `${hex(n + 1, 16)}${'ab'.repeat(8)}`,
    paymentId: `20260310${String(n).padStart(16, '0')}`,
    money: { amount: 100 + ((n * 37) % 9_000), currency },
    ...{ at, backAt: at + 40_000, ending },
    ...more,
  };
}

export const refundIdOf = ({ id }: Sale): string => `r1${id}`;

/** What of it the acquirer charged. */
export const isCharged = ({ ending }: Sale): boolean => ending !== 'declined';

const fresh = (sale: Sale, account: string): Attempt => ({
  id: sale.id,
  kiosk: 'lobby-1',
  order: sale.id.slice(0, 16),
  boot: 'aa'.repeat(16),
  money: sale.money,
  issuer: sale.link === undefined ? 'alipay' : 'alipayhk',
  reference: 'A-12',
  ...{ merchant: 'm', acquirer: 'test', account, route: 'm, route 1', link: sale.link ?? null },
  createdAt: sale.at - 1_500,
  scannedAt: sale.at - 2_000,
  payUntil: sale.at + 18_000,
  deadlineAt: sale.at + 48_000,
  vendUntil: sale.at + 58_000,
  landingUntil: sale.at + 80_000,
  state: 'submitted',
  reason: null,
  passwordPending: false,
  confirmedAt: sale.link === undefined ? null : pressedAt(sale),
  acquirerId: null,
  payAt: sale.at - 1_000,
  paidSeen: false,
  inquiries: 0,
  cancels: 0,
  cancelRefused: false,
  reversal: null,
  finding: null,
  nextAt: null,
});

const reversalOf = (sale: Sale, kind: Reversal['kind']): Reversal => ({
  id: kind === 'refund' ? refundIdOf(sale) : `c1${sale.id}`,
  kind,
  number: 1,
  money: sale.money,
  state: 'requested',
  requestedAt: sale.backAt - 1_000,
  endedAt: null,
  tries: 1,
  inquiries: 0,
});

/** The steps that a sale goes through in the ledger, each saved. */
function stepsOf(sale: Sale, account: string): Attempt[] {
  const asked = fresh(sale, account);
  const approved: Attempt = { ...asked, state: 'approved', paidSeen: true, acquirerId: sale.paymentId };
  const to = (of: Attempt, state: State, more: Partial<Attempt> = {}): Attempt => ({ ...of, state, ...more });
  const cancel = reversalOf(sale, sale.ending === 'refunded' ? 'refund' : 'cancel');
  const reversing = to(approved, 'reversing', { reason: 'vend-failed', reversal: cancel });
  switch (sale.ending) {
    case 'delivered':
      return [approved, to(approved, 'delivered')];
    case 'declined':
      return [to(asked, 'declined', { reason: 'insufficient-funds' })];
    case 'reversing':
      return [approved, reversing];
    case 'operator':
      return [approved, reversing, to(reversing, 'operator')];
    case 'cancelled':
    case 'refunded':
      return [
        approved,
        reversing,
        to(reversing, 'reversed', { reversal: { ...cancel, state: 'confirmed', endedAt: sale.backAt } }),
      ];
  }
}

async function write(tx: LedgerTransaction, sale: Sale, account: string): Promise<void> {
  const attempt = fresh(sale, account);
  const extra = {
    codeHash: `hash ${sale.id}`,
    telling: { owed: false, tellAt: null },
    leaseOwner: null,
    leaseUntil: null,
  };
  if (!(await tx.insert(attempt, extra))) throw new Error(`${sale.id}: was there before`);
  for (const [i, step] of stepsOf(sale, account).entries()) {
    const saved = await tx.save({ attempt: step, version: i + 1 }, i === 0 ? sale.at : sale.backAt, undefined);
    if (!saved) throw new Error(`${sale.id}: not saved`);
  }
}

const AT_ONCE = 50;

/** By the ledger's own code, under its guards. */
export async function writeLedger(ledger: Ledger, sales: readonly Sale[], account: string): Promise<void> {
  for (let i = 0; i < sales.length; i += AT_ONCE) {
    await ledger.transaction(async (tx) => {
      for (const sale of sales.slice(i, i + AT_ONCE)) await write(tx, sale, account);
    });
  }
}

/** One thing that an acquirer reports. */
export type Told = {
  readonly type: 'PAYMENT' | 'CANCEL' | 'REFUND' | 'PAYMENT_REVERSAL' | 'DISPUTE' | 'CHARGEBACK';
  readonly id: string;
  readonly original: string;
  /** Ours: of the payment or of the refund. */
  readonly request: string;
  readonly money: Money;
  readonly at: number;
  /** Of the product that charges linked wallets. */
  readonly debit?: boolean;
};

export const paymentOf = ({ id, paymentId, money, at, link }: Sale): Told => ({
  ...{ type: 'PAYMENT', id: paymentId, original: '', request: id, money, at, debit: link !== undefined },
});
export const cancelOf = (sale: Sale): Told => ({ ...paymentOf(sale), type: 'CANCEL', at: sale.backAt });
/** Of what a linked wallet paid: the buyer's bank or wallet has taken it back, or asks to. */
export const disputeOf = (sale: Sale, more: Partial<Told> = {}): Told => ({
  ...{ type: 'DISPUTE', id: `D${sale.paymentId}`, original: sale.paymentId, request: '' },
  ...{ money: sale.money, at: sale.backAt, debit: sale.link !== undefined },
  ...more,
});
export const refundOf = (sale: Sale, more: Partial<Told> = {}): Told => ({
  ...{ type: 'REFUND', id: `R${sale.paymentId}`, original: sale.paymentId, request: refundIdOf(sale) },
  ...{ money: sale.money, at: sale.backAt, debit: sale.link !== undefined },
  ...more,
});

/** What an acquirer that agrees with the ledger tells. */
export function toldOf(sale: Sale): Told[] {
  if (!isCharged(sale)) return [];
  const back = { cancelled: [cancelOf(sale)], refunded: [refundOf(sale)] };
  return [paymentOf(sale), ...(sale.ending === 'cancelled' || sale.ending === 'refunded' ? back[sale.ending] : [])];
}
