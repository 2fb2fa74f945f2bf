/** Builds EMV consumer-presented codes for tests. Values are made up; card numbers are the schemes' test numbers. */

/** One object in the shortest form; `value`: hex, or objects already built. */
export function tlv(tag: number, value: string | Buffer): Buffer {
  const body = typeof value === 'string' ? Buffer.from(value, 'hex') : value;
  const name = tag < 0x100 ? [tag] : [tag >> 8, tag & 0xff];
  const { length } = body;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([...name, ...size]), body]);
}

export const join = (...parts: readonly Buffer[]): Buffer => Buffer.concat(parts);
export const text = (value: string): Buffer => Buffer.from(value, 'latin1');

export const header = tlv(0x85, text('CPV01'));
export const adf = (aid = 'A0000000031010'): Buffer => tlv(0x4f, aid);
/** A code of one application with `objects` after its AID. */
export const code = (...objects: readonly Buffer[]): Buffer => join(header, tlv(0x61, join(adf(), ...objects)));
/** As it is scanned. */
export const base64 = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('base64'), 'latin1');
