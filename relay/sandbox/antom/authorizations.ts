import type { Api } from '../../acquirers/antom/paths.js';
import { antomWallets } from '../../acquirers/antom/wallets.js';
import type { Json } from '../json.js';
import { faultyField, textAt } from './fields.js';
import type { Link, Links } from './links.js';
import { result, success, time } from './results.js';

/** What `consult`, `applyToken` and `revoke` do. Source: reference acquirers/antom.md sections 2.1, 2.3 and 2.5. */

export const authorizationApis = ['consult', 'applyToken', 'revoke'] as const satisfies readonly Api[];
export type AuthorizationApi = (typeof authorizationApis)[number];
export const isAuthorizationApi = (api: unknown): api is AuthorizationApi =>
  authorizationApis.some((name) => name === api);

export type Authority = {
  readonly links: Links;
  readonly nowMs: number;
  /** How long the owner of a wallet may take to agree. */
  readonly offerLifeMs: number;
  /** Of an access token; undefined: until it is cancelled. */
  readonly tokenLifeMs: number | undefined;
  /** The wallet's page for this link. */
  readonly pageUrl: (link: Link) => string;
};
/** `changed`: the link of which there may be news. */
export type Authorized = { readonly body: Json; readonly changed?: Link };

const refused = (code: string, why?: string): Authorized => ({ body: result('F', code, why) });
const illegal = (fault: string): Authorized => refused('PARAM_ILLEGAL', fault);

const SCOPES: readonly unknown[] = ['AGREEMENT_PAY', 'BASE_USER_INFO', 'USER_INFO'];
const SCOPES_MOST = 4;

function scopesIn({ scopes }: Json): readonly string[] | undefined {
  if (!Array.isArray(scopes) || scopes.length === 0 || scopes.length > SCOPES_MOST) return undefined;
  return scopes.every((scope) => SCOPES.includes(scope)) ? scopes.map(String) : undefined;
}

/** As long as the codes that wallets show: a signature is in them. */
const SIGN_CHARS = 88;
const signOf = ({ page }: Link): string => page.repeat(3).slice(0, SIGN_CHARS);

function consult(fields: Json, { links, nowMs, offerLifeMs, pageUrl }: Authority): Authorized {
  const method = textAt(fields, 'customerBelongsTo') ?? '';
  const scopes = scopesIn(fields);
  if (!scopes) return illegal(`scopes: missing or not as documented`);
  if (!antomWallets.some((wallet) => wallet.method === method)) return refused('NO_PAY_OPTIONS');
  const link = links.offer({
    ...{ method, scopes, authState: textAt(fields, 'authState') ?? '', offeredUntilMs: nowMs + offerLifeMs },
    authClientId: textAt(fields, 'authClientId'),
    redirectUrl: textAt(fields, 'authRedirectUrl') ?? '',
    notifyUrl: textAt(fields, 'authNotifyUrl'),
  });
  if (!link) return illegal('authState: used before');
  const normalUrl = pageUrl(link);
  const codeValue = `${normalUrl}?sign=${signOf(link)}`;
  const codeDetails = [
    { displayType: 'IMAGE', codeValue: `${normalUrl}/code.png`, codeValueType: 'QRCODE' },
    { displayType: 'TEXT', codeValue, codeValueType: 'QRCODE' },
  ];
  return { body: { ...success(), normalUrl, authCodeForm: { codeDetails } }, changed: link };
}

/** As wallets mask them. */
const users: Readonly<Record<string, string>> = { ALIPAY_HK: '852-9***21', DANA: '62-8***77' };

function tokensOf({ method, tokens }: Link): Json {
  if (!tokens) return result('U', 'UNKNOWN_EXCEPTION');
  const { access, accessUntilMs, refresh, refreshUntilMs } = tokens;
  return {
    ...success(),
    accessToken: access,
    ...(accessUntilMs === undefined ? {} : { accessTokenExpiryTime: time(accessUntilMs) }),
    ...(refresh === undefined ? {} : { refreshToken: refresh }),
    ...(refreshUntilMs === undefined ? {} : { refreshTokenExpiryTime: time(refreshUntilMs) }),
    userLoginId: users[method] ?? '***',
    pspCustomerInfo: { pspName: method },
  };
}

/** The field that its grant type needs, and no other. */
function grantFault(fields: Json): string | undefined {
  const [needed, other] =
    textAt(fields, 'grantType') === 'REFRESH_TOKEN' ? ['refreshToken', 'authCode'] : ['authCode', 'refreshToken'];
  if (fields[needed] === undefined) return `${needed}: missing or not as documented`;
  return fields[other] === undefined ? undefined : `${other}: of another grantType`;
}

function applyToken(fields: Json, { links, nowMs, tokenLifeMs }: Authority): Authorized {
  const method = textAt(fields, 'customerBelongsTo') ?? '';
  const fault = grantFault(fields);
  if (fault !== undefined) return illegal(fault);
  const refresh = textAt(fields, 'refreshToken');
  const link =
    refresh === undefined
      ? links.exchange(textAt(fields, 'authCode') ?? '', method, nowMs, tokenLifeMs)
      : links.refresh(refresh, method, nowMs, tokenLifeMs);
  if (link) return { body: tokensOf(link) };
  return refused(refresh === undefined ? 'INVALID_AUTHCODE' : 'INVALID_REFRESH_TOKEN');
}

function revoke(fields: Json, { links, nowMs }: Authority): Authorized {
  const link = links.byToken(textAt(fields, 'accessToken') ?? '', nowMs);
  if (!link) return refused('INVALID_ACCESS_TOKEN');
  links.cancel(link);
  return { body: success(), changed: link };
}

/** Acts on one request whose signature is already found good. */
export function authorize(api: AuthorizationApi, fields: Json, authority: Authority): Authorized {
  const fault = faultyField(api, fields);
  if (fault !== undefined) return illegal(`${fault}: missing or not as documented`);
  switch (api) {
    case 'consult':
      return consult(fields, authority);
    case 'applyToken':
      return applyToken(fields, authority);
    case 'revoke':
      return revoke(fields, authority);
  }
}
