import { expect, test } from 'vitest';
import type { AlarmKind } from '../../relay/payment/types.js';
import { checkEnd } from './checks.js';
import { type Played, play } from './crash-points/run.js';
import type { Script } from './crash-points/script.js';
import { Logs } from './logs.js';
import { noFaults, type WorldOptions, worldOptions } from './options.js';
import type { Oracle } from './oracle.js';
import { guarded, runWorld } from './run.js';
import { Secrecy } from './secrecy.js';
import type { Payment } from './world/acquirer-books.js';
import { World } from './world.js';

/** Those who judge the worlds are shown what they must not let pass: a judge who finds nothing here finds nothing there. */

const CODE = `28${'1'.repeat(16)}`;
const MOST_MS = 120_000;

/** One payment, played to its end and found good. */
async function played(meanwhile: (script: Script) => void = () => {}): Promise<Played & { readonly id: string }> {
  let id = '';
  const result = await play(
    {
      play: async (script) => {
        await script.begin();
        meanwhile(script);
        id = (await script.pay('pays')) ?? '';
        await script.settled();
        await script.sleep(10_000);
      },
    },
    false,
    () => 'goes-on',
  );
  expect(result.violations).toEqual([]);
  return { ...result, id };
}

/** Judged once more, after somebody has changed something. */
function again({ world }: Played): string[] {
  checkEnd(world);
  return world.oracle.violations.map(({ predicate, text }) => `${predicate}: ${text}`);
}

function paymentOf({ world, id }: Played & { id: string }): Payment {
  const payment = world.books.find(id, world.timeline.now);
  if (!payment) throw new Error('no payment');
  return payment;
}

const violated = (tell: (oracle: Oracle) => void): string[] => {
  const { oracle } = new World({ ...worldOptions(1, 1), shares: noFaults });
  tell(oracle);
  return oracle.violations.map(({ predicate, text }) => `${predicate}: ${text}`);
};

test('a good end is judged good, also twice', async () => {
  expect(again(await played())).toEqual([]);
});

test('a refund of which the ledger knows nothing', async () => {
  const one = await played();
  paymentOf(one).refunds.set('r1x', { amount: 1, state: 'done', doneAt: 0 });
  expect(again(one)).toEqual(['reconciliation: refund-not-known: the acquirer has refund r1x, the ledger has none']);
});

test('goods that came out for money that went back, and the other way round', async () => {
  const failed = await played(({ world }) => world.faults.order('vend-fails'));
  failed.world.oracle.attempt(failed.id).goodsOut = true;
  expect(again(failed)).toEqual(['S7: goods are out and the attempt ended reversed']);
  const one = await played();
  one.world.oracle.attempt(one.id).goodsOut = false;
  expect(again(one)).toEqual(['S6: called delivered, and nothing came out']);
});

test('a person who was called for something else was not called for this', async () => {
  const one = await played(({ world }) => world.faults.order('vend-doubtful'));
  expect(one.ends).toEqual({ doubtful: 1 });
  const { alarms } = one.world.database;
  one.world.database.alarms = () =>
    alarms.call(one.world.database).map((alarm) => ({ ...alarm, kind: 'report-late' as const }));
  expect(again(one)).toEqual(['L2: doubtful, and nobody was called for that']);
});

test.each<AlarmKind>(['contradiction', 'charged-after-end', 'foreign-report'])(
  'an alarm that nothing explains: %s',
  async (kind) => {
    const one = await played();
    const alarm = { at: 0, kind, kiosk: 'kiosk-1', attempt: one.id, detail: '' };
    one.world.database.alarms = () => [alarm];
    expect(again(one)).toEqual([`reconciliation: an alarm that nothing in this world explains: ${kind}`]);
  },
);

