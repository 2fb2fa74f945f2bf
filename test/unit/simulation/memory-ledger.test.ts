import { beforeEach, describe, expect, test } from 'vitest';
import type { LedgerTransaction } from '../../../relay/ledger/contract.js';
import type { Attempt, Reversal } from '../../../relay/payment/types.js';
import { type Commit, MemoryDatabase, type MemoryDatabaseOptions } from '../../simulation/ledger/database.js';

const attempt = (name: string, more: Partial<Attempt> = {}): Attempt => ({
  ...{ id: `attempt-${name}`, kiosk: 'lobby-1', order: `order-${name}`, boot: 'boot', reference: name, issuer: null },
  ...{ money: { amount: 3550, currency: 'HKD' }, createdAt: 1, scannedAt: 1, payUntil: 20 },
  ...{ merchant: 'm', acquirer: 'test', account: 'test', route: '', link: null, confirmedAt: null },
  ...{ deadlineAt: 50, vendUntil: 60, landingUntil: 90, state: 'submitted', reason: null, passwordPending: false },
  ...{ acquirerId: null, payAt: null, paidSeen: false, inquiries: 0, cancels: 0, cancelRefused: false },
  ...{ finding: null, nextAt: 10, reversal: null },
  ...more,
});

const quiet = { owed: false, tellAt: null };
const put = (tx: LedgerTransaction, a: Attempt, codeHash = `code-${a.id}`) =>
  tx.insert(a, { codeHash, telling: quiet, leaseOwner: null, leaseUntil: null });
const putLeased = (tx: LedgerTransaction, a: Attempt, leaseOwner: string) =>
  tx.insert(a, { codeHash: 'code', telling: quiet, leaseOwner, leaseUntil: 99 });

/** A gate that a test opens. */
function gate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** Lets everything run that needs no gate. */
const rest = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What has become of a promise by now. */
async function fate(promise: Promise<unknown>): Promise<unknown> {
  let now: unknown = 'pending';
  promise.then(
    (value) => {
      now = value;
    },
    (error: Error) => {
      now = error.message;
    },
  );
  await rest();
  return now;
}

const lost = 'ledger: the connection to the database was lost';

