import { createHash, createHmac, randomBytes } from 'node:crypto';
import { type AttemptId, type LinkId, receiptOf } from '../../../protocol/ids.js';
import { LINKED_ALPHABET } from '../../../protocol/linked-code.js';
import type { Money } from '../../../protocol/money.js';
import type { Standing } from '../../../protocol/words.js';
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
  type Question,
  type Refused,
  type Session,
  type ShortCode,
  type Unlinked,
} from '../../../relay/linking/desk-contract.js';
import type { Clock } from '../../../relay/runtime/clock.js';

type Link = {
  readonly id: LinkId;
  readonly offer: Offer;
  readonly until: number;
  state: 'offered' | 'opened' | 'expired' | 'failed' | LinkSeen['state'];
  owner: Session | undefined;
  linkedAt: number | null;
};
type Attempt = {
  readonly id: AttemptId;
  readonly link: Link;
  readonly money: Money;
  readonly at: number;
  readonly until: number;
  standing: Standing;
  returned: number;
};
export type Offer = Pick<Question, 'wallet' | 'kiosk' | 'money' | 'limits' | 'url' | 'digits'>;

const CODE_LIFE_MS = 180_000;
const PRESS_WITHIN_MS = 20_000;
const STEP_MS = 30_000;
const NO_LIMITS: Limits = { payment: null, day: null, year: null };