test('a card that says otherwise than the ledger', async () => {
  const one = await played();
  const [kiosk] = one.world.kiosks;
  const other = await played(({ world }) => world.faults.order('vend-fails'));
  for (const [name, bytes] of other.world.kiosks[0]?.disk.files ?? []) kiosk?.disk.files.get(name)?.set(bytes);
  expect(again(one)).toEqual([expect.stringContaining('reconciliation: the journal says failed, the ledger')]);
});

test('an app that was told delivered, and a ledger that has given the money back', async () => {
  const { world, id } = await played();
  const row = [...world.database.attempts()].find((attempt) => attempt.id === id);
  if (!row) throw new Error('no row');
  const told = (state: typeof row.state, outAndBack: boolean): string[] => {
    const before = world.oracle.violations.length;
    world.witness.checkTold(id, { ...row, state }, outAndBack);
    return world.oracle.violations.slice(before).map(({ predicate }) => predicate);
  };
  // Only the policy explains it, and only this end.
  expect([told('delivered', false), told('reversed', true)]).toEqual([[], []]);
  expect([told('reversed', false), told('declined', true)]).toEqual([['L3'], ['L3']]);
});

test('a code on a card', async () => {
  const one = await played();
  const [bytes] = one.world.kiosks[0]?.disk.files.values() ?? [];
  bytes?.set(Buffer.from(CODE), bytes.length - 100);
  expect(again(one)).toContainEqual(expect.stringMatching(/^S11: a payment code in segment-\d+ of kiosk-1$/));
});

test('another code than was scanned, and a charge of what was called reversed', () => {
  const id = 'ab'.repeat(16);
  const money = { amount: 100, currency: 'HKD' } as const;
  const asked = (code: string) =>
    violated((oracle) => {
      oracle.placed(id.slice(0, 16), 'kiosk-1', money);
      expect([oracle.opened(id, CODE), oracle.opened(id, 'x')]).toEqual([true, false]);
      oracle.asked(id, code, money);
    });
  expect(asked(CODE)).toEqual([]);
  expect(asked('28')).toEqual(['S3: the acquirer was asked with another code than was scanned for this attempt']);
});

test('what a program logs and goes on: its own faults are found out, the world’s are not', () => {
  const tell = (error: string) =>
    violated((oracle) => {
      new Logs(new Secrecy(false, oracle), oracle).of('relay-1').error({ event: 'frame-failed', error });
    });
  expect(tell('TypeError: x is undefined')).toEqual([
    'crash: relay-1 has met a fault of its own: frame-failed: TypeError: x is undefined',
  ]);
  expect(tell('Error: attempt: declined is final (S10)')).toHaveLength(1);
  expect(tell('LedgerError: ledger: the connection to the database was lost')).toEqual([]);
  expect(tell('Error: deadlock detected')).toEqual([]);
  const refused = violated((oracle) => {
    new Logs(new Secrecy(false, oracle), oracle).of('kiosk-1').warn({ event: 'frame-refused', why: 'seq' });
  });
  expect(refused).toEqual(['crash: kiosk-1 has met a fault of its own: frame-refused: seq']);
});

test('what a program throws at once is a crash with a name, and so is what nobody caught', async () => {
  const world = new World({ ...worldOptions(1, 1), shares: noFaults });
  const result = await guarded(world, () => {
    throw new TypeError('thrown');
  });
  expect(result).toBeUndefined();
  expect(world.oracle.violations).toEqual([expect.objectContaining({ predicate: 'crash' })]);
});

test('kiosks that sell no more are stuck, also before anything is healed', { timeout: MOST_MS }, async () => {
  const options: WorldOptions = { ...worldOptions(7, 3), kiosks: 1, relays: 0, shares: noFaults, paranoid: false };
  const { violations, healed } = await runWorld(options);
  expect(healed).toBe(false);
  expect(violations.map(({ predicate, text }) => `${predicate}: ${text}`)).toEqual([
    'L1: after 200 hours 0 of 3 payments have begun; 1 kiosks are out of service',
  ]);
});
