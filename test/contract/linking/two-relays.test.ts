import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrate, shippedMigrations } from '../../../relay/ledger/migrate.js';
import { Vault } from '../../../relay/linking/crypto.js';
import { reseal } from '../../../relay/linking/reseal.js';
import { Codes } from '../../../relay/worker/codes.js';
import { runAttempt } from '../../../relay/worker/runner.js';
import { LinkingAcquirer } from '../../support/linking-acquirer.js';
import { databases, empty, type Opened } from '../ledger/databases.js';
import { HandClock } from './hand-clock.js';
import { LinkStage, PHONE } from './stage.js';

const id = () => randomBytes(16).toString('hex');

describe.each(databases())('linked wallets and two relays, $name', ({ open }) => {
  let opened: Opened;
  let stage: LinkStage;
  let tag: string;
  beforeAll(async () => {
    opened = await open();
    await migrate(opened.db, await shippedMigrations(), 1);
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await empty(opened.db);
    stage = new LinkStage(opened.db);
    tag = await stage.greet();
  });

  test('a Link that another relay commits between two looks of this one is not given up for itself', async () => {
    const link = id();
    const first = await stage.link(tag, { link });
    const other = new LinkStage(opened.db, { relay: 'relay-2', clock: stage.clock });
    const { links } = other;
    const decide = links.transaction.bind(links);
    let looks = 0;
    links.transaction = (work) =>
      decide((tx, at) => {
        // Its first look was a moment before the other's commit.
        const lock: typeof at.lock = async (asked) => (looks++ === 0 ? undefined : await at.lock(asked));
        return work(tx, { ...at, lock });
      });
    expect(await other.link(tag, { link })).toEqual(first);
    expect((await stage.load(link)).state).toBe('offered');
  });

  describe('a payment that the other relay takes up', () => {
    /** Pressed in time; then its relay is gone, and the other one comes so long after the scan. */
    async function takenUp(afterMs: number, clockOffMs: number): Promise<string> {
      const link = await stage.linked(tag);
      const attempt = id();
      expect(await stage.paid(tag, { attempt, code: stage.memberCode(link), pressed: true })).toBe('accepted');
      stage.clock.pass(afterMs);
      const { acquirer, ledger, accounts, office } = stage;
      const clock = new HandClock(stage.clock.now() + clockOffMs);
      const parts = { ledger, accounts, clock, codes: new Codes(), tokens: office.tokens, relay: 'relay-2' };
      const rest = { leaseMs: 15_000, firstTellMs: 1_000, committed: () => {}, clockOffMs: () => clockOffMs };
      await ledger.releaseAll(stage.relay);
      await runAttempt(attempt, { ...parts, ...rest }, new AbortController().signal);
      const { state, reason } = await stage.attempt(attempt);
      return `${state} ${reason}, ${acquirer.paid.length} sent`;
    }

    test('is paid in time', async () => {
      expect(await takenUp(19_000, 0)).toBe('approved null, 1 sent');
    });

    // By its own clock it has most of its 20 s yet.
    test('is not sent later than whoever asks about it has reckoned with, by a clock that is behind', async () => {
      expect(await takenUp(301_000, -300_000)).toBe('declined acquirer-unavailable, 0 sent');
    });

    test.each([
      [20_000, 'approved null, 1 sent'],
      [20_001, 'declined acquirer-unavailable, 0 sent'],
    ])('by a clock that is 10 s behind, %i ms after the scan: %s', async (afterMs, said) => {
      expect(await takenUp(afterMs, -10_000)).toBe(said);
    });
  });

  test('one link that no key opens keeps no other from being sealed anew', async () => {
    const links = [await stage.linked(tag), await stage.linked(tag), await stage.linked(tag)];
    const [broken = '', ...others] = links.map((link) => link.id).sort();
    await opened.db.query(`UPDATE wallet_link SET access_token = 'v1.00000000.' || repeat('A', 60) WHERE id = $1`, [
      broken,
    ]);
    const vault = new Vault(Buffer.alloc(32, 2), Buffer.alloc(32, 1), randomBytes);
    await expect(reseal(opened.db, vault)).rejects.toThrow('put that key back as previous_key');
    for (const other of others) expect((await stage.load(other)).accessToken).toContain(vault.prefix);
  });

  test('a relay whose config lacks the wallet ends no link: its token is renewed once the wallet is back', async () => {
    stage.acquirer.lifeMs = 1_000_000;
    const link = await stage.linked(tag);
    const acquirer = new LinkingAcquirer();
    Object.assign(acquirer.linking, { wallets: [] });
    acquirer.next.refresh.push({ kind: 'failed', reason: 'configuration', alarm: true });
    const without = new LinkStage(opened.db, { relay: 'relay-2', clock: stage.clock, acquirer });
    stage.clock.pass(800_000);
    await without.work();
    expect(acquirer.asked).toEqual([]);
    expect((await stage.load(link.id)).state).toBe('linked');
    stage.clock.pass(60_000);
    await stage.work();
    expect(stage.acquirer.asked).toContain('refresh refresh-1');
    expect((await stage.load(link.id)).accessUntil).toBe(stage.clock.now() + 1_000_000);
  });

  test('a press counts only of the boot that is greeted: not of a kiosk that is shut out', async () => {
    const link = await stage.linked(tag);
    const frame = { attempt: id(), code: stage.memberCode(link) };
    expect(await stage.paid(tag, frame)).toBe('accepted');
    await stage.ledger.transaction((tx) => tx.block('lobby-1', stage.clock.now()));
    expect(await stage.paid(tag, { ...frame, pressed: true })).toBe('known');
    expect(await stage.desk.confirm(frame.attempt, PHONE)).toEqual({ kind: 'over' });
    await stage.work();
    expect((await stage.attempt(frame.attempt)).confirmedAt).toBeNull();
    expect(stage.acquirer.paid).toEqual([]);
  });

  describe('a wallet that is linked anew and is given the token that it had', () => {
    const again = { kind: 'tokens', accessToken: 'access-1', accessUntil: null, user: '138****1234' } as const;
    const sameToken = { ...again, refreshToken: null, refreshUntil: null };
    const another = 'b2'.repeat(16);

    test('belongs to the phone that has linked it last; the link before is over, with its codes', async () => {
      const before = await stage.linked(tag);
      const code = stage.memberCode(before);
      stage.acquirer.next.apply.push(sameToken);
      const after = await stage.linked(tag, { session: another });
      expect(after).toMatchObject({ state: 'linked' });
      expect(await stage.load(before.id)).toMatchObject({ state: 'unlinked', reason: 'unlinked', accessToken: null });
      // Nothing is revoked: it would be the new one's.
      stage.clock.pass(30_000);
      await stage.work();
      expect(stage.acquirer.asked.filter((call) => call.startsWith('revoke'))).toEqual([]);
      expect(await stage.paid(tag, { code })).toBe('refused unlinked');
      expect(await stage.paid(tag, { code: stage.memberCode(after), pressed: true })).toBe('accepted');
      await stage.work();
      expect(stage.acquirer.paid).toMatchObject([{ code: 'access-1' }]);
    }, 20_000);

    test('is not taken from the link that has it by an answer that comes too late', async () => {
      const holder = await stage.linked(tag);
      const late = await stage.linked(tag, { session: another });
      stage.acquirer.before = async (call) => {
        if (call !== 'refresh') return;
        stage.acquirer.before = async () => {};
        await stage.notice({ what: 'cancelled', token: 'access-2' });
      };
      stage.acquirer.next.refresh.push(sameToken);
      const sealed = stage.vault.seal('refresh-2', late.id, 'refresh_token');
      const now = stage.clock.now();
      await opened.db.query(
        'UPDATE wallet_link SET refresh_token = $2, access_until = $3, next_at = $4 WHERE id = $1',
        [late.id, sealed, now + 60_000, now],
      );
      await stage.work();
      expect(stage.acquirer.asked).toContain('refresh refresh-2');
      expect((await stage.load(late.id)).state).toBe('unlinked');
      expect((await stage.load(holder.id)).state).toBe('linked');
    });
  });
});
