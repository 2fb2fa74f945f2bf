import type { AttemptId, LinkId } from '../../protocol/ids.js';
import type { Currency } from '../../protocol/money.js';
import { isFirstCode } from '../../relay/linking/codes.js';
import type { Vault } from '../../relay/linking/crypto.js';
import { startsOf } from '../../relay/linking/limits.js';
import type { WalletLink } from '../../relay/linking/types.js';
import type { Attempt } from '../../relay/payment/types.js';
import type { MemoryDatabase } from './ledger/database.js';
import type { LinkChange } from './ledger/link-table.js';
import type { Oracle, Predicate } from './oracle.js';
import type { LinkedWallets } from './world/links.js';

export type LinkWitnessParts = {
  readonly oracle: Oracle;
  readonly wallets: LinkedWallets;
  readonly vault: Vault;
  readonly database: () => MemoryDatabase;
  /** Minor units. */
  readonly mostADay: (currency: Currency) => number;
};

const isOver = ({ state }: WalletLink): boolean => state === 'revoking' || state === 'unlinked';
const holdsMoney = ({ state }: Attempt): boolean => state !== 'declined' && state !== 'refused' && state !== 'reversed';

/** Sees who has opened what, who has agreed, who has pressed, and what is paid with: the W-predicates, after each fact. */
export class LinkWitness {
  readonly #parts: LinkWitnessParts;
  /** The phone that was let in first. */
  readonly #owners = new Map<LinkId, string>();
  /** Links to whose digits their owner has said yes; or whose owner agreed before any relay knew where. */
  readonly #compared = new Set<LinkId>();
  /** By then nothing may be begun with its token. */
  readonly #over = new Set<LinkId>();
  /** Said yes to after that. */
  readonly #tooLate = new Set<AttemptId>();
  /** Which attempt was taken with a code. */
  readonly #taken = new Map<string, AttemptId>();

  constructor(parts: LinkWitnessParts) {
    this.#parts = parts;
  }

  #violate(predicate: Predicate, text: string, { kiosk }: WalletLink, attempt?: AttemptId): void {
    this.#parts.oracle.violate(predicate, text, attempt, kiosk);
  }

  /** A phone was told what only the link's owner is told. */
  letIn(link: WalletLink, session: string): void {
    const owner = this.#owners.get(link.id) ?? session;
    this.#owners.set(link.id, owner);
    if (owner !== session || link.session !== this.#parts.vault.hash('session', session))
      this.#violate('W2', 'a phone is let in that was not the first to open the link', link);
  }

  /** Its owner has looked at both displays, and said yes. */
  compared(link: LinkId): void {
    this.#compared.add(link);
  }

  /** A link's row as a commit left it. */
  committed({ before, after }: LinkChange): void {
    const { wallets } = this.#parts;
    if (before && before.session !== null && before.session !== after.session)
      this.#violate('W2', 'a link has changed its owner', after);
    if (after.state === 'authorised') this.#authorised(before, after);
    if (after.state === 'linked' && before?.state === 'authorised') {
      // Also one that was never answered, as where the relay died behind its commit.
      const owner = wallets.sessionBy(after.session);
      if (owner === undefined) this.#violate('W2', 'linked, and no phone has opened it', after);
      else wallets.owns(after.id, owner);
      wallets.linked(after);
    }
    if (isOver(after)) this.#over.add(after.id);
  }

  #authorised(before: WalletLink | undefined, after: WalletLink): void {
    if (before?.state === 'authorised') {
      if (before.authCode !== after.authCode) this.#violate('W4', 'one state was agreed to twice', after);
      return;
    }
    if (after.session === null) this.#violate('W2', 'agreed, and no phone has opened it', after);
    if (!this.#compared.has(after.id))
      this.#violate('W2', 'agreed, and nobody has compared the digits of phone and kiosk', after);
  }

  /** A commit was lost again, with the database's server. */
  forgotten({ before, after }: LinkChange): void {
    if (!before || !isOver(before)) this.#over.delete(after.id);
  }

  /** An attempt's row as a commit left it. */
  paymentCommitted(before: Attempt | undefined, after: Attempt): void {
    const link = after.link === null ? undefined : this.#parts.database().link(after.link);
    if (!link || after.link === null) return;
    if (before?.confirmedAt == null && after.confirmedAt !== null && this.#over.has(link.id))
      this.#tooLate.add(after.id);
    if (before || after.state === 'refused') return;
    const code = this.#parts.wallets.shown.get(after.id);
    const earlier = code === undefined ? undefined : this.#taken.get(code);
    if (earlier !== undefined && earlier !== after.id)
      this.#violate('W4', `a code was taken twice, first for ${earlier}`, link, after.id);
    if (code !== undefined) this.#taken.set(code, after.id);
    if (code !== undefined && isFirstCode(code)) this.#checkFirst(link, after);
    this.#checkLimit(link, after);
  }

  #checkFirst(link: WalletLink, { id, kiosk, money }: Attempt): void {
    if (kiosk !== link.kiosk)
      this.#violate('W1', 'a first payment at another kiosk than the owner agreed at', link, id);
    if (money?.amount !== link.money?.amount || money?.currency !== link.money?.currency)
      this.#violate('W1', `agreed to ${link.money?.amount ?? 'nothing'}, and ${money?.amount} is to be paid`, link, id);
  }

  #checkLimit(link: WalletLink, { id, money, createdAt }: Attempt): void {
    if (!money) return;
    const { day } = startsOf(createdAt, 0);
    let sum = 0;
    for (const paid of this.#parts.database().paymentsOf(link.id))
      if (holdsMoney(paid) && paid.createdAt >= day) sum += paid.money?.amount ?? 0;
    const most = this.#parts.mostADay(money.currency);
    if (sum > most) this.#violate('W5', `${sum} in one day, and ${most} is the most`, link, id);
  }

  /** A relay asks the acquirer to charge by a token. */
  charges(attempt: AttemptId): void {
    const { wallets, database } = this.#parts;
    const row = database().attempt(attempt);
    const link = row?.link == null ? undefined : database().link(row.link);
    if (!link) return;
    const isFirst = isFirstCode(wallets.shown.get(attempt) ?? '');
    if (!isFirst && !wallets.pressed.has(attempt))
      this.#violate('W1', 'a linked wallet is charged, and nobody has pressed', link, attempt);
    if (this.#tooLate.has(attempt))
      this.#violate('W3', 'a token is used for what was pressed after its owner had unlinked it', link, attempt);
  }

  /** Somebody else's phone has pressed. */
  confirmedByStranger(attempt: AttemptId, kiosk: string): void {
    this.#parts.oracle.violate('W1', 'a payment was confirmed by a phone that does not own the wallet', attempt, kiosk);
  }

  /** A relay has taken the word that the buyer has agreed. `link`: as that left it, if it is of the state of one. */
  heard(link: WalletLink | undefined): void {
    if (link?.state === 'opened')
      this.#violate('W7', 'its owner has agreed in time, was heard, and it is as before', link);
  }

  /** In the end: none is under way any more. `now`: epoch ms. */
  checkEnd(links: Iterable<WalletLink>, now: number): void {
    for (const link of links) {
      if (isUnderWay(link)) this.#violate('W6', `a link is still ${link.state}`, link);
      if (link.state === 'linked' && link.accessUntil !== null && now > link.accessUntil + LATE_MS)
        this.#violate('W6', 'a token has expired, and its wallet is called linked', link);
    }
  }
}

const LATE_MS = 60_000;
export const isUnderWay = ({ state }: WalletLink): boolean =>
  state === 'offered' || state === 'opened' || state === 'authorised' || state === 'revoking';
