import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Lease, Ledger } from '../../../relay/ledger/contract.js';
import type { Attempt } from '../../../relay/payment/types.js';
import { ledgers } from './ledgers.js';
import { attemptId, Boot, Scene } from './scene.js';

describe.each(ledgers())('the ledger on $name', ({ open, db: sql }) => {
  let opened: Awaited<ReturnType<typeof open>>;
  let ledger: Ledger;
  let scene: Scene;
  const boot = new Boot('a', '');

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());
  beforeEach(async () => {
    ledger = await opened.fresh();
    scene = new Scene(ledger);
    await scene.hello(boot);
  });

  describe('numbers, texts and transactions', () => {
    if (sql) {
      test('a bigint column comes back as the number that went in, up to 2^53 - 1', async () => {
        await scene.submitted(boot, 'A', { amount: 9_999 });
        const most = Number.MAX_SAFE_INTEGER;
        const [row] = await sql().query('SELECT $1::bigint AS most, amount FROM attempt', [most]);
        expect(row).toEqual({ most, amount: 9_999 });
      });

      test('null, true, quotes and Chinese come back as they went in', async () => {
        const texts = [null, true, `'";茶--`];
        const [row] = await sql().query('SELECT $1::text AS a, $2::boolean AS b, $3::text AS c', texts);
        expect(row).toEqual({ a: null, b: true, c: `'";茶--` });
      });
    }

    test('what a failed transaction wrote is gone', async () => {
      const failing = ledger.transaction(async (tx) => {
        await tx.lockForHello('ghost');
        throw new Error('on purpose');
      });
      await expect(failing).rejects.toThrow('on purpose');
      expect(await ledger.transaction((tx) => tx.lockForPay('ghost'))).toBeUndefined();
    });

    test('an attempt is read as it was written, and each save counts a version', async () => {
      await scene.submitted(boot, 'A');
      const changed = await ledger.transaction(async (tx) => {
        const stored = await tx.lock(attemptId('A'));
        if (!stored) throw new Error('not there');
        const attempt: Attempt = {
          ...stored.attempt,
          ...{
            state: 'operator',
            reason: 'cancel-unconfirmed',
            acquirerId: 'x-1',
            paidSeen: true,
            cancelRefused: true,
          },
          ...{ inquiries: 3, cancels: 2, finding: 'charged', nextAt: 123_456_789_012, passwordPending: true },
        };
        expect(await tx.save({ attempt, version: stored.version }, scene.now, undefined)).toBe(true);
        expect(await tx.save({ attempt, version: stored.version }, scene.now, undefined)).toBe(false);
        return attempt;
      });
      expect(await ledger.load(attemptId('A'))).toEqual(changed);
    });
  });

  /** What no machine would ask for. */
  const change = (name: string, more: Partial<Attempt>) =>
    ledger.transaction(async (tx) => {
      const stored = await tx.lock(attemptId(name));
      if (!stored) throw new Error('not there');
      await tx.save({ ...stored, attempt: { ...stored.attempt, ...more } }, scene.now, undefined);
    });

  describe('the database holds the rules itself', () => {
    test('S3: no save changes amount, currency, order or kiosk', async () => {
      await scene.submitted(boot, 'A');
      const before = await scene.attempt('A');
      await change('A', { money: { amount: 1, currency: 'CNY' }, order: 'x', kiosk: 'x', boot: 'x', acquirer: 'x' });
      expect(await scene.attempt('A')).toEqual(before);
    });

    if (sql) {
      test('S3: nor does a statement of another program, nor the code', async () => {
        const set = (what: string) => sql().query(`UPDATE attempt SET ${what} WHERE id = $1`, [attemptId('A')]);
        await scene.submitted(boot, 'A');
        for (const what of ['amount = 1', "currency = 'CNY'", "order_id = 'x'", "code_hash = 'x'", "kiosk = 'x'"]) {
          await expect(set(what)).rejects.toThrow('never changes');
        }
      });
    }

    test('S10, rules 10 and 12: a state goes only where it may', async () => {
      await scene.approved(boot, 'A');
      await expect(change('A', { state: 'declined' })).rejects.toThrow('rule 12');
      await change('A', { state: 'reversing' });
      await expect(change('A', { state: 'approved' })).rejects.toThrow('rule 10');
      await expect(change('A', { state: 'delivered' })).rejects.toThrow('rule 10');
      await change('A', { state: 'reversed' });
      await expect(change('A', { state: 'submitted' })).rejects.toThrow('S10');
    });
  });

  describe('leases', () => {
    const due = async (names: string[]) => {
      for (const name of names) {
        await scene.submitted(boot, name);
        await change(name, { nextAt: scene.now });
        await ledger.release(attemptId(name), 'relay-1');
      }
    };

    test('what is due is taken once, oldest first, and not again before the lease ends', async () => {
      await due(['A', 'B', 'C']);
      const { now } = scene;
      await change('C', { nextAt: now - 5 });
      expect(await ledger.claimDue('r1', now, now + 10, 1)).toEqual([attemptId('C')]);
      expect((await ledger.claimDue('r2', now, now + 10, 9)).sort()).toEqual([attemptId('A'), attemptId('B')]);
      expect(await ledger.claimDue('r3', now + 9, now + 20, 9)).toEqual([]);
      expect(await ledger.claimDue('r3', now + 10, now + 20, 9)).toHaveLength(3);
    });

    test('many relays at once never share one', async () => {
      const names = [...'ABCDEFGHIJKL'];
      await due(names);
      const { now } = scene;
      const relays = Array.from({ length: 6 }, (_, i) => ledger.claimDue(`r${i}`, now, now + 10, 4));
      const taken = (await Promise.all(relays)).flat();
      expect(new Set(taken).size).toBe(taken.length);
      expect(taken).toHaveLength(names.length);
    });

    const saved = (lease: Lease) =>
      ledger.transaction(async (tx) => {
        const stored = await tx.lock(attemptId('A'));
        if (stored) await tx.save(stored, scene.now, undefined, lease);
      });

    test('a save renews it for its holder only', async () => {
      await due(['A']);
      const { now } = scene;
      await ledger.claimDue('r1', now, now + 10, 1);
      await saved({ owner: 'r2', until: now + 99 });
      expect(await ledger.claimDue('r3', now + 9, now + 10, 1)).toEqual([]);
      await saved({ owner: 'r1', until: now + 50 });
      expect(await ledger.claimDue('r2', now + 49, now + 60, 1)).toEqual([]);
      expect(await ledger.claimDue('r2', now + 50, now + 60, 1)).toEqual([attemptId('A')]);
    });

    test('given back with a save, by its holder only', async () => {
      await due(['A']);
      const { now } = scene;
      await ledger.claimDue('r1', now, now + 10, 1);
      await saved({ owner: 'r2', until: null });
      expect(await ledger.claimDue('r3', now, now + 10, 1)).toEqual([]);
      await saved({ owner: 'r1', until: null });
      expect(await ledger.claimDue('r3', now, now + 10, 1)).toEqual([attemptId('A')]);
      // And what it once held is nothing to it any more.
      await saved({ owner: 'r1', until: null });
      expect(await ledger.claimDue('r1', now, now + 10, 1)).toEqual([]);
    });

    test('given back with the next time', async () => {
      await due(['A']);
      const { now } = scene;
      await ledger.claimDue('r1', now, now + 10, 1);
      expect(await ledger.release(attemptId('A'), 'r2')).toBeNull();
      expect(await ledger.release(attemptId('A'), 'r1')).toBe(now);
      expect(await ledger.claimDue('r2', now, now + 10, 1)).toEqual([attemptId('A')]);
    });

    test('a relay that starts again takes back what its name held', async () => {
      await due(['A', 'B']);
      await ledger.claimDue('r1', scene.now, scene.now + 60_000, 9);
      expect(await ledger.releaseAll('r1')).toBe(2);
      expect(await ledger.claimDue('r1', scene.now, scene.now + 10, 9)).toHaveLength(2);
    });
  });

  describe('the outbox', () => {
    const plan = { firstMs: 1_000, mostMs: 4_000, tries: 5 };
    const told = async (at: number) => (await ledger.takeDue(at, plan, 9)).map((a) => a.state);

    test('an approval is due 1 s after its commit, then after 2, 4, 4 s, and rests after its tries', async () => {
      await scene.approved(boot, 'A');
      const t = scene.now;
      expect(await told(t + 999)).toEqual([]);
      for (const at of [1_000, 3_000, 7_000, 11_000, 15_000]) {
        expect([at, await told(t + at - 1)]).toEqual([at, []]);
        expect([at, await told(t + at)]).toEqual([at, ['approved']]);
      }
      expect(await told(t + 1e9)).toEqual([]);
    });

    test("the kiosk's greeting starts it again", async () => {
      await scene.approved(boot, 'A');
      for (let i = 0; i < 5; i++) await ledger.takeDue(scene.now + 1e6 * (i + 1), plan, 9);
      expect((await ledger.takeOwed('lobby-1', scene.now, plan)).map((a) => a.id)).toEqual([attemptId('A')]);
      expect(await ledger.takeOwed('lobby-2', scene.now, plan)).toEqual([]);
      expect(await told(scene.now + 1_000)).toEqual(['approved']);
    });

    test("the kiosk's Ack ends it, but only its own kiosk's, and never for an approval", async () => {
      await scene.approved(boot, 'A');
      await ledger.settle('lobby-1', attemptId('A'), undefined);
      expect(await told(scene.now + 1_000)).toEqual(['approved']);
      await scene.vend(boot, 'A', 'failed');
      await scene.on('A', { type: 'cancel-answered', answer: { kind: 'cancelled' }, askedAt: scene.now });
      await ledger.settle('lobby-2', attemptId('A'), undefined);
      expect(await told(scene.now + 1_000)).toEqual(['reversed']);
      await ledger.settle('lobby-1', attemptId('A'), undefined);
      expect(await told(scene.now + 1e9)).toEqual([]);
    });

    test("a late Ack of an earlier standing does not settle a later one; the later one's does", async () => {
      await scene.approved(boot, 'A');
      await scene.vend(boot, 'A', 'doubtful');
      expect(await told(scene.now + 1_000)).toEqual(['doubtful']);
      await scene.vend(boot, 'A', 'failed');
      await scene.on('A', { type: 'cancel-answered', answer: { kind: 'cancelled' }, askedAt: scene.now });
      await ledger.settle('lobby-1', attemptId('A'), 'operator');
      expect(await told(scene.now + 1_000)).toEqual(['reversed']);
      await ledger.settle('lobby-1', attemptId('A'), 'reversed');
      expect(await told(scene.now + 1e9)).toEqual([]);
    });

    test('doubtful is told as "operator", so an Ack of that settles it', async () => {
      await scene.approved(boot, 'A');
      await scene.vend(boot, 'A', 'doubtful');
      await ledger.settle('lobby-1', attemptId('A'), 'operator');
      expect(await told(scene.now + 1e9)).toEqual([]);
    });

    test('a report of the vend answers the approval', async () => {
      await scene.approved(boot, 'A');
      await scene.vend(boot, 'A', 'delivered');
      expect(await told(scene.now + 1e9)).toEqual([]);
    });
  });

  if (!sql) return;

  test('every call is on record before it is made, and completed with its answer', async () => {
    await scene.submitted(boot, 'A');
    const rows = () => sql().query('SELECT relay, call, started_at, ended_at, answer FROM acquirer_call');
    expect(await rows()).toEqual([
      { relay: 'relay-1', call: 'pay', started_at: scene.now, ended_at: null, answer: null },
    ]);
    expect((await ledger.stepsOf([attemptId('A')])).get(attemptId('A'))?.map((s) => s.name)).toEqual(['accepted']);
  });

  test('the code is nowhere in the ledger, and its hash needs the key', async () => {
    const frame = scene.payFrame(boot, 'A');
    await scene.approved(boot, 'A');
    const tables = ['kiosk', 'attempt', 'acquirer_call', 'attempt_event', 'alarm'];
    const dump = JSON.stringify(await Promise.all(tables.map((t) => sql().query(`SELECT * FROM ${t}`))));
    expect(dump).toContain(attemptId('A'));
    expect(dump).not.toContain(frame.code);
    expect(dump).not.toContain(Buffer.from(frame.code).toString('hex'));
  });
});