/** A desk in memory that keeps to the contract, with the wallet, the kiosk and the acquirer in the test's hand. */
export class DoubleDesk implements LinkDesk {
  readonly #clock: Clock;
  readonly #links = new Map<ShortCode, Link>();
  readonly #attempts: Attempt[] = [];
  /** The acquirer has not said where to agree. */
  silent = false;
  /** As when the ledger cannot be asked. */
  broken = false;
  /** How often a page has asked for a session. */
  asked = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  offer(offer: Partial<Offer> = {}): ShortCode {
    const code = letters(randomBytes(8));
    const whole = { wallet: 'AlipayHK', kiosk: 'lobby-1', money: null, limits: NO_LIMITS, digits: '47', ...offer };
    const url = offer.url ?? 'https://wallet.example/agree?state=secret';
    const until = this.#clock.now() + CODE_LIFE_MS;
    const id = randomBytes(16).toString('hex');
    this.#links.set(code, {
      ...{ id, offer: { ...whole, url }, until, state: 'offered', owner: undefined },
      linkedAt: null,
    });
    return code;
  }

  authorise(code: ShortCode): LinkId {
    const link = this.#link(code);
    link.state = 'authorised';
    return link.id;
  }

  link(code: ShortCode): LinkId {
    const link = this.#link(code);
    [link.state, link.linkedAt] = ['linked', this.#clock.now()];
    return link.id;
  }

  revoked(id: LinkId): void {
    for (const link of this.#links.values()) if (link.id === id) link.state = 'unlinked';
  }

  /** A member code was held under a scanner. */
  scanned(id: LinkId, money: Money): AttemptId {
    const link = [...this.#links.values()].find((one) => one.id === id);
    if (!link) throw new Error('no such link');
    const [attempt, at] = [randomBytes(16).toString('hex'), this.#clock.now()];
    const until = at + PRESS_WITHIN_MS;
    this.#attempts.unshift({ id: attempt, link, money, at, until, standing: 'confirm-pending', returned: 0 });
    return attempt;
  }

  end(id: AttemptId, standing: Standing, returned = 0): void {
    for (const attempt of this.#attempts) if (attempt.id === id) Object.assign(attempt, { standing, returned });
  }

  async open(code: ShortCode, session: Session): Promise<Opened> {
    const found = this.#of(code, session);
    if ('kind' in found) return found;
    [found.state, found.owner] = [found.state === 'offered' ? 'opened' : found.state, session];
    if (found.state !== 'opened') return { kind: 'member' };
    if (this.silent) throw new NotYet();
    return { kind: 'question', ...found.offer, leftMs: found.until - this.#clock.now() };
  }

  async agree(code: ShortCode, session: Session): Promise<Agreed> {
    const found = this.#of(code, session);
    if ('kind' in found) return found;
    if (found.owner === undefined) return { kind: 'unknown' };
    if (found.state !== 'opened') return { kind: 'member' };
    if (this.silent) throw new NotYet();
    return { kind: 'go', url: found.offer.url };
  }

  async refuse(code: ShortCode, session: Session): Promise<Refused> {
    const found = this.#of(code, session);
    if ('kind' in found) {
      return found.kind === 'over' && this.#links.get(code)?.state === 'failed' ? { kind: 'refused' } : found;
    }
    if (found.owner === undefined) return { kind: 'unknown' };
    if (found.state !== 'opened') return { kind: 'member' };
    found.state = 'failed';
    return { kind: 'refused' };
  }

  async member(session: Session): Promise<Member> {
    this.#check();
    this.asked += 1;
    const now = this.#clock.now();
    const own = this.#attempts.filter(({ link }) => link.owner === session);
    const links = [...this.#links]
      .reverse()
      .flatMap(([code, link]) => (link.owner === session ? seen(code, link, now) : []));
    const named = ({ id: attempt, link, money }: Attempt) => ({
      ...{ attempt, money, kiosk: link.offer.kiosk, wallet: link.offer.wallet },
    });
    return {
      links,
      presses: own.filter((a) => this.#waits(a)).map((a) => ({ ...named(a), leftMs: a.until - now })),
      payments: own.slice(0, 20).map((a) => {
        const standing = a.standing === 'confirm-pending' && !this.#waits(a) ? 'declined' : a.standing;
        return { ...named(a), at: a.at, standing, returned: a.returned, receipt: receiptOf(a.id) };
      }),
    };
  }

  async confirm(id: AttemptId, session: Session): Promise<Confirmed> {
    this.#check();
    const attempt = this.#attempts.find((a) => a.id === id && a.link.owner === session);
    if (!attempt) return { kind: 'unknown' };
    if (attempt.standing === 'submitted') return { kind: 'confirmed' };
    if (!this.#waits(attempt)) return { kind: 'over' };
    attempt.standing = 'submitted';
    return { kind: 'confirmed' };
  }

  async deny(id: AttemptId, session: Session): Promise<Denied> {
    this.#check();
    const attempt = this.#attempts.find((a) => a.id === id && a.link.owner === session);
    if (!attempt) return { kind: 'unknown' };
    if (this.#waits(attempt)) attempt.standing = 'declined';
    return { kind: attempt.standing === 'declined' ? 'denied' : 'over' };
  }

  async unlink(id: LinkId, session: Session): Promise<Unlinked> {
    this.#check();
    const link = [...this.#links.values()].find((one) => one.id === id && one.owner === session);
    if (!link || link.linkedAt === null) return { kind: 'unknown' };
    if (link.state === 'linked') link.state = 'revoking';
    return { kind: 'unlinking' };
  }

  #check(): void {
    if (this.broken) throw new Error('the ledger cannot be asked');
  }

  #link(code: ShortCode): Link {
    const link = this.#links.get(code);
    if (!link) throw new Error('no such link');
    return link;
  }

  #waits({ standing, until }: Attempt): boolean {
    return standing === 'confirm-pending' && this.#clock.now() <= until;
  }

  #of(code: ShortCode, session: Session): Link | NotOpen {
    this.#check();
    const link = this.#links.get(code);
    if (!link) return { kind: 'unknown' };
    if ((link.state === 'offered' || link.state === 'opened') && this.#clock.now() >= link.until)
      link.state = 'expired';
    const over = link.state === 'expired' || link.state === 'failed';
    const own = link.owner === session;
    if (over) return { kind: own ? 'over' : 'unknown' };
    return link.owner === undefined || own ? link : { kind: 'other-phone' };
  }
}

const letters = (bytes: Uint8Array): string => [...bytes].map((byte) => LINKED_ALPHABET[byte % 32] ?? '').join('');

function seen(shortCode: ShortCode, link: Link, now: number): LinkSeen[] {
  const { id, state, linkedAt, offer } = link;
  if (state === 'offered' || state === 'expired' || state === 'failed') return [];
  if (state === 'opened' && now >= link.until) return [];
  const step = Math.floor(now / STEP_MS);
  const who = letters(createHash('sha256').update(id).digest().subarray(0, 10));
  const mac = letters(createHmac('sha256', id).update(String(step)).digest().subarray(0, 10));
  const code = state === 'linked' ? { text: `QZM${who}${mac}`, leftMs: (step + 1) * STEP_MS - now } : null;
  const user = linkedAt === null ? null : '852-9***21';
  const { wallet: name, limits } = offer;
  const short = state === 'opened' ? shortCode : null;
  return [{ link: id, wallet: name.toLowerCase(), name, state, short, user, linkedAt, limits, code }];
}
