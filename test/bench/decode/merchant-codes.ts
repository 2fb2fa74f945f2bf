import { withCrcTag } from 'promptparse';
import { between, type Random, textOf } from '../random.js';

/** Merchant-presented codes of an exact size, with a right checksum; reference codes/formats.md, section 4. */

const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const CHECKSUM_CHARACTERS = 8;
/** The id, the length in two digits, and at least one character. */
const OBJECT_MIN_CHARACTERS = 5;
const VALUE_MAX_CHARACTERS = 99;

const object = (id: string, value: string): string => id + String(value.length).padStart(2, '0') + value;

export function merchantCode(random: Random, characters: number): Buffer {
  const head = [
    object('00', '01'),
    object('01', '12'),
    object('52', textOf(random, '0123456789', 4)),
    object('53', '344'),
    object('54', `${between(random, 1, 999)}.50`),
    object('58', 'HK'),
    object('60', 'HONG KONG'),
  ];
  let text = '';
  for (const part of head) {
    const left = characters - CHECKSUM_CHARACTERS - text.length - part.length;
    if (left === 0 || left >= OBJECT_MIN_CHARACTERS) text += part;
  }
  // The rest are merchant account templates, ids 26 and on.
  for (let id = 26; text.length < characters - CHECKSUM_CHARACTERS; id++) {
    const left = characters - CHECKSUM_CHARACTERS - text.length - 4;
    const room = left - VALUE_MAX_CHARACTERS;
    const size = room <= 0 ? left : room < OBJECT_MIN_CHARACTERS ? left - OBJECT_MIN_CHARACTERS : VALUE_MAX_CHARACTERS;
    text += object(String(id), textOf(random, CAPITALS, size));
  }
  return Buffer.from(withCrcTag(text, '63'), 'latin1');
}

/** The same with another checksum. */
export function corruptMerchantCode(random: Random, characters: number): Buffer {
  const code = merchantCode(random, characters);
  const last = code.length - 1;
  code[last] = code[last] === 0x30 ? 0x31 : 0x30;
  return code;
}
