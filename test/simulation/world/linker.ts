import type { AuthorizationNotice } from '../../../relay/acquirers/contract.js';
import type { BuyersDesk } from '../../../relay/linking/desk.js';
import { NotYet, type Opened } from '../../../relay/linking/desk-contract.js';
import type { Chance } from '../chance.js';
import type { FaultSource, Faults } from '../faults.js';
import type { MemoryDatabase } from '../ledger/database.js';
import type { LinkWitness } from '../link-witness.js';
import type { Story } from '../story.js';
import type { Timeline } from '../time.js';
import type { SimulatedKiosk } from './kiosk.js';
import { issuerOf } from './linkable.js';
import type { LinkedWallets } from './links.js';
import { WalletHouse } from './wallet-house.js';

export type LinkerParts = {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly story: Story;
  readonly chance: Chance;
  readonly links: LinkedWallets;
  readonly witness: LinkWitness;
  readonly house: WalletHouse;
  readonly database: MemoryDatabase;
  /** Of some relay that runs. */
  readonly desk: () => BuyersDesk | undefined;
};

export type Notice = Extract<AuthorizationNotice, { readonly what: 'code' }>;

const LOOK_MS = 700;
/** A page that is not answered is loaded again. */
const PAGE_MS = 6_000;
const PAGES_MOST = 10;
const CODE = /\/L\/([0-9A-Z]{8})$/;

/** One phone, and whoever holds it. */
type Phone = {
  readonly session: string;
  /** What its owner sees on the kiosk's display; undefined: nothing, being elsewhere. */
  readonly digits: (() => string) | undefined;
  readonly manner: 'agrees' | 'refuses' | 'silent';
};

/** Those who link a wallet at one kiosk: the buyer before it, and who has a photograph of its display. */
export class Linker {
  readonly #parts: LinkerParts;
  readonly #kiosk: SimulatedKiosk;
  readonly #stranger: FaultSource;
  readonly #refused: FaultSource;
  readonly #silent: FaultSource;

  constructor(kiosk: SimulatedKiosk, parts: LinkerParts) {
    this.#kiosk = kiosk;
    this.#parts = parts;
    const at = (name: Parameters<Faults['source']>[0]) => parts.faults.source(name, kiosk.name);
    this.#stranger = at('link-photographed');
    this.#refused = at('link-refused');
    this.#silent = at('link-silent');
  }

  /**
   * The customer presses "link", with this order armed. False: the kiosk does not take it. `ended`: the try has left the
   * display, with or without a payment.
   */
  begin(order: string, ended: () => void): boolean {
    const { life } = this.#kiosk;
    const now = life?.kiosk.loop.state.order;
    const issuer = now ? issuerOf(now.currency) : undefined;
    if (!life || now?.id !== order || issuer === undefined) return false;
    if (!life.kiosk.desk.link(issuer).ok) return false;
    const manner = this.#refused.strikes() ? 'refuses' : this.#silent.strikes() ? 'silent' : 'agrees';
    const seen = new Set<string>();
    const look = (): void => {
      const { link } = life.kiosk.loop.state;
      if (link?.order?.id !== order) {
        ended();
        return;
      }
      const [, short] = CODE.exec(link.code) ?? [];
      if (short !== undefined && !seen.has(short)) {
        seen.add(short);
        this.#scan(short, manner);
      }
      life.process.after(LOOK_MS, look);
    };
    look();
    return true;
  }

