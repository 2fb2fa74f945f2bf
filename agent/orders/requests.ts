import type { IncomingMessage } from 'node:http';
import type { VendResult } from '../../drivers/contract/actuator.js';
import { ISSUER_PATTERN, NAME_PATTERN, REFERENCE_MAX_CHARS } from '../../protocol/limits.js';
import { type Currency, isCurrency, parseAmount } from '../../protocol/money.js';
import type { IssuerId } from '../../protocol/words.js';
import type { OrderRequest } from './desk.js';

/** What the API reads. A request that cannot be understood is an ApiError, which names the field and the remedy. */

export const BODY_MAX_BYTES = 4_096;

export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  readonly code: string;
  /** More of the error object, such as `field` or `reason`. */
  readonly more: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, more: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.more = more;
  }
}

const badField = (field: string, message: string): ApiError => new ApiError(422, 'bad-field', message, { field });

/**
 * DNS rebinding: a web page may make a browser of this machine call us under the page's own name. Names of loopback
 * cannot be rebound.
 */
export function checkHost(request: IncomingMessage): void {
  const host = (request.headers.host ?? '').replace(/:\d{1,5}$/, '').toLowerCase();
  if (host === 'localhost' || host === '127.0.0.1' || host === '[::1]') return;
  throw new ApiError(403, 'host', 'header Host: found another name, expected localhost, 127.0.0.1 or [::1]');
}

/** application/json alone: any other type lets a web page of another site post without asking. */
function checkContentType(request: IncomingMessage): void {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json') return;
  const found = type === '' ? 'nothing' : 'another type';
  throw new ApiError(415, 'content-type', `header Content-Type: found ${found}, expected application/json`);
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_MAX_BYTES) {
      throw new ApiError(413, 'too-large', `body: found more than ${BODY_MAX_BYTES} bytes, expected at most that`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function shapeOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

/** The body's fields; every one must be of `known`. */
async function readFields(
  request: IncomingMessage,
  known: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  checkContentType(request);
  let value: unknown;
  const text = await readText(request);
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiError(400, 'bad-json', `body: found ${text.length} characters that are not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiError(400, 'bad-json', `body: found ${shapeOf(value)}, expected an object`);
  }
  const unknown = Object.keys(value).find((field) => !known.includes(field));
  if (unknown !== undefined) {
    const field = unknown.slice(0, 64);
    throw badField(field, `${field}: found an unknown field, expected only ${known.join(', ')}`);
  }
  return value as Readonly<Record<string, unknown>>;
}

function textField(fields: Readonly<Record<string, unknown>>, field: string, expected: string): string {
  const value = fields[field];
  if (typeof value !== 'string') throw badField(field, `${field}: found ${shapeOf(value)}, expected ${expected}`);
  return value;
}

function readCurrency(fields: Readonly<Record<string, unknown>>): Currency {
  const expected = 'an ISO 4217 code that wallets pay in, such as "HKD"';
  const currency = textField(fields, 'currency', expected);
  if (isCurrency(currency)) return currency;
  throw badField('currency', `currency: found a text of ${currency.length} characters, expected ${expected}`);
}

function readAmount(fields: Readonly<Record<string, unknown>>, currency: Currency): number {
  const amount = textField(fields, 'amount', 'a decimal text, such as "35.50"');
  try {
    return parseAmount(amount.slice(0, 64), currency);
  } catch (error) {
    throw badField('amount', (error as RangeError).message);
  }
}

/** POST /v1/orders. @throws ApiError */
export async function readOrder(request: IncomingMessage): Promise<OrderRequest> {
  const fields = await readFields(request, ['amount', 'currency', 'reference']);
  const currency = readCurrency(fields);
  const amount = readAmount(fields, currency);
  const expected = `1 to ${REFERENCE_MAX_CHARS} printable ASCII characters`;
  const reference = textField(fields, 'reference', expected);
  if (reference.length > REFERENCE_MAX_CHARS || !/^[\x20-\x7e]+$/.test(reference)) {
    throw badField('reference', `reference: found a text of ${reference.length} characters, expected ${expected}`);
  }
  return { amount, currency, reference };
}

/** POST /v1/link. @throws ApiError */
export async function readWallet(request: IncomingMessage): Promise<IssuerId> {
  const fields = await readFields(request, ['wallet']);
  const expected = 'a wallet, 2 to 16 of a-z 0-9 -, a letter first, such as "alipayhk"';
  const wallet = textField(fields, 'wallet', expected);
  if (ISSUER_PATTERN.test(wallet)) return wallet;
  throw badField('wallet', `wallet: found a text of ${wallet.length} characters, expected ${expected}`);
}

/** POST /v1/press. @throws ApiError */
export async function readPress(request: IncomingMessage): Promise<{ readonly order?: string }> {
  const fields = await readFields(request, ['order']);
  if (fields['order'] === undefined) return {};
  const expected = 'the id of the order that shall be paid, or nothing';
  const order = textField(fields, 'order', expected);
  if (NAME_PATTERN.test(order)) return { order };
  throw badField('order', `order: found a text of ${order.length} characters, expected ${expected}`);
}

const results: readonly VendResult[] = ['delivered', 'failed', 'doubtful'];

/** POST /v1/orders/{id}/vend. @throws ApiError */
export async function readVendResult(request: IncomingMessage): Promise<VendResult> {
  const fields = await readFields(request, ['result']);
  const expected = `one of ${results.map((word) => `"${word}"`).join(', ')}`;
  const text = textField(fields, 'result', expected);
  const result = results.find((word) => word === text);
  if (result !== undefined) return result;
  throw badField('result', `result: found a text of ${text.length} characters, expected ${expected}`);
}
