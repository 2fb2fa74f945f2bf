import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { erase } from '../../../relay/ledger/retention.js';
import { linkingOf, linkPolicy } from '../../../relay/linking/rules.js';
import { LinkWorker } from '../../../relay/linking/worker.js';
import { systemClock } from '../../../relay/runtime/clock.js';
import { until } from '../../support/wait.js';
import { databases, empty, type Opened } from '../ledger/databases.js';
import { HandClock } from './hand-clock.js';
import { LinkStage, PHONE } from './stage.js';

const id = () => randomBytes(16).toString('hex');
const never = new Promise<void>(() => {});

describe.each(databases())('links that relays work on, $name', ({ open }) => {
  let opened: Opened;
  let stage: LinkStage;
  const workers: LinkWorker[] = [];
  beforeAll(async () => {
    opened = await open();
    await migrate(opened.db, await shippedMigrations(), 1);
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await empty(opened.db);
    stage = new LinkStage(opened.db, { clock: new HandClock(systemClock.now()) });
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  });

  /** In real time; what it commits it says to the stage. */
  async function worker(relay: string, drainMs = 100): Promise<LinkWorker> {
    const { links, vault, accounts, office, log } = stage;
    const keep = (fields: object): void => {
      log.push(fields);
    };
    const made: LinkWorker = new LinkWorker(
      {
        ...{ links, vault, relay, clock: systemClock, random: randomBytes, leaseMs: 60_000 },
        ...{ linkingOf: linkingOf(accounts), policyOf: linkPolicy(accounts), returnUrl: 'https://pay.example.com/M' },
        log: { info: keep, warn: keep, error: keep },
        committed: (applied) => office.committed(applied),
      },
      { atOnce: 8, pollMs: 100, drainMs },
    );
    workers.push(made);
    await made.start();
    return made;
  }
  async function offered(): Promise<string> {
    const link = id();
    await stage.link(await stage.greet(), { link });
    return link;
  }
  const consulted = async (link: string) => (await stage.load(link)).walletUrl !== null;

  test('one that is new is consulted at once when it is said, and by the next look when it is not', async () => {
    const made = await worker('relay-1');
    const link = await offered();
    made.wake();
    await until('consulted', () => consulted(link));
    const other = await offered();
    await until('consulted', () => consulted(other));
    expect((await opened.db.query('SELECT lease_owner FROM wallet_link')).map((row) => row['lease_owner'])).toEqual([
      ...[null, null],
    ]);
  });

  test('a token in process is fetched by the plan, with nobody looking', async () => {
    stage.acquirer.next.apply.push({ kind: 'pending' }, { kind: 'pending' });
    await worker('relay-1');
    const link = await offered();
    await until('consulted', () => consulted(link));
    await stage.desk.open((await stage.load(link)).short, PHONE);
    await stage.agreed();
    await until('linked', async () => (await stage.load(link)).state === 'linked');
    expect(stage.acquirer.asked.filter((call) => call.startsWith('apply'))).toHaveLength(3);
  });

  test('two relays make each call once', async () => {
    await Promise.all([worker('relay-1'), worker('relay-2')]);
    const tag = await stage.greet();
    const links = Array.from({ length: 6 }, id);
    const kiosks = links.map((_, i) => `lobby-${i + 10}`);
    for (const [i, link] of links.entries()) {
      const kiosk = kiosks[i] ?? '';
      await stage.link(await stage.greet(kiosk), { link }, kiosk);
    }
    await until('all consulted', async () => (await Promise.all(links.map(consulted))).every((done) => done));
    expect(stage.acquirer.consults).toHaveLength(6);
    expect(tag).not.toBe('');
  });

  test('stopped in the middle of a call that never ends: it leaves, and holds nothing', async () => {
    stage.acquirer.before = () => never;
    const made = await worker('relay-1');
    const link = await offered();
    await until('asked', () => stage.acquirer.asked.length === 1);
    await made.stop();
    expect(await opened.db.query('SELECT lease_owner FROM wallet_link')).toEqual([{ lease_owner: null }]);
    expect((await stage.load(link)).state).toBe('offered');
  });

  test('one that starts gives back what an earlier process of its name held', async () => {
    await offered();
    const now = systemClock.now();
    expect(await stage.links.claimDue('relay-1', now + 60_000, now + 600_000, 9)).toHaveLength(1);
    await worker('relay-1');
    await until('asked', () => stage.acquirer.asked.length === 1);
  });

  test('one whose row cannot be read is told, and the others go on', async () => {
    const link = await offered();
    const broken = stage.links.load.bind(stage.links);
    expect(await broken(link)).toBeDefined();
    stage.acquirer.before = async () => {
      throw new Error('an adapter that throws');
    };
    await worker('relay-1');
    await until('asked', () => stage.acquirer.asked.length === 1);
    // Of an adapter that throws nothing is known: it is asked again later.
    await until('waits', async () => ((await stage.load(link)).nextAt ?? 0) > systemClock.now());
    expect((await stage.load(link)).state).toBe('offered');
  });

  describe('erased by age', () => {
    const ages = (buyersBefore: number) => ({
      ...{ hashesBefore: 0, buyersBefore, wordsBefore: 0, auditBefore: 0, reportsBefore: 0, keysBefore: 0 },
    });

    test('of an ended wallet whose it was, of what came to nothing all; of a linked one nothing', async () => {
      const tag = await stage.greet();
      const [linked, ended] = [await stage.linked(tag), await stage.linked(tag)];
      await stage.notice({ what: 'cancelled', token: 'access-2' });
      const given = id();
      await stage.link(tag, { link: given });
      await stage.link(tag, { link: given, givenUp: true });
      const now = stage.clock.now();
      expect((await erase(opened.db, ages(now), now)).links).toBe(0);
      expect((await erase(opened.db, ages(now + 1), now + 1)).links).toBe(2);
      expect((await erase(opened.db, ages(now + 1), now + 1)).links).toBe(0);
      expect(await stage.load(linked.id)).toMatchObject({ state: 'linked', session: linked.session });
      expect(await stage.load(ended.id)).toMatchObject({ state: 'unlinked', session: null, member: null, user: null });
      expect(await stage.links.load(given)).toBeUndefined();
      const stories = await opened.db.query('SELECT count(*)::int AS n FROM wallet_link_event WHERE link = $1', [
        given,
      ]);
      expect(stories).toEqual([{ n: 0 }]);
      expect((await stage.desk.member(PHONE)).links.map(({ link }) => link)).toEqual([linked.id]);
    });
  });
});
