import { type KeyObject, sign, verify } from 'node:crypto';

/**
 * CodePay's signature, RSA2: RSASSA-PKCS1-v1_5 with SHA-256 over all top-level fields that are not empty, sorted, as
 * `name=value` with raw values. Source: reference acquirers/codepay.md section 0.2, checked against its signing vector.
 */
export type SignedFields = ReadonlyMap<string, string>;

const isSigned = ([name, value]: readonly [string, string]): boolean => name.toLowerCase() !== 'sign' && value !== '';

/** By bytes, as the names are ASCII: never by a locale. */
const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : 1);

export const stringToSign = (fields: SignedFields): string =>
  [...fields]
    .filter(isSigned)
    .sort(byName)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');

/** Plain Base64. */
export const signatureOf = (fields: SignedFields, privateKey: KeyObject): string =>
  sign('RSA-SHA256', Buffer.from(stringToSign(fields), 'utf8'), privateKey).toString('base64');

/** False for any doubt: a signature that is not canonical Base64, or of anything else. */
export function verifySignature(fields: SignedFields, text: string, publicKey: KeyObject): boolean {
  const signature = Buffer.from(text, 'base64');
  // Node's decoder skips what is not Base64; two spellings of one signature would be two truths.
  if (text === '' || signature.toString('base64') !== text) return false;
  return verify('RSA-SHA256', Buffer.from(stringToSign(fields), 'utf8'), publicKey, signature);
}
