import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { defineCommand } from 'citty';
import { isCurrency, parseAmount } from '../../protocol/money.js';
import { type PaymentShown, paymentsText, paymentText, type RefundShown, refundText } from './shown.js';
import { facts, moneyText } from './table.js';
import { messageOf, openTransport, type Question, type Transport, type Where, where, whereFlags } from './transport.js';
import { CommandError, orExplain, refuse, refuseOddFlags } from './usage.js';

/** `relay payments …`: what a person asks of payments and does to them. */

const json = { json: { type: 'boolean', description: 'JSON instead of text' } } as const;
const filters = {
  state: { type: 'string', valueHint: 'LIST', description: 'Such as operator,doubtful' },
  kiosk: { type: 'string', valueHint: 'NAME' },
  merchant: { type: 'string', valueHint: 'NAME' },
  account: { type: 'string', valueHint: 'NAME' },
  reference: { type: 'string', valueHint: 'TEXT' },
  receipt: { type: 'string', valueHint: 'TEXT', description: 'As the customer reads it' },
  from: { type: 'string', valueHint: 'TIME', description: 'Such as 2026-11-22 or 2026-11-22T08:00:00Z' },
  to: { type: 'string', valueHint: 'TIME' },
} as const;
const key = {
  type: 'string',
  valueHint: 'TEXT',
  description: 'Idempotency-Key: repeat it to repeat the answer',
} as const;
const id = { type: 'positional', description: 'A payment, or its receipt', required: true } as const;

type Flags = Readonly<Record<string, unknown>>;

/** @throws CommandError with what the API says of a refusal */
export async function answered<T>(transport: Transport, question: Question): Promise<T> {
  const { status, text } = await transport.ask(question);
  if (status >= 400) throw new CommandError(messageOf(text));
  return JSON.parse(text) as T;
}

/**
 * The same of a write. Where no answer is heard it may have been done: said again under another key it would be done twice.
 * @throws CommandError that says how to repeat it
 */
async function written<T>(transport: Transport, question: Question & { readonly key: string }): Promise<T> {
  const unheard = (why: string): CommandError =>
    new CommandError(`${why}\nit may have been done: repeat it with --key ${question.key}, which acts once only`);
  const reply = await transport.ask(question).catch((error: unknown) => {
    throw unheard(error instanceof Error ? error.message : 'no answer');
  });
  if (reply.status >= 500) throw unheard(messageOf(reply.text));
  if (reply.status >= 400) throw new CommandError(messageOf(reply.text));
  try {
    return JSON.parse(reply.text) as T;
  } catch {
    throw unheard(messageOf(reply.text));
  }
}

/** Opens, works, closes; faults are told in their own words. */
export const withTransport = (args: Where, work: (transport: Transport) => Promise<void>): Promise<void> =>
  orExplain(async () => {
    const transport = await openTransport(args);
    try {
      await work(transport);
    } finally {
      await transport.close();
    }
  });

export const print = (asJson: boolean | undefined, value: unknown, text: () => string): void => {
  process.stdout.write(asJson ? `${JSON.stringify(value)}\n` : text());
};

export function queryOf(args: Flags, names: readonly string[]): string {
  const query = new URLSearchParams();
  for (const name of names) {
    const value = args[name];
    if (typeof value === 'string') query.set(name, value);
  }
  return query.size > 0 ? `?${query}` : '';
}

type Page = { readonly payments: readonly PaymentShown[]; readonly next: string | null };

/** @throws CommandError where the receipt is of none, or of several */
async function paymentOf(transport: Transport, given: string): Promise<string> {
  if (/^([rc]\d{1,4})?[0-9a-f]{32}$/.test(given)) return given;
  const path = `/v1/payments?receipt=${encodeURIComponent(given)}`;
  const { payments } = await answered<Page>(transport, { method: 'GET', path });
  const [first, ...others] = payments;
  if (!first)
    throw new CommandError('payment: found no such receipt in the last 31 days, expected one, or a payment’s id');
  if (others.length > 0) {
    const ids = payments.map((p) => `  ${p.id} of ${p.createdAt} at ${p.kiosk}`).join('\n');
    throw new CommandError(`payment: this receipt is of several; name one of\n${ids}`);
  }
  return first.id;
}

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
    const order = args['acquirer-order'];
    if ((order === undefined) === (args.id === undefined))
      refuse('show: expected a payment or --acquirer-order, and one of them');
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

/** "12.50 HKD" → minor units. */
function moneyIn(text: string): { amount: number; currency: string } {
  const [, amount, currency] = /^(\S+) ?([A-Z]{3})$/.exec(text.trim()) ?? [];
  if (amount === undefined || currency === undefined || !isCurrency(currency)) {
    refuse('--amount: expected an amount with its currency, such as "12.50 HKD"');
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

const act = <T>(args: ActArgs, what: string, body: object, text: (answer: T) => string): Promise<void> =>
  withTransport(args, async (transport) => {
    const of = await paymentOf(transport, args.id);
    const path = `/v1/${/^[rc]\d/.test(of) && of.length > 32 ? 'refunds' : 'payments'}/${of}/${what}`;
    const given = args.key ?? randomBytes(16).toString('hex');
    const answer = await written<T>(transport, { method: 'POST', path, body, key: given });
    print(args.json, answer, () => text(answer));
  });

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
    const money = args.amount === undefined ? {} : moneyIn(args.amount);
    return act<Asked>(args, 'refunds', { reason: args.reason, ...money }, askedText);
  },
});

const cancel = defineCommand({
  meta: { name: 'cancel', description: 'Cancel a delivered payment as a whole, as long as its acquirer cancels' },
  args: { ...where, ...json, id, reason, key },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, [...whereFlags, 'reason', 'key', 'json']);
    return act<Asked>(args, 'cancel', { reason: args.reason }, askedText);
  },
});

const resolve = defineCommand({
  meta: { name: 'resolve', description: 'Settle a payment, or a refund, that waits for a person' },
  args: {
    ...{ ...where, ...json, id, key },
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
    const body = { found: args.found, note: args.note };
    return act<{ payment: PaymentShown }>(args, 'resolve', body, ({ payment }) => paymentsText([payment], null));
  },
});

const exportCsv = defineCommand({
  meta: { name: 'export', description: 'Payments as CSV, to standard output or a file' },
  args: { ...where, ...filters, out: { type: 'string', valueHint: 'FILE' } },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, [...whereFlags, ...Object.keys(filters), 'out']);
    return withTransport(args, async (transport) => {
      const lines = Readable.from(transport.stream(`/v1/payments.csv${queryOf(args, Object.keys(filters))}`));
      const to = args.out === undefined ? process.stdout : createWriteStream(args.out, { mode: 0o600 });
      await pipeline(lines, to, { end: args.out !== undefined }).catch((error: unknown) => {
        if (error instanceof CommandError) throw error;
        const why = error instanceof Error ? error.message : 'unknown';
        throw new CommandError(
          `export: broken off before its end (${why}); ${args.out ?? 'it'} is not whole: export again`,
        );
      });
    });
  },
});

export const payments = defineCommand({
  meta: { name: 'payments', description: 'List, show, refund, cancel, resolve and export payments' },
  subCommands: { list, show, refund, cancel, resolve, export: exportCsv },
});
