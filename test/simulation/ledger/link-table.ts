import type { Currency } from '../../../protocol/money.js';
import type { LinkKey } from '../../../relay/linking/contract.js';
import { endedStages, type LinkStage, type WalletLink } from '../../../relay/linking/types.js';
import { type AttemptSlot, fault, type LinkRow, LinkSlot, type Writer } from './rows.js';
import { Timeline } from './timeline.js';

export type LinkChange = { readonly before: WalletLink | undefined; readonly after: WalletLink };

const keys = ['short', 'state', 'first', 'token', 'member'] as const satisfies LinkKey[];

export const keyOf = (link: WalletLink, key: LinkKey): string | null => {
  switch (key) {
    case 'short':
      return link.short;
    case 'state':
      return link.stateHash;
    case 'first':
      return link.firstHash;
    case 'token':
      return link.tokenHash;
    case 'member':
      return link.member;
  }
};

export const isOffered = ({ state }: WalletLink): boolean => state === 'offered' || state === 'opened';

/** The tables `wallet_link` and what of `attempt` belongs to a link, with their indexes. */
export class LinkTable {
  readonly slots = new Map<string, LinkSlot>();
  readonly due = new Timeline<LinkSlot>();
  /** As committed, but for `short`, which is taken by who is inserting it too. */
  readonly #by = new Map(keys.map((key) => [key, new Map<string, LinkSlot>()] as const));
  readonly #ofSession = new Map<string, Set<LinkSlot>>();
  readonly #offered = new Map<string, Set<LinkSlot>>();
  readonly #payments = new Map<string, AttemptSlot[]>();
  #ranks = 0;

  find(key: LinkKey, value: string): LinkSlot | undefined {
    return this.#by.get(key)?.get(value);
  }

  ofSession(session: string): Iterable<LinkSlot> {
    return this.#ofSession.get(session) ?? [];
  }

  offeredAt(kiosk: string): Iterable<LinkSlot> {
    return this.#offered.get(kiosk) ?? [];
  }

  add(writer: Writer, link: WalletLink): void {
    this.#ranks += 1;
    const slot = new LinkSlot(link.id, this.#ranks);
    this.slots.set(link.id, slot);
    this.#by.get('short')?.set(link.short, slot);
    writer.writeLink(slot, { link, version: 1, leaseOwner: null, leaseUntil: null });
  }

  addPayment(link: string, slot: AttemptSlot): void {
    const known = this.#payments.get(link);
    if (known) known.push(slot);
    else this.#payments.set(link, [slot]);
  }

  dropPayment(link: string, slot: AttemptSlot): void {
    const others = this.#payments.get(link)?.filter((other) => other !== slot) ?? [];
    this.#payments.set(link, others);
  }

  paymentsOf(link: string): readonly AttemptSlot[] {
    return this.#payments.get(link) ?? [];
  }

  /** What `writer` sees of it. */
  spent(writer: Writer | undefined, link: string, currency: Currency, from: number): number {
    let sum = 0;
    for (const slot of this.paymentsOf(link)) {
      const { money, state, createdAt } = slot.seenBy(writer)?.attempt ?? {};
      const isFree = state === undefined || state === 'declined' || state === 'refused' || state === 'reversed';
      if (!isFree && money?.currency === currency && (createdAt ?? 0) >= from) sum += money.amount;
    }
    return sum;
  }

  #drop(slot: LinkSlot, { link }: LinkRow): void {
    this.slots.delete(slot.id);
    this.#by.get('short')?.delete(link.short);
  }

  #place(slot: LinkSlot, row: LinkRow | undefined): void {
    const was = slot.row;
    slot.row = row;
    this.due.move(slot.due, row?.link.nextAt ?? null);
    for (const key of keys) {
      if (key === 'short') continue;
      const [old, now] = [was && keyOf(was.link, key), row && keyOf(row.link, key)];
      if (old === now) continue;
      const index = this.#by.get(key);
      if (old != null) index?.delete(old);
      if (now != null) index?.set(now, slot);
    }
    move(this.#ofSession, slot, was?.link.session, row?.link.session);
    const kioskOf = (of: LinkRow | undefined): string | undefined =>
      of && isOffered(of.link) ? of.link.kiosk : undefined;
    move(this.#offered, slot, kioskOf(was), kioskOf(row));
  }

  commit(writer: Writer): LinkChange[] {
    const changed: LinkChange[] = [];
    for (const slot of writer.links) {
      const before = slot.row?.link;
      const row = settled(slot);
      this.#place(slot, row);
      if (before !== row.link) changed.push({ before, after: row.link });
    }
    return changed;
  }

  /** Asked before the commit. */
  wayBack(writer: Writer): () => void {
    const before = writer.links.map((slot) => [slot, slot.row] as const);
    return () => {
      for (const [slot, row] of before) {
        const lost = slot.row;
        this.#place(slot, row);
        if (lost && !row) this.#drop(slot, lost);
      }
    };
  }

  rollback(writer: Writer): void {
    for (const slot of writer.links) {
      const written = settled(slot);
      if (!slot.row) this.#drop(slot, written);
    }
  }
}

function move(
  index: Map<string, Set<LinkSlot>>,
  slot: LinkSlot,
  from: string | null | undefined,
  to: string | null | undefined,
): void {
  if (from === to) return;
  if (from != null) index.get(from)?.delete(slot);
  if (to == null) return;
  const known = index.get(to);
  if (known) known.add(slot);
  else index.set(to, new Set([slot]));
}

function settled(slot: LinkSlot): LinkRow {
  const written = slot.pending;
  if (written === undefined) throw new Error('memory ledger: a link was written without a row');
  slot.pending = undefined;
  slot.writer = undefined;
  return written;
}

const ways: ReadonlySet<string> = new Set([
  ...['offered opened', 'offered authorised', 'offered expired', 'offered failed', 'opened authorised'],
  ...['opened expired', 'opened failed', 'authorised linked', 'authorised failed', 'linked revoking'],
  ...['linked unlinked', 'revoking unlinked'],
]);

/** The trigger wallet_link_guard; what was asked cannot be written by a save. */
export function guardLink(was: WalletLink, is: WalletLink): void {
  if (was.state !== is.state && !ways.has(`${was.state} ${is.state}`)) {
    fault(`wallet_link: ${was.state} never leads to ${is.state}`);
  }
  const changes = (of: 'session' | 'member'): boolean => was[of] !== null && is[of] !== was[of];
  if (changes('session') || changes('member')) fault('wallet_link: the first phone that opened it owns it');
}

const stages: ReadonlySet<LinkStage> = new Set(['linked', 'revoking']);

/** The table's CHECKs. */
export function checkLink(link: WalletLink): void {
  const of = (): never => fault('new row for relation "wallet_link" violates check constraint "wallet_link_check"');
  const { state, endedAt, authCode, accessToken, tokenHash } = link;
  if ((endedAt === null) === endedStages.has(state)) of();
  if (state === 'authorised' && authCode === null) of();
  if (stages.has(state) && (accessToken === null || tokenHash === null)) of();
  const secrets = [link.walletUrl, link.walletCode, authCode, accessToken, link.refreshToken];
  const hashes = [link.stateHash, link.firstHash, tokenHash];
  if (endedAt !== null && [...secrets, ...hashes].some((secret) => secret !== null)) of();
}
