import { isCurrency } from '../../protocol/money.js';
import type { Delivery } from '../../protocol/words.js';
import type { BootFact, GapFact, JournalFact, JournalRecord } from './contract.js';

/**
 * A record as a short JSON array, its kind first: `["g",at,attempt,boot,order,amount,currency]`. Reading is total: what is
 * none of these shapes is undefined.
 */
export function toJson(record: JournalRecord): string {
  return JSON.stringify(toArray(record, record.at));
}

export function fromJson(json: string): JournalRecord | undefined {
  try {
    return fromArray(JSON.parse(json));
  } catch {
    return undefined;
  }
}

export function toArray(r: JournalFact | BootFact | GapFact, at: number): unknown[] {
  switch (r.kind) {
    case 'boot':
      return ['b', at, r.epoch, r.number, r.nonce, r.board];
    case 'opened':
      return ['o', at, r.attempt, r.boot, r.order, r.amount, r.currency, r.digest];
    case 'begun':
      return ['g', at, r.attempt, r.boot, r.order, r.amount, r.currency];
    case 'vended':
      return ['v', at, r.attempt, r.boot, r.delivery];
    case 'closed':
      return r.delivery === undefined ? ['c', at, r.attempt] : ['c', at, r.attempt, r.delivery];
    case 'gap':
      return ['m', at, r.number, r.blocks];
  }
}

const isDelivery = (word: unknown): word is Delivery =>
  word === 'not-delivered' || word === 'delivered' || word === 'failed' || word === 'doubtful';

/** JSON has no others: a record that holds one could not be read back. */
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

export function fromArray(value: unknown): JournalRecord | undefined {
  if (!Array.isArray(value)) return undefined;
  const list: readonly unknown[] = value;
  const at = list[1];
  if (!isNumber(at)) return undefined;
  switch (list[0]) {
    case 'b':
      return bootOf(at, list);
    case 'o':
      return openedOf(at, list);
    case 'g':
      return begunOf(at, list);
    case 'v':
      return vendedOf(at, list);
    case 'c':
      return closedOf(at, list);
    case 'm':
      return gapOf(at, list);
    default:
      return undefined;
  }
}

function bootOf(at: number, list: readonly unknown[]): JournalRecord | undefined {
  const epoch = list[2];
  const number = list[3];
  const nonce = list[4];
  const board = list[5];
  if (typeof epoch !== 'string' || typeof nonce !== 'string' || typeof board !== 'string') return undefined;
  return isNumber(number) && list.length === 6 ? { kind: 'boot', at, epoch, number, nonce, board } : undefined;
}

function openedOf(at: number, list: readonly unknown[]): JournalRecord | undefined {
  const asked = askedOf(list);
  const digest = list[7];
  if (!asked || typeof digest !== 'string' || list.length !== 8) return undefined;
  const { attempt, boot, order, amount, currency } = asked;
  return { kind: 'opened', at, attempt, boot, order, amount, currency, digest };
}

function begunOf(at: number, list: readonly unknown[]): JournalRecord | undefined {
  const asked = askedOf(list);
  if (!asked || list.length !== 7) return undefined;
  const { attempt, boot, order, amount, currency } = asked;
  return { kind: 'begun', at, attempt, boot, order, amount, currency };
}

/** What `opened` and `begun` both say. */
function askedOf(list: readonly unknown[]) {
  const attempt = list[2];
  const boot = list[3];
  const order = list[4];
  const amount = list[5];
  const currency = list[6];
  if (typeof attempt !== 'string' || typeof boot !== 'string' || typeof order !== 'string') return undefined;
  if (!isNumber(amount) || typeof currency !== 'string' || !isCurrency(currency)) return undefined;
  return { attempt, boot, order, amount, currency };
}

function vendedOf(at: number, list: readonly unknown[]): JournalRecord | undefined {
  const attempt = list[2];
  const boot = list[3];
  const delivery = list[4];
  if (typeof attempt !== 'string' || typeof boot !== 'string' || !isDelivery(delivery)) return undefined;
  return list.length === 5 ? { kind: 'vended', at, attempt, boot, delivery } : undefined;
}

function closedOf(at: number, list: readonly unknown[]): JournalRecord | undefined {
  const attempt = list[2];
  const delivery = list[3];
  if (typeof attempt !== 'string' || list.length > 4) return undefined;
  if (delivery === undefined) return { kind: 'closed', at, attempt };
  return isDelivery(delivery) ? { kind: 'closed', at, attempt, delivery } : undefined;
}

function gapOf(at: number, list: readonly unknown[]): JournalRecord | undefined {
  const number = list[2];
  const blocks = list[3];
  return isNumber(number) && isNumber(blocks) && list.length === 4 ? { kind: 'gap', at, number, blocks } : undefined;
}