  /** The display's code, read by the buyer's phone, and sometimes by another before or after it. */
  #scan(short: string, manner: Phone['manner']): void {
    const { timeline, chance, links } = this.#parts;
    const digits = (): string => {
      const link = this.#kiosk.life?.kiosk.loop.state.link;
      return link?.digits ?? '';
    };
    const buyer = { session: links.newSession(), digits, manner } as const;
    timeline.after(400 + chance.wait(1_500, 10_000), () => void this.#visit(short, buyer, 0));
    if (!this.#stranger.strikes()) return;
    const { chance: other } = this.#stranger;
    const manners = ['agrees', 'refuses', 'silent'] as const;
    const stranger = { session: links.newSession(), digits: undefined, manner: other.pick(manners) } as const;
    timeline.after(other.wait(2_000, 30_000), () => void this.#visit(short, stranger, 0));
  }

  /** What a page answers; undefined: nothing comes. */
  #load<T>(ask: (desk: BuyersDesk) => Promise<T>): Promise<T | 'not-yet' | undefined> {
    const desk = this.#parts.desk();
    return new Promise((resolve) => {
      if (!desk) return resolve(undefined);
      const cancel = this.#parts.timeline.after(PAGE_MS, () => resolve(undefined));
      ask(desk).then(
        (answer) => {
          cancel();
          resolve(answer);
        },
        (error: unknown) => {
          cancel();
          resolve(error instanceof NotYet ? 'not-yet' : undefined);
        },
      );
    });
  }

  async #visit(short: string, phone: Phone, pages: number): Promise<void> {
    const { timeline, witness, database } = this.#parts;
    const opened = await this.#load((desk) => desk.open(short, phone.session));
    const again = (ms: number): void => {
      if (pages < PAGES_MOST) timeline.after(ms, () => void this.#visit(short, phone, pages + 1));
    };
    if (opened === undefined) return again(1_000);
    const link = database.linkBy('short', short);
    if (link && (opened === 'not-yet' || isOwners(opened))) witness.letIn(link, phone.session);
    if (opened === 'not-yet') return again(1_000);
    // A browser goes where it is sent.
    const sent = redirectOf(opened);
    if (sent !== undefined) return this.#wallet(sent, phone);
    if (opened.kind !== 'question') return;
    this.#tell(short, () => `a phone asks whether the kiosk shows ${opened.digits}`);
    timeline.after(
      500 + this.#parts.chance.wait(1_500, 8_000),
      () => void this.#answer(short, phone, opened.digits, 0),
    );
  }

  /** Its owner looks from one display to the other. */
  async #answer(short: string, phone: Phone, digits: string, looks: number): Promise<void> {
    const { timeline, witness, database } = this.#parts;
    if (phone.manner === 'silent') return;
    const shown = phone.digits?.();
    const isSame = shown === digits;
    if (!isSame && phone.manner === 'agrees') {
      // Who stands elsewhere sees no kiosk; at the kiosk the display may be a moment behind.
      if (shown === '' && looks < PAGES_MOST)
        timeline.after(LOOK_MS, () => void this.#answer(short, phone, digits, looks + 1));
      return;
    }
    if (phone.manner === 'refuses') {
      await this.#load((desk) => desk.refuse(short, phone.session));
      return;
    }
    const link = database.linkBy('short', short);
    if (link) witness.compared(link.id);
    for (let tries = 0; tries < PAGES_MOST; tries++) {
      const agreed = await this.#load((desk) => desk.agree(short, phone.session));
      if (agreed === undefined || agreed === 'not-yet') {
        await new Promise<void>((resolve) => {
          timeline.after(1_000, resolve);
        });
        continue;
      }
      if (link && agreed.kind === 'go') witness.letIn(link, phone.session);
      if (agreed.kind === 'go') this.#wallet(agreed.url, phone);
      return;
    }
  }

  /** The wallet's own page: agreed to by whoever means to, a while later. */
  #wallet(url: string, { manner }: Phone): void {
    const { timeline, chance, house } = this.#parts;
    if (manner === 'agrees') timeline.after(chance.wait(3_000, 40_000), () => house.agree(WalletHouse.stateIn(url)));
  }

  #tell(short: string, what: () => string): void {
    this.#parts.story.tell('phone', what, this.#parts.database.linkBy('short', short)?.kiosk);
  }
}

const isOwners = ({ kind }: Opened): boolean => kind === 'question' || kind === 'member';

/** The page after "yes" alone sends a phone on; where the first one does, it is followed all the same. */
const redirectOf = ({ kind, url }: { readonly kind: string; readonly url?: string }): string | undefined =>
  kind === 'go' ? url : undefined;
