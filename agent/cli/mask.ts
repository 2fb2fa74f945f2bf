import type { Decoder } from '../decode/decoder.js';
import type { Output } from './output.js';

/** What of a code may be shown to whoever sees the technician's screen. */

type CodeKind = 'wallet-code' | 'emv-cpm';

const LONG_CODE_CHARS = 16;
/** How many characters of the beginning and of the end are shown. */
const longCode = { head: 4, tail: 4 } as const;
const shortCode = { head: 2, tail: 0 } as const;
/** It holds a card number; its first letters are the same in all of them. */
const cpmCode = { head: 4, tail: 0 } as const;

const ELLIPSIS = Buffer.from('…');
/** " (24)" by length. */
const lengths: Buffer[] = [];

function shownOf(kind: CodeKind, length: number) {
  if (kind === 'emv-cpm') return cpmCode;
  return length >= LONG_CODE_CHARS ? longCode : shortCode;
}

/** The code of the frame decoded last: whole, or as "2810…2345 (24)", its ends and how many characters it has. */
export function printCode(output: Output, decoder: Decoder, frame: Buffer, kind: CodeKind, reveal: boolean): void {
  const { start, end } = decoder;
  if (reveal) {
    output.bytes(frame, start, end);
    return;
  }
  const length = end - start;
  const { head, tail } = shownOf(kind, length);
  lengths[length] ??= Buffer.from(` (${length})`);
  output.bytes(frame, start, start + head);
  output.bytes(ELLIPSIS);
  output.bytes(frame, end - tail, end);
  output.bytes(lengths[length]);
}

/** "(8 bytes)" for a value in hex. */
export function maskedValue(hex: string): string {
  const bytes = hex.length / 2;
  return bytes === 1 ? '(1 byte)' : `(${bytes} bytes)`;
}
