import { createPublicKey } from 'node:crypto';
import { rsaKey } from '../checks.js';
import type { PublicKeys } from './signing.js';

export type KeyOptions = {
  /** SPKI, Antom's, from the dashboard: for every `keyVersion` that `antomPublicKeys` does not name. */
  readonly antomPublicKeyPem: string;
  /** By `keyVersion`. During a change of Antom's key the old one stands beside the new one. */
  readonly antomPublicKeys?: Readonly<Record<string, string>>;
};

const VERSION = /^[A-Za-z0-9._-]{1,16}$/;

/** @throws RangeError naming the option that is wrong. */
export function publicKeysOf({ antomPublicKeyPem, antomPublicKeys = {} }: KeyOptions): PublicKeys {
  const keys = new Map([['', keyOf('antomPublicKeyPem', antomPublicKeyPem)]]);
  for (const [version, pem] of Object.entries(antomPublicKeys)) {
    if (!VERSION.test(version)) throw new RangeError('antomPublicKeys: expected a keyVersion such as "2" for each key');
    keys.set(version, keyOf(`antomPublicKeys ${version}`, pem));
  }
  return keys;
}

const keyOf = (field: string, pem: string) =>
  rsaKey(field, 'an RSA public key as PEM (SPKI)', () => createPublicKey(pem));
