import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { type RandomBytes, toHex } from '../../protocol/ids.js';
import type { Sealed } from './types.js';

export const LINKING_KEY_BYTES = 32;

/** A secret that is kept cannot be opened: another key, another row, or it was changed. Names the column, never a value. */
export class VaultError extends Error {
  override name = 'VaultError';
}

/** Which column of `wallet_link` a sealed text stands in; it opens in no other. */
export type SealedColumn = 'wallet_url' | 'wallet_code' | 'auth_code' | 'access_token' | 'refresh_token';
/** What a keyed hash is of, so that the hash of one thing is never that of another. */
export type HashKind = 'session' | 'state' | 'token' | 'first';

type Key = { readonly id: string; readonly seal: Uint8Array; readonly hash: Uint8Array; readonly derive: Uint8Array };

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_CHARS = 8;
const VERSION = 'v1';
const SHAPE = new RegExp(`^${VERSION}\\.([0-9a-f]{${KEY_ID_CHARS}})\\.([A-Za-z0-9_-]+)$`);

/** Separate keys for separate uses: what one gives away tells nothing of another. */
function keyOf(secret: Uint8Array): Key {
  const part = (use: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), `quietzone linking ${use}`, LINKING_KEY_BYTES));
  return {
    id: toHex(part('key id')).slice(0, KEY_ID_CHARS),
    seal: part('seal'),
    hash: part('hash'),
    derive: part('derive'),
  };
}

const hmac = (key: Uint8Array, kind: string, text: string): Buffer =>
  createHmac('sha256', key).update(`${kind}\0${text}`).digest();

/**
 * The secrets of linked wallets at rest: AES-256-GCM with a random nonce, bound to the link and the column. The key is
 * outside of the database. While a key is changed the one before opens what it has sealed, and nothing more.
 */
export class Vault {
  readonly #keys: readonly [Key, ...Key[]];
  readonly #random: RandomBytes;

  /** @throws VaultError for a key of another length. */
  constructor(key: Uint8Array, previous: Uint8Array | undefined, random: RandomBytes) {
    for (const one of previous ? [key, previous] : [key]) {
      if (one.length === LINKING_KEY_BYTES) continue;
      throw new VaultError(`linking key: found ${one.length} bytes, expected ${LINKING_KEY_BYTES}`);
    }
    this.#keys = [keyOf(key), ...(previous ? [keyOf(previous)] : [])];
    this.#random = random;
  }

  seal(text: string, link: string, column: SealedColumn): Sealed {
    const [{ id, seal }] = this.#keys;
    const nonce = this.#random(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, seal, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(boundTo(link, column));
    const body = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return `${VERSION}.${id}.${Buffer.concat(body).toString('base64url')}`;
  }

  /** @throws VaultError */
  open(sealed: Sealed, link: string, column: SealedColumn): string {
    const [, id, body] = SHAPE.exec(sealed) ?? [];
    const bytes = Buffer.from(body ?? '', 'base64url');
    if (id === undefined || bytes.length < NONCE_BYTES + TAG_BYTES) {
      throw new VaultError(`${column}: found ${sealed.length} characters, expected a sealed text of ${VERSION}`);
    }
    const key = this.#keys.find((k) => k.id === id);
    if (!key) throw new VaultError(`${column}: sealed with another key; put that key back as previous_key`);
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(CIPHER, key.seal, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(boundTo(link, column));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      throw new VaultError(`${column}: it does not open; it was changed, or belongs to another row or column`);
    }
  }

  /** How everything begins that is sealed with the present key. */
  get prefix(): string {
    return `${VERSION}.${this.#keys[0].id}.`;
  }

  /** In hex: to find a row by what is not kept. */
  hash(kind: HashKind, text: string): string {
    return hashBy(this.#keys[0], kind, text);
  }

  /** By the present key, and by the one before it. */
  hashes(kind: HashKind, text: string): string[] {
    return [...new Set(this.#keys.map((key) => hashBy(key, kind, text)))];
  }

  /** 32 bytes that only a holder of the key can make; by the present key first. */
  derived(use: string, text: string): [Buffer, ...Buffer[]] {
    const [first, ...others] = this.#keys;
    return [hmac(first.derive, use, text), ...others.map(({ derive }) => hmac(derive, use, text))];
  }
}

/**
 * Of a phone's cookie without the key: 128 random bits need none, and nobody can hash them anew when a key is changed, since
 * the phone alone has them.
 */
function hashBy({ hash }: Key, kind: HashKind, text: string): string {
  if (kind === 'session') return createHash('sha256').update(`${kind}\0${text}`).digest('hex');
  return hmac(hash, kind, text).toString('hex');
}

const boundTo = (link: string, column: SealedColumn): Buffer => Buffer.from(`${link} ${column}`, 'utf8');
