import { generateKeyPairSync } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { type Content, contentFault } from '../../../../relay/config/contents.js';
import { parseConfig } from '../../../../relay/config/load.js';

const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  ...{ privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } },
});
const curve = generateKeyPairSync('ed25519', {
  ...{ privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } },
});
const [first = '', second = ''] = rootCertificates;

describe('what the keys of the config point to', () => {
  test.each([
    ['code hash key', 'ab'.repeat(32)],
    ['code hash key', 'any text of two and thirty bytes'],
    ['ca', first],
    ['ca', `# two of them\n${first}\n${second}\n`],
    ['rsa private', rsa.privateKey],
    ['rsa public', rsa.publicKey],
    ['ssh', '-----BEGIN OPENSSH PRIVATE KEY-----\n…'],
    ['token', 'AGENT-TOKEN-1'],
    ['secret', 'x'],
  ] as const)('can be used: %s', (content, text) => {
    expect(contentFault(content, text)).toBeUndefined();
  });

  test.each([
    ['code hash key', 'x', '1 byte'],
    ['code hash key', 'ab'.repeat(31), '31 bytes'],
    ['ca', 'HUSH', 'text of 4 characters that is no PEM'],
    ['ca', rsa.publicKey, 'a PEM of "PUBLIC KEY" and no certificate'],
    ['ca', `${first}\n${second.replace(/M/, 'N')}`, 'a certificate that cannot be read, number 2 of 2'],
    ['rsa private', rsa.publicKey, 'a PEM of "PUBLIC KEY" that cannot be read as such a key'],
    ['rsa private', curve.privateKey, 'a key of type ed25519'],
    ['rsa public', first.slice(0, 200), 'a PEM of "CERTIFICATE" that cannot be read as such a key'],
    ['ssh', 'ssh-ed25519 HUSH', 'text of 16 characters that is no PEM'],
    ['token', 'HU SH', '5 characters that are no token'],
    ['secret', '', 'nothing'],
  ] as const)('%s cannot: shape and remedy, and nothing of it', (content: Content, text, found) => {
    const fault = contentFault(content, text);
    expect(fault?.found).toBe(found);
    expect(fault?.expected).not.toBe('');
    expect(JSON.stringify(fault)).not.toMatch(/HUSH|HU SH/);
  });
});

test('a fault in one of several accounts names it; what is no name is not repeated', () => {
  const tables = (name: string) => `instance = "a"\n[[account]]\nname = "${name}"\nkind = "antom"\nbase_url = 7\n`;
  const said = (name: string) => {
    try {
      parseConfig(tables(name), 'relay.toml');
      return '';
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
  };
  expect(said('main')).toContain('relay.toml: account.0.base_url ("main"): found the number 7');
  expect(said('not a name: hunter2')).toContain('relay.toml: account.0.base_url: found the number 7');
  expect(said('not a name: hunter2')).not.toContain('hunter2');
});
