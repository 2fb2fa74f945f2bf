import { LINKED_WALLET } from '../../protocol/words.js';
import { DISTINCT, HEX, skip } from './characters.js';
import type { Verdict } from './result.js';

/**
 * Our own codes, of the shapes of protocol/linked-code.ts, as loops over bytes: `QZM` and 20 of its alphabet, `QZF` and 32 of
 * upper-case hex. Whose wallet stands behind one, the relay knows.
 */

const PREFIX_CHARS = 3;
const MEMBER_CHARS = PREFIX_CHARS + 20;
const FIRST_CHARS = PREFIX_CHARS + 32;

const Q = 0x51;
const Z = 0x5a;
const M = 0x4d;
const F = 0x46;

const linked: Verdict = Object.freeze({ kind: 'wallet-code', issuer: LINKED_WALLET });

/** The verdict of a member code or of a first payment's; undefined where it is neither, whole and exact. */
export function findMemberCode(bytes: Uint8Array, start: number, end: number): Verdict | undefined {
  const length = end - start;
  if (length !== MEMBER_CHARS && length !== FIRST_CHARS) return undefined;
  if (bytes[start] !== Q || bytes[start + 1] !== Z) return undefined;
  const [kind, rest] = length === MEMBER_CHARS ? memberShape : firstShape;
  const whole = bytes[start + 2] === kind && skip(bytes, start + PREFIX_CHARS, end, rest) === end;
  return whole ? linked : undefined;
}

/** The prefix's last letter, and of what kind the characters behind it are. */
const memberShape = [M, DISTINCT] as const;
const firstShape = [F, HEX] as const;
