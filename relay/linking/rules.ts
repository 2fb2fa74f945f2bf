import type { IssuerId } from '../../protocol/words.js';
import type { LinkableWallet } from '../acquirers/linkable.js';
import type { Accounts } from '../routing/accounts.js';
import type { Vault } from './crypto.js';
import type { OwnLimits } from './limits.js';
import type { LinkingOf } from './runner.js';
import type { LinkPolicy } from './types.js';

/** What linking is measured by; from the config. All ms. */
export type LinkingRules = {
  /** Where the buyer's page is, without a path: https://host */
  readonly publicUrl: string;
  readonly codeLifeMs: number;
  readonly firstPaymentMs: number;
  /** Displays that can show it are given the wallet's own code, which no page of ours and no digits go with. */
  readonly ownCodes: boolean;
  readonly limits: OwnLimits;
  /** The merchant's day and year, minutes ahead of UTC. */
  readonly zoneMinutes: number;
  /** Undefined: this kiosk's merchant has no account that links it. */
  route(kiosk: string, wallet: IssuerId): LinkRoute | undefined;
};

export type LinkRoute = { readonly merchant: string; readonly account: string };

/** What the parts of the relay that have to do with linked wallets share. */
export type LinkingContext = { readonly vault: Vault; readonly rules: LinkingRules; readonly accounts: Accounts };

/** How links are worked on. The waits are the same for all acquirers: reference acquirers/antom.md section 2.3. */
const waits = {
  consultDelaysMs: [1_000, 2_000, 4_000],
  tokenDelaysMs: [500, 1_000, 2_000, 4_000, 8_000, 16_000],
  tokenBeyondMs: 600_000,
  refreshDelaysMs: [60_000, 300_000, 900_000, 3_600_000],
  revokeDelaysMs: [1_000, 5_000, 30_000, 300_000, 3_600_000],
} as const;
/** A lost answer is waited for a little longer than the adapter does. */
const BEYOND_CALL_MS = 5_000;

export const linkPolicy =
  (accounts: Accounts): ((account: string) => LinkPolicy) =>
  (account) => ({ ...waits, callTimeoutMs: accounts.of(account).policy.callTimeoutMs + BEYOND_CALL_MS });

export const linkingOf =
  (accounts: Accounts): LinkingOf =>
  (account) => {
    const found = accounts.get(account);
    const linking = found?.acquirer.linking;
    return found && linking ? { linking, callTimeoutMs: found.policy.callTimeoutMs } : undefined;
  };

/** Its data; undefined where the account is gone, or links it no more. */
export const walletOf = (accounts: Accounts, account: string, wallet: IssuerId): LinkableWallet | undefined =>
  accounts.get(account)?.acquirer.linking?.wallets.find(({ issuer }) => issuer === wallet);
