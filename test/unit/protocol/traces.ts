import { inspect } from 'node:util';

/** How EMV CPM codes begin, all of them: no secret. */
const CPM_HEADER = { text: 'hQVDUFYwM', bytes: 7 };
/** A run so long is no chance, unless it is of one and the same digit. */
const RUN_CHARS = 10;
const RUN_BYTES = 5;
const RUN_DISTINCT = 3;

/** What of a code is nobody's business, in every form that a careless line could have printed it in. */
function formsOf(code: string): { readonly parts: readonly string[]; readonly run: number; readonly glue: string }[] {
  const isCpm = code.startsWith(CPM_HEADER.text);
  const wire = isCpm
    ? Buffer.from(code, 'base64').subarray(CPM_HEADER.bytes)
    : Buffer.from(/^[0-9]+$/.test(code) ? code.slice(0, code.length & ~1) : '', 'hex');
  const text = isCpm ? code.slice(CPM_HEADER.text.length) : code;
  const bytes = (list: Uint8Array, show: (byte: number) => string, glue: string) => ({
    ...{ parts: Array.from(list, show), run: RUN_BYTES, glue },
  });
  const hex = (byte: number) => byte.toString(16).padStart(2, '0');
  return [
    { parts: [...text], run: RUN_CHARS, glue: '' },
    ...[wire, Buffer.from(text, 'latin1')].flatMap((list) => [
      bytes(list, hex, ''),
      bytes(list, hex, ' '),
      bytes(list, String, ','),
      bytes(list, String, ', '),
    ]),
    bytes(wire, (byte) => String.fromCharCode(byte), ''),
  ];
}

/**
 * The first piece of a payment code that stands in `text`: as it was shown, or as bytes in hex, in decimals or raw.
 * Of an EMV CPM code this covers card number, track 2 and cryptogram wherever they stand in it.
 */
export function traceOf(code: string, text: string): string | undefined {
  const lower = text.toLowerCase();
  for (const { parts, run, glue } of formsOf(code)) {
    for (let i = 0; i + run <= parts.length; i++) {
      const taken = parts.slice(i, i + run);
      const piece = taken.join(glue);
      if (new Set(taken).size < RUN_DISTINCT) continue;
      if (text.includes(piece) || lower.includes(piece)) return piece;
    }
  }
  return undefined;
}

/** The same of an error, its stack and causes included. */
export const traceInError = (code: string, error: unknown): string | undefined =>
  traceOf(code, inspect(error, { depth: 10, showHidden: true, maxStringLength: null, maxArrayLength: null }));
