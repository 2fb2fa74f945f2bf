/**
 * What a linked wallet is known by under a scanner, and the short link. Issuer of both codes: `LINKED_WALLET` of words.ts.
 */

/** Letters and digits that nobody takes for one another; QR's alphanumeric mode has them all. */
export const LINKED_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A member code: who, 10 characters, and proof of the moment, 10 characters. */
export const MEMBER_CODE_PATTERN = /^QZM[0-9A-HJKMNP-TV-Z]{20}$/;
/** The code that `LinkResult` gives for the first payment. */
export const FIRST_CODE_PATTERN = /^QZF[0-9A-F]{32}$/;
export const SHORT_CODE_PATTERN = /^[0-9A-HJKMNP-TV-Z]{8}$/;
export const SHORT_CODE_CHARS = 8;

/** Modules a side of a QR code of version 1, and how many each further version has more. */
const QR_LEAST_MODULES = 21;
const QR_MODULES_A_VERSION = 4;
/** What QR codes of versions 1, 2, … hold in alphanumeric mode at error correction level L. */
const ALPHANUMERIC_AT_L = [25, 47, 77, 114, 154];

/** Modules a side of the smallest QR code that holds so many characters; undefined: more than a short link ever has. */
export function modulesFor(chars: number): number | undefined {
  const version = ALPHANUMERIC_AT_L.findIndex((most) => chars <= most);
  return version < 0 ? undefined : QR_LEAST_MODULES + QR_MODULES_A_VERSION * version;
}
