import type { RandomBytes } from '../../protocol/ids.js';
import type { DownBody, Link } from '../../protocol/messages.js';
import type { Accounts } from '../routing/accounts.js';
import type { Clock } from '../runtime/clock.js';
import type { Counters } from '../runtime/counters.js';
import { errorFields, type Log } from '../runtime/log.js';
import type { TokenFound, Tokens } from '../worker/runner.js';
import { resultOf } from './answers.js';
import { type AppliedLink, applyLink } from './apply.js';
import type { Links } from './contract.js';
import type { Vault } from './crypto.js';
import { type HearLinkContext, hearLink } from './hear.js';
import { type LinkingRules, linkingOf, linkPolicy } from './rules.js';
import type { LinkCallMade } from './runner.js';
import { LINK_LEASE_BEYOND_CALLS_MS, LinkWorker } from './worker.js';

export type LinkOfficeParts = {
  readonly links: Links;
  readonly vault: Vault;
  readonly rules: LinkingRules;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly counters: Counters;
  /** This relay's name. */
  readonly relay: string;
  /** To a kiosk; what is lost it asks for again. */
  readonly send: (kiosk: string, body: DownBody) => void;
  /** Called after each call to an acquirer. */
  readonly called?: ((made: LinkCallMade) => void) | undefined;
};

/** Where the buyer's page is, for wallets that send their owner back. */
const MEMBER_PAGE = '/M';

/** All of a relay's linking but its ends: frames in, answers out, the worker, and tokens for payments. */
export class LinkOffice {
  readonly worker: LinkWorker;
  readonly tokens: Tokens;
  readonly #parts: LinkOfficeParts;

  constructor(parts: LinkOfficeParts) {
    this.#parts = parts;
    const { links, vault, rules, accounts, clock, random, log, relay } = parts;
    this.worker = new LinkWorker({
      ...{ links, vault, clock, random, log, relay },
      ...{ linkingOf: linkingOf(accounts), policyOf: linkPolicy(accounts) },
      leaseMs: accounts.longestCallMs + LINK_LEASE_BEYOND_CALLS_MS,
      returnUrl: `${rules.publicUrl}${MEMBER_PAGE}`,
      committed: (applied) => this.committed(applied),
      called: (made) => this.#called(made),
    });
    this.tokens = { of: (link) => this.#tokenOf(link), refused: (link, token) => this.#refused(link, token) };
  }

  get parts(): LinkOfficeParts {
    return this.#parts;
  }

  /** What a step of a link is told. */
  context(): HearLinkContext {
    const { vault, rules, accounts, random, relay, clock } = this.#parts;
    return { ...{ vault, rules, accounts, random, relay }, now: clock.now(), policyOf: linkPolicy(accounts) };
  }

  /** A kiosk's frame, answered before this resolves. */
  async hear(kiosk: string, tag: string, frame: Link): Promise<void> {
    const { counters, links, send, log } = this.#parts;
    const heard = await hearLink(links, kiosk, tag, frame, this.context());
    counters.add(`link-${heard.type}`);
    if (heard.type !== 'known') log.info({ event: 'link', kiosk, link: frame.link, admission: heard.type });
    if (heard.answer) send(kiosk, heard.answer);
    for (const applied of heard.applied) this.committed(applied);
    if (heard.type === 'accepted') this.worker.wake();
  }

  /** What follows a commit: tell the kiosk, log, wake the worker. Each of it may be lost; the ledger brings it again. */
  committed({ link, effects, moved }: AppliedLink): void {
    const { counters, log, send } = this.#parts;
    const of = { kiosk: link.kiosk, link: link.id };
    for (const effect of effects) {
      switch (effect.type) {
        case 'tell':
          // What to show a kiosk asks for itself: what it can show stands in its frame.
          if (link.state !== 'offered') send(link.kiosk, resultOf(link, this.context()));
          break;
        case 'alarm':
          counters.add('alarm-linking');
          log.warn({ event: 'alarm', kind: 'linking', ...of, detail: effect.text });
          break;
        case 'ignored':
          counters.add('link-ignored');
          log.warn({ event: 'link-ignored', ...of, what: effect.what });
          break;
        case 'call':
          counters.add(`call-link-${effect.call}`);
          break;
      }
    }
    if (moved) {
      counters.add(`link-${link.state}`);
      log.info({ event: 'link', ...of, wallet: link.wallet, state: link.state, reason: link.reason });
    }
    if (link.nextAt !== null) this.worker.wakeAt(link.nextAt);
  }

  #called(made: LinkCallMade): void {
    const { link, account, call, answer, ms } = made;
    this.#parts.log.info({ event: 'link-call', link, account, call, answer, ms });
    this.#parts.called?.(made);
  }

  async #tokenOf(id: string): Promise<TokenFound> {
    const { links, vault, log } = this.#parts;
    try {
      const link = await links.load(id);
      if (link?.state !== 'linked' || link.accessToken === null) return { kind: 'unlinked' };
      return { kind: 'token', token: vault.open(link.accessToken, id, 'access_token'), wallet: link.wallet };
    } catch (error) {
      log.error({ event: 'token-unreadable', link: id, ...errorFields(error) });
      return { kind: 'unknown' };
    }
  }

  async #refused(id: string, token: string): Promise<void> {
    const { links, vault, log } = this.#parts;
    try {
      for (const tokenHash of vault.hashes('token', token)) {
        const applied = await applyLink(links, id, { type: 'token-refused', tokenHash }, this.context(), {
          when: (link) => link.tokenHash === tokenHash,
        });
        if (applied) this.committed(applied);
      }
    } catch (error) {
      // The acquirer's own notification says it too, and so does the next payment.
      log.error({ event: 'link-not-ended', link: id, ...errorFields(error) });
    }
  }
}
