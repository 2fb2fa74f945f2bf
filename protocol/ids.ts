import { CHAIN_MAX_BOOTS } from './limits.js';

/**
 * Identifiers are lower-case hex strings in memory and bytes on the wire.
 * An order's id is 8 random bytes; an attempt's id is its order's id followed by 8 random bytes of its own, so that an
 * attempt names its order without a field for it (design §5: the size of `Pay`).
 */
export type OrderId = string;
export type AttemptId = string;
/** 16 random bytes of one start of the agent. */
export type BootNonce = string;

export const ORDER_ID_BYTES = 8;
export const ATTEMPT_ID_BYTES = 16;
export const NONCE_BYTES = 16;

/** `n` random bytes; `crypto.randomBytes` in the shipped programs, seeded in the simulation. */
export type RandomBytes = (n: number) => Uint8Array;

export const toHex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');

/** @throws RangeError when `hex` is not exactly `bytes` long. */
export function fromHex(hex: string, bytes: number): Uint8Array {
  if (hex.length !== bytes * 2 || !/^[0-9a-f]*$/.test(hex)) {
    throw new RangeError(`id: found ${hex.length} characters, expected ${bytes * 2} of 0-9 a-f`);
  }
  return Buffer.from(hex, 'hex');
}

export const newOrderId = (random: RandomBytes): OrderId => toHex(random(ORDER_ID_BYTES));
export const newAttemptId = (order: OrderId, random: RandomBytes): AttemptId =>
  order + toHex(random(ATTEMPT_ID_BYTES - ORDER_ID_BYTES));
export const orderOf = (attempt: AttemptId): OrderId => attempt.slice(0, ORDER_ID_BYTES * 2);
export const newNonce = (random: RandomBytes): BootNonce => toHex(random(NONCE_BYTES));

/** The short name of a boot in every frame: the first four bytes of its nonce, as 8 hex characters. */
export type BootTag = string;
export const bootTag = (nonce: BootNonce): BootTag => nonce.slice(0, 8);

export const nextChain = (own: BootNonce, earlier: readonly BootNonce[]): BootNonce[] =>
  [own, ...earlier].slice(0, CHAIN_MAX_BOOTS);

/** What customer and operator read to each other: five characters without 0, O, 1, I and their like. */
export function receiptOf(attempt: AttemptId): string {
  const alphabet = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
  let value = BigInt(`0x${attempt.slice(16)}`);
  let text = '';
  for (let i = 0; i < 5; i++) {
    text += alphabet[Number(value % BigInt(alphabet.length))];
    value /= BigInt(alphabet.length);
  }
  return text;
}
