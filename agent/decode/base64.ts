const PAD = 0x3d;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The six bits of each letter, moved to their place among the 24 of a group; all ones for what is no letter. */
function lettersAt(shift: number): Int32Array {
  const bits = new Int32Array(256).fill(-1);
  for (let value = 0; value < LETTERS.length; value++) bits[LETTERS.charCodeAt(value)] = value << shift;
  return bits;
}
const first = lettersAt(18);
const second = lettersAt(12);
const third = lettersAt(6);
const fourth = lettersAt(0);

/**
 * Strict Base64 (RFC 4648, section 4): padded, no blanks, and the unused bits of the last letter are 0 (section 3.5), so
 * that one sequence of bytes has one text. Node's own decoder skips what it does not know.
 * @param out at least 3 bytes for 4 letters
 * @returns the number of bytes written, or -1 if bytes[start, end) is not that
 */
export function decodeBase64(bytes: Uint8Array, start: number, end: number, out: Uint8Array): number {
  const length = end - start;
  if (length === 0 || length % 4 !== 0) return -1;
  const whole = bytes[end - 1] === PAD ? end - 4 : end;
  let size = 0;
  // Negative as soon as one of its letters is none, which is asked for once at the end.
  let all = 0;
  for (let at = start; at < whole; at += 4) {
    const a = first[bytes[at] as number] as number;
    const b = second[bytes[at + 1] as number] as number;
    const c = third[bytes[at + 2] as number] as number;
    const d = fourth[bytes[at + 3] as number] as number;
    const bits = a | b | c | d;
    all |= bits;
    out[size] = bits >> 16;
    out[size + 1] = bits >> 8;
    out[size + 2] = bits;
    size += 3;
  }
  if (all < 0) return -1;
  return whole === end ? size : decodeLast(bytes, whole, out, size);
}

/**
 * The last group, of which the last letter, or the last two, are padding. What is no letter leaves all bits set, the unused
 * ones too.
 */
function decodeLast(bytes: Uint8Array, at: number, out: Uint8Array, size: number): number {
  const a = first[bytes[at] as number] as number;
  const b = second[bytes[at + 1] as number] as number;
  const head = a | b;
  if (bytes[at + 2] === PAD) {
    out[size] = head >> 16;
    return (head & 0xffff) === 0 ? size + 1 : -1;
  }
  const c = third[bytes[at + 2] as number] as number;
  const bits = head | c;
  out[size] = bits >> 16;
  out[size + 1] = bits >> 8;
  return (bits & 0xff) === 0 ? size + 2 : -1;
}
