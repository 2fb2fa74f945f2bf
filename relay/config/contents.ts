import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { LEDGER_URL_SHAPE, ledgerUrlFault } from './ledger-url.js';

/** What the files and variables must hold that the config points to. */

/** Never a word of the text itself. */
export type ContentFault = { readonly found: string; readonly expected: string };

export type Content =
  | 'secret'
  | 'code hash key'
  | 'sealing key'
  | 'ledger url'
  | 'ca'
  | 'rsa private'
  | 'rsa public'
  | 'ssh'
  | 'token';

export const CODE_HASH_KEY_MIN_BYTES = 32;

/** Hex, or any text; the text's bytes count. */
export const hashKeyBytes = (text: string): Buffer =>
  Buffer.from(text, /^([0-9a-fA-F]{2})+$/.test(text) ? 'hex' : 'utf8');

/** Undefined: it can be used. */
export function contentFault(content: Content, text: string): ContentFault | undefined {
  if (text === '') return { found: 'nothing', expected: expected[content] };
  const found = checks[content](text);
  return found === undefined ? undefined : { found, expected: expected[content] };
}

const expected: Readonly<Record<Content, string>> = {
  secret: 'a value',
  'code hash key': `at least ${CODE_HASH_KEY_MIN_BYTES} bytes; make one with: openssl rand -hex 32`,
  'sealing key': '32 bytes as 64 hex digits; make one with: openssl rand -hex 32',
  'ledger url': LEDGER_URL_SHAPE,
  ca: 'certificates as PEM; give the file of the authority, or leave the key out to trust those of the system',
  'rsa private': "an RSA private key as PEM (PKCS#8), without a password; give the file of the merchant's own key",
  'rsa public': "an RSA public key as PEM (SPKI); give the file of the acquirer's key",
  ssh: "a private key as PEM or as OpenSSH's, without a password; give the file that ssh-keygen made, not its .pub",
  token: '1 to 128 letters, digits and signs; give the token alone, in one line',
};

const checks: Readonly<Record<Content, (text: string) => string | undefined>> = {
  secret: () => undefined,
  'code hash key': (text) => {
    const { length } = hashKeyBytes(text);
    return length < CODE_HASH_KEY_MIN_BYTES ? `${length} ${length === 1 ? 'byte' : 'bytes'}` : undefined;
  },
  'sealing key': (text) =>
    /^[0-9a-fA-F]{64}$/.test(text) ? undefined : `${text.length} characters that are no such key`,
  'ledger url': ledgerUrlFault,
  ca: caFault,
  'rsa private': (text) => rsaFault(text, () => createPrivateKey(text)),
  'rsa public': (text) => rsaFault(text, () => createPublicKey(text)),
  ssh: (text) => (/PRIVATE KEY-----|^PuTTY-User-Key-File-\d:/.test(text) ? undefined : shapeOf(text)),
  token: (text) => (/^[\x21-\x7e]{1,128}$/.test(text) ? undefined : `${text.length} characters that are no token`),
};

const HEADER = /-----BEGIN ([A-Z0-9 ]{1,40})-----/;

function shapeOf(text: string): string {
  const [, kind] = HEADER.exec(text) ?? [];
  return kind === undefined ? `text of ${text.length} characters that is no PEM` : `a PEM of "${kind}"`;
}

function rsaFault(text: string, read: () => KeyObject): string | undefined {
  try {
    const { asymmetricKeyType: type } = read();
    return type === 'rsa' ? undefined : `a key of type ${type}`;
  } catch {
    // The system's message may quote the file.
    return HEADER.test(text) ? `${shapeOf(text)} that cannot be read as such a key` : shapeOf(text);
  }
}

/** TLS passes over what is no certificate, and then trusts nobody. */
function caFault(text: string): string | undefined {
  const blocks = text.match(/-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END \1CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return HEADER.test(text) ? `${shapeOf(text)} and no certificate` : shapeOf(text);
  const broken = blocks.findIndex((block) => !isCertificate(block));
  return broken === -1 ? undefined : `a certificate that cannot be read, number ${broken + 1} of ${blocks.length}`;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
