import { isPublic, tlvOf } from '../decode/cpm-view.js';
import type { Decoder } from '../decode/decoder.js';
import { type RejectReason, reject, rejectReasons, type Verdict } from '../decode/result.js';
import { maskedValue, printCode } from './mask.js';
import type { Output } from './output.js';

/**
 * Longer lines are not read to their end. Every code that is not too long fits, even where each of its characters is
 * written as an escape.
 */
export const JSON_LINE_MAX_BYTES = 65_536;
const EXPECTED = 'expected {"hex":"…"}';
const HEX = /^(?:[0-9A-Fa-f]{2})*$/;
/** How a line of the right shape begins whose code is too long to be all there. */
const BEGUN = /^\s*\{\s*"(?:hex"\s*:\s*"[0-9A-Fa-f]*|text"\s*:\s*"(?:[^"\\]|\\.)*\\?)$/;

/** What the line asks to decode, or what was found in its place. Never a quotation: a broken line may hold a code. */
type Asked = { readonly bytes: Buffer } | { readonly found: string };

const tooLong: Asked = { found: `a line of more than ${JSON_LINE_MAX_BYTES} bytes` };

function shapeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value === 'string' ? 'text' : typeof value}`;
}

function hexBytes(hex: unknown): Asked {
  if (typeof hex !== 'string') return { found: `${shapeOf(hex)} as hex` };
  if (HEX.test(hex)) return { bytes: Buffer.from(hex, 'hex') };
  return { found: /^[0-9A-Fa-f]*$/.test(hex) ? 'an odd number of hex digits' : 'hex with other characters in it' };
}

function asked(line: Buffer): Asked {
  const text = line.toString('utf8');
  if (text.trim() === '') return { found: 'an empty line' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { found: 'text that is not JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { found: shapeOf(value) };
  const hex = 'hex' in value ? value.hex : undefined;
  const plain = 'text' in value ? value.text : undefined;
  if (hex !== undefined && plain !== undefined) return { found: 'both hex and text' };
  if (hex !== undefined) return hexBytes(hex);
  if (plain === undefined) return { found: 'an object without hex' };
  return typeof plain === 'string' ? { bytes: Buffer.from(plain, 'utf8') } : { found: `${shapeOf(plain)} as text` };
}

/** The values by their paths; what could tell of a card or its owner only by its length, unless `reveal`. */
function tlvShown(decoder: Decoder, reveal: boolean): Record<string, string> {
  const tlv = tlvOf(decoder.cpm);
  if (reveal) return tlv;
  for (const path in tlv) if (!isPublic(path)) tlv[path] = maskedValue(tlv[path] ?? '');
  return tlv;
}

const END = Buffer.from('"}\n');

const rejectLines = new Map<RejectReason, Buffer>(
  rejectReasons.map((reason) => [reason, Buffer.from(`${JSON.stringify({ kind: 'reject', rejectReason: reason })}\n`)]),
);

/** `{"kind":"wallet-code","issuer":"alipayplus","code":"`: what stands before the code, by verdict. */
function headOf(verdict: Exclude<Verdict, { kind: 'reject' }>): Buffer {
  const named = verdict.kind === 'wallet-code' && verdict.issuer !== undefined ? { issuer: verdict.issuer } : {};
  return Buffer.from(`${JSON.stringify({ kind: verdict.kind, ...named }).slice(0, -1)},"code":"`);
}

/**
 * Prints one JSON object a line of JSON, in the names and the order of the code vectors: `kind`, `issuer`, `code`, `tlv`,
 * `rejectReason`. A line that asks for nothing gets an error in its place, so that input and output stay side by side.
 * @param onFault called for each such line
 */
export function jsonLines(
  decoder: Decoder,
  output: Output,
  reveal: boolean,
  onFault: () => void,
): (line: Buffer) => void {
  const heads = new WeakMap<Verdict, Buffer>();
  let number = 0;

  // Codes are letters, digits and the signs of Base64: there is nothing to escape.
  const print = (frame: Buffer, verdict: Verdict): void => {
    if (verdict.kind === 'reject') {
      output.bytes(rejectLines.get(verdict.reason) ?? END);
      return;
    }
    const head = heads.get(verdict) ?? headOf(verdict);
    heads.set(verdict, head);
    output.bytes(head);
    printCode(output, decoder, frame, verdict.kind, reveal);
    if (verdict.kind === 'wallet-code') output.bytes(END);
    else output.text(`","tlv":${JSON.stringify(tlvShown(decoder, reveal))}}\n`);
  };

  return (line) => {
    number++;
    if (line.length > JSON_LINE_MAX_BYTES && BEGUN.test(line.toString('utf8'))) {
      print(line, reject('too-long'));
      return;
    }
    const what = line.length > JSON_LINE_MAX_BYTES ? tooLong : asked(line);
    if ('bytes' in what) {
      print(what.bytes, decoder.decode(what.bytes));
      return;
    }
    onFault();
    output.text(`${JSON.stringify({ error: `line ${number}: found ${what.found}, ${EXPECTED}` })}\n`);
  };
}
