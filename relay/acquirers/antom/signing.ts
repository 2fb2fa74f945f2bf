import { KeyObject, sign, verify } from 'node:crypto';

/**
 * Antom's signature: RSASSA-PKCS1-v1_5 with SHA-256 over path, client, time and the raw body.
 * Source: reference acquirers/antom.md sections 0.1 and 0.2, checked against its signing vectors.
 */
export type SignedParts = {
  /** Path and query as Antom sees them, no host; the same for a request and its answer. */
  readonly path: string;
  readonly clientId: string;
  /** The time header of the message, verbatim. */
  readonly time: string;
  /** The exact bytes on the wire: never parsed and written again. */
  readonly body: Uint8Array;
};

/**
 * Antom's public keys by `keyVersion`; under '' the one for every version that is not named. While Antom changes its key the
 * old and the new one are both here.
 */
export type PublicKeys = ReadonlyMap<string, KeyObject>;

const ALGORITHM = 'RSA256';

export function stringToSign({ path, clientId, time, body }: SignedParts): Buffer {
  return Buffer.concat([Buffer.from(`POST ${path}\n${clientId}.${time}.`, 'utf8'), body]);
}

/** The value of the Signature header. */
export function signatureHeader(parts: SignedParts, privateKey: KeyObject, keyVersion: string): string {
  const signature = sign('RSA-SHA256', stringToSign(parts), privateKey).toString('base64');
  return `algorithm=${ALGORITHM},keyVersion=${keyVersion},signature=${encodeURIComponent(signature)}`;
}

function urlDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Undefined unless the header has the one known algorithm and a signature in canonical Base64. */
export function parseSignatureHeader(header: string): { keyVersion: string; signature: Buffer } | undefined {
  const parts = new Map<string, string>();
  for (const part of header.split(',')) {
    const [name, ...value] = part.trim().split('=');
    if (name === undefined || parts.has(name)) return undefined;
    parts.set(name, value.join('='));
  }
  if (parts.get('algorithm') !== ALGORITHM) return undefined;
  const text = urlDecoded(parts.get('signature') ?? '');
  if (!text) return undefined;
  const signature = Buffer.from(text, 'base64');
  // Node's decoder skips what is not Base64; two spellings of one signature would be two truths.
  if (signature.toString('base64') !== text) return undefined;
  return { keyVersion: parts.get('keyVersion') ?? '', signature };
}

/** False for any doubt: a header that does not parse, another algorithm, a version without a key, a changed byte. */
export function verifySignature(parts: SignedParts, header: string, keys: KeyObject | PublicKeys): boolean {
  const parsed = parseSignatureHeader(header);
  if (!parsed) return false;
  const key = keys instanceof KeyObject ? keys : (keys.get(parsed.keyVersion) ?? keys.get(''));
  return key !== undefined && verify('RSA-SHA256', stringToSign(parts), key, parsed.signature);
}
