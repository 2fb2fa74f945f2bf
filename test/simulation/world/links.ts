import type { Currency } from '../../../protocol/money.js';
import { firstCode, memberCode, newMember } from '../../../relay/linking/codes.js';
import { Vault } from '../../../relay/linking/crypto.js';
import type { WalletLink } from '../../../relay/linking/types.js';
import type { Chance } from '../chance.js';
import type { MemoryDatabase } from '../ledger/database.js';
import { EPOCH_MS } from './epoch.js';
import { issuerOf, issuers } from './linkable.js';
import type { WalletHouse } from './wallet-house.js';

const KEY = Buffer.alloc(32, 5);
/** Of all that were linked here; so few come back that some come often. */
const RETURNING_MOST = 12;

/** A wallet as its owner holds it. */
export type Owned = { readonly link: string; readonly session: string };

/** The linked wallets of a world as their owners know them, and what their owners have done. */
export class LinkedWallets {
  readonly vault: Vault;
  /** Attempts for which the customer has pressed. */
  readonly pressed = new Set<string>();
  /** What was shown for each attempt. */
  readonly shown = new Map<string, string>();
  readonly #sessions = new Map<string, string>();
  readonly #phones = new Map<string, string>();
  /** Of the last one that was linked: who has seen it on its way may try. */
  #first = '';
  readonly #owned: { readonly link: string; readonly currency: Currency }[] = [];
  readonly #chance: Chance;
  readonly #database: () => MemoryDatabase;
  readonly #house: () => WalletHouse;

  constructor(chance: Chance, database: () => MemoryDatabase, house: () => WalletHouse) {
    this.#chance = chance;
    this.#database = database;
    this.#house = house;
    const nonces = chance.fork('nonces');
    this.vault = new Vault(KEY, undefined, (n) => nonces.bytes(n));
  }

  /** A phone that has been here before keeps its cookie; this is a new one. */
  newSession(): string {
    const session = `cookie-${this.#chance.bytes(16).toString('hex')}`;
    this.#phones.set(this.vault.hash('session', session), session);
    return session;
  }

  /** Of the phone whose cookie has this hash. */
  sessionBy(hash: string | null): string | undefined {
    return hash === null ? undefined : this.#phones.get(hash);
  }

  owns(link: string, session: string): void {
    this.#sessions.set(link, session);
  }

  /** Its owner may come back with it. */
  linked(link: WalletLink): void {
    const { id, wallet } = link;
    this.#first = firstCode(this.vault, link) ?? this.#first;
    this.#owned.push({ link: id, currency: wallet === issuers.HKD ? 'HKD' : 'JPY' });
    if (this.#owned.length > RETURNING_MOST) this.#owned.shift();
  }

  /**
   * A customer with a linked wallet: one who has linked it here, or one whose wallet was linked before the world began.
   * @param chance of the customer
   */
  come(currency: Currency, now: number, chance: Chance): Owned {
    const here = this.#owned.filter((owned) => owned.currency === currency);
    const again = here.length > 0 && chance.hits(0.6) ? chance.pick(here) : undefined;
    const session = again && this.#sessions.get(again.link);
    return again && session !== undefined ? { link: again.link, session } : this.#ready(currency, now);
  }

  /** Undefined: none was made yet. */
  firstCode(): string | undefined {
    return this.#first === '' ? undefined : this.#first;
  }

  /** What its owner's page shows; `awayMs`: how far that is from being of this moment. */
  codeOf(link: string, now: number, awayMs = 0): string | undefined {
    const member = this.#database().link(link)?.member;
    return member == null ? undefined : memberCode(this.vault, member, EPOCH_MS + Math.floor(now + awayMs)).text;
  }

  #ready(currency: Currency, now: number): Owned {
    const id = this.#chance.bytes(16).toString('hex');
    const session = this.newSession();
    const token = this.#house().newToken();
    const member = newMember((n) => this.#chance.bytes(n));
    const at = EPOCH_MS + Math.floor(now);
    this.#database().putLink({
      ...{ id, kiosk: 'x', merchant: 'm', account: 'simulated', wallet: issuerOf(currency) ?? '', money: null },
      ...{ ownCode: false, short: member.slice(0, 8), createdAt: at, expiresAt: at, state: 'linked', reason: null },
      ...{ session: this.vault.hash('session', session), digits: '00', stateHash: null, walletUrl: null },
      ...{ walletCode: null, authCode: null, accessToken: this.vault.seal(token, id, 'access_token') },
      ...{ accessUntil: null, refreshToken: null, refreshUntil: null, tokenHash: this.vault.hash('token', token) },
      ...{ firstHash: null, member, user: null, openedAt: at, authorisedAt: at, linkedAt: at, endedAt: null },
      ...{ tries: 0, nextAt: null },
    });
    this.#sessions.set(id, session);
    return { link: id, session };
  }

  /** By its owner, in the wallet. Returns the dead token; undefined: it had none. */
  cancel(link: string): string | undefined {
    const sealed = this.#database().link(link)?.accessToken;
    if (sealed == null) return undefined;
    const token = this.vault.open(sealed, link, 'access_token');
    this.#house().kill(token);
    return token;
  }
}
