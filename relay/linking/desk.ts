import type { Database } from '../ledger/database.js';
import { waitsForPress } from '../payment/submitted.js';
import type { Attempt, PaymentEvent } from '../payment/types.js';
import { type Applied, type ApplyContext, applyIn } from '../worker/apply.js';
import { type AppliedLink, applyLinkIn, type Both } from './apply.js';
import { memberCode, newDigits } from './codes.js';
import type { StoredLink } from './contract.js';
import {
  type Agreed,
  type Confirmed,
  type Denied,
  type Limits,
  type LinkDesk,
  type LinkSeen,
  type Member,
  type NotOpen,
  NotYet,
  type Opened,
  type Refused,
  type Session,
  type ShortCode,
  type Unlinked,
} from './desk-contract.js';
import { limitsShown } from './limits.js';
import type { LinkOffice } from './office.js';
import { attemptsOfLinks, paidBy } from './payments.js';
import { walletOf } from './rules.js';
import type { LinkEvent, WalletLink } from './types.js';

export type BuyersDeskParts = {
  readonly db: Database;
  readonly office: LinkOffice;
  /** What a step of a payment is told, and what follows its commit. */
  readonly applyContext: () => ApplyContext;
  readonly committed: (applied: Applied) => void;
};

const PAYMENTS_SHOWN = 20;
const UNLINKED_SHOWN_MS = 24 * 3_600_000;

type Decision = Extract<PaymentEvent, { readonly type: 'confirmed' | 'abort' }>;

/** What the buyer's page asks, answered from the ledger. */
export class BuyersDesk implements LinkDesk {
  readonly #parts: BuyersDeskParts;

  constructor(parts: BuyersDeskParts) {
    this.#parts = parts;
  }

