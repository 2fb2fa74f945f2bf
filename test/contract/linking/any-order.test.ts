import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hearAbort, hearVend } from '../../../relay/greet/report.js';
import type { Database } from '../../../relay/ledger/database.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { endedStages, type WalletLink } from '../../../relay/linking/types.js';
import { Random } from '../../fuzz/random.js';
import { LinkingAcquirer } from '../../support/linking-acquirer.js';
import { databases, empty, type Opened } from '../ledger/databases.js';
import { HandClock } from './hand-clock.js';
import { LinkStage } from './stage.js';

/**
 * Two relays, two kiosks, three phones and a wallet do anything in any order: notices that are late, early or repeated, tokens
 * that die between press and pay, two kiosks with one code, answers that are lost, relays that stop in between. What must
 * hold holds all the same.
 */
const SEED = Number(process.env['QUIETZONE_SEED'] ?? 6);
const STEPS = 250;
const MAX_DAY = 6_000;
const phones = ['a1', 'b2', 'c3'].map((two) => two.repeat(16));
const kiosks = ['lobby-1', 'lobby-2'] as const;
const id = () => randomBytes(16).toString('hex');

type Scan = { readonly attempt: string; readonly code: string; readonly kiosk: string; readonly amount: number };

class World {
  readonly #random: Random;
  readonly relays: readonly [LinkStage, LinkStage];
  readonly acquirer = new LinkingAcquirer();
  readonly clock = new HandClock(Date.UTC(2026, 10, 22, 4, 0, 7));
  readonly tags = new Map<string, string>();
  /** Links that were offered, each with the phone that was asked first. */
  readonly owners = new Map<string, string | undefined>();
  readonly scans: Scan[] = [];
  /** Attempts whose owner, or kiosk, has said yes. */
  readonly pressed = new Set<string>();
  readonly accepted = new Map<string, number>();
  readonly states: string[] = [];

  constructor(db: Database, random: Random) {
    this.#random = random;
    const limits = { maxPayment: {}, maxDay: { HKD: MAX_DAY }, maxYear: {} };
    const shared = { clock: this.clock, acquirer: this.acquirer, limits };
    this.relays = [new LinkStage(db, { ...shared, relay: 'r1' }), new LinkStage(db, { ...shared, relay: 'r2' })];
  }

  get relay(): LinkStage {
    return this.#random.pick(this.relays);
  }

  async begin(): Promise<void> {
    for (const kiosk of kiosks) this.tags.set(kiosk, await this.relay.greet(kiosk));
  }

  async links(): Promise<WalletLink[]> {
    return await Promise.all([...this.owners.keys()].map((link) => this.relay.load(link)));
  }

  async step(): Promise<void> {
    const acts = [
      ...[this.#offer, this.#open, this.#open, this.#agree, this.#agree, this.#agree, this.#work, this.#work],
      ...[this.#work, this.#scan, this.#scan, this.#scan, this.#press, this.#press, this.#confirm, this.#abort],
      ...[this.#die, this.#unlink, this.#fault, this.#pass, this.#pass, this.#again, this.#restart],
    ];
    await this.#random.pick(acts).call(this);
  }

  async #offer(): Promise<void> {
    const [link, kiosk] = [id(), this.#random.pick(kiosks)];
    await this.relay.link(this.tags.get(kiosk) ?? '', { link }, kiosk);
    this.owners.set(link, undefined);
  }

  async #again(): Promise<void> {
    const link = this.#random.pick([...this.owners.keys(), id()]);
    const kiosk = this.#random.pick(kiosks);
    await this.relay.link(this.tags.get(kiosk) ?? '', { link, givenUp: true }, kiosk);
  }

  async #open(): Promise<void> {
    const links = (await this.links()).filter(({ state }) => state === 'offered' || state === 'opened');
    if (links.length === 0) return;
    const [{ id: link, short }, phone] = [this.#random.pick(links), this.#random.pick(phones)];
    const { desk } = this.relay;
    const opened = await desk.open(short, phone).then(
      ({ kind }) => kind,
      () => 'question',
    );
    if (opened !== 'question') return;
    // Whoever is asked is the first, for ever.
    expect(this.owners.get(link) ?? phone).toBe(phone);
    this.owners.set(link, phone);
    if (this.#random.once(12)) await desk.refuse(short, phone);
  }

  async #agree(): Promise<void> {
    const { consults } = this.acquirer;
    if (consults.length === 0) return;
    const { state } = this.#random.once(3) ? this.#random.pick(consults) : (consults.at(-1) ?? { state: '' });
    const key = this.#random.once(4) ? 'one-key' : id();
    const heard = await this.relay.notice({ what: 'code', state, code: `auth-${key.slice(0, 6)}` }, key);
    expect(heard.taken).toBe(true);
  }

  async #work(): Promise<void> {
    await this.relay.work();
  }

  /** A relay's leases are given back, as at its death; what it had in memory is gone. */
  async #restart(): Promise<void> {
    const { links, ledger, relay } = this.relay;
    await links.releaseAll(relay);
    await ledger.releaseAll(relay);
  }

