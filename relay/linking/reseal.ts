import { text } from '../ledger/columns.js';
import type { Database } from '../ledger/database.js';
import { type SealedColumn, type Vault, VaultError } from './crypto.js';
import { SqlLinks } from './store.js';
import type { Sealed, WalletLink } from './types.js';

/** After a key was changed: what the one before has sealed is sealed anew, so that it can be thrown away. */

const columns = ['wallet_url', 'wallet_code', 'auth_code', 'access_token', 'refresh_token'] as const;

/** Returns how many links. May be run by several relays at once, and be cut off at any point. @throws VaultError where one does not open; the others are done */
export async function reseal(db: Database, vault: Vault): Promise<number> {
  const links = new SqlLinks(db);
  const isOld = columns.map((column) => `${column} NOT LIKE $1`).join(' OR ');
  const rows = await db.query(`SELECT id FROM wallet_link WHERE ended_at IS NULL AND (${isOld}) ORDER BY id`, [
    `${vault.prefix}%`,
  ]);
  let unopened: VaultError | undefined;
  for (const row of rows) {
    try {
      await links.transaction(async (_, tx) => {
        const stored = await tx.lock(text(row['id']));
        if (stored) await tx.save({ ...stored, link: sealedAnew(stored.link, vault) });
      });
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      unopened ??= error;
    }
  }
  if (unopened) throw unopened;
  return rows.length;
}

function sealedAnew(link: WalletLink, vault: Vault): WalletLink {
  const again = (sealed: Sealed | null, column: SealedColumn): Sealed | null =>
    sealed === null ? null : vault.seal(vault.open(sealed, link.id, column), link.id, column);
  const { walletUrl, walletCode, authCode, accessToken, refreshToken } = link;
  const token = accessToken === null ? null : vault.open(accessToken, link.id, 'access_token');
  return {
    ...link,
    walletUrl: again(walletUrl, 'wallet_url'),
    walletCode: again(walletCode, 'wallet_code'),
    authCode: again(authCode, 'auth_code'),
    accessToken: again(accessToken, 'access_token'),
    refreshToken: again(refreshToken, 'refresh_token'),
    tokenHash: token === null ? null : vault.hash('token', token),
  };
}
