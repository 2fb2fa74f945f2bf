/**
 * EMV merchant-presented codes: the shop's own, shown by mistake. Source: reference codes/formats.md, section 4.
 */
const MIN_BYTES = 20;
/** "6304" and four hex digits. */
const TAIL_BYTES = 8;

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc & 0xffff;
});

/** CRC-16/CCITT-FALSE of bytes[start, end). */
export function crc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0xffff;
  for (let i = start; i < end; i++) {
    crc = ((crc << 8) & 0xffff) ^ (table[((crc >> 8) ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  }
  return crc;
}

/** True for "000201…" and "000202…" (DuitNow) of at least 20 bytes. */
export function looksMerchantPresented(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < MIN_BYTES) return false;
  const last = bytes[start + 5];
  return (
    (last === 0x31 || last === 0x32) &&
    bytes[start] === 0x30 &&
    bytes[start + 1] === 0x30 &&
    bytes[start + 2] === 0x30 &&
    bytes[start + 3] === 0x32 &&
    bytes[start + 4] === 0x30
  );
}

/** The checksum is over bytes, not characters: names in Chinese are legal. */
export function checksumHolds(bytes: Uint8Array, start: number, end: number): boolean {
  const tail = Buffer.from(bytes.subarray(end - TAIL_BYTES, end)).toString('latin1');
  if (!/^6304[0-9A-F]{4}$/.test(tail)) return false;
  return crc16(bytes, start, end - 4) === Number.parseInt(tail.slice(4), 16);
}
