import { is, UPPER } from './characters.js';

/**
 * EMV merchant-presented codes: the shop's own, shown by mistake. Source: reference codes/formats.md, section 4.
 */
const MIN_BYTES = 20;
/** "6304" and four hex digits. */
const TAIL_BYTES = 8;
const ZERO = 0x30;

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc & 0xffff;
});

/** CRC-16/CCITT-FALSE of bytes[start, end). */
export function crc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0xffff;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    const next = table[(crc >> 8) ^ byte] as number;
    crc = ((crc << 8) & 0xffff) ^ next;
  }
  return crc;
}

/** True for "000201…" and "000202…" (DuitNow) of at least 20 bytes. */
export function looksMerchantPresented(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < MIN_BYTES || bytes[start] !== ZERO || bytes[start + 1] !== ZERO) return false;
  const last = bytes[start + 5];
  const named = bytes[start + 2] === ZERO && bytes[start + 3] === 0x32 && bytes[start + 4] === ZERO;
  return named && (last === 0x31 || last === 0x32);
}

/** 0 to 15 for 0-9 and A-F, otherwise a number that spoils what it is added to. */
function hex(bytes: Uint8Array, at: number): number {
  const byte = bytes[at] as number;
  if (byte >= ZERO && byte <= 0x39) return byte - ZERO;
  return is(bytes, at, UPPER) && byte <= 0x46 ? byte - 0x37 : 0x10000;
}

/** The checksum is over bytes, not characters: names in Chinese are legal. */
export function checksumHolds(bytes: Uint8Array, start: number, end: number): boolean {
  const tail = end - TAIL_BYTES;
  if (bytes[tail] !== 0x36 || bytes[tail + 1] !== 0x33 || bytes[tail + 2] !== ZERO || bytes[tail + 3] !== 0x34) {
    return false;
  }
  const told =
    hex(bytes, end - 4) * 0x1000 + hex(bytes, end - 3) * 0x100 + hex(bytes, end - 2) * 0x10 + hex(bytes, end - 1);
  return crc16(bytes, start, end - 4) === told;
}
