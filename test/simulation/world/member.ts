import type { Currency } from '../../../protocol/money.js';
import type { BuyersDesk } from '../../../relay/linking/desk.js';
import type { Chance } from '../chance.js';
import type { FaultSource, Faults } from '../faults.js';
import type { LinkWitness } from '../link-witness.js';
import type { Story } from '../story.js';
import type { Timeline } from '../time.js';
import type { SimulatedKiosk } from './kiosk.js';
import type { LinkedWallets } from './links.js';
import type { Wallets } from './wallet.js';
import type { WalletHouse } from './wallet-house.js';

export type MemberParts = {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly story: Story;
  readonly chance: Chance;
  readonly wallets: Wallets;
  readonly links: LinkedWallets;
  readonly house: WalletHouse;
  readonly witness: LinkWitness;
  /** Where the page of some relay asks. */
  readonly desk: () => BuyersDesk | undefined;
  readonly elsewhere: () => SimulatedKiosk | undefined;
};

/** What a customer holds under the scanner; `link`: of a linked wallet that is the customer's own. */
export type Held = { readonly code: string; readonly link?: string; readonly session?: string };

const PRESSES = 8;
const STEP_MS = 30_000;
const names = [
  ...(['press-missing', 'press-on-phone', 'press-by-stranger', 'token-cancelled', 'unlinked-meanwhile'] as const),
  ...(['member-code-old', 'member-code-again', 'limit-raced', 'first-code-shown'] as const),
] as const;

/** Customers of one kiosk whose wallet is linked: what they show, and who says yes. */
export class Members {
  readonly #parts: MemberParts;
  readonly #kiosk: SimulatedKiosk;
  readonly #sources: Readonly<Record<(typeof names)[number], FaultSource>>;
  #before = '';

  constructor(kiosk: SimulatedKiosk, parts: MemberParts) {
    this.#kiosk = kiosk;
    this.#parts = parts;
    const at = (name: (typeof names)[number]) => [name, parts.faults.source(name, kiosk.name)] as const;
    this.#sources = Object.fromEntries(names.map(at)) as Record<(typeof names)[number], FaultSource>;
  }

  /** Undefined: this phone shows nothing that is of use. */
  hold(currency: Currency): Held | undefined {
    const { links, timeline, chance } = this.#parts;
    const s = this.#sources;
    const peeked = s['first-code-shown'].strikes() ? links.firstCode() : undefined;
    if (peeked !== undefined) return { code: peeked };
    // A photograph of what another customer has shown.
    if (s['member-code-again'].strikes() && this.#before !== '') return { code: this.#before };
    const { link, session } = links.come(currency, timeline.now, chance);
    const away = s['member-code-old'].strikes() ? s['member-code-old'].chance.pick([-150, -60, -30, 30, 60]) : 0;
    const code = links.codeOf(link, timeline.now, away * 1_000);
    if (code === undefined) return undefined;
    this.#before = code;
    if (s['limit-raced'].strikes()) this.#race(link);
    return { code, link, session };
  }

  /** The same wallet's next code, or the one before, at another kiosk in the same moment. */
  #race(link: string): void {
    const { links, timeline, wallets, elsewhere } = this.#parts;
    const { chance } = this.#sources['limit-raced'];
    const other = links.codeOf(link, timeline.now, chance.pick([-STEP_MS, STEP_MS]));
    const kiosk = elsewhere();
    if (other === undefined || !kiosk) return;
    wallets.issue(kiosk.name, chance, timeline.now, other);
    kiosk.scan(other);
  }

  /** An attempt has begun with what was held: its owner presses, or does not, or has other things in mind. */
  pay(order: string, attempt: string, { link, session }: Held): void {
    const s = this.#sources;
    if (link !== undefined && session !== undefined) this.#owned(attempt, link, session);
    if (s['press-missing'].strikes()) return;
    if (session !== undefined && s['press-on-phone'].strikes()) this.#pressOnPhone(attempt, session);
    else this.#pressHere(order, attempt);
  }

  #owned(attempt: string, link: string, session: string): void {
    const { links, house, timeline, desk, witness } = this.#parts;
    const s = this.#sources;
    if (s['token-cancelled'].strikes()) {
      const { chance: when } = s['token-cancelled'];
      timeline.after(when.wait(2_500), () => {
        const token = links.cancel(link);
        if (token !== undefined && when.hits(0.5)) house.cancelled(token);
      });
    }
    if (s['unlinked-meanwhile'].strikes())
      timeline.after(s['unlinked-meanwhile'].chance.wait(1_500), () => {
        void desk()
          ?.unlink(link, session)
          .catch(() => {});
      });
    if (s['press-by-stranger'].strikes())
      timeline.after(s['press-by-stranger'].chance.wait(1_000), async () => {
        const confirmed = await desk()
          ?.confirm(attempt, links.newSession())
          .catch(() => undefined);
        if (confirmed?.kind === 'confirmed') witness.confirmedByStranger(attempt, this.#kiosk.name);
      });
  }

  #pressHere(order: string, attempt: string): void {
    const { links } = this.#parts;
    const { life } = this.#kiosk;
    this.#repeat(async () => {
      // Before the word arrives: it may be said in the same moment.
      const before = links.pressed.has(attempt);
      links.pressed.add(attempt);
      const isDone = life?.kiosk.desk.press(order) === true;
      if (!isDone && !before) links.pressed.delete(attempt);
      return isDone;
    });
  }

  #pressOnPhone(attempt: string, session: string): void {
    const { links, desk } = this.#parts;
    this.#repeat(async () => {
      links.pressed.add(attempt);
      const answer = await desk()
        ?.confirm(attempt, session)
        .catch(() => undefined);
      return answer?.kind === 'confirmed';
    });
  }

  #repeat(press: () => Promise<boolean>): void {
    const { timeline, chance } = this.#parts;
    const again = (tries: number): void => {
      timeline.after(400 + chance.wait(1_000), async () => {
        if (!(await press()) && tries < PRESSES) again(tries + 1);
      });
    };
    again(1);
  }
}
