import { CODE_MAX_CHARS, CODE_MAX_DIGITS, CODE_TEXT_PATTERN, CPM_MAX_BYTES } from './limits.js';
import { CodeError, packDigits, unpackDigits } from './packed.js';

/**
 * A payment code is text in the programs. On the wire it has one of three forms, and each code has exactly one, so that
 * reading and writing are the inverse of each other: digits packed, EMV CPM as bytes, everything else as it is.
 */
export type CodeOnWire = { readonly code: Uint8Array; readonly cpm: Uint8Array; readonly text: string };

const NO_BYTES = new Uint8Array();

/** How the text of every EMV CPM code begins (reference codes/formats.md section 7), and of none other. */
const CPM_TEXT_START = 'hQVDUFY';
/** Tag 85, five bytes long. */
const CPM_HEADER = Buffer.from('\x85\x05CPV01', 'latin1');
const DIGITS = /^[0-9]+$/;

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const hasCpmHeader = (bytes: Uint8Array): boolean =>
  bytes.length >= CPM_HEADER.length && CPM_HEADER.equals(bytes.subarray(0, CPM_HEADER.length));

/** Base64 is read leniently, but only what comes out again as it went in is taken: strict and canonical. */
function cpmBytes(code: string): Uint8Array {
  const bytes = code.length <= CODE_MAX_CHARS ? Buffer.from(code, 'base64') : undefined;
  if (!bytes || !hasCpmHeader(bytes) || bytes.toString('base64') !== code) {
    throw new CodeError(
      `code: found ${code.length} characters that begin as an EMV CPM code, expected canonical Base64 of CPV01, at most ${CODE_MAX_CHARS} characters`,
    );
  }
  return bytes;
}

/** @throws CodeError when no form can carry it */
export function codeToWire(code: string): CodeOnWire {
  if (DIGITS.test(code)) return { code: packDigits(code), cpm: NO_BYTES, text: '' };
  if (code.startsWith(CPM_TEXT_START)) return { code: NO_BYTES, cpm: cpmBytes(code), text: '' };
  if (CODE_TEXT_PATTERN.test(code)) return { code: NO_BYTES, cpm: NO_BYTES, text: code };
  throw new CodeError(
    `code: found ${code.length} characters, expected 1 to ${CODE_MAX_DIGITS} digits, 8 to 64 letters and digits, or an EMV CPM code`,
  );
}

function cpmText(bytes: Uint8Array): string {
  if (bytes.length > CPM_MAX_BYTES) {
    throw new CodeError(`pay.cpm: found ${bytes.length} bytes, expected at most ${CPM_MAX_BYTES}`);
  }
  if (!hasCpmHeader(bytes)) {
    throw new CodeError(`pay.cpm: found ${bytes.length} bytes that do not begin as an EMV CPM code of version 01`);
  }
  return bufferOf(bytes).toString('base64');
}

function plainCode(text: string): string {
  if (!CODE_TEXT_PATTERN.test(text) || text.startsWith(CPM_TEXT_START)) {
    throw new CodeError(
      `pay.text: found ${text.length} characters, expected 8 to 64 letters and digits, not digits only and not EMV CPM`,
    );
  }
  return text;
}

/** @throws CodeError on none, on more than one, and on a form that `codeToWire` would not have chosen */
export function codeFromWire({ code, cpm, text }: CodeOnWire): string {
  const found = Number(code.length > 0) + Number(cpm.length > 0) + Number(text.length > 0);
  if (found !== 1) throw new CodeError(`pay.code: found ${found} of code, cpm and text, expected exactly one`);
  if (code.length > 0) return unpackDigits(code);
  return cpm.length > 0 ? cpmText(cpm) : plainCode(text);
}
