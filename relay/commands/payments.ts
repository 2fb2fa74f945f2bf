import { randomBytes } from 'node:crypto';
import { defineCommand } from 'citty';
import { isCurrency, parseAmount } from '../../protocol/money.js';
import { KEY_PATTERN } from '../operations/once.js';
import { resolutions } from '../payment/types.js';
import { refundFindings } from '../refunds/types.js';
import {
  answered,
  filters,
  type Page,
  paymentOf,
  print,
  queryOf,
  refuseGivenBack,
  withTransport,
  written,
} from './asking.js';
import { declarations, declare, redeclare, resolveDeclaration } from './declarations.js';
import { exportCsv } from './export.js';
import { type PaymentShown, paymentsText, paymentText, type RefundShown, refundText } from './shown.js';
import { facts, moneyText } from './table.js';
import { type Where, where, whereFlags } from './transport.js';
import { refuse, refuseMoreWords, refuseOddFlags } from './usage.js';

/** `relay payments …`: what a person asks of payments and does to them. */

const json = { json: { type: 'boolean', description: 'JSON instead of text' } } as const;
const key = {
  type: 'string',
  valueHint: 'TEXT',
  description: 'Idempotency-Key: repeat it to repeat the answer',
} as const;
const id = { type: 'positional', description: 'A payment, or its receipt', required: true } as const;
const either = { ...id, description: 'A payment, its receipt, or a refund such as r1001…' } as const;

const list = defineCommand({
  meta: { name: 'list', description: 'Payments, newest first' },
  args: {
    ...{ ...where, ...filters, ...json },
    limit: { type: 'string', valueHint: 'N', description: 'At most 500; 50 when absent' },
    cursor: { type: 'string', valueHint: 'TEXT', description: 'What the list before said at its end' },
  },
  run: ({ args, rawArgs }) => {
    const asked = [...Object.keys(filters), 'limit', 'cursor'];
    refuseOddFlags(rawArgs, [...whereFlags, ...asked, 'json']);
    refuseMoreWords('payments list', args._, undefined, ', such as --state operator');
    return withTransport(args, async (transport) => {
      const page = await answered<Page>(transport, { method: 'GET', path: `/v1/payments${queryOf(args, asked)}` });
      print(args.json, page, () => paymentsText(page.payments, page.next));
    });
  },
});

type OrderShown = Readonly<Record<'id' | 'account', string>> &
  Readonly<Record<'kind' | 'state' | 'number' | 'currency' | 'payment' | 'detail', string | null>> & {
    readonly found: boolean;
    readonly amount: number | null;
  };

const orderText = (order: OrderShown): string => {
  if (!order.found) return `${order.account} knows no order ${order.id}${order.detail ? `: ${order.detail}` : ''}\n`;
  const ours = order.payment ?? 'none: it is not a payment of this relay';
  return facts([
    ['order', order.id],
    ['kind', order.kind ?? ''],
    ['state', order.state ?? ''],
    ['number', order.number ?? ''],
    ['amount', order.amount === null ? '' : moneyText(order.amount, order.currency ?? '')],
    ['payment', ours],
  ]);
};

const show = defineCommand({
  meta: { name: 'show', description: 'One payment with all that is known of it, or an order as its acquirer shows it' },
  args: {
    ...{ ...where, ...json, id: { ...id, required: false } },
    'acquirer-order': { type: 'string', valueHint: 'ID', description: "The acquirer's own id, of any kind of order" },
    account: {
      type: 'string',
      valueHint: 'NAME',
      description: 'With --acquirer-order: which account to ask, one with CodePay',
    },
  },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, [...whereFlags, 'acquirer-order', 'account', 'json']);
    refuseMoreWords('payments show', args._, 'payment');
    refuseGivenBack('payments show', args.id ?? '');
    const order = args['acquirer-order'];
    if ((order === undefined) === (args.id === undefined)) {
      const found = order === undefined ? 'neither' : 'both';
      refuse(`payments show: found ${found}, expected one: a payment, or --acquirer-order`);
    }
    if (order !== undefined && !/^[A-Za-z0-9_-]{1,64}$/.test(order)) {
      const of = `${order.length} characters that are no id`;
      refuse(`--acquirer-order: found ${of}, expected the acquirer's own: 1 to 64 letters, digits, "-" and "_"`);
    }
    if (order !== undefined && args.account === undefined)
      refuse('--account: found nothing, expected which account to ask');
    return withTransport(args, async (transport) => {
      if (order !== undefined) {
        const path = `/v1/acquirer-orders/${encodeURIComponent(order)}${queryOf(args, ['account'])}`;
        const found = await answered<OrderShown>(transport, { method: 'GET', path });
        print(args.json, found, () => orderText(found));
        return;
      }
      const path = `/v1/payments/${await paymentOf(transport, args.id ?? '')}`;
      const found = await answered<PaymentShown>(transport, { method: 'GET', path });
      print(args.json, found, () => paymentText(found));
    });
  },
});

