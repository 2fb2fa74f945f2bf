import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ledger } from '../../../relay/ledger/contract.js';
import { systemClock } from '../../../relay/runtime/clock.js';
import type { Applied } from '../../../relay/worker/apply.js';
import { Codes } from '../../../relay/worker/codes.js';
import { Worker } from '../../../relay/worker/worker.js';
import { until } from '../../support/wait.js';
import { oneAccount, ScriptedAcquirer } from '../../unit/relay/link/stage.js';
import { instead, ledgers } from './ledgers.js';
import { attemptId, Boot, policy, Scene } from './scene.js';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

describe.each(ledgers())('a worker on $name', ({ open }) => {
  let opened: Awaited<ReturnType<typeof open>>;
  let ledger: Ledger;
  const boot = new Boot('a', '');
  const id = attemptId('A');

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());
  beforeEach(async () => {
    ledger = await opened.fresh();
  });

  /** What was given back became due, and was taken again, before the task that gave it back has heard of its commit. */
  async function takenAgain() {
    const scene = new Scene(ledger);
    scene.now = systemClock.now();
    await scene.hello(boot);
    const acquirer = new ScriptedAcquirer({
      pay: [{ kind: 'pending' }],
      inquire: [{ kind: 'pending' }],
      cancel: [{ kind: 'cancelled' }],
    });
    // The answer to pay is committed, and the commit's own answer is long on its way.
    let hear = (): void => {};
    let claims = 0;
    const slow = instead(ledger, {
      transaction: async (work) => {
        const value = await ledger.transaction(work);
        const held = (value as Applied | undefined)?.effects?.some((e) => e.type === 'publish' && e.until === 'once');
        if (held) await new Promise<void>((resolve) => (hear = resolve));
        return value;
      },
      claimDue: async (...args) => {
        const ids = await ledger.claimDue(...args);
        claims += ids.length;
        return ids;
      },
    });
    const codes = new Codes();
    codes.hold(id, scene.payFrame(boot, 'A').code, scene.now + 20_000);
    // No inquiry follows at once, so the attempt is given back.
    const patient = { ...policy, inquiryDelaysMs: [9_000] };
    const parts = {
      ledger: slow,
      acquirer,
      accounts: oneAccount(acquirer, patient),
      clock: systemClock,
      codes,
      relay: 'relay-1',
      leaseMs: 15_000,
    };
    const options = { atOnce: 4, pollMs: 60_000, drainMs: 100 };
    const worker = new Worker({ ...parts, firstTellMs: 1_000, committed: () => {} }, options, quiet);
    await worker.start();
    await scene.pay(boot, 'A');
    worker.runOwn(id);
    await until('the answer to pay', async () => (await scene.attempt('A')).passwordPending);
    await scene.abort(boot, 'A');
    worker.wakeAt(systemClock.now());
    await until('the claim of what the customer gave up', () => claims > 0);
    return { scene, acquirer, worker, hear: () => hear() };
  }

  test('takes up at once what became due between the commit that gave it back and its hearing of that', async () => {
    const { scene, acquirer, worker, hear } = await takenAgain();
    hear();
    await until('the cancel', async () => (await scene.attempt('A')).state === 'reversed', 3_000);
    expect(acquirer.names).toEqual(['pay', 'inquire', 'cancel']);
    await worker.stop();
  });

  test('that stops just then leaves it to the other relays at once', async () => {
    const { acquirer, worker, hear } = await takenAgain();
    const stopped = worker.stop();
    hear();
    await stopped;
    expect(acquirer.names).toEqual(['pay']);
    const now = systemClock.now();
    expect(await ledger.claimDue('relay-2', now, now + 1, 9)).toEqual([id]);
  });

  test('that stops while it is taking something calls nobody for it, and leaves it to the other relays at once', async () => {
    const scene = new Scene(ledger);
    scene.now = systemClock.now();
    await scene.hello(boot);
    await scene.submitted(boot, 'A');
    // Due, and nobody's.
    await ledger.releaseAll('relay-1');
    await scene.abort(boot, 'A');
    const acquirer = new ScriptedAcquirer({});
    let answer = (): void => {};
    let taken: string[] = [];
    const slow = instead(ledger, {
      claimDue: async (...args) => {
        taken = await ledger.claimDue(...args);
        await new Promise<void>((resolve) => (answer = resolve));
        return taken;
      },
    });
    const parts = { ledger: slow, accounts: oneAccount(acquirer, policy), clock: systemClock, codes: new Codes() };
    const rest = { relay: 'relay-1', leaseMs: 15_000, firstTellMs: 1_000, committed: () => {} };
    const worker = new Worker({ ...parts, ...rest }, { atOnce: 4, pollMs: 60_000, drainMs: 2_000 }, quiet);
    await worker.start();
    await until('the claim', () => taken.length > 0);
    const stopped = worker.stop();
    answer();
    await stopped;
    expect(acquirer.names).toEqual([]);
    const now = systemClock.now();
    expect(await ledger.claimDue('relay-2', now, now + 1, 9)).toEqual([id]);
  });

  test('that stops gives back what a silent acquirer has left it holding', async () => {
    const scene = new Scene(ledger);
    scene.now = systemClock.now();
    await scene.hello(boot);
    await scene.submitted(boot, 'A');
    await scene.abort(boot, 'A');
    await ledger.releaseAll('relay-1');
    // The adapter keeps no time and heeds no signal.
    const acquirer = new ScriptedAcquirer({});
    acquirer.before = () => new Promise(() => {});
    const parts = { ledger, accounts: oneAccount(acquirer, policy), clock: systemClock, codes: new Codes() };
    const rest = { relay: 'relay-1', leaseMs: 60_000, firstTellMs: 1_000, committed: () => {} };
    const worker = new Worker({ ...parts, ...rest }, { atOnce: 4, pollMs: 60_000, drainMs: 50 }, quiet);
    await worker.start();
    await until('a call', () => acquirer.names.length > 0);
    await worker.stop();
    const later = systemClock.now() + 10_000;
    expect(await ledger.claimDue('relay-2', later, later + 1, 9)).toEqual([id]);
  });
});
