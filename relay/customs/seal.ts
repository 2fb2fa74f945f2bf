import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { Buyer } from '../acquirers/customs.js';

/**
 * A buyer, sealed for the short time until the acquirer has the declaration: AES-256-GCM with a key that lies outside the
 * database, bound to the declaration, so that it opens for no other.
 */

export const SEAL_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Of which declaration it is. */
const boundTo = (declaration: string): Buffer => Buffer.from(`declaration.buyer ${declaration}`, 'utf8');

/** Base64 of nonce, tag and the sealed JSON. */
export function sealBuyer(key: Uint8Array, declaration: string, { number, name }: Buyer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo(declaration));
  const sealed = Buffer.concat([cipher.update(JSON.stringify([number, name]), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
}

/** Undefined: sealed with another key, or not what was sealed for this declaration. */
export function openBuyer(key: Uint8Array, declaration: string, text: string): Buyer | undefined {
  const bytes = Buffer.from(text, 'base64');
  const [nonce, tag] = [bytes.subarray(0, NONCE_BYTES), bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)];
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(boundTo(declaration)).setAuthTag(tag);
    const plain = Buffer.concat([cipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), cipher.final()]);
    const [number, name] = JSON.parse(plain.toString('utf8')) as [string, string];
    return { number, name };
  } catch {
    // The system's message may quote what it could not open.
    return undefined;
  }
}

/** What the same buyer always gives, and nobody without the key can find the buyer from: to know a repeated question by. */
export const buyerHash = (key: Uint8Array, { number, name }: Buyer): string =>
  createHmac('sha256', key)
    .update(JSON.stringify(['buyer', number, name]), 'utf8')
    .digest('hex');

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = '10X98765432';

/** The number of a Chinese identity card: 17 digits and a check sign (GB 11643, ISO 7064 MOD 11-2). */
export function isIdentityNumber(text: string): boolean {
  if (!/^\d{17}[\dX]$/.test(text)) return false;
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(text[i]), 0);
  return CHECKS[sum % 11] === text[17];
}
