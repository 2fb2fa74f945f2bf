import type { Currency } from '../../protocol/money.js';
import type { Reason } from '../../protocol/words.js';
import { number, numberOrNull, text, textOrNull } from '../ledger/columns.js';
import type { Row, Value } from '../ledger/database.js';
import type { LinkStage, WalletLink } from './types.js';

/** The table `wallet_link`: which column is which field. */

export function linkFromRow(row: Row): WalletLink {
  const amount = numberOrNull(row['amount']);
  return {
    id: text(row['id']),
    kiosk: text(row['kiosk']),
    merchant: text(row['merchant']),
    account: text(row['account']),
    wallet: text(row['wallet']),
    money: amount === null ? null : { amount, currency: text(row['currency']) as Currency },
    ownCode: row['own_code'] === true,
    short: text(row['short']),
    createdAt: number(row['created_at']),
    expiresAt: number(row['expires_at']),
    state: text(row['state']) as LinkStage,
    reason: textOrNull(row['reason']) as Reason | null,
    session: textOrNull(row['session']),
    digits: text(row['digits']),
    stateHash: textOrNull(row['state_hash']),
    walletUrl: textOrNull(row['wallet_url']),
    walletCode: textOrNull(row['wallet_code']),
    authCode: textOrNull(row['auth_code']),
    accessToken: textOrNull(row['access_token']),
    accessUntil: numberOrNull(row['access_until']),
    refreshToken: textOrNull(row['refresh_token']),
    refreshUntil: numberOrNull(row['refresh_until']),
    tokenHash: textOrNull(row['token_hash']),
    firstHash: textOrNull(row['first_hash']),
    member: textOrNull(row['member']),
    user: textOrNull(row['user_name']),
    openedAt: numberOrNull(row['opened_at']),
    authorisedAt: numberOrNull(row['authorised_at']),
    linkedAt: numberOrNull(row['linked_at']),
    endedAt: numberOrNull(row['ended_at']),
    tries: number(row['tries']),
    nextAt: numberOrNull(row['next_at']),
  };
}

type Column = readonly [name: string, value: (link: WalletLink) => Value];

export const fixedColumns: readonly Column[] = [
  ['id', (l) => l.id],
  ['kiosk', (l) => l.kiosk],
  ['merchant', (l) => l.merchant],
  ['account', (l) => l.account],
  ['wallet', (l) => l.wallet],
  ['amount', (l) => l.money?.amount ?? null],
  ['currency', (l) => l.money?.currency ?? null],
  ['own_code', (l) => l.ownCode],
  ['short', (l) => l.short],
  ['created_at', (l) => l.createdAt],
  ['expires_at', (l) => l.expiresAt],
];

/** What the machine changes. */
export const progressColumns: readonly Column[] = [
  ['state', (l) => l.state],
  ['reason', (l) => l.reason],
  ['session', (l) => l.session],
  ['digits', (l) => l.digits],
  ['state_hash', (l) => l.stateHash],
  ['wallet_url', (l) => l.walletUrl],
  ['wallet_code', (l) => l.walletCode],
  ['auth_code', (l) => l.authCode],
  ['access_token', (l) => l.accessToken],
  ['access_until', (l) => l.accessUntil],
  ['refresh_token', (l) => l.refreshToken],
  ['refresh_until', (l) => l.refreshUntil],
  ['token_hash', (l) => l.tokenHash],
  ['first_hash', (l) => l.firstHash],
  ['member', (l) => l.member],
  ['user_name', (l) => l.user],
  ['opened_at', (l) => l.openedAt],
  ['authorised_at', (l) => l.authorisedAt],
  ['linked_at', (l) => l.linkedAt],
  ['ended_at', (l) => l.endedAt],
  ['tries', (l) => l.tries],
  ['next_at', (l) => l.nextAt],
];
