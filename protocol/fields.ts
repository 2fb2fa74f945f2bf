import { toHex } from './ids.js';

/** Fields as they came off the wire, each read or refused by its name and shape. */

/** A frame that is not of this protocol. The message names the field and its shape, never a value. */
export class FrameError extends Error {
  override name = 'FrameError';
}

type Long = { toNumber(): number };

export function integer(field: string, value: number | Long): number {
  const n = typeof value === 'number' ? value : value.toNumber();
  if (!Number.isSafeInteger(n) || n < 0) throw new FrameError(`${field}: not a whole number below 2^53`);
  return n;
}

export function id(field: string, bytes: Uint8Array, length: number): string {
  if (bytes.length !== length) throw new FrameError(`${field}: found ${bytes.length} bytes, expected ${length}`);
  return toHex(bytes);
}

/** Text for people and records. A NUL no database stores, and a line break would forge a line of a log. */
export function plain(field: string, text: string): string {
  if (!CONTROL.test(text)) return text;
  throw new FrameError(`${field}: found a control character at position ${text.search(CONTROL)}, expected plain text`);
}
const CONTROL = /\p{Cc}/u;

export function word<W>(field: string, found: W | undefined, value: number): W {
  if (found === undefined) throw new FrameError(`${field}: value ${value} is not of this protocol version`);
  return found;
}