function moneyFault(text: string): string {
  if (/^\d+(\.\d+)?$/.test(text)) return 'a number without a currency';
  if (/^\d+(\.\d+)? ?[A-Z]{3}$/.test(text)) return 'a currency that is not known';
  if (/^\d+(\.\d+)? ?[a-z]{3}$/i.test(text)) return 'a currency in small letters';
  return text === '' ? 'an empty value' : `${text.length} characters`;
}

/** "12.50 HKD" → minor units. */
function moneyIn(text: string): { amount: number; currency: string } {
  const [, amount, currency] = /^(\S+) ?([A-Z]{3})$/.exec(text.trim()) ?? [];
  if (amount === undefined || currency === undefined || !isCurrency(currency)) {
    refuse(`--amount: found ${moneyFault(text.trim())}, expected an amount with its currency, such as "12.50 HKD"`);
  }
  try {
    return { amount: parseAmount(amount, currency), currency };
  } catch (error) {
    refuse(`--${error instanceof Error ? error.message : 'amount'}`);
  }
}

type Asked = { readonly refund: RefundShown };
type ActArgs = Where & {
  readonly id: string;
  readonly json?: boolean | undefined;
  readonly key?: string | undefined;
};

function checkWords(flag: 'reason' | 'note', { length }: string): void {
  if (length < 1 || length > 200) refuse(`--${flag}: found ${length} characters, expected 1 to 200`);
}

function act<T>(args: ActArgs, what: string, body: object, text: (answer: T) => string): Promise<void> {
  if (args.key !== undefined && !KEY_PATTERN.test(args.key)) {
    refuse(`--key: found ${args.key.length} characters, expected 8 to 128 letters, digits and signs without a space`);
  }
  return withTransport(args, async (transport) => {
    const of = await paymentOf(transport, args.id);
    const path = `/v1/${/^[rc]\d/.test(of) && of.length > 32 ? 'refunds' : 'payments'}/${of}/${what}`;
    const given = args.key ?? randomBytes(16).toString('hex');
    const answer = await written<T>(transport, { method: 'POST', path, body, key: given });
    print(args.json, answer, () => text(answer));
  });
}

const reason = { type: 'string', valueHint: 'TEXT', description: 'Why, in your own words', required: true } as const;
const askedText = ({ refund }: Asked): string =>
  `${refundText(refund)}\nRequested is not confirmed: see what became of it with payments show ${refund.payment}\n`;

const refund = defineCommand({
  meta: { name: 'refund', description: 'Give a delivered payment back, whole or in part' },
  args: {
    ...{ ...where, ...json, id, reason, key },
    amount: { type: 'string', valueHint: '"12.50 HKD"', description: 'All that remains when absent' },
  },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, [...whereFlags, 'amount', 'reason', 'key', 'json']);
    // Without its flag the amount would be dropped, and all of the payment given back.
    refuseMoreWords('payments refund', args._, 'payment', '; a part to give back is --amount "12.50 HKD"');
    refuseGivenBack('payments refund', args.id);
    checkWords('reason', args.reason);
    const money = args.amount === undefined ? {} : moneyIn(args.amount);
    return act<Asked>(args, 'refunds', { reason: args.reason, ...money }, askedText);
  },
});

const cancel = defineCommand({
  meta: { name: 'cancel', description: 'Cancel a delivered payment as a whole, as long as its acquirer cancels' },
  args: { ...where, ...json, id, reason, key },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, [...whereFlags, 'reason', 'key', 'json']);
    refuseMoreWords('payments cancel', args._, 'payment', '; it cancels the whole');
    refuseGivenBack('payments cancel', args.id);
    checkWords('reason', args.reason);
    return act<Asked>(args, 'cancel', { reason: args.reason }, askedText);
  },
});

const resolve = defineCommand({
  meta: { name: 'resolve', description: 'Settle a payment, or a refund, that waits for a person' },
  args: {
    ...{ ...where, ...json, id: either, key },
    found: {
      type: 'string',
      required: true,
      valueHint: 'WORD',
      description: 'delivered, give-back, not-charged or returned; of a refund returned or not-returned',
    },
    note: { type: 'string', required: true, valueHint: 'TEXT', description: 'How it was found out' },
  },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, [...whereFlags, 'found', 'note', 'key', 'json']);
    refuseMoreWords('payments resolve', args._, 'payment');
    const known = [...new Set<string>([...resolutions, ...refundFindings])];
    if (!known.includes(args.found)) {
      refuse(`--found: found ${args.found.length} characters that are none, expected one of ${known.join(', ')}`);
    }
    checkWords('note', args.note);
    const body = { found: args.found, note: args.note };
    return act<{ payment: PaymentShown }>(args, 'resolve', body, ({ payment }) => paymentsText([payment], null));
  },
});

export const payments = defineCommand({
  meta: { name: 'payments', description: 'List, show, refund, cancel, resolve, export and declare payments' },
  subCommands: {
    ...{ list, show, refund, cancel, resolve, export: exportCsv },
    ...{ declare, redeclare, declarations, 'resolve-declaration': resolveDeclaration },
  },
});
