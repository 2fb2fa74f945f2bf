import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buyerHash, isIdentityNumber, openBuyer, sealBuyer } from '../../../../relay/customs/seal.js';
import { declarationIdOf } from '../../../../relay/customs/store.js';

const key = randomBytes(32);
const buyer = { number: '11010519491231002X', name: '李明' };

describe('a buyer at rest', () => {
  test('opens with its key for its declaration, and for nothing else', () => {
    const sealed = sealBuyer(key, 'd1', buyer);
    expect(openBuyer(key, 'd1', sealed)).toEqual(buyer);
    expect(openBuyer(key, 'd2', sealed)).toBeUndefined();
    expect(openBuyer(randomBytes(32), 'd1', sealed)).toBeUndefined();
    expect(sealed).not.toContain(buyer.number);
    expect(Buffer.from(sealed, 'base64').toString('utf8')).not.toContain(buyer.number.slice(0, 6));
    expect(sealBuyer(key, 'd1', buyer)).not.toBe(sealed);
  });

  test('property: any bit changed, it opens no more, and nothing throws', () => {
    const bytes = Buffer.from(sealBuyer(key, 'd1', buyer), 'base64');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length * 8 - 1 }), (bit) => {
        const changed = Buffer.from(bytes);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        return openBuyer(key, 'd1', changed.toString('base64')) === undefined;
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => openBuyer(key, 'd1', text) === undefined));
  });

  test('a repeated question is known by a hash that needs the key', () => {
    expect(buyerHash(key, buyer)).toBe(buyerHash(key, { ...buyer }));
    expect(buyerHash(key, buyer)).not.toBe(buyerHash(randomBytes(32), buyer));
    expect(buyerHash(key, buyer)).not.toBe(buyerHash(key, { ...buyer, name: '李' }));
  });
});

test.each([
  ['11010519491231002X', true],
  ['440524188001010014', true],
  ['440524188001010015', false],
  ['110105194912310021', false],
  ['11010519491231002x', false],
  ['1101051949123100', false],
])('%s: an identity number or not', (number, is) => {
  expect(isIdentityNumber(number)).toBe(is);
});

test('an id has the 32 signs that the acquirer takes, the same for the same declaration only', () => {
  const ids = [1, 2].flatMap((n) => [declarationIdOf('ab'.repeat(16), n), declarationIdOf('cd'.repeat(16), n)]);
  for (const id of ids) expect(id).toMatch(/^d[0-9a-f]{31}$/);
  expect(new Set(ids).size).toBe(4);
  expect(declarationIdOf('ab'.repeat(16), 1)).toBe(ids[0]);
});
