import jsqr from 'jsqr';
import type { Picture } from './png.js';

/** What a phone reads, dark on light as the picture is and not turned over; undefined: no QR code. */
export const readQr = ({ data, width, height }: Picture): string | undefined =>
  jsqr.default(data, width, height, { inversionAttempts: 'dontInvert' })?.data;
