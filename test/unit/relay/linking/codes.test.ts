import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  FIRST_CODE_PATTERN,
  LINKED_ALPHABET,
  MEMBER_CODE_PATTERN,
  modulesFor,
  SHORT_CODE_PATTERN,
} from '../../../../protocol/linked-code.js';
import {
  firstCode,
  firstCodeHash,
  isFirstCode,
  memberCode,
  newDigits,
  newMember,
  newShort,
  newState,
  readMember,
} from '../../../../relay/linking/codes.js';
import { Vault } from '../../../../relay/linking/crypto.js';
import { isShowable, modulesForText, shortLink } from '../../../../relay/linking/short-link.js';

const key = Buffer.alloc(32, 1);
const vault = new Vault(key, undefined, randomBytes);
const member = newMember(randomBytes);
/** In the middle of a step. */
const at = 1_800_000_015_000;

describe('a member code', () => {
  test('has its shape, and counts down to the next', () => {
    const { text, leftMs } = memberCode(vault, member, at);
    expect(text).toMatch(MEMBER_CODE_PATTERN);
    expect(text.slice(3, 13)).toBe(member);
    expect(leftMs).toBe(15_000);
    expect(memberCode(vault, member, at + 14_999).text).toBe(text);
    expect(memberCode(vault, member, at + 15_000).text).not.toBe(text);
  });

  test.each([
    ['now', 0, 'member'],
    ['of the step before', -30_000, 'member'],
    ['of the step after, by a phone that is ahead', 30_000, 'member'],
    ['of two steps before: a screenshot', -60_000, 'expired'],
    ['of ten minutes before', -600_000, 'expired'],
    ['of eleven minutes before', -660_000, 'none'],
    ['of two steps after', 60_000, 'none'],
  ] as const)('made %s', (_, away, kind) => {
    const { text } = memberCode(vault, member, at + away);
    expect(readMember(vault, text, at)).toEqual(kind === 'member' ? { kind, member } : { kind });
  });

  test('is worth nothing 60 s after it was first shown, at any moment', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000_000 }),
        fc.integer({ min: 0, max: 120_000 }),
        (shown, wait) => {
          const from = shown - (shown % 30_000);
          const { text } = memberCode(vault, member, from);
          expect(readMember(vault, text, from + wait).kind === 'member').toBe(wait < 60_000);
        },
      ),
    );
  });

  test('with any other character is of nobody, and so is one by another key', () => {
    const { text } = memberCode(vault, member, at);
    for (let place = 3; place < text.length; place++) {
      for (const letter of LINKED_ALPHABET) {
        const changed = text.slice(0, place) + letter + text.slice(place + 1);
        if (changed !== text) expect(readMember(vault, changed, at).kind).toBe('none');
      }
    }
    const foreign = memberCode(new Vault(Buffer.alloc(32, 9), undefined, randomBytes), member, at);
    expect(readMember(vault, foreign.text, at).kind).toBe('none');
    for (const odd of ['', 'QZM', `${text}0`, text.toLowerCase()]) expect(readMember(vault, odd, at).kind).toBe('none');
  });

  test('is taken for a while after the key was changed', () => {
    const changed = new Vault(Buffer.alloc(32, 2), key, randomBytes);
    expect(readMember(changed, memberCode(vault, member, at).text, at)).toEqual({ kind: 'member', member });
    expect(readMember(vault, memberCode(changed, member, at).text, at).kind).toBe('none');
  });
});

describe('the code of the first payment', () => {
  const id = '0a'.repeat(16);

  test('is made again from the link, and found by its hash', () => {
    const firstHash = firstCodeHash(vault, id);
    const code = firstCode(vault, { id, firstHash });
    expect(code).toMatch(FIRST_CODE_PATTERN);
    expect(isFirstCode(code ?? '')).toBe(true);
    expect(vault.hashes('first', code ?? '')).toContain(firstHash);
    expect(firstCode(vault, { id: '0b'.repeat(16), firstHash: firstCodeHash(vault, '0b'.repeat(16)) })).not.toBe(code);
  });

  test('outlives a change of the key, and not the loss of it', () => {
    const firstHash = firstCodeHash(vault, id);
    const changed = new Vault(Buffer.alloc(32, 2), key, randomBytes);
    expect(firstCode(changed, { id, firstHash })).toBe(firstCode(vault, { id, firstHash }));
    expect(firstCode(new Vault(Buffer.alloc(32, 3), undefined, randomBytes), { id, firstHash })).toBeUndefined();
    expect(firstCode(vault, { id, firstHash: null })).toBeUndefined();
  });
});

test('random codes have their shapes, use every letter and do not repeat', () => {
  const shorts = Array.from({ length: 2_000 }, () => newShort(randomBytes));
  for (const short of shorts) expect(short).toMatch(SHORT_CODE_PATTERN);
  expect(new Set(shorts).size).toBe(2_000);
  expect(new Set(shorts.join(''))).toEqual(new Set(LINKED_ALPHABET));
  expect(newState(randomBytes)).toMatch(/^[0-9a-f]{64}$/);
  const digits = new Set(Array.from({ length: 5_000 }, () => newDigits(randomBytes)));
  expect(digits.size).toBe(100);
  for (const two of digits) expect(two).toMatch(/^\d\d$/);
});

describe('the short link', () => {
  test('is upper case throughout, for the alphanumeric mode of QR codes', () => {
    const link = shortLink('https://pay.example.com', 'ABCD1234');
    expect(link).toBe('HTTPS://PAY.EXAMPLE.COM/L/ABCD1234');
    expect(link).toMatch(/^[0-9A-Z $%*+\-./:]+$/);
  });

  test('of a usual host fits version 2, which a display of 64 dots shows at 2 dots a module', () => {
    const link = shortLink('https://pay.example.com', 'ABCD1234');
    expect(modulesFor(link.length)).toBe(25);
    expect([24, 25, 29].map((most) => isShowable(link, most))).toEqual([false, true, true]);
    expect(isShowable(link, 0)).toBe(false);
    expect([modulesFor(47), modulesFor(48), modulesFor(77), modulesFor(78)]).toEqual([25, 29, 29, 33]);
    expect(isShowable('A'.repeat(5_000), 177)).toBe(false);
  });

  test("a wallet's own code takes the version that holds it at level M", () => {
    expect([14, 15, 213, 214, 2_331].map((n) => modulesForText('x'.repeat(n)))).toEqual([21, 25, 57, 61, 177]);
    expect(modulesForText('x'.repeat(2_332))).toBe(Number.POSITIVE_INFINITY);
    expect(modulesForText('钱'.repeat(5))).toBe(modulesForText('x'.repeat(15)));
  });
});
