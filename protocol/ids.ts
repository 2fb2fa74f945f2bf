import { CHAIN_MAX_BOOTS } from './limits.js';

/**
 * Identifiers are lower-case hex strings in memory and bytes on the wire.
 * An order's id is 8 random bytes; an attempt's id is its order's id followed by 8 random bytes of its own, so that an
 * attempt names its order without a field for it (design §5: the size of `Pay`).
 */
export type OrderId = string;
export type AttemptId = string;
/** 16 random bytes that the kiosk makes for each wallet it offers to link. */
export type LinkId = string;
/** 16 random bytes of one start of the agent. */
export type BootNonce = string;

export const ORDER_ID_BYTES = 8;
export const ATTEMPT_ID_BYTES = 16;
export const NONCE_BYTES = 16;
export const LINK_ID_BYTES = 16;

/** `n` random bytes; `crypto.randomBytes` in the shipped programs, seeded in the simulation. */
export type RandomBytes = (n: number) => Uint8Array;

export const toHex = (bytes: Uint8Array): string =>
  (bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).toString('hex');

/** What each byte is in hex, and what each character of hex stands for; -1: it is none. */
const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const digitOfChar = Int8Array.from({ length: 128 }, (_, char) => '0123456789abcdef'.indexOf(String.fromCharCode(char)));

const digitAt = (hex: string, index: number): number => digitOfChar[hex.charCodeAt(index)] ?? -1;

/** @throws RangeError when `hex` is not exactly `bytes` long. */
export function fromHex(hex: string, bytes: number): Uint8Array {
  const found = new Uint8Array(bytes);
  // One digit that is none makes it negative.
  let all = hex.length === bytes * 2 ? 0 : -1;
  for (let i = 0; i < bytes && all >= 0; i++) {
    const byte = (digitAt(hex, 2 * i) << 4) | digitAt(hex, 2 * i + 1);
    found[i] = byte;
    all |= byte;
  }
  if (all < 0) throw new RangeError(`id: found ${hex.length} characters, expected ${bytes * 2} of 0-9 a-f`);
  return found;
}

export const newOrderId = (random: RandomBytes): OrderId => toHex(random(ORDER_ID_BYTES));
export const newAttemptId = (order: OrderId, random: RandomBytes): AttemptId =>
  order + toHex(random(ATTEMPT_ID_BYTES - ORDER_ID_BYTES));
export const orderOf = (attempt: AttemptId): OrderId => attempt.slice(0, ORDER_ID_BYTES * 2);
export const newLinkId = (random: RandomBytes): LinkId => toHex(random(LINK_ID_BYTES));
export const newNonce = (random: RandomBytes): BootNonce => toHex(random(NONCE_BYTES));

/** The short name of a boot in every frame: the first four bytes of its nonce, as 8 hex characters. */
export type BootTag = string;
export const bootTag = (nonce: BootNonce): BootTag => nonce.slice(0, TAG_BYTES * 2);

const TAG_BYTES = 4;

/** A tag as the number it is on the wire: its bytes, the lowest first. @throws RangeError */
export function tagToNumber(tag: BootTag): number {
  const bytes = fromHex(tag, TAG_BYTES);
  let number = 0;
  for (let i = TAG_BYTES - 1; i >= 0; i--) number = number * 256 + (bytes[i] ?? 0);
  return number;
}
export const tagFromNumber = (n: number): BootTag =>
  hexByte(n) + hexByte(n >>> 8) + hexByte(n >>> 16) + hexByte(n >>> 24);
const hexByte = (n: number): string => hexOfByte[n & 0xff] ?? '';

export const nextChain = (own: BootNonce, earlier: readonly BootNonce[]): BootNonce[] =>
  [own, ...earlier].slice(0, CHAIN_MAX_BOOTS);

/** What customer and operator read to each other: five characters without 0, O, 1, I and their like. */
export function receiptOf(attempt: AttemptId): string {
  // Its own half, as one number, modulo all receipts: digit by digit, since the whole has more bits than a number keeps.
  let value = 0;
  for (let i = 2 * ORDER_ID_BYTES; i < 2 * ATTEMPT_ID_BYTES; i++) value = (value * 16 + digitAt(attempt, i)) % RECEIPTS;
  let text = '';
  for (let i = 0; i < RECEIPT_CHARS; i++) {
    const digit = value % RECEIPT_ALPHABET.length;
    text += RECEIPT_ALPHABET[digit];
    value = (value - digit) / RECEIPT_ALPHABET.length;
  }
  return text;
}

const RECEIPT_ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const RECEIPT_CHARS = 5;
/** So many texts of those characters there are. */
const RECEIPTS = 24_300_000;
