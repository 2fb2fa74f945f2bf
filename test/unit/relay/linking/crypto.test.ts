import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Vault, VaultError } from '../../../../relay/linking/crypto.js';

const key = Buffer.alloc(32, 1);
const other = Buffer.alloc(32, 2);
const vault = new Vault(key, undefined, randomBytes);
const secret = 'token-281006020123456789012345';
const link = '0a'.repeat(16);

function faultOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof VaultError) return error.message;
    throw error;
  }
  throw new Error('it did not throw');
}

describe('sealed', () => {
  test('it opens as what it was, and shows nothing of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_048 }), (text) => {
        const sealed = vault.seal(text, link, 'access_token');
        expect(vault.open(sealed, link, 'access_token')).toBe(text);
        expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+$/);
        if (text.length > 5) expect(sealed).not.toContain(text);
      }),
    );
  });

  test('twice it is two texts', () => {
    expect(vault.seal(secret, link, 'access_token')).not.toBe(vault.seal(secret, link, 'access_token'));
  });

  test.each([
    ['of another link', '0b'.repeat(16), 'access_token'],
    ['in another column', link, 'refresh_token'],
  ] as const)('%s it does not open', (_, id, column) => {
    const sealed = vault.seal(secret, link, 'access_token');
    expect(faultOf(() => vault.open(sealed, id, column))).toMatch(new RegExp(`^${column}: it does not open`));
  });

  test('with any bit changed it does not open, and the fault tells nothing of it', () => {
    const sealed = vault.seal(secret, link, 'access_token');
    const [version = '', id = '', body = ''] = sealed.split('.');
    const bytes = Buffer.from(body, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const text = faultOf(() => vault.open(`${version}.${id}.${changed.toString('base64url')}`, link, 'access_token'));
      expect(text).toBe('access_token: it does not open; it was changed, or belongs to another row or column');
    }
  });

  test.each(['', 'x', 'v1.0000', `v2.${'0'.repeat(8)}.AAAA`, `v1.${'0'.repeat(8)}.AAAA`])(
    'what was never sealed is told by its length: %s',
    (text) => {
      const fault = faultOf(() => vault.open(text, link, 'auth_code'));
      expect(fault).toBe(`auth_code: found ${text.length} characters, expected a sealed text of v1`);
    },
  );

  test('with another key it says which key is wanted', () => {
    const sealed = new Vault(other, undefined, randomBytes).seal(secret, link, 'auth_code');
    expect(faultOf(() => vault.open(sealed, link, 'auth_code'))).toMatch(/sealed with another key.*previous_key/);
  });
});

describe('a changed key', () => {
  const changed = new Vault(other, key, randomBytes);
  const sealed = vault.seal(secret, link, 'access_token');

  test('opens what the one before has sealed, and seals with the new one', () => {
    expect(changed.open(sealed, link, 'access_token')).toBe(secret);
    const anew = changed.seal(secret, link, 'access_token');
    expect(sealed.startsWith(changed.prefix)).toBe(false);
    expect(anew.startsWith(changed.prefix)).toBe(true);
    expect(faultOf(() => vault.open(anew, link, 'access_token'))).toMatch(/another key/);
  });

  test('finds what was kept under the hash of either', () => {
    expect(changed.hashes('token', secret)).toEqual([changed.hash('token', secret), vault.hash('token', secret)]);
  });

  test("finds a phone's cookie by the same hash as ever: nobody could hash it anew", () => {
    expect(changed.hashes('session', 'aa')).toEqual([vault.hash('session', 'aa')]);
  });
});

test('hashes tell apart what they are of', () => {
  const kinds = (['session', 'state', 'token', 'first'] as const).map((kind) => vault.hash(kind, secret));
  expect(new Set(kinds).size).toBe(4);
  for (const hash of kinds) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(new Vault(other, undefined, randomBytes).hash('token', secret)).not.toBe(vault.hash('token', secret));
});

test('a key of another length is refused', () => {
  expect(faultOf(() => new Vault(key.subarray(1), undefined, randomBytes))).toBe(
    'linking key: found 31 bytes, expected 32',
  );
  expect(faultOf(() => new Vault(key, Buffer.alloc(33), randomBytes))).toMatch(/33 bytes/);
});
