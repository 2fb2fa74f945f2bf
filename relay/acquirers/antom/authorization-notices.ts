import { createHash } from 'node:crypto';
import { repeats } from '../checks.js';
import type { AuthorizationNotice } from '../contract.js';
import type { Fields } from './answers.js';

/** What Antom tells of an authorisation by itself. Source: reference acquirers/antom.md section 2.2. */

const STATE = /^[\x21-\x7e]{1,256}$/;
const CODE = /^[\x21-\x7e]{1,128}$/;
const REASON = /^[\x20-\x7e]{1,256}$/;

/** Tells one piece of news from another, and shows nothing of it. */
const keyOf = (what: string, ...secrets: readonly string[]): string =>
  `authorization/${what}/${createHash('sha256').update(secrets.join('\n')).digest('hex')}`;

function secretIn(fields: Fields, name: string, pattern: RegExp): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

/** Undefined: not as documented. */
export function authCodeCreated(fields: Fields): AuthorizationNotice | undefined {
  const state = secretIn(fields, 'authState', STATE);
  const code = secretIn(fields, 'authCode', CODE);
  if (state === undefined || code === undefined) return undefined;
  return { kind: 'authorization', what: 'code', key: keyOf('code', state, code), state, code };
}

/** Undefined: not as documented. Its reason is for people, and left out where it repeats a piece of the token. */
export function tokenCancelled(fields: Fields): AuthorizationNotice | undefined {
  const token = secretIn(fields, 'accessToken', CODE);
  if (token === undefined) return undefined;
  const why = secretIn(fields, 'reason', REASON);
  return {
    ...{ kind: 'authorization', what: 'cancelled', key: keyOf('cancelled', token), token },
    ...(why === undefined || repeats(why, token) ? {} : { why }),
  };
}
