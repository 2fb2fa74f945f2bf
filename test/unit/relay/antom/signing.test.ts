import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseSignatureHeader,
  signatureHeader,
  stringToSign,
  verifySignature,
} from '../../../../relay/acquirers/antom/signing.js';
import { privateKey, publicKey, vectors } from './fixtures.js';

const partsOf = (vector: (typeof vectors)[number]) => ({ ...vector, body: Buffer.from(vector.body, 'utf8') });
const headerOf = (vector: (typeof vectors)[number]) => `algorithm=RSA256,keyVersion=1,signature=${vector.urlEncoded}`;

describe.each(vectors)('vector $name', (vector) => {
  test('trap 18: the string to sign and the signature, url-encoded once, are reproduced', () => {
    expect(stringToSign(partsOf(vector)).toString('utf8')).toBe(vector.stringToSign);
    expect(signatureHeader(partsOf(vector), privateKey, '1')).toBe(vector.header ?? headerOf(vector));
  });

  test('trap 18: verifies, url-encoded once, with blanks after commas and with a plain Base64 signature too', () => {
    const header = headerOf(vector);
    expect(verifySignature(partsOf(vector), header, publicKey)).toBe(true);
    expect(verifySignature(partsOf(vector), header.replaceAll(',', ', '), publicKey)).toBe(true);
    const plain = `algorithm=RSA256,keyVersion=1,signature=${vector.base64}`;
    expect(verifySignature(partsOf(vector), plain, publicKey)).toBe(true);
  });

  test('every other path, client or time fails', () => {
    const parts = partsOf(vector);
    const header = headerOf(vector);
    expect(verifySignature({ ...parts, path: parts.path.replace('/sandbox', '') }, header, publicKey)).toBe(false);
    expect(verifySignature({ ...parts, clientId: `${parts.clientId}1` }, header, publicKey)).toBe(false);
    expect(verifySignature({ ...parts, time: `${parts.time}0` }, header, publicKey)).toBe(false);
  });

  test('a flipped bit anywhere in the body never verifies', () => {
    const { body } = partsOf(vector);
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.nat(7), (at, bit) => {
        const flipped = Buffer.from(body);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        return !verifySignature({ ...partsOf(vector), body: flipped }, headerOf(vector), publicKey);
      }),
    );
  });

  test('a flipped bit in the header never verifies, unless it spells the very same signature', () => {
    const header = Buffer.from(headerOf(vector), 'latin1');
    const { signature } = parseSignatureHeader(headerOf(vector)) ?? {};
    let same = 0;
    for (let at = 0; at < header.length; at++) {
      for (const bit of [0, 1, 2, 5]) {
        const flipped = Buffer.from(header);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        const text = flipped.toString('latin1');
        if (parseSignatureHeader(text)?.signature.equals(signature ?? Buffer.alloc(0))) same++;
        else expect(verifySignature(partsOf(vector), text, publicKey)).toBe(false);
      }
    }
    // keyVersion and the case of percent escapes: nothing else may stay equal.
    const escapes = [...headerOf(vector).matchAll(/%[23][BFDbfd]/g)].length;
    expect(same).toBeLessThanOrEqual('keyVersion=1'.length * 4 + escapes);
  });
});

test('trap 16: the body is signed as its bytes: the same JSON written differently fails', () => {
  const [vector] = vectors;
  if (!vector) throw new Error('no vectors');
  const again = Buffer.from(JSON.stringify(JSON.parse(vector.body), null, 1), 'utf8');
  expect(verifySignature({ ...partsOf(vector), body: again }, headerOf(vector), publicKey)).toBe(false);
});

test.each([
  ['empty', ''],
  ['another algorithm', 'algorithm=RSA1,keyVersion=1,signature=AAAA'],
  ['no signature', 'algorithm=RSA256,keyVersion=1'],
  ['empty signature', 'algorithm=RSA256,keyVersion=1,signature='],
  ['a broken escape', 'algorithm=RSA256,keyVersion=1,signature=%E0%A4%A'],
  ['not Base64', 'algorithm=RSA256,keyVersion=1,signature=***'],
  ['Base64 with loose last bits', 'algorithm=RSA256,keyVersion=1,signature=AAB%3D%3D'],
  ['the same name twice', 'algorithm=RSA256,signature=AAAA,signature=AAAA'],
])('a header with %s is none', (_what, header) => {
  expect(parseSignatureHeader(header)).toBeUndefined();
});
