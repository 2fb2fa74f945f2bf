import { modulesFor } from '../../protocol/linked-code.js';

/** What QR codes of versions 1 to 40 hold in bytes at error correction level M, ISO/IEC 18004 table 7. */
const LEAST_MODULES = 21;
const MODULES_A_VERSION = 4;
const BYTES_AT_M = [
  ...[14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666],
  ...[711, 779, 857, 911, 997, 1_059, 1_125, 1_190, 1_264, 1_370, 1_452, 1_538, 1_628, 1_722, 1_809, 1_911, 1_989],
  ...[2_099, 2_213, 2_331],
];

/** Modules a side of the smallest QR code that holds such a text of any characters; Infinity: there is none. */
export function modulesForText(text: string): number {
  const version = BYTES_AT_M.findIndex((most) => Buffer.byteLength(text) <= most);
  return version < 0 ? Number.POSITIVE_INFINITY : LEAST_MODULES + MODULES_A_VERSION * version;
}

/** From so many modules a side on (version 10) a display may show a wallet's own code. */
export const OWN_CODE_LEAST_MODULES = 57;

/** Upper case throughout, so that QR's alphanumeric mode holds it. */
export const shortLink = (publicUrl: string, short: string): string => `${publicUrl}/L/${short}`.toUpperCase();

/** Whether a display of so many modules a side can show it. */
export const isShowable = (link: string, modulesMost: number): boolean =>
  (modulesFor(link.length) ?? Number.POSITIVE_INFINITY) <= modulesMost;
