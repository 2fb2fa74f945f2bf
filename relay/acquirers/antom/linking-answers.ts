import type { ConsultAnswer, RevokeAnswer, TokenAnswer } from '../contract.js';
import { type Answer, coded, type Fields, isObject, unknown } from './answers.js';
import { rowOf, type Table } from './codes.js';
import { consultCodes, revokeCodes, type TokenRow, tokenCodes } from './linking-codes.js';

/** What the answers to `consult`, `applyToken` and `revoke` mean. Source: reference acquirers/antom.md sections 2.1, 2.3, 2.5. */

/** A new F code ends this consult only, and staff are told of it. */
const newFailure = (answer: Answer): ConsultAnswer => ({
  ...{ kind: 'failed', reason: 'other', alarm: true },
  ...coded(answer),
});

const LINK_MAX_CHARS = 2_048;
const PRINTABLE = /^[\x21-\x7e]+$/;
/** Of a wallet's app; what a browser runs itself, instead of handing it to an app, is none. */
const APP_LINK = /^(?!javascript:|data:|vbscript:|blob:|file:|about:|https?:)[a-z][a-z0-9+.-]{1,63}:\/\/./i;

function textIn(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  const fits = typeof value === 'string' && value.length <= LINK_MAX_CHARS && PRINTABLE.test(value);
  return fits ? value : undefined;
}

const isPage = (text: string | undefined, secure: boolean): boolean =>
  text !== undefined && URL.canParse(text) && (secure ? /^https:/ : /^https?:/).test(new URL(text).protocol);

/**
 * A page before a link into an app, which a phone without that app cannot open. `code`: what a wallet reads is the address of a
 * page as well, mostly.
 */
function urlIn(fields: Fields, code: string | undefined, secure: boolean): string | undefined {
  const pages = [...['normalUrl', 'applinkUrl'].map((name) => textIn(fields, name)), code];
  const app = textIn(fields, 'schemeUrl');
  return pages.find((text) => isPage(text, secure)) ?? (app && APP_LINK.test(app) ? app : undefined);
}

/** The one that is to be drawn as a QR code; pictures of it are of no use to a kiosk. */
function codeIn(fields: Fields): string | undefined {
  const form = fields['authCodeForm'];
  const details: unknown = isObject(form) ? form['codeDetails'] : undefined;
  const drawn = (Array.isArray(details) ? details : []).filter(isObject).find(({ displayType, codeValueType }) => {
    return displayType === 'TEXT' && (codeValueType === undefined || codeValueType === 'QRCODE');
  });
  return drawn && textIn(drawn, 'codeValue');
}

/** `secure`: an address without TLS is none. */
export function consultAnswer(answer: Answer, secure: boolean): ConsultAnswer {
  const row = rowOf(consultCodes, answer.code);
  if (!row && answer.status === 'F') return newFailure(answer);
  if (!row || row.status !== answer.status) return unknown('unclear', answer.code);
  switch (row.kind) {
    case 'failed':
      return { kind: 'failed', reason: row.reason, ...(row.alarm ? { alarm: true } : {}), ...coded(answer) };
    case 'unknown':
      return unknown(row.detail, answer.code);
    case 'consulted': {
      const code = codeIn(answer.fields);
      const url = urlIn(answer.fields, code, secure);
      if (url === undefined && code === undefined) return unknown('shape', answer.code);
      return { kind: 'consulted', ...coded(answer), ...(url ? { url } : {}), ...(code ? { code } : {}) };
    }
  }
}

const TOKEN = /^[\x21-\x7e]{1,128}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** Null when absent; 'shape' when it is there and no token. */
function tokenIn(fields: Fields, name: string): string | null | 'shape' {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'string' && TOKEN.test(value) ? value : 'shape';
}

/** Epoch ms; null when absent; 'shape' when it is there and no time. */
function timeIn(fields: Fields, name: string): number | null | 'shape' {
  const value = fields[name];
  if (value === undefined || value === null || value === '') return null;
  const at = typeof value === 'string' && TIME.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? 'shape' : at;
}

/** A name that is not masked is nobody's to keep. */
function userIn(fields: Fields): string | null {
  const value = fields['userLoginId'];
  return typeof value === 'string' && /^[\x20-\x7e]{1,64}$/.test(value) && value.includes('*') ? value : null;
}

function tokens(answer: Answer): TokenAnswer {
  const { fields } = answer;
  const accessToken = tokenIn(fields, 'accessToken');
  const refreshToken = tokenIn(fields, 'refreshToken');
  const [accessUntil, refreshUntil] = [
    timeIn(fields, 'accessTokenExpiryTime'),
    timeIn(fields, 'refreshTokenExpiryTime'),
  ];
  const isShape = [accessToken, refreshToken, accessUntil, refreshUntil].includes('shape');
  if (accessToken === null || isShape || accessUntil === 'shape' || refreshUntil === 'shape') {
    return unknown('shape', answer.code);
  }
  const told = { accessToken, accessUntil, refreshToken, refreshUntil, user: userIn(fields) };
  return { kind: 'tokens', ...coded(answer), ...told };
}

/** `table`: `refreshCodes` of a token that is renewed. */
export function tokenAnswer(answer: Answer, table: Table<TokenRow> = tokenCodes): TokenAnswer {
  const row = rowOf(table, answer.code);
  if (!row || row.status !== answer.status) return unknown('unclear', answer.code);
  switch (row.kind) {
    case 'tokens':
      return tokens(answer);
    case 'pending':
      return { kind: 'pending', ...coded(answer) };
    case 'failed':
      return { kind: 'failed', reason: row.reason, ...(row.alarm ? { alarm: true } : {}), ...coded(answer) };
    case 'unknown':
      return unknown(row.detail, answer.code);
  }
}

export function revokeAnswer(answer: Answer): RevokeAnswer {
  const row = rowOf(revokeCodes, answer.code);
  if (!row || row.status !== answer.status) return unknown('unclear', answer.code);
  return row.kind === 'unknown' ? unknown(row.detail, answer.code) : { kind: 'revoked', ...coded(answer) };
}
