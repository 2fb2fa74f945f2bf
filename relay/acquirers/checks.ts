import type { KeyObject } from 'node:crypto';

/** What every adapter checks of its options, and of what an answer may repeat. */

/** @throws RangeError, whose message never holds the text of a key. */
export function rsaKey(field: string, expected: string, read: () => KeyObject): KeyObject {
  try {
    const found = read();
    if (found.asymmetricKeyType === 'rsa') return found;
  } catch {
    // The system's message may quote the file; ours names the field.
  }
  throw new RangeError(`${field}: found something else, expected ${expected}`);
}

/** @throws RangeError for anything but scheme, host and port. */
export function originOf(baseUrl: string, example: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const plain = url && url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
  if (!url || !plain || !/^https?:$/.test(url.protocol)) {
    throw new RangeError(`baseUrl: expected scheme, host and port only, such as ${example}`);
  }
  return url;
}

/** No chance that so much of a code stands in a text by accident. */
const ECHO_CHARS = 8;

/** A proxy or a fault report may repeat what it was sent, in any place that it fills. */
export function repeats(text: string, secret: string | undefined): boolean {
  for (let i = 0; secret !== undefined && i + ECHO_CHARS <= secret.length; i++) {
    if (text.includes(secret.slice(i, i + ECHO_CHARS))) return true;
  }
  return false;
}
