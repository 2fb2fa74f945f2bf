import { timingSafeEqual } from 'node:crypto';
import type { RandomBytes } from '../../protocol/ids.js';
import {
  FIRST_CODE_PATTERN,
  LINKED_ALPHABET,
  MEMBER_CODE_PATTERN,
  SHORT_CODE_CHARS,
} from '../../protocol/linked-code.js';
import type { Vault } from './crypto.js';
import type { WalletLink } from './types.js';

/** The codes that the relay gives to phones and kiosks. Nothing of them is kept: they are made of the key, or random. */

/** A member code is another one so often. */
export const MEMBER_STEP_MS = 30_000;
/** Steps before and after the present one that are taken: a phone's clock is not ours, and a hand is slow. */
const STEPS_AROUND = 1;
/** A code that was good within so many steps is told as expired. */
const STEPS_KNOWN = 20;
const MEMBER_PREFIX = 'QZM';
const FIRST_PREFIX = 'QZF';
const MEMBER_ID_CHARS = 10;
const MAC_CHARS = 10;
const STATE_BYTES = 32;
const FIRST_BYTES = 16;

const BITS_A_CHAR = 5;

/** Five bits a character; bytes beyond are left. */
function lettered(bytes: Uint8Array, chars: number): string {
  let [text, held, bits] = ['', 0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= BITS_A_CHAR && text.length < chars) {
      bits -= BITS_A_CHAR;
      text += LINKED_ALPHABET[(held >> bits) & 31];
      held &= (1 << bits) - 1;
    }
  }
  return text;
}

const randomLetters = (random: RandomBytes, chars: number): string =>
  lettered(random(Math.ceil((chars * BITS_A_CHAR) / 8)), chars);

/** 40 random bits. */
export const newShort = (random: RandomBytes): string => randomLetters(random, SHORT_CODE_CHARS);
export const newMember = (random: RandomBytes): string => randomLetters(random, MEMBER_ID_CHARS);
/** What consult is given: unguessable, once. */
export const newState = (random: RandomBytes): string => Buffer.from(random(STATE_BYTES)).toString('hex');
/** Two digits, each pair as likely as any other within 1 in 600. */
export function newDigits(random: RandomBytes): string {
  const [high = 0, low = 0] = random(2);
  return String(((high << 8) | low) % 100).padStart(2, '0');
}

const stepOf = (now: number): number => Math.floor(now / MEMBER_STEP_MS);
const macsOf = (vault: Vault, member: string, step: number): [string, ...string[]] => {
  const [first, ...others] = vault.derived('member', `${member} ${step}`);
  return [lettered(first, MAC_CHARS), ...others.map((bytes) => lettered(bytes, MAC_CHARS))];
};

/** The code of the present step, and how long until the next takes its place. */
export function memberCode(
  vault: Vault,
  member: string,
  now: number,
): { readonly text: string; readonly leftMs: number } {
  const step = stepOf(now);
  return {
    text: `${MEMBER_PREFIX}${member}${macsOf(vault, member, step)[0]}`,
    leftMs: (step + 1) * MEMBER_STEP_MS - now,
  };
}

export type MemberSaid =
  | { readonly kind: 'member'; readonly member: string }
  /** It was good a while ago: a screenshot, or a page that has slept. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'none' };

/** Who a member code is of, whether or not there is such a member. */
export function readMember(vault: Vault, code: string, now: number): MemberSaid {
  if (!MEMBER_CODE_PATTERN.test(code)) return { kind: 'none' };
  const member = code.slice(MEMBER_PREFIX.length, MEMBER_PREFIX.length + MEMBER_ID_CHARS);
  const mac = Buffer.from(code.slice(-MAC_CHARS));
  const isOf = (step: number): boolean =>
    macsOf(vault, member, step).some((known) => timingSafeEqual(Buffer.from(known), mac));
  const step = stepOf(now);
  for (let away = -STEPS_AROUND; away <= STEPS_AROUND; away++) if (isOf(step + away)) return { kind: 'member', member };
  for (let away = STEPS_AROUND + 1; away <= STEPS_KNOWN; away++) if (isOf(step - away)) return { kind: 'expired' };
  return { kind: 'none' };
}

export const isFirstCode = (code: string): boolean => FIRST_CODE_PATTERN.test(code);

const firstOf = (bytes: Buffer): string =>
  `${FIRST_PREFIX}${bytes.subarray(0, FIRST_BYTES).toString('hex').toUpperCase()}`;

/** Of a link that is about to be linked: 128 bits, another for each link. Its hash goes into the row. */
export const firstCodeHash = (vault: Vault, link: string): string =>
  vault.hash('first', firstOf(vault.derived('first', link)[0]));

/** Made again, for each time that the kiosk asks; undefined where the key that made it is gone. */
export function firstCode(vault: Vault, { id, firstHash }: Pick<WalletLink, 'id' | 'firstHash'>): string | undefined {
  if (firstHash === null) return undefined;
  return vault
    .derived('first', id)
    .map(firstOf)
    .find((code) => vault.hashes('first', code).includes(firstHash));
}
