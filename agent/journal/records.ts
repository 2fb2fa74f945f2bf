import { isCurrency } from '../../protocol/money.js';
import type { Delivery } from '../../protocol/words.js';
import type { JournalRecord } from './contract.js';

/**
 * A record as a short JSON array, its kind first: `["g",at,attempt,boot,order,amount,currency]`. Reading is total: what is
 * none of these shapes is undefined.
 */
export function toJson(record: JournalRecord): string {
  return JSON.stringify(toArray(record));
}

export function fromJson(json: string): JournalRecord | undefined {
  try {
    return fromArray(JSON.parse(json));
  } catch {
    return undefined;
  }
}

function toArray(r: JournalRecord): unknown[] {
  switch (r.kind) {
    case 'boot':
      return ['b', r.at, r.epoch, r.number, r.nonce, r.board];
    case 'opened':
      return ['o', r.at, r.attempt, r.boot, r.order, r.amount, r.currency, r.digest];
    case 'begun':
      return ['g', r.at, r.attempt, r.boot, r.order, r.amount, r.currency];
    case 'vended':
      return ['v', r.at, r.attempt, r.boot, r.delivery];
    case 'closed':
      return r.delivery === undefined ? ['c', r.at, r.attempt] : ['c', r.at, r.attempt, r.delivery];
  }
}

const isDelivery = (word: unknown): word is Delivery =>
  word === 'not-delivered' || word === 'delivered' || word === 'failed' || word === 'doubtful';

export function fromArray(value: unknown): JournalRecord | undefined {
  if (!Array.isArray(value)) return undefined;
  const [kind, at, first, ...rest]: unknown[] = value;
  if (typeof at !== 'number' || typeof first !== 'string') return undefined;
  switch (kind) {
    case 'b':
      return bootOf(at, first, rest);
    case 'o':
    case 'g':
      return attemptOf(kind, at, first, rest);
    case 'v':
      return vendedOf(at, first, rest);
    case 'c':
      return closedOf(at, first, rest);
    default:
      return undefined;
  }
}

function bootOf(at: number, epoch: string, [number, nonce, board, ...more]: unknown[]): JournalRecord | undefined {
  if (typeof number !== 'number' || typeof nonce !== 'string' || typeof board !== 'string') return undefined;
  return more.length === 0 ? { kind: 'boot', at, epoch, number, nonce, board } : undefined;
}

function attemptOf(kind: 'o' | 'g', at: number, attempt: string, rest: unknown[]): JournalRecord | undefined {
  const [boot, order, amount, currency, ...more] = rest;
  if (typeof boot !== 'string' || typeof order !== 'string' || typeof amount !== 'number') return undefined;
  if (typeof currency !== 'string' || !isCurrency(currency)) return undefined;
  const asked = { at, attempt, boot, order, amount, currency };
  if (kind === 'g') return more.length === 0 ? { kind: 'begun', ...asked } : undefined;
  const [digest] = more;
  return more.length === 1 && typeof digest === 'string' ? { kind: 'opened', ...asked, digest } : undefined;
}

function closedOf(at: number, attempt: string, [delivery, ...more]: unknown[]): JournalRecord | undefined {
  if (more.length > 0) return undefined;
  if (delivery === undefined) return { kind: 'closed', at, attempt };
  return isDelivery(delivery) ? { kind: 'closed', at, attempt, delivery } : undefined;
}

function vendedOf(at: number, attempt: string, [boot, delivery, ...more]: unknown[]): JournalRecord | undefined {
  if (typeof boot !== 'string' || !isDelivery(delivery)) return undefined;
  return more.length === 0 ? { kind: 'vended', at, attempt, boot, delivery } : undefined;
}
