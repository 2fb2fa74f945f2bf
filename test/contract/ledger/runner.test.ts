import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ledger } from '../../../relay/ledger/contract.js';
import { systemClock } from '../../../relay/runtime/clock.js';
import type { Applied } from '../../../relay/worker/apply.js';
import { Codes } from '../../../relay/worker/codes.js';
import { runAttempt } from '../../../relay/worker/runner.js';
import { oneAccount, ScriptedAcquirer } from '../../unit/relay/link/stage.js';
import { instead, ledgers } from './ledgers.js';
import { attemptId, Boot, policy, Scene } from './scene.js';

const right = { kind: 'paid', money: { amount: 3550, currency: 'HKD' } } as const;

describe.each(ledgers())('a relay runs an attempt on $name', ({ open }) => {
  let opened: Awaited<ReturnType<typeof open>>;
  let ledger: Ledger;
  let scene: Scene;
  let acquirer: ScriptedAcquirer;
  let begun: Applied | undefined;
  const boot = new Boot('a', '');
  const id = attemptId('A');

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());
  const accept = async (sends: boolean) => {
    ledger = await opened.fresh();
    scene = new Scene(ledger);
    scene.now = systemClock.now();
    scene.sends = sends;
    await scene.hello(boot);
    const admitted = await scene.pay(boot, 'A');
    begun = admitted.type === 'accepted' ? admitted.begun : undefined;
  };
  beforeEach(() => accept(false));

  /** Runs the attempt; `meanwhile` happens once, when this call is committed and its row is read again before it is made. */
  const run = async (before: 'pay' | 'cancel' | 'refund', meanwhile: () => Promise<unknown> = async () => {}) => {
    const codes = new Codes();
    codes.hold(id, scene.payFrame(boot, 'A').code, scene.now + 20_000);
    let happened = false;
    const between = instead(ledger, {
      stateOf: async (asked) => {
        const kind = (await ledger.load(asked))?.reversal?.kind ?? 'pay';
        if (!happened && kind === before) {
          happened = true;
          await meanwhile();
        }
        return await ledger.stateOf(asked);
      },
    });
    const parts = {
      ledger: between,
      accounts: oneAccount(acquirer, policy),
      clock: systemClock,
      codes,
      relay: 'relay-1',
      leaseMs: 15_000,
    };
    const { signal } = new AbortController();
    const nextAt = await runAttempt(id, { ...parts, firstTellMs: 1_000, committed: () => {} }, signal, begun);
    expect(happened).toBe(true);
    return nextAt;
  };
  /** What became of the calls, oldest first. */
  const calls = async () =>
    ((await ledger.stepsOf([id])).get(id) ?? []).filter(({ ms }) => ms !== null).map((s) => `${s.name} ${s.detail}`);
  const accepted = expect.stringContaining('accepted');

  describe.each([
    ['of a step of its own', false],
    ['of its row', true],
  ])('between the commit %s and pay (rule 11)', (_, sends) => {
    beforeEach(async () => {
      await accept(sends);
      acquirer = new ScriptedAcquirer({ pay: [right], inquire: [{ kind: 'declined', reason: 'risk' }] });
    });

    test('nothing happens: it goes out', async () => {
      await run('pay');
      expect(acquirer.names).toEqual(['pay']);
      expect(await scene.standing('A')).toBe('approved');
    });

    test('the customer gives up: it stays here', async () => {
      await run('pay', () => scene.abort(boot, 'A'));
      expect(acquirer.names).toEqual([]);
      expect(await scene.standing('A')).toBe('declined customer-aborted');
      expect(await calls()).toEqual([accepted, 'pay not-sent: no longer submitted']);
    });

    test('the kiosk starts again and is greeted: it stays here', async () => {
      await run('pay', () => scene.hello(new Boot('b', 'a')));
      expect(acquirer.names).toEqual([]);
      expect(await scene.standing('A')).toBe('declined kiosk-restarted');
    });

    test('the ledger does not answer, so nobody knows: it stays here', async () => {
      await run('pay', () => Promise.reject(new Error('the ledger is gone')));
      expect(acquirer.names).toEqual([]);
      expect(await scene.standing('A')).toBe('declined acquirer-unavailable');
    });
  });

  describe('between the commit and a cancel', () => {
    beforeEach(async () => {
      await scene.on('A', { type: 'due', codeHeld: true });
      await scene.on('A', { type: 'pay-answered', answer: { kind: 'pending' } });
      await scene.abort(boot, 'A');
      acquirer = new ScriptedAcquirer({ inquire: [{ kind: 'pending' }], cancel: [{ kind: 'cancelled' }] });
    });

    test('nothing happens: it goes out', async () => {
      await run('cancel');
      expect(acquirer.names).toEqual(['inquire', 'cancel']);
      expect(await scene.standing('A')).toBe('reversed customer-aborted');
    });

    test('another relay has heard that it is cancelled: it stays here', async () => {
      await run('cancel', () =>
        scene.on('A', { type: 'inquiry-answered', answer: { kind: 'cancelled' }, askedAt: scene.now }),
      );
      expect(acquirer.names).toEqual(['inquire']);
      expect(await scene.standing('A')).toBe('reversed customer-aborted');
      expect(await calls()).toContain('cancel not-sent: no longer reversing');
    });

    test('the ledger does not answer, so nobody knows: it stays here, and is tried again', async () => {
      const nextAt = await run('cancel', () => Promise.reject(new Error('the ledger is gone')));
      expect(acquirer.names).toEqual(['inquire']);
      expect(await scene.standing('A')).toBe('reversing customer-aborted');
      expect(await calls()).toContain('cancel not-sent: the ledger did not answer');
      expect(nextAt).toBeGreaterThan(scene.now);
    });
  });

  describe('between the commit and a refund', () => {
    beforeEach(async () => {
      await scene.on('A', { type: 'due', codeHeld: true });
      await scene.on('A', { type: 'pay-answered', answer: right });
      await scene.vend(boot, 'A', 'failed');
      acquirer = new ScriptedAcquirer({
        cancel: [{ kind: 'refund-instead' }],
        inquire: [right],
        refund: [{ kind: 'refunded' }],
      });
    });

    test('nothing happens: it goes out', async () => {
      await run('refund');
      expect(acquirer.names).toEqual(['cancel', 'inquire', 'refund']);
      expect(await scene.standing('A')).toBe('reversed vend-failed');
    });

    test('another relay has heard that it is back: it stays here', async () => {
      await run('refund', () =>
        scene.on('A', { type: 'inquiry-answered', answer: { kind: 'cancelled' }, askedAt: scene.now }),
      );
      expect(acquirer.names).toEqual(['cancel', 'inquire']);
      expect(await scene.standing('A')).toBe('reversed vend-failed');
      expect(await calls()).toContainEqual(expect.stringMatching(/^refund r1.*: not-sent: no longer reversing$/));
      // Who asked for it may be dead before this is written: the other relay could not know that it never left.
      expect(await scene.alarms()).toEqual(['returned-twice']);
    });

    test('the ledger does not answer, so nobody knows: it stays here, and is inquired', async () => {
      await run('refund', () => Promise.reject(new Error('the ledger is gone')));
      expect(acquirer.names).toEqual(['cancel', 'inquire']);
      expect(await scene.standing('A')).toBe('reversing vend-failed');
    });
  });

  describe('with a clock that is five minutes ahead of the relay that has sent the pay', () => {
    const aheadMs = 300_000;
    const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
    const ahead = async (clockOffMs: number): Promise<string> => {
      await scene.on('A', { type: 'due', codeHeld: true });
      await scene.abort(boot, 'A');
      acquirer = new ScriptedAcquirer({ inquire: [{ kind: 'not-found' }], cancel: [{ kind: 'not-found' }] });
      const parts = { ledger, accounts: oneAccount(acquirer, policy), clock, codes: new Codes(), relay: 'relay-2' };
      const rest = { leaseMs: 15_000, firstTellMs: 1_000, committed: () => {}, clockOffMs: () => clockOffMs };
      const nextAt = await runAttempt(id, { ...parts, ...rest }, new AbortController().signal);
      if (nextAt !== null) expect(nextAt).toBeGreaterThan(clock.now());
      return await scene.standing('A');
    };

    test('"no such order" ends nothing as long as it may still land: questions are dated by the ledger\'s clock', async () => {
      expect(await ahead(aheadMs)).toBe('reversing customer-aborted');
      expect(acquirer.names).toEqual(['inquire', 'cancel']);
    });

    test('where nobody compared the clocks it would', async () => {
      expect(await ahead(0)).toBe('declined customer-aborted');
    });
  });

  describe('its lease', () => {
    const later = 3_600_000;
    const claim = (now: number) => ledger.claimDue('relay-2', now, now + 1, 9);

    test('is held through the call and given back with the answer', async () => {
      acquirer = new ScriptedAcquirer({ pay: [right] });
      const seen: string[][] = [];
      acquirer.before = async () => {
        // The answer to pay is overdue, but its relay still waits for it.
        const now = systemClock.now();
        seen.push(await claim(now + policy.callTimeoutMs + 1));
      };
      const nextAt = await run('pay');
      expect(seen).toEqual([[]]);
      expect(nextAt).toBe((await scene.attempt('A')).nextAt);
      expect(await claim(scene.now + later)).toEqual([id]);
    });

    test('is given back where nothing is to be done', async () => {
      acquirer = new ScriptedAcquirer({ pay: [right] });
      await run('pay');
      await ledger.claimDue('relay-1', scene.now + later, scene.now + 2 * later, 1);
      const parts = {
        ledger,
        accounts: oneAccount(acquirer, policy),
        clock: systemClock,
        codes: new Codes(),
        relay: 'relay-1',
      };
      const idle = { ...parts, leaseMs: 15_000, firstTellMs: 1_000, committed: () => {} };
      const nextAt = await runAttempt(id, idle, new AbortController().signal);
      expect(nextAt).toBe((await scene.attempt('A')).nextAt);
      expect(await claim(scene.now + later)).toEqual([id]);
    });
  });
});
