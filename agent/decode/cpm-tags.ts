/**
 * The objects of an EMV consumer-presented code and what their values must be. Source: EMVCo QR code specification for
 * payment systems, consumer-presented mode, as summed up in reference codes/formats.md, section 3.
 */

/** Templates that are entered. */
export const HEADER = 0x85;
export const APPLICATION = 0x61;
export const COMMON = 0x62;
export const APPLICATION_TRANSPARENT = 0x63;
export const COMMON_TRANSPARENT = 0x64;
export const ADF_NAME = 0x4f;
export const LABEL = 0x50;

/**
 * A tag of one byte is its own slot; one of two bytes has a slot by the class of its first byte and its second byte,
 * which is below 80, as a tag of three bytes is refused.
 */
export const TAG_SLOTS = 256 + 8 * 128;
export const slotOf = (tag: number): number => (tag < 0x100 ? tag : 256 + ((tag >> 13) << 7) + (tag & 0x7f));

/** How a value is written. Only its length is ruled: */
export const SIZED = 1;
/** Printable ASCII: it is shown. */
export const PRINTABLE = 2;
/** Digits, a D, digits, and one F if that fills the last byte; ISO/IEC 7813 track 2. */
export const TRACK2 = 3;
/** Compressed numeric: digits, then only F. */
export const COMPRESSED = 4;
/** Pairs of letters: an even number of bytes. */
export const PAIRS = 5;

/** The rule of each slot as one number: form, least and most bytes, eight bits each. 0: the value may be anything. */
export const rules = new Uint32Array(TAG_SLOTS);

function rule(tag: number, form: number, min: number, max: number): void {
  rules[slotOf(tag)] = form | (min << 8) | (max << 16);
}

rule(ADF_NAME, SIZED, 5, 16);
rule(LABEL, PRINTABLE, 1, 16);
rule(0x57, TRACK2, 1, 19);
rule(0x5a, COMPRESSED, 1, 10);
rule(0x5f20, SIZED, 2, 26); // Cardholder name
rule(0x5f2d, PAIRS, 2, 8); // Language preference
rule(0x5f34, SIZED, 1, 1); // PAN sequence number
rule(0x82, SIZED, 2, 2); // Application interchange profile
rule(0x9f08, SIZED, 2, 2); // Application version number
rule(0x9f10, SIZED, 1, 32); // Issuer application data
rule(0x9f19, SIZED, 6, 6); // Token requestor id
rule(0x9f24, SIZED, 29, 29); // Payment account reference
rule(0x9f25, SIZED, 2, 2); // Last four digits of the PAN
rule(0x9f26, SIZED, 8, 8); // Application cryptogram
rule(0x9f27, SIZED, 1, 1); // Cryptogram information data
rule(0x9f36, SIZED, 2, 2); // Application transaction counter
rule(0x9f37, SIZED, 4, 4); // Unpredictable number
