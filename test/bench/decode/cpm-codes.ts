import { between, bytesOf, pick, type Random, shuffled, textOf } from '../random.js';

/** EMV consumer-presented codes of an exact size; structure of reference codes/formats.md, section 3. */

export const HEADER = Buffer.from('85054350563031', 'hex');
/** Visa, Mastercard, JCB, QRIS, PayNet: 7 bytes each. */
const aids = ['A0000000031010', 'A0000000041010', 'A0000000651010', 'A0000006022020', 'A0000006150001'];
const ADF_BYTES = 9;
/** A template of this size has a length of one byte. */
const SHORT_MAX_BYTES = 2 + 127;
const APPLICATION_MIN_BYTES = 2 + ADF_BYTES;

/** One object: tag in hex, length in the shortest form, value. */
export function object(tag: string, value: Buffer): Buffer {
  const size = value.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from(tag, 'hex'), Buffer.from(length), value]);
}

/** 16 digits of a card number, D, expiry and service code, discretionary data, padded to whole bytes. */
function track2(random: Random): Buffer {
  const digits = `${textOf(random, '0123456789', 16)}D${textOf(random, '0123456789', between(random, 7, 20))}`;
  return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}F`, 'hex');
}

const adf = (random: Random): Buffer => object('4F', Buffer.from(pick(random, aids), 'hex'));
const label = (random: Random): Buffer =>
  Buffer.from(textOf(random, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ ', between(random, 4, 16)), 'latin1');

/** Objects until just so many bytes are full: first what is offered and fits, then one private object as filler. */
function fill(bytes: number, offered: readonly Buffer[]): Buffer[] {
  const chosen: Buffer[] = [];
  let left = bytes;
  for (const item of offered) {
    const rest = left - item.length;
    if (rest !== 0 && rest < 3) continue;
    chosen.push(item);
    left = rest;
  }
  if (left > 0) chosen.push(object('9F74', Buffer.alloc(left - 3, 0xa5)));
  return chosen;
}

function transparent(random: Random): Buffer {
  const inner = [
    object('9F26', bytesOf(random, 8)),
    object('9F27', Buffer.from([0x80])),
    object('9F10', bytesOf(random, between(random, 7, 18))),
    object('9F36', bytesOf(random, 2)),
    object('82', bytesOf(random, 2)),
    object('9F37', bytesOf(random, 4)),
  ];
  return object('63', Buffer.concat(inner));
}

/** One application template of just so many bytes, at least 11 and at most 129. */
function application(random: Random, bytes: number): Buffer {
  const offered = [
    object('50', label(random)),
    object('57', track2(random)),
    transparent(random),
    ...shuffled(random, [
      object('5F34', Buffer.from([1])),
      object('9F08', Buffer.from([0, 2])),
      object('9F25', Buffer.from([0x12, 0x34])),
    ]),
  ];
  return object('61', Buffer.concat([adf(random), ...fill(bytes - APPLICATION_MIN_BYTES, offered)]));
}

/** An accepted code as issuers make them: header, and as many full applications as there is room for. */
export function ordinaryCode(random: Random, bytes: number): Buffer {
  const parts: Buffer[] = [HEADER];
  let left = bytes - HEADER.length;
  while (left > 0) {
    const rest = left - SHORT_MAX_BYTES;
    const size =
      rest <= 0 ? left : rest < APPLICATION_MIN_BYTES + 3 ? left - APPLICATION_MIN_BYTES - 3 : SHORT_MAX_BYTES;
    parts.push(application(random, size));
    left -= size;
  }
  return Buffer.concat(parts);
}

/** One-byte tags without a rule of their own, which may stand at the top and be empty. */
const freeTags = Array.from({ length: 256 }, (_, tag) => tag).filter(
  (tag) =>
    tag !== 0 && (tag & 0x1f) !== 0x1f && ![0x4f, 0x50, 0x57, 0x5a, 0x61, 0x62, 0x63, 0x64, 0x82, 0x85].includes(tag),
);
const empty = (tag: number): Buffer => Buffer.from([tag, 0]);

/** As many objects as fit, each of two bytes: the most work that an accepted code of its size can be. */
export function crowdedCode(random: Random, bytes: number): Buffer {
  const head = Buffer.concat([HEADER, object('61', adf(random))]);
  return Buffer.concat([head, ...crowd(random, bytes - head.length)]);
}

/** Empty objects of different tags; the last has one byte more when the room is odd. */
export function crowd(random: Random, bytes: number): Buffer[] {
  const objects = shuffled(random, freeTags)
    .slice(0, bytes >> 1)
    .map(empty);
  const last = objects.pop();
  if (last !== undefined) objects.push(bytes % 2 === 0 ? last : Buffer.from([last[0] ?? 0, 1, 0]));
  return objects;
}

/** Templates within templates, to the last byte. */
export function nested(bytes: number): Buffer {
  const code = Buffer.alloc(bytes);
  HEADER.copy(code);
  let at = HEADER.length;
  while (at + 4 <= bytes) {
    const rest = bytes - at;
    const head =
      rest - 2 < 0x80
        ? [0x61, rest - 2]
        : rest - 3 < 0x100
          ? [0x61, 0x81, rest - 3]
          : [0x61, 0x82, 1, rest - 4 - 0x100];
    Buffer.from(head).copy(code, at);
    at += head.length;
  }
  return code;
}

/** As it is scanned. */
export const scanned = (code: Buffer): Buffer => Buffer.from(code.toString('base64'), 'latin1');
