import type { Readable } from 'node:stream';
import { UsageError } from './usage.js';

/** As much as the kiosk's own buffer holds: more is no code any scanner reads. */
export const CODE_MAX_BYTES = 4_400;

const LF = 0x0a;
const CR = 0x0d;
const remedy = 'such as: printf %s "$CODE" | npm start -s -- --scan - --amount 35.50 --currency HKD';

/**
 * The one line of a stream, without its line break; any other bytes may stand in it. Reads no further than that.
 * @throws UsageError when it is empty, longer than `CODE_MAX_BYTES`, or not alone
 */
export async function readCode(input: Readable): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    size += bytes.length;
    // Two more than a code: for CR LF.
    if (bytes.includes(LF) || size > CODE_MAX_BYTES + 2) break;
  }
  return oneLine(Buffer.concat(chunks));
}

function oneLine(bytes: Buffer): Uint8Array {
  const at = bytes.indexOf(LF);
  const rest = at < 0 ? '' : bytes.subarray(at + 1).toString('latin1');
  let line = at < 0 ? bytes : bytes.subarray(0, at);
  if (line.at(-1) === CR) line = line.subarray(0, -1);
  if (line.length === 0) {
    throw new UsageError(`--scan -: found nothing on standard input, expected a code in one line, ${remedy}`);
  }
  if (line.length > CODE_MAX_BYTES) {
    throw new UsageError(`--scan -: found more than ${CODE_MAX_BYTES} bytes, expected a code in one line, ${remedy}`);
  }
  // The scanner's line ends a code with CR, so that one inside would make two scans.
  if (rest.trim() !== '' || line.includes(CR)) {
    throw new UsageError(`--scan -: found more than one line on standard input, expected one, ${remedy}`);
  }
  return line;
}
