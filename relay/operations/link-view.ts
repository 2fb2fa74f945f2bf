import type { Queries } from '../ledger/database.js';
import { eventsOf } from '../linking/store.js';
import { linkStages, type WalletLink } from '../linking/types.js';
import { iso } from './payment-view.js';
import { boolean, integer, list, object, orNull, ref, string, time } from './schemas.js';

/** What people see of linked wallets: no token, no code, no cookie and no hash of one among it. */

const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

export const viewLink = (link: WalletLink) => ({
  id: link.id,
  kiosk: link.kiosk,
  merchant: link.merchant,
  account: link.account,
  wallet: link.wallet,
  state: link.state,
  reason: link.reason,
  user: link.user,
  amount: link.money?.amount ?? null,
  currency: link.money?.currency ?? null,
  hasPage: link.session !== null,
  createdAt: iso(link.createdAt),
  expiresAt: iso(link.expiresAt),
  openedAt: isoOrNull(link.openedAt),
  authorisedAt: isoOrNull(link.authorisedAt),
  linkedAt: isoOrNull(link.linkedAt),
  endedAt: isoOrNull(link.endedAt),
  tokenUntil: isoOrNull(link.accessUntil),
});

/** With its story. */
export async function viewWholeLink(q: Queries, link: WalletLink) {
  const steps = await eventsOf(q, link.id);
  return {
    ...viewLink(link),
    steps: steps.map(({ at, name, detail, ms }) => ({ at: iso(at), name, detail, ms })),
  };
}

const link = {
  id: string('The link'),
  kiosk: string('Where it was offered'),
  merchant: string('The merchant'),
  account: string("The merchant's account with the acquirer, which the wallet is charged through"),
  wallet: string('The wallet, such as alipayhk'),
  state: string('Only linked is charged', { enum: linkStages }),
  reason: orNull(string('Why it ended')),
  user: orNull(string('As the wallet masks its owner')),
  amount: orNull(integer('What its owner agreed to pay at once, minor units; null: nothing')),
  currency: orNull(string('ISO 4217')),
  hasPage: boolean("A phone owns it, and keeps the buyer's page"),
  createdAt: time('When the kiosk offered it'),
  expiresAt: time('Nobody may agree later'),
  openedAt: orNull(time('When a phone opened it')),
  authorisedAt: orNull(time('When its owner agreed')),
  linkedAt: orNull(time('Since when it may be charged')),
  endedAt: orNull(time('When it ended')),
  tokenUntil: orNull(time('Until when it may be charged, unless refreshed; null: until it is unlinked')),
};
const step = object({
  at: time('When'),
  name: string('What'),
  detail: string('More of it'),
  ms: orNull(integer('How long it took, ms')),
});

export const linkShapes = {
  Link: object(link),
  WholeLink: object({ ...link, steps: list(step) }),
  Links: object({ links: list(ref('Link')), next: orNull(string('For `cursor`; null: nothing comes after these')) }),
  LinkUnlinked: object({ link: ref('Link') }),
} as const;