describe('the ledger in memory', () => {
  let commits: Commit[];
  let database: MemoryDatabase;
  const open = (options: MemoryDatabaseOptions = {}): MemoryDatabase => {
    commits = [];
    database = new MemoryDatabase({ onCommit: (commit) => commits.push(commit), ...options });
    return database;
  };
  beforeEach(() => {
    open();
  });

  const a = attempt('a');

  describe('transactions', () => {
    test('one sees its own writes at once, the others at the commit', async () => {
      const one = database.connect('r1');
      const two = database.connect('r2');
      await one.transaction(async (tx) => {
        expect(await put(tx, a)).toBe(true);
        expect(await tx.load(a.id)).toEqual(a);
        expect(await two.load(a.id)).toBeUndefined();
        expect([...database.attempts()]).toEqual([]);
      });
      expect(await two.load(a.id)).toEqual(a);
      expect(commits).toMatchObject([{ number: 1, relay: 'r1', attempts: [{ before: undefined, after: a }] }]);
    });

    test('what throws leaves nothing, and takes its code and order along', async () => {
      const one = database.connect('r1');
      const failing = one.transaction(async (tx) => {
        await tx.lockForHello('lobby-1');
        await put(tx, a);
        await tx.callStarted(a.id, 'r1', 'pay', 5);
        const alarm = { at: 1, kind: 'clone', kiosk: 'lobby-1', attempt: a.id, detail: '' } as const;
        expect(await tx.raiseAlarm(alarm)).toBe(true);
        expect(await tx.raiseAlarm(alarm)).toBe(false);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(database.attempt(a.id)).toBeUndefined();
      expect(database.kiosk('lobby-1')).toBeUndefined();
      expect([database.alarms(), database.calls(a.id), commits]).toEqual([[], [], []]);
      expect(await one.transaction((tx) => put(tx, a))).toBe(true);
    });

    test('the second to lock a row waits, and then finds it as the first has left it', async () => {
      const ledger = database.connect('r1');
      await ledger.transaction((tx) => put(tx, a));
      const { open: go, opened } = gate();
      const first = ledger.transaction(async (tx) => {
        const stored = await tx.lock(a.id);
        await opened;
        if (stored) await tx.save({ ...stored, attempt: { ...a, state: 'approved' } }, 7, undefined);
      });
      const second = ledger.transaction((tx) => tx.lock(a.id));
      expect(await fate(second)).toBe('pending');
      go();
      await first;
      expect(await second).toEqual({ attempt: { ...a, state: 'approved' }, version: 2 });
    });

    test('many wait for a row in their order', async () => {
      const ledger = database.connect('r1');
      await ledger.transaction((tx) => put(tx, a));
      const served: number[] = [];
      const { open: go, opened } = gate();
      const all = [0, 1, 2, 3, 4].map((i) =>
        ledger.transaction(async (tx) => {
          await tx.lock(a.id);
          if (i === 0) await opened;
          served.push(i);
        }),
      );
      await rest();
      expect(served).toEqual([]);
      go();
      await Promise.all(all);
      expect(served).toEqual([0, 1, 2, 3, 4]);
    });

    test('Pays share a kiosk, a Hello has it alone', async () => {
      const ledger = database.connect('r1');
      await ledger.transaction((tx) => tx.lockForHello('lobby-1'));
      const { open: go, opened } = gate();
      const pays = [1, 2].map(() =>
        ledger.transaction(async (tx) => {
          await tx.lockForPay('lobby-1');
          await opened;
          return 'paid';
        }),
      );
      const hello = ledger.transaction(async (tx) => (await tx.lockForHello('lobby-1')).name);
      const third = ledger.transaction(async (tx) => (await tx.lockForPay('lobby-1'))?.name);
      expect([await fate(hello), await fate(third)]).toEqual(['pending', 'lobby-1']);
      go();
      expect(await Promise.all(pays)).toEqual(['paid', 'paid']);
      expect(await hello).toBe('lobby-1');
    });

    test.each([
      ['id', attempt('a', { order: 'other' }), 'other code'],
      ['code', attempt('b'), 'code'],
      ['order', attempt('b', { order: a.order }), 'other code'],
    ])('an insert of the same %s waits for the first, and asks again at its end', async (_, rival, code) => {
      for (const commits of [true, false]) {
        open();
        const ledger = database.connect('r1');
        const { open: go, opened } = gate();
        const first = ledger.transaction(async (tx) => {
          await put(tx, a, 'code');
          await opened;
          if (!commits) throw new Error('no');
        });
        const second = ledger.transaction((tx) => put(tx, rival, code));
        expect(await fate(second)).toBe('pending');
        go();
        await first.catch(() => {});
        expect(await second).toBe(!commits);
      }
    });

    test('a deadlock ends one of the two', async () => {
      const ledger = database.connect('r1');
      const b = attempt('b');
      await ledger.transaction(async (tx) => [await put(tx, a), await put(tx, b)]);
      const both = (first: string, second: string) =>
        ledger.transaction(async (tx) => {
          await tx.lock(first);
          await rest();
          await tx.lock(second);
          return 'done';
        });
      const ends = await Promise.allSettled([both(a.id, b.id), both(b.id, a.id)]);
      expect(ends.map((end) => (end.status === 'fulfilled' ? end.value : end.reason.message)).sort()).toEqual([
        'deadlock detected',
        'done',
      ]);
    });

    test('after a failed statement nothing of it commits, whoever catches the failure', async () => {
      const ledger = database.connect('r1');
      const failing = ledger.transaction(async (tx) => {
        await put(tx, a);
        await tx.addSteps('attempt-nobody', [{ at: 1, name: 'x', detail: '', ms: null }]).catch(() => {});
      });
      await expect(failing).rejects.toThrow('foreign key');
      expect(database.attempt(a.id)).toBeUndefined();
    });

    test('a failed statement gives its locks back at once, before its transaction ends', async () => {
      const ledger = database.connect('r1');
      await ledger.transaction((tx) => put(tx, a));
      const { open: go, opened } = gate();
      const failing = ledger.transaction(async (tx) => {
        await tx.lock(a.id);
        await tx.addSteps('attempt-nobody', [{ at: 1, name: 'x', detail: '', ms: null }]).catch(() => {});
        await expect(tx.load(a.id)).rejects.toThrow('current transaction is aborted');
        await opened;
      });
      expect(await fate(ledger.transaction((tx) => tx.lock(a.id)))).toEqual({ attempt: a, version: 1 });
      go();
      await expect(failing).rejects.toThrow('foreign key');
    });
  });

  describe('the end of a relay', () => {
    test('its open transaction is gone at once, its locks are free, its calls fail until it is mended', async () => {
      const one = database.connect('r1');
      const two = database.connect('r2');
      await one.transaction((tx) => put(tx, a));
      const { open: go, opened } = gate();
      const half = one.transaction(async (tx) => {
        const stored = await tx.lock(a.id);
        if (stored) await tx.save({ ...stored, attempt: { ...a, state: 'approved' } }, 7, undefined);
        await opened;
      });
      const next = two.transaction((tx) => tx.lock(a.id));
      expect(await fate(next)).toBe('pending');
      one.cut();
      expect(await next).toEqual({ attempt: a, version: 1 });
      go();
      await expect(half).rejects.toThrow(lost);
      await expect(one.load(a.id)).rejects.toThrow(lost);
      one.mend();
      expect(await one.load(a.id)).toEqual(a);
    });

    test('who waited for a lock fails at once and leaves the queue', async () => {
      const one = database.connect('r1');
      const two = database.connect('r2');
      await one.transaction((tx) => putLeased(tx, a, 'r2'));
      const { open: go, opened } = gate();
      const first = one.transaction(async (tx) => {
        await tx.lock(a.id);
        await opened;
      });
      const waiting = two.transaction((tx) => tx.lock(a.id));
      const release = two.release(a.id, 'r2');
      await rest();
      two.cut();
      await expect(waiting).rejects.toThrow(lost);
      await expect(release).rejects.toThrow(lost);
      go();
      await first;
      expect(database.row(a.id)).toMatchObject({ leaseOwner: 'r2', leaseUntil: 99 });
      expect(await one.release(a.id, 'r2')).toBe(10);
    });

    test('of the dead nothing goes on, neither what is under way nor what comes later', async () => {
      const one = database.connect('r1');
      const { open: go, opened } = gate();
      const went: string[] = [];
      const half = one.transaction(async (tx) => {
        await put(tx, a);
        await opened;
        went.push('its own code');
        await tx.load(a.id);
        went.push('past a call');
      });
      one.cut('dead');
      go();
      expect(await fate(half)).toBe('pending');
      expect(await fate(one.load(a.id))).toBe('pending');
      expect(went).toEqual(['its own code']);
      expect(() => one.mend()).toThrow('dead');
      expect(await database.connect('r1').transaction((tx) => put(tx, a))).toBe(true);
    });

    test.each(['lost', 'dead'] as const)(
      'cut (%s) at the moment its lock is granted: nothing is written',
      async (how) => {
        const one = database.connect('r1');
        const two = database.connect('r2');
        await one.transaction((tx) => putLeased(tx, a, 'r3'));
        const holding = one.transaction(async (tx) => {
          await tx.lock(a.id);
          await gate().opened;
        });
        void fate(holding);
        const waiting = two.transaction((tx) => tx.dueNow(a.id, 77));
        await rest();
        // The first gives its lock to the second, which has not yet gone on.
        one.cut('dead');
        two.cut(how);
        expect(await fate(waiting)).toBe(how === 'lost' ? lost : 'pending');
        const three = database.connect('r3');
        expect(await fate(three.release(a.id, 'r3'))).toBe(10);
        expect(await fate(three.transaction((tx) => tx.load(a.id)))).toEqual(a);
        expect(await fate(three.transaction((tx) => put(tx, attempt('b', { order: a.order }))))).toBe(false);
      },
    );

    test('who stands behind one that is cut goes on, if only that one was in the way', async () => {
      const four = ['r1', 'r2', 'r3', 'r4'].map((name) => database.connect(name));
      const [reader, writer, locker, holder] = four;
      if (!reader || !writer || !locker || !holder) throw new Error('four relays');
      await reader.transaction((tx) => putLeased(tx, a, 'r4'));
      const [read, written] = [gate(), gate()];
      const reading = reader.transaction(async (tx) => {
        await tx.addSteps(a.id, [{ at: 1, name: 'x', detail: '', ms: null }]);
        await read.opened;
      });
      const writing = writer.transaction(async (tx) => {
        await tx.dueNow(a.id, 5);
        await written.opened;
      });
      await rest();
      const locking = locker.transaction((tx) => tx.lock(a.id));
      const releasing = holder.release(a.id, 'r4');
      written.open();
      await writing;
      expect([await fate(locking), await fate(releasing)]).toEqual(['pending', 'pending']);
      locker.cut('dead');
      expect(await fate(releasing)).toBe(5);
      read.open();
      await reading;
    });

    test('cut at the moment it comes to the commit: it has not happened', async () => {
      open({
        latency: (what) => {
          if (what !== 'commit') return undefined;
          const arrives = rest();
          void arrives.then(() => queueMicrotask(() => one.cut()));
          return arrives;
        },
      });
      const one = database.connect('r1');
      await expect(one.transaction((tx) => put(tx, a))).rejects.toThrow(lost);
      expect(database.attempt(a.id)).toBeUndefined();
      expect(await database.connect('r2').nextDue(0, 100)).toBeNull();
    });

    test('cut by onCommit: it has happened, and the relay does not learn it', async () => {
      open({ onCommit: () => one.cut() });
      const one = database.connect('r1');
      await expect(one.transaction((tx) => put(tx, a))).rejects.toThrow(lost);
      expect(database.attempt(a.id)).toEqual(a);
    });

    test('cut on the way to the commit: it has not happened', async () => {
      open({
        latency: (what) => {
          if (what === 'commit') one.cut();
          return undefined;
        },
      });
      const one = database.connect('r1');
      await expect(one.transaction((tx) => put(tx, a))).rejects.toThrow(lost);
      expect(database.attempt(a.id)).toBeUndefined();
    });
  });

  test('latency is waited for before begin, each statement, and the commit there and back', async () => {
    const asked: string[] = [];
    open({
      latency: (what, relay) => {
        asked.push(`${relay} ${what}`);
        return what === 'statement' ? rest() : undefined;
      },
    });
    const ledger = database.connect('r1');
    const done = ledger.transaction(async (tx) => [await put(tx, a), await tx.load(a.id)]);
    await done;
    expect(asked).toEqual(['begin', 'statement', 'statement', 'commit', 'commit'].map((what) => `r1 ${what}`));
    asked.length = 0;
    await ledger.load(a.id);
    await ledger.stateOf(a.id);
    await ledger.claimDue('r1', 100, 200, 5);
    expect(asked).toEqual(['statement', 'statement', 'statement', 'commit'].map((what) => `r1 ${what}`));
  });

  describe('the end of the server', () => {
    const approve = async (tx: LedgerTransaction): Promise<void> => {
      const stored = await tx.lock(a.id);
      if (stored) await tx.save({ ...stored, attempt: { ...a, state: 'approved', nextAt: 70 } }, 7, undefined);
      await tx.addSteps(a.id, [{ at: 7, name: 'pay', detail: 'paid', ms: 2 }]);
      await tx.raiseAlarm({ at: 7, kind: 'clone', kiosk: 'lobby-1', attempt: a.id, detail: '' });
      await tx.callEnded({ id: 1, at: 7, answer: 'paid', code: null });
    };

    test('what was committed synchronously stays; only what was open is lost', async () => {
      const one = database.connect('r1');
      await one.transaction((tx) => put(tx, a));
      const { opened } = gate();
      const half = one.transaction(async (tx) => {
        await tx.lockForHello('lobby-1');
        await opened;
        // Never comes here.
      });
      await rest();
      database.crash();
      await expect(one.load(a.id)).rejects.toThrow(lost);
      expect(await fate(half)).toBe('pending');
      expect([database.attempt(a.id), database.kiosk('lobby-1')]).toEqual([a, undefined]);
    });

    test('without it, what was not synced vanishes with all its traces, and is told', async () => {
      const told: number[] = [];
      open({ onLost: (gone) => told.push(...gone.map((commit) => commit.number)) });
      const b = attempt('b');
      const one = database.connect('r1');
      database.synchronous = false;
      await one.transaction(async (tx) => [await put(tx, a), await tx.callStarted(a.id, 'r1', 'pay', 5)]);
      database.sync();
      await one.transaction(approve);
      await one.transaction(async (tx) => [await put(tx, b), await tx.lockForHello('lobby-1')]);
      await one.claimDue('r1', 100, 200, 5);
      expect(database.attempt(a.id)?.state).toBe('approved');
      database.crash();
      expect(told).toEqual([2, 3, 4]);
      const two = database.connect('r2');
      expect([...database.attempts()]).toEqual([a]);
      expect([database.alarms(), database.kiosk('lobby-1')]).toEqual([[], undefined]);
      expect(database.calls(a.id)).toMatchObject([{ startedAt: 5, endedAt: null, answer: null }]);
      expect(await two.stepsOf([a.id])).toEqual(new Map([[a.id, []]]));
      expect(await two.nextDue(0, 100)).toBe(10);
      expect(await two.claimDue('r2', 100, 200, 5)).toEqual([a.id]);
      await two.transaction(approve);
      expect(await two.transaction((tx) => put(tx, b))).toBe(true);
      expect(database.alarms()).toHaveLength(1);
    });

    test('a reversal that vanishes can be begun again, by whomever', async () => {
      const one = database.connect('r1');
      const b = attempt('b');
      await one.transaction(async (tx) => [await put(tx, a), await put(tx, b)]);
      const reversal: Reversal = {
        ...({ id: 'refund-1', kind: 'refund', number: 1, state: 'requested' } as const),
        ...{ money: { amount: 3550, currency: 'HKD' }, requestedAt: 8, endedAt: null, tries: 1, inquiries: 0 },
      };
      const reverse = (ledger: typeof one, { id }: Attempt) =>
        ledger.transaction(async (tx) => {
          const stored = await tx.lock(id);
          if (stored) await tx.save({ ...stored, attempt: { ...stored.attempt, reversal } }, 8, undefined);
        });
      database.synchronous = false;
      await reverse(one, a);
      expect(database.reversals(a.id)).toEqual([reversal]);
      await expect(reverse(one, b)).rejects.toThrow('never changes (S3)');
      database.crash();
      expect(database.reversals(a.id)).toEqual([]);
      await reverse(database.connect('r2'), b);
      expect(database.reversals(b.id)).toEqual([reversal]);
    });

    test('a synchronous commit makes those before it durable', async () => {
      const one = database.connect('r1');
      database.synchronous = false;
      await one.transaction((tx) => put(tx, a));
      database.synchronous = true;
      await one.transaction((tx) => tx.lockForHello('lobby-1'));
      database.crash();
      expect([...database.attempts()]).toEqual([a]);
    });
  });

  test('a thousand attempts at random times are claimed in the order of their times, each once', async () => {
    const ledger = database.connect('r1');
    const times = Array.from({ length: 1_000 }, (_, i) => (i * 7_919) % 10_007);
    for (const [i, nextAt] of times.entries()) {
      await ledger.transaction((tx) => put(tx, attempt(`${i}`, { nextAt })));
    }
    const sorted = times.toSorted((x, y) => x - y);
    expect(await ledger.nextDue(sorted[500] ?? 0, 1e9)).toBe(sorted[501]);
    expect(await ledger.nextDue(sorted[999] ?? 0, 1e9)).toBeNull();
    const claimed: (number | null | undefined)[] = [];
    for (let ids = ['']; ids.length > 0; ) {
      ids = await ledger.claimDue('r1', 20_000, 30_000, 64);
      claimed.push(...ids.map((id) => database.attempt(id)?.nextAt));
    }
    expect(claimed).toEqual(sorted);
  });
});
