import { receiptNumber } from '../operations/payments.js';
import type { PaymentShown } from './shown.js';
import { messageOf, openTransport, type Question, refusalOf, type Transport, type Where } from './transport.js';
import { CommandError, orExplain, refuse, WrongUse } from './usage.js';

/** How the commands ask, and what they make of the answer. */

/** What payments are listed and exported by. */
export const filters = {
  state: { type: 'string', valueHint: 'LIST', description: 'Such as operator,doubtful' },
  kiosk: { type: 'string', valueHint: 'NAME' },
  merchant: { type: 'string', valueHint: 'NAME' },
  account: { type: 'string', valueHint: 'NAME' },
  reference: { type: 'string', valueHint: 'TEXT' },
  link: { type: 'string', valueHint: 'ID', description: 'Paid by this linked wallet' },
  receipt: { type: 'string', valueHint: 'TEXT', description: 'As the customer reads it' },
  from: { type: 'string', valueHint: 'TIME', description: 'Such as 2026-11-22 or 2026-11-22T08:00:00Z' },
  to: { type: 'string', valueHint: 'TIME' },
} as const;

type Flags = Readonly<Record<string, unknown>>;

/** @throws CommandError with what the API says of a refusal */
export async function answered<T>(transport: Transport, question: Question): Promise<T> {
  const { status, text } = await transport.ask(question);
  if (status >= 400) throw refusalOf(status, text);
  return JSON.parse(text) as T;
}

/**
 * The same of a write. Where no answer is heard it may have been done: said again under another key it would be done twice.
 * @throws CommandError that says how to repeat it
 */
export async function written<T>(transport: Transport, question: Question & { readonly key: string }): Promise<T> {
  const unheard = (why: string): CommandError =>
    new CommandError(`${why}\nit may have been done: repeat it with --key ${question.key}, which acts once only`);
  const reply = await transport.ask(question).catch((error: unknown) => {
    // Refused for want of a token: it was not done.
    if (error instanceof WrongUse) throw error;
    throw unheard(error instanceof Error ? error.message : 'no answer');
  });
  if (reply.status >= 500) throw unheard(messageOf(reply.text));
  if (reply.status >= 400) throw refusalOf(reply.status, reply.text);
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

export type Page = { readonly payments: readonly PaymentShown[]; readonly next: string | null };

const GIVEN_BACK = /^([rc])\d{1,4}([0-9a-f]{32})$/;

/** Of commands that take a payment only; the id of what was given back of it has its own at the end. */
export function refuseGivenBack(command: string, given: string): void {
  const [, kind, payment] = GIVEN_BACK.exec(given) ?? [];
  if (payment === undefined) return;
  refuse(`${command}: found the id of a ${kind === 'r' ? 'refund' : 'cancel'}, expected its payment's: ${payment}`);
}

/** @throws CommandError where the receipt is of none, or of several */
export async function paymentOf(transport: Transport, given: string): Promise<string> {
  if (/^([rc]\d{1,4})?[0-9a-f]{32}$/.test(given)) return given;
  if (receiptNumber(given) === undefined) {
    // What is long may be a payment code.
    const found = given.length < 16 ? `"${given}"` : `${given.length} characters`;
    throw new WrongUse(`payment: found ${found}, expected its id (32 signs of hex) or its receipt, such as 7KQ2M`);
  }
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
