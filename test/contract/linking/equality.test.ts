import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LedgerTransaction } from '../../../relay/ledger/contract.js';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import type { LinkKey, Links, LinkTransaction } from '../../../relay/linking/contract.js';
import { SqlLinks } from '../../../relay/linking/store.js';
import { endedStages, linkStages, type WalletLink } from '../../../relay/linking/types.js';
import type { Attempt } from '../../../relay/payment/types.js';
import { Random } from '../../fuzz/random.js';
import { MemoryDatabase } from '../../simulation/ledger/database.js';
import { databases, empty, type Opened } from '../ledger/databases.js';

/**
 * The simulation runs on a double of the table of links. Random statements, alone and in transactions that end or do not, are
 * done to the double and to the SQL; every answer and all that can be seen afterwards must be the same.
 */
const SEED = Number(process.env['QUIETZONE_SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = 8;
const STEPS = 60;
const keys: readonly LinkKey[] = ['short', 'state', 'first', 'token', 'member'];
const owners = ['r1', 'r2'];
const sessions = ['s1', 's2'];
const idOf = (n: number): string => n.toString(16).padStart(32, '0');

/** What one step did, as a value. */
type Outcome = unknown;
type Step = (links: Links) => Promise<Outcome>;
type Statement = (tx: LedgerTransaction, links: LinkTransaction) => Promise<Outcome>;

const outcomeOf = async (work: Promise<Outcome>): Promise<Outcome> =>
  work.then(
    (value) => ({ value: value ?? null }),
    // SQL has other words for it.
    () => 'refused',
  );

const attemptStates = ['submitted', 'declined', 'refused', 'approved', 'reversing', 'reversed'] as const;

function attemptOf(r: Random, link: string, n: number): Attempt {
  return {
    ...{ id: idOf(n), kiosk: 'k1', order: `o${n}`, boot: 'b', issuer: null, reference: 'r', merchant: 'm' },
    ...{ money: { amount: r.between(1, 50), currency: r.pick(['HKD', 'JPY'] as const) }, acquirer: 'x', account: 'a' },
    ...{ route: 'r', link, createdAt: r.between(0, 100), scannedAt: 0, payUntil: 5, deadlineAt: 6, vendUntil: 7 },
    ...{ landingUntil: 8, state: r.pick(attemptStates), reason: null, passwordPending: false, confirmedAt: null },
    ...{ acquirerId: null, payAt: null, paidSeen: false, inquiries: 0, cancels: 0, cancelRefused: false },
    ...{ reversal: null, finding: null, nextAt: null },
  };
}

const readyLink = (id: string): WalletLink => ({
  ...{ id, kiosk: 'k1', merchant: 'm', account: 'a', wallet: 'w', money: null, ownCode: false, short: id },
  ...{ createdAt: 0, expiresAt: 0, state: 'linked', reason: null, session: 's', digits: '', stateHash: null },
  ...{ walletUrl: null, walletCode: null, authCode: null, accessToken: 'v1.x', accessUntil: null, refreshToken: null },
  ...{ refreshUntil: null, tokenHash: 't', firstHash: null, member: 'm-1', user: null, openedAt: 0, authorisedAt: 0 },
  ...{ linkedAt: 0, endedAt: null, tries: 0, nextAt: null },
});

class Rollback extends Error {}

class Generator {
  readonly #random: Random;
  readonly #known: string[] = [];
  #made = 0;
  #attempts = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  #id(): string {
    return this.#known.length > 0 && !this.#random.once(8) ? this.#random.pick(this.#known) : idOf(99_999);
  }

  step(): Step {
    const r = this.#random;
    const [owner, at] = [r.pick(owners), r.between(0, 2_000)];
    switch (r.below(12)) {
      case 0:
        // All that are due: which of several is taken first is the database's own choice.
        return async (links) => (await links.claimDue(owner, at, at + 500, 1_000)).toSorted();
      case 1:
        return (links) => links.nextDue(at, at + 700);
      case 2: {
        const id = this.#id();
        return (links) => links.release(id, owner);
      }
      case 3:
        return (links) => links.releaseAll(owner);
      case 4: {
        const asked = r.once(2) ? sessions : [r.pick(sessions)];
        return (links) => links.ofSession(asked);
      }
      case 5: {
        const id = this.#id();
        return (links) => links.load(id);
      }
      default:
        return this.#transaction();
    }
  }

  #transaction(): Step {
    const statements = Array.from({ length: this.#random.between(1, 4) }, () => this.#statement());
    const back = this.#random.once(5);
    return async (links) => {
      const said: Outcome[] = [];
      const end = await links
        .transaction(async (tx, at) => {
          for (const statement of statements) said.push(await statement(tx, at));
          if (back) throw new Rollback();
        })
        .then(
          () => 'commit',
          (error: unknown) => (error instanceof Rollback ? 'rollback' : 'refused'),
        );
      return [end, said];
    };
  }

  #statement(): Statement {
    const r = this.#random;
    switch (r.below(9)) {
      case 0:
      case 1: {
        this.#made += 1;
        const id = r.once(6) ? this.#id() : idOf(this.#made);
        if (!this.#known.includes(id)) this.#known.push(id);
        const link = this.#fresh(id);
        return (_, links) => links.insert(link);
      }
      case 2: {
        const [key, value] = [r.pick(keys), `${r.between(1, 12)}`];
        return (_, links) => links.lockBy(key, [`${key}-${value}`, 'none']);
      }
      case 3: {
        const kiosk = r.pick(['k1', 'k2']);
        return (_, links) => links.lockOffered(kiosk);
      }
      case 4: {
        const [id, from, currency] = [this.#id(), r.between(0, 100), r.pick(['HKD', 'JPY'] as const)];
        return (_, links) => links.spent(id, currency, from);
      }
      case 5: {
        this.#attempts += 1;
        const attempt = attemptOf(r, this.#id(), this.#attempts);
        const insertion = { codeHash: `c${attempt.id}`, telling: { owed: false, tellAt: null } };
        return (tx) => tx.insert(attempt, { ...insertion, leaseOwner: null, leaseUntil: null });
      }
      default:
        return this.#save(this.#id());
    }
  }

  /** Any state after any other, with what it needs or without: the table says which may be. */
  #save(id: string): Statement {
    const r = this.#random;
    const state = r.pick(linkStages);
    const hash = (key: LinkKey): string | null => (r.once(3) ? null : `${key}-${id.slice(-3)}`);
    const isOver = endedStages.has(state);
    const keeps = !isOver || r.once(10);
    const sealed = keeps ? 'v1.x' : null;
    const change: Partial<WalletLink> = {
      ...{ state, endedAt: isOver === !r.once(12) ? 9 : null, nextAt: r.once(4) ? null : r.between(0, 2_000) },
      ...{ session: r.once(2) ? r.pick(sessions) : null, tries: r.below(5) },
      ...{ stateHash: keeps ? hash('state') : null, firstHash: keeps ? hash('first') : null },
      ...{ tokenHash: keeps ? hash('token') : null, authCode: sealed, accessToken: sealed },
      ...{ walletUrl: null, walletCode: null, refreshToken: null },
    };
    const member = r.once(2) ? `member-${id.slice(-3)}` : null;
    const stale = r.once(10) ? 1 : 0;
    const lease = r.once(2) ? { owner: r.pick(owners), until: r.once(2) ? null : 5_000 } : undefined;
    return async (_, links) => {
      const stored = await links.lock(id);
      if (!stored) return 'none';
      // Mostly what is had stays; sometimes the guard is tried.
      const { link, version } = stored;
      const kept = { session: link.session ?? change.session ?? null, member: link.member ?? member };
      const next = { ...link, ...change, ...(stale === 1 ? {} : kept) };
      await links.save({ link: next, version: version + stale }, lease);
      return 'saved';
    };
  }

  #fresh(id: string): WalletLink {
    const r = this.#random;
    return {
      ...{ id, kiosk: r.pick(['k1', 'k2']), merchant: 'm', account: 'a', wallet: 'w', ownCode: false },
      ...{ money: r.once(2) ? { amount: 5, currency: 'HKD' } : null, short: `short-${r.between(1, 30)}` },
      ...{ createdAt: r.between(0, 5), expiresAt: 100, state: 'offered', reason: null, session: null, digits: '' },
      ...{ stateHash: null, walletUrl: null, walletCode: null, authCode: null, accessToken: null, accessUntil: null },
      ...{ refreshToken: null, refreshUntil: null, tokenHash: null, firstHash: null, member: null, user: null },
      ...{ openedAt: null, authorisedAt: null, linkedAt: null, endedAt: null, tries: 0, nextAt: r.between(0, 2_000) },
    };
  }

  get known(): readonly string[] {
    return this.#known;
  }
}

describe.each(databases())('the double of the table of links, against $name', ({ open }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
    await migrate(opened.db, await shippedMigrations(), 1);
  }, 60_000);
  afterAll(() => opened.close());

  test('answers as the SQL does, whatever is asked', { timeout: 300_000 }, async () => {
    let saved = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await empty(opened.db);
      const [sql, memory] = [new SqlLinks(opened.db), new MemoryDatabase().connect('r').links];
      const generator = new Generator(new Random().at(SEED, round));
      for (let i = 0; i < STEPS; i++) {
        const step = generator.step();
        const [expected, found] = [await outcomeOf(step(sql)), await outcomeOf(step(memory))];
        expect(found, `QUIETZONE_SEED=${SEED}, round ${round}, step ${i}`).toEqual(expected);
        if (JSON.stringify(found).includes('"commit"') && JSON.stringify(found).includes('"saved"')) saved += 1;
      }
      for (const id of generator.known) expect(await memory.load(id)).toEqual(await sql.load(id));
    }
    // It was not all refused.
    expect(saved).toBeGreaterThan(ROUNDS);
  });
});

describe('two relays at once', () => {
  test('what the first has taken of a link, the second sees when it holds the row', async () => {
    const database = new MemoryDatabase();
    const [one, two] = [database.connect('r1').links, database.connect('r2').links];
    const attempt: Attempt = { ...attemptOf(new Random().at(1, 1), idOf(1), 7), state: 'submitted' };
    database.putLink(readyLink(idOf(1)));
    const order: string[] = [];
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = one.transaction(async (tx, links) => {
      await links.lockBy('member', ['m-1']);
      await tx.insert(attempt, {
        ...{ codeHash: 'c', telling: { owed: false, tellAt: null }, leaseOwner: null, leaseUntil: null },
      });
      await held;
      order.push('first');
    });
    const second = two.transaction(async (_, links) => {
      await links.lockBy('member', ['m-1']);
      order.push('second');
      return await links.spent(idOf(1), attempt.money?.currency ?? 'HKD', 0);
    });
    await new Promise((resolve) => setImmediate(resolve));
    release();
    await first;
    expect(await second).toBe(attempt.money?.amount);
    expect(order).toEqual(['first', 'second']);
  });
});
