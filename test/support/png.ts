import { deflateSync, inflateSync } from 'node:zlib';

/** PNG as the tests need it (ISO/IEC 15948). One bit a pixel, greyscale; 1 is white. */
export type OneBit = { readonly width: number; readonly height: number; readonly bytes: Uint8Array };

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function chunk(name: string, content: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(content.length);
  const body = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(crc32(body));
  return Buffer.concat([head, body, tail]);
}

/** @param kind bits a channel and colour type, section 11.2.2 */
function headerOf(width: number, height: number, kind: readonly [number, number]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(kind, 8);
  return header;
}

/** Eight bits for each of red, green and blue. @param pixels 0xRRGGBB, row by row */
export function writeColourPng(width: number, height: number, pixels: Uint32Array): Buffer {
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows.writeUIntBE(pixels[y * width + x] ?? 0, y * (1 + width * 3) + 1 + x * 3, 3);
  }
  const parts = [chunk('IHDR', headerOf(width, height, [8, 2])), chunk('IDAT', deflateSync(rows, { level: 9 }))];
  return Buffer.concat([SIGNATURE, ...parts, chunk('IEND', Buffer.alloc(0))]);
}

/** @param image rows of whole bytes, the leftmost pixel in the highest bit */
export function writePng({ width, height, bytes }: OneBit): Buffer {
  const header = headerOf(width, height, [1, 0]);
  const stride = width / 8;
  // Before each row its filter: none.
  const rows = Array.from({ length: height }, (_, y) => [0, ...bytes.subarray(y * stride, (y + 1) * stride)]);
  const pixels = deflateSync(Uint8Array.from(rows.flat()));
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

/** As a decoder of QR codes takes it: four bytes a pixel, row by row. */
export type Picture = { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray };

function chunksOf(png: Buffer): Map<string, Buffer> {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error('png: no signature');
  const found = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    if (png.readUInt32BE(at + 8 + length) !== crc32(body)) throw new Error('png: a checksum is wrong');
    const name = body.toString('latin1', 0, 4);
    // Pixels may come in several pieces.
    found.set(name, Buffer.concat([found.get(name) ?? Buffer.alloc(0), body.subarray(4)]));
    at += 12 + length;
  }
  return found;
}

/** @throws Error unless `writePng` could have written it */
export function readPng(png: Buffer): Picture {
  const chunks = chunksOf(png);
  const header = chunks.get('IHDR') ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  if (header.subarray(8).toString('hex') !== '0100000000') throw new Error('png: expected one grey bit a pixel');
  const rows = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0));
  const stride = width / 8 + 1;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    if (rows[y * stride] !== 0) throw new Error('png: expected rows without a filter');
    for (let x = 0; x < width; x++) {
      const value = (rows[y * stride + 1 + (x >> 3)] ?? 0) & (0x80 >> (x & 7)) ? 255 : 0;
      data.set([value, value, value, 255], (y * width + x) * 4);
    }
  }
  return { width, height, data };
}

/** Of the byte to the left, above, and above to the left: which one the row's filter adds; section 9. */
const predictors: readonly ((left: number, up: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, up) => up,
  (left, up) => (left + up) >> 1,
  (left, up, corner) => {
    const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
    if (a <= b && a <= c) return left;
    return b <= c ? up : corner;
  },
];

/** A browser's screenshot: eight bits a channel, three or four channels, not interlaced. @throws Error for any other */
export function readScreenshot(png: Buffer): Picture {
  const chunks = chunksOf(png);
  const header = chunks.get('IHDR') ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = { 2: 3, 6: 4 }[header[9] ?? 0];
  if (header[8] !== 8 || channels === undefined || header[12] !== 0) throw new Error('png: expected 8-bit colour');
  const raw = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0));
  const stride = width * channels;
  const rows = Buffer.alloc(stride * height);
  for (let at = 0; at < rows.length; at++) {
    const [y, x] = [Math.floor(at / stride), at % stride];
    const predict = predictors[raw[y * (stride + 1)] ?? 0] ?? (() => 0);
    const left = x >= channels ? (rows[at - channels] ?? 0) : 0;
    const up = y > 0 ? (rows[at - stride] ?? 0) : 0;
    const corner = x >= channels && y > 0 ? (rows[at - stride - channels] ?? 0) : 0;
    rows[at] = (raw[y * (stride + 1) + 1 + x] ?? 0) + predict(left, up, corner);
  }
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++) {
    data.set(rows.subarray(pixel * channels, pixel * channels + 3), pixel * 4);
  }
  return { width, height, data };
}