  async #scan(): Promise<void> {
    const linked = (await this.links()).filter(({ member }) => member !== null);
    if (linked.length === 0) return;
    // Once in a while a code that was held under a scanner before.
    const before = this.scans.length > 0 && this.#random.once(4);
    const code = before ? this.#random.pick(this.scans).code : this.relay.memberCode(this.#random.pick(linked));
    const scan = { attempt: id(), code, kiosk: this.#random.pick(kiosks), amount: 500 * this.#random.between(1, 5) };
    const pressed = this.#random.once(4);
    const frame = { ...scan, currency: 'HKD', pressed } as const;
    const both = this.#random.once(5) ? kiosks : [scan.kiosk];
    for (const kiosk of both) {
      const own = { ...frame, attempt: kiosk === scan.kiosk ? scan.attempt : id() };
      const said = await this.relay.paid(this.tags.get(kiosk) ?? '', own, kiosk);
      if (said !== 'accepted') continue;
      this.accepted.set(code, (this.accepted.get(code) ?? 0) + 1);
      this.scans.push({ ...scan, attempt: own.attempt, kiosk });
      if (pressed) this.pressed.add(own.attempt);
    }
  }

  async #press(): Promise<void> {
    if (this.scans.length === 0) return;
    const { attempt, code, amount, kiosk } = this.#random.pick(this.scans.slice(-3));
    const frame = { attempt, code, amount, pressed: true };
    const admitted = await this.relay.pay(this.tags.get(kiosk) ?? '', frame, kiosk);
    if (admitted.type === 'pressed') this.pressed.add(attempt);
  }

  async #confirm(): Promise<void> {
    if (this.scans.length === 0) return;
    const { attempt } = this.#random.pick(this.scans.slice(-3));
    const phone = this.#random.pick(phones);
    const { link } = await this.relay.attempt(attempt);
    const { kind } = await this.relay.desk.confirm(attempt, phone);
    expect(kind === 'unknown').toBe(this.owners.get(link ?? '') !== phone);
    if (kind === 'confirmed') this.pressed.add(attempt);
  }

  async #abort(): Promise<void> {
    if (this.scans.length === 0 || !this.#random.once(3)) return;
    const { attempt, kiosk } = this.#random.pick(this.scans);
    const { ledger } = this.relay;
    await hearAbort(ledger, { kiosk, tag: this.tags.get(kiosk) ?? '', attempt }, this.relay.context());
  }

  /** With its notice, or without. */
  async #die(): Promise<void> {
    if (!this.#random.once(4) || this.acquirer.tokens.size === 0) return;
    const token = this.#random.pick([...this.acquirer.tokens.keys()]);
    this.acquirer.kill(token);
    if (this.#random.once(2)) await this.relay.notice({ what: 'cancelled', token });
  }

  async #unlink(): Promise<void> {
    const owned = [...this.owners].filter(([, owner]) => owner !== undefined);
    if (owned.length === 0 || !this.#random.once(4)) return;
    const [link, owner = ''] = this.#random.pick(owned);
    const phone = this.#random.pick(phones);
    const { kind } = await this.relay.desk.unlink(link, phone);
    if (phone !== owner) expect(kind).toBe('unknown');
  }

  async #fault(): Promise<void> {
    const { next } = this.acquirer;
    const lost = { kind: 'unknown', detail: 'timeout' } as const;
    switch (this.#random.below(6)) {
      case 0:
        return void next.consult.push(lost);
      case 1:
        return void next.apply.push({ kind: 'pending' }, lost);
      case 2:
        return void next.revoke.push(lost, { kind: 'failed', reason: 'configuration' });
      case 3:
        return void next.refresh.push(lost);
      case 4:
        this.acquirer.lifeMs = this.#random.pick([null, 600_000]);
        return;
      default:
        this.acquirer.answersLost += 1;
    }
  }

  async #pass(): Promise<void> {
    this.clock.pass(this.#random.pick([500, 2_000, 10_000, 30_000, 30_000, 200_000]));
  }

  /** Nothing more happens; goods go out for what was approved; time does the rest. */
  async end(): Promise<void> {
    Object.assign(this.acquirer.next, { consult: [], apply: [], refresh: [], revoke: [] });
    this.acquirer.answersLost = 0;
    for (const relay of this.relays) {
      await relay.links.releaseAll(relay.relay);
      await relay.ledger.releaseAll(relay.relay);
    }
    for (const ms of [0, 10_000, 30_000, 60_000, 200_000, 700_000, 700_000, 4_000_000]) {
      this.clock.pass(ms);
      for (const relay of this.relays) await relay.work();
      for (const { attempt, kiosk } of this.scans) {
        if ((await this.relay.attempt(attempt)).state !== 'approved') continue;
        const report = { kiosk, tag: this.tags.get(kiosk) ?? '', attempt, delivery: 'delivered' } as const;
        await hearVend(this.relay.ledger, report, this.relay.context());
      }
    }
  }

  async judge(): Promise<void> {
    const attempts = await Promise.all(this.scans.map(({ attempt }) => this.relay.attempt(attempt)));
    const { charged, paid } = this.acquirer;
    for (const { id: attempt, state, money } of attempts) {
      expect(['delivered', 'declined', 'reversed'], `${attempt} has not ended`).toContain(state);
      expect(charged.has(attempt), `${attempt} ${state}`).toBe(state === 'delivered');
      if (state === 'delivered') expect(charged.get(attempt)?.money).toEqual(money);
      this.states.push(state);
    }
    // Asked of the acquirer once each, after a yes, and by token.
    expect(new Set(paid.map(({ requestId }) => requestId)).size).toBe(paid.length);
    for (const request of paid) {
      expect(this.pressed.has(request.requestId), 'charged without a press').toBe(true);
      expect([request.wallet, request.code]).toEqual(['alipayhk', expect.stringMatching(/^access-\d+$/)]);
    }
    for (const [code, times] of this.accepted) expect([code, times]).toEqual([code, 1]);
    this.#judgeLimits(attempts.filter(({ state }) => state === 'delivered'));
    for (const link of await this.links()) {
      const owner = this.owners.get(link.id);
      expect(link.session).toBe(owner === undefined ? null : this.relay.vault.hash('session', owner));
      const isForever = link.state === 'linked' || (link.state === 'revoking' && link.accessUntil === null);
      expect(endedStages.has(link.state) || isForever, link.state).toBe(true);
      this.states.push(link.state);
    }
  }

  #judgeLimits(
    delivered: readonly { link: string | null; createdAt: number; money: { amount: number } | null }[],
  ): void {
    const sums = new Map<string, number>();
    for (const { link, createdAt, money } of delivered) {
      const day = `${link} ${new Date(createdAt + 8 * 3_600_000).toISOString().slice(0, 10)}`;
      sums.set(day, (sums.get(day) ?? 0) + (money?.amount ?? 0));
    }
    for (const [day, sum] of sums) expect(sum, day).toBeLessThanOrEqual(MAX_DAY);
  }
}

describe.each(databases())('linked wallets, anything in any order, $name', ({ name, open }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
    await migrate(opened.db, await shippedMigrations(), 1);
  }, 60_000);
  afterAll(() => opened.close());

  test('no charge without a press, none twice, none above the limit; all comes to its end', {
    timeout: 300_000,
  }, async () => {
    const seen = new Map<string, number>();
    const worlds = Number(process.env['QUIETZONE_ROUNDS'] ?? 8);
    for (let i = 0; i < worlds; i++) {
      await empty(opened.db);
      await opened.db.query('TRUNCATE notification');
      const world = new World(opened.db, new Random().at(SEED, i));
      try {
        await world.begin();
        for (let step = 0; step < STEPS; step++) await world.step();
        await world.end();
        await world.judge();
      } catch (error) {
        throw new Error(`QUIETZONE_SEED=${SEED}, world ${i}`, { cause: error });
      }
      for (const state of world.states) seen.set(state, (seen.get(state) ?? 0) + 1);
    }
    console.log(name, Object.fromEntries(seen));
    // The worlds went everywhere they could.
    for (const state of ['delivered', 'declined', 'unlinked', 'expired']) expect([...seen.keys()]).toContain(state);
  });
});