  open(code: ShortCode, session: Session): Promise<Opened> {
    const { vault, random } = this.#parts.office.parts;
    const event = { type: 'opened', session: vault.hash('session', session), digits: newDigits(random) } as const;
    return this.#at(code, session, async (both, stored) => {
      const isNew = stored.link.state === 'offered';
      const applied = isNew ? await this.#apply(both, stored, event) : undefined;
      const { link } = applied ?? stored;
      return { applied, answer: () => this.#questionOf(link) };
    });
  }

  agree(code: ShortCode, session: Session): Promise<Agreed> {
    return this.#at<Agreed>(code, session, async (_, { link }) => {
      if (link.state === 'offered') return { answer: () => ({ kind: 'unknown' }) };
      return { answer: () => (link.state === 'opened' ? { kind: 'go', url: this.#urlOf(link) } : { kind: 'member' }) };
    });
  }

  refuse(code: ShortCode, session: Session): Promise<Refused> {
    return this.#at<Refused>(
      code,
      session,
      async (both, stored) => {
        if (stored.link.state === 'offered') return { answer: () => ({ kind: 'unknown' }) };
        if (stored.link.state !== 'opened') return { answer: () => ({ kind: 'member' }) };
        return { applied: await this.#apply(both, stored, { type: 'refused' }), answer: () => ({ kind: 'refused' }) };
      },
      ({ state }) => (state === 'failed' ? { kind: 'refused' } : { kind: 'over' }),
    );
  }

  async member(session: Session): Promise<Member> {
    const { db, office } = this.#parts;
    const { links, vault, clock } = office.parts;
    const now = clock.now();
    const own = await links.ofSession(vault.hashes('session', session));
    const names = new Map(own.map((link) => [link.id, this.#nameOf(link)]));
    const nameOf = (link: string): string => names.get(link) ?? '';
    const attempts = await attemptsOfLinks(db, [...names.keys()], PAYMENTS_SHOWN);
    const waiting = attempts.filter((attempt) => waitsForPress(attempt) && now <= attempt.payUntil);
    return {
      links: own.flatMap((link) => this.#seen(link, now)),
      presses: waiting.flatMap(({ id: attempt, money, kiosk, link, payUntil }) =>
        money ? [{ attempt, money, kiosk, wallet: nameOf(link ?? ''), leftMs: payUntil - now }] : [],
      ),
      payments: await paidBy(db, attempts, nameOf, now),
    };
  }

  async confirm(id: string, session: Session): Promise<Confirmed> {
    const attempt = await this.#decide(id, session, { type: 'confirmed', by: 'phone' });
    if (!attempt) return { kind: 'unknown' };
    return { kind: attempt.confirmedAt === null ? 'over' : 'confirmed' };
  }

  async deny(id: string, session: Session): Promise<Denied> {
    const attempt = await this.#decide(id, session, { type: 'abort' });
    if (!attempt) return { kind: 'unknown' };
    return { kind: attempt.confirmedAt === null && attempt.state === 'declined' ? 'denied' : 'over' };
  }

  /** The attempt after it; undefined: none of this session's. What waits for no press is left as it is. */
  async #decide(id: string, session: Session, event: Decision): Promise<Attempt | undefined> {
    const { office, applyContext, committed } = this.#parts;
    const { links, vault } = office.parts;
    const own = new Set((await links.ofSession(vault.hashes('session', session))).map(({ id: link }) => link));
    const { attempt, done } = await links.transaction(async (tx) => {
      const known = await tx.load(id);
      if (!known?.link || !own.has(known.link)) return {};
      // As at the kiosk's own button: nobody is charged for a boot that was shut out. To stop it is always right.
      const isGreeted = (await tx.lockForPay(known.kiosk))?.nonce === known.boot;
      const stored = await tx.lock(id);
      if (!stored) return {};
      const mayGoOn = waitsForPress(stored.attempt) && (isGreeted || event.type === 'abort');
      if (!mayGoOn) return { attempt: stored.attempt };
      const applied = await applyIn(tx, stored, event, applyContext());
      return { attempt: applied.attempt, done: applied };
    });
    if (done) committed(done);
    return attempt;
  }

  async unlink(id: string, session: Session): Promise<Unlinked> {
    const { office } = this.#parts;
    const { links, vault } = office.parts;
    const sessions = vault.hashes('session', session);
    const done = await links.transaction(async (ledger, tx) => {
      const stored = await tx.lock(id);
      const isOwn = stored?.link.session != null && sessions.includes(stored.link.session);
      if (!stored || !isOwn || stored.link.linkedAt === null) return undefined;
      if (stored.link.state !== 'linked') return { applied: undefined };
      return { applied: await this.#apply({ ledger, links: tx }, stored, { type: 'unlink', by: 'owner' }) };
    });
    if (done?.applied) office.committed(done.applied);
    return { kind: done ? 'unlinking' : 'unknown' };
  }

  #apply(both: Both, stored: StoredLink, event: LinkEvent): Promise<AppliedLink> {
    return applyLinkIn(both, stored, event, this.#parts.office.context());
  }

  /** Under the link's lock, where this session may ask; `answer` after the commit, and after the kiosk was told. */
  async #at<T>(
    code: ShortCode,
    session: Session,
    work: (both: Both, stored: StoredLink) => Promise<{ applied?: AppliedLink | undefined; answer: () => T | NotOpen }>,
    ofOver: (link: WalletLink) => T | NotOpen = () => ({ kind: 'over' }),
  ): Promise<T | NotOpen> {
    const { office } = this.#parts;
    const { links, vault, clock } = office.parts;
    const sessions = vault.hashes('session', session);
    const { applied, answer } = await links.transaction(async (ledger, tx) => {
      const stored = await tx.lockBy('short', [code]);
      const state = stored && standOf(stored.link, sessions, clock.now());
      if (!stored || state === undefined)
        return { answer: (): T | NotOpen => ({ kind: 'unknown' }), applied: undefined };
      if (state === 'over') return { answer: () => ofOver(stored.link), applied: undefined };
      if (state === 'other-phone') return { answer: (): T | NotOpen => ({ kind: state }), applied: undefined };
      return await work({ ledger, links: tx }, stored);
    });
    if (applied) office.committed(applied);
    return answer();
  }

  #questionOf(link: WalletLink): Opened {
    if (link.state !== 'opened') return { kind: 'member' };
    const { clock } = this.#parts.office.parts;
    return {
      ...{ kind: 'question', digits: link.digits, wallet: this.#nameOf(link), kiosk: link.kiosk, money: link.money },
      ...{ limits: this.#limitsOf(link), url: this.#urlOf(link), leftMs: Math.max(0, link.expiresAt - clock.now()) },
    };
  }

  #urlOf({ id, walletUrl }: WalletLink): string {
    if (walletUrl === null) throw new NotYet();
    return this.#parts.office.parts.vault.open(walletUrl, id, 'wallet_url');
  }

  #walletOf({ account, wallet }: WalletLink) {
    return walletOf(this.#parts.office.parts.accounts, account, wallet);
  }

  #nameOf(link: WalletLink): string {
    return this.#walletOf(link)?.name ?? link.wallet;
  }

  #limitsOf(link: WalletLink): Limits {
    const wallet = this.#walletOf(link);
    const none = { payment: null, day: null, year: null };
    return wallet ? limitsShown(wallet, this.#parts.office.parts.rules.limits) : none;
  }

  #seen(link: WalletLink, now: number): LinkSeen[] {
    const { id, wallet, state, user, linkedAt, endedAt, member } = link;
    if (state === 'offered' || state === 'expired' || state === 'failed') return [];
    if (state === 'opened' && now >= link.expiresAt) return [];
    if (endedAt !== null && now >= endedAt + UNLINKED_SHOWN_MS) return [];
    const isLinked = state === 'linked' && member !== null;
    const code = isLinked ? memberCode(this.#parts.office.parts.vault, member, now) : null;
    const short = state === 'opened' ? link.short : null;
    const [name, limits] = [this.#nameOf(link), this.#limitsOf(link)];
    return [{ link: id, wallet, name, state, short, user, linkedAt, limits, code }];
  }
}

/** How a link stands for this phone; undefined: it is told that there is none. */
function standOf(
  link: WalletLink,
  sessions: readonly string[],
  now: number,
): 'own' | 'other-phone' | 'over' | undefined {
  const { state, session, expiresAt } = link;
  const isOwn = session !== null && sessions.includes(session);
  const isOffered = state === 'offered' || state === 'opened';
  if (state === 'expired' || state === 'failed' || (isOffered && now >= expiresAt)) return isOwn ? 'over' : undefined;
  if (isOwn || state === 'offered') return 'own';
  // One that was linked by the wallet's own code belongs to no phone.
  return session === null ? undefined : 'other-phone';
}
