import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ledger } from '../../../relay/ledger/contract.js';
import type { Call } from '../../../relay/payment/types.js';
import { traceOf } from '../../unit/protocol/traces.js';
import { freshCpm } from '../acquirer/stage.js';
import { instead, ledgers } from './ledgers.js';
import { attemptId, Boot, Scene } from './scene.js';

/** 384 bytes, 512 characters; the last byte makes the difference. */
const longestCpm = (last: number): string => {
  const bytes = Buffer.concat([Buffer.from('85054350563031', 'hex'), Buffer.alloc(377, 'random enough')]);
  bytes[383] = last;
  return bytes.toString('base64');
};

describe.each(ledgers())('Hello, Pay and reports on $name', ({ open, db }) => {
  let opened: Awaited<ReturnType<typeof open>>;
  let ledger: Ledger;
  let scene: Scene;
  const first = new Boot('a', '');
  const second = new Boot('b', 'a');
  const stranger = new Boot('c', '');

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());
  beforeEach(async () => {
    ledger = await opened.fresh();
    scene = new Scene(ledger);
  });

  describe('Pay', () => {
    beforeEach(() => scene.hello(first));

    test('before any Hello, or from another boot, is not greeted; that is not stored', async () => {
      expect(await scene.paid(second, 'A')).toBe('not-greeted');
      expect(await scene.paid(first, 'A')).toBe('accepted');
      scene.kiosk = 'lobby-9';
      expect(await scene.paid(first, 'B')).toBe('not-greeted');
    });

    test('is accepted with its times by our clock', async () => {
      const at = scene.now - 1_500;
      await scene.pay(first, 'A', { scanMs: at, issuer: 'alipay' });
      expect(await scene.attempt('A')).toMatchObject({
        ...{ state: 'submitted', boot: first.nonce, money: { amount: 3550, currency: 'HKD' }, issuer: 'alipay' },
        ...{ createdAt: scene.now, scannedAt: at, payUntil: at + 20_000, deadlineAt: at + 50_000 },
        ...{ vendUntil: at + 60_000, landingUntil: at + 20_000 + 5_000 + 60_000, payAt: null, nextAt: scene.now },
      });
    });

    test('the same again is answered from the record; it makes no second attempt', async () => {
      await scene.approved(first, 'A');
      expect(await scene.pay(first, 'A')).toMatchObject({ type: 'known', restartable: false });
      expect(await scene.standing('A')).toBe('approved');
      const steps = (await ledger.stepsOf([attemptId('A')])).get(attemptId('A'))?.map((s) => s.name);
      expect(steps).toEqual(['accepted', 'pay', 'approved']);
    });

    test('the same again, with another amount, changes nothing (S3)', async () => {
      await scene.submitted(first, 'A');
      await scene.pay(first, 'A', { amount: 1 });
      expect((await scene.attempt('A')).money).toEqual({ amount: 3550, currency: 'HKD' });
    });

    test('the same again, with the same code, goes on where a relay died before sending it', async () => {
      await scene.pay(first, 'A');
      await scene.on('A', { type: 'due', codeHeld: false });
      expect((await scene.attempt('A')).nextAt).toBeGreaterThan(scene.now);
      expect(await scene.pay(first, 'A', { code: '2899999999999999' })).toMatchObject({ restartable: false });
      expect(await scene.pay(first, 'A')).toMatchObject({ type: 'known', restartable: true });
      expect((await scene.attempt('A')).nextAt).toBe(scene.now);
    });

    test('by who sends it at once, is written with its pay in one transaction, or not at all (rule 10)', async () => {
      let transactions = 0;
      const counted = instead(ledger, {
        transaction: (work) => {
          transactions += 1;
          return ledger.transaction(work);
        },
      });
      const own = new Scene(counted);
      own.sends = true;
      const admitted = await own.pay(first, 'A');
      expect(admitted).toMatchObject({
        ...{ type: 'accepted', attempt: { state: 'submitted', payAt: own.now } },
        begun: { effects: [{ type: 'call', call: 'pay' }], changed: false, moved: false, givenBack: false },
      });
      expect(transactions).toBe(1);
      expect(admitted.type === 'accepted' && admitted.begun?.callId).toBeGreaterThan(0);
      expect(admitted.type === 'accepted' && admitted.begun?.attempt).toEqual(await scene.attempt('A'));
      // Another relay, and a repeated Pay, leave it alone: it may have been sent.
      expect(await scene.pay(first, 'A')).toMatchObject({ type: 'known', restartable: false });
      const broken = instead(ledger, {
        transaction: (work) =>
          ledger.transaction((tx) => {
            const refused = (id: string, relay: string) => tx.callStarted(id, relay, 'give' as Call, 1);
            return work(instead(tx, { callStarted: refused }));
          }),
      });
      const failing = new Scene(broken);
      failing.sends = true;
      await expect(failing.pay(first, 'B')).rejects.toThrow('acquirer_call_call_check');
      expect(await ledger.load(attemptId('B'))).toBeUndefined();
    });

    test('a relay whose clock is behind reckons with it: another may ask whether the pay has landed (rule 11)', async () => {
      await scene.pay(first, 'A');
      scene.behindMs = 60_000;
      await scene.pay(first, 'B');
      const [right, behind] = [await scene.attempt('A'), await scene.attempt('B')];
      expect(behind.landingUntil - behind.payUntil).toBe(right.landingUntil - right.payUntil + 60_000);
      // Nor does it send what another has accepted, and has reckoned with its own clock.
      expect(await scene.pay(first, 'A')).toMatchObject({ type: 'known', restartable: false });
      scene.behindMs = 1_000;
      expect(await scene.pay(first, 'A')).toMatchObject({ type: 'known', restartable: true });
    });

    test("another kiosk's attempt id tells nothing", async () => {
      await scene.approved(first, 'A');
      scene.kiosk = 'lobby-2';
      await scene.hello(stranger);
      expect(await scene.pay(stranger, 'A')).toEqual({ type: 'foreign' });
      expect(await scene.vend(stranger, 'A', 'not-delivered')).toBeUndefined();
      expect(await scene.abort(stranger, 'A')).toBeUndefined();
      scene.kiosk = 'lobby-1';
      expect(await scene.standing('A')).toBe('approved');
    });

    test.each([
      ['older than its validity', { scanMs: 79_999 }, 'refused stale'],
      ['older than the validity that it names', { scanMs: 94_000, validMs: 5_999 }, 'refused stale'],
      ['older than ours, though it names more', { scanMs: 79_999, validMs: 600_000 }, 'refused stale'],
      ['just young enough', { scanMs: 80_000 }, 'accepted'],
    ] as const)('trap 24: a scan %s: %s', async (_, more, expected) => {
      expect(await scene.paid(first, 'A', more)).toBe(expected);
    });

    test('trap 27: one that waited in a queue is refused for ever, however often and as whatever it is said again', async () => {
      const waited = { scanMs: scene.now, code: '2811111111111111' };
      scene.now += 20_001;
      expect(await scene.paid(first, 'A', waited)).toBe('refused stale');
      for (const again of [waited, { ...waited, scanMs: scene.now }, { ...waited, validMs: 600_000 }]) {
        expect(await scene.pay(first, 'A', again)).toMatchObject({
          ...{ type: 'known', restartable: false },
          attempt: { state: 'refused', reason: 'stale', payAt: null, nextAt: null },
        });
      }
      await scene.hello(second);
      expect(await scene.pay(first, 'A', waited)).toMatchObject({ type: 'known', restartable: false });
      // A new attempt, by a new scan, is another matter.
      expect(await scene.paid(second, 'A2', { code: '2822222222222222' })).toBe('accepted');
    });

    test('trap 27: one that was accepted, and lay with a relay that died, is not sent late', async () => {
      const waited = { scanMs: scene.now };
      await scene.pay(first, 'A', waited);
      scene.now += 20_001;
      expect(await scene.pay(first, 'A', waited)).toMatchObject({ type: 'known', restartable: true });
      await scene.on('A', { type: 'due', codeHeld: true });
      expect(await scene.attempt('A')).toMatchObject({ state: 'declined', payAt: null });
    });

    test.each([
      ['over the cap', { amount: 10_001 }, 'refused over-limit'],
      ['at the cap', { amount: 10_000 }, 'accepted'],
      ['in a currency the acquirer does not take', { currency: 'JPY' }, 'refused configuration'],
      ['in a currency this kiosk may not ask', { currency: 'KRW' }, 'refused configuration'],
    ] as const)('%s: %s', async (_, more, expected) => {
      expect(await scene.paid(first, 'A', more)).toBe(expected);
    });

    test('a final refusal is stored: the same Pay later gets the same answer', async () => {
      await scene.pay(first, 'A', { amount: 10_001 });
      expect(await scene.pay(first, 'A')).toMatchObject({ type: 'known', attempt: { reason: 'over-limit' } });
    });

    test('a refused attempt has used neither its code nor its order', async () => {
      const { code } = scene.payFrame(first, 'A');
      await scene.pay(first, 'A', { amount: 10_001 });
      expect(await scene.paid(first, 'A2', { code })).toBe('accepted');
    });

    test('from the future beyond any delay of a Hello: the clock is measured again, nothing is final', async () => {
      expect(await scene.paid(first, 'A', { scanMs: scene.now + 2_001 })).toBe('not-greeted');
      expect(await scene.paid(first, 'A', { scanMs: scene.now + 1_999 })).toBe('accepted');
      expect((await scene.attempt('A')).scannedAt).toBe(scene.now);
    });

    describe.each([
      ['of EMV CPM', freshCpm(96), freshCpm(96)],
      ['of EMV CPM, the longest of all', longestCpm(1), longestCpm(2)],
      ['of letters and digits', '22J1a9Zk3LmQ7r5T8v', '22J1a9Zk3LmQ7r5T8V'],
    ])('a code %s', (_, code, another) => {
      test('is used once, by whatever kiosk and order', async () => {
        const other = new Scene(ledger);
        other.kiosk = 'lobby-2';
        await other.hello(stranger);
        expect(await scene.paid(first, 'A', { code })).toBe('accepted');
        expect(await scene.paid(first, 'B', { code })).toBe('refused code-used');
        expect(await other.paid(stranger, 'C', { code })).toBe('refused code-used');
        expect(await other.paid(stranger, 'D', { code: another })).toBe('accepted');
      });

      test('stays used when its attempt was declined, and is stored as a hash only', async () => {
        await scene.submitted(first, 'A', { code });
        await scene.on('A', { type: 'pay-answered', answer: { kind: 'declined', reason: 'code-not-accepted' } });
        expect(await scene.paid(first, 'B', { code })).toBe('refused code-used');
        const hashOf = (name: string) => ledger.transaction((tx) => tx.codeHashOf(attemptId(name)));
        expect([await hashOf('A'), await hashOf('B')]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), null]);
        const rows = await db?.().query('SELECT to_jsonb(a)::text AS row FROM attempt a');
        if (rows) expect(rows).toHaveLength(2);
        for (const { row } of rows ?? []) expect(traceOf(code, String(row))).toBeUndefined();
      });

      test('goes on where a relay died before sending it', async () => {
        await scene.pay(first, 'A', { code });
        expect(await scene.pay(first, 'A', { code: another })).toMatchObject({ restartable: false });
        expect(await scene.pay(first, 'A', { code })).toMatchObject({ type: 'known', restartable: true });
      });
    });

    test.each(['alipay', 'new-pay2', 'a'.repeat(16)])(
      'the issuer %s is kept, whoever has a number for it',
      async (issuer) => {
        await scene.pay(first, 'A', { issuer });
        expect((await scene.attempt('A')).issuer).toBe(issuer);
      },
    );

    test('two kiosks show one code at once: one is accepted', async () => {
      const other = new Scene(ledger);
      other.kiosk = 'lobby-2';
      await other.hello(stranger);
      const { code } = scene.payFrame(first, 'A');
      const both = await Promise.all([scene.paid(first, 'A', { code }), other.paid(stranger, 'B', { code })]);
      expect(both.sort()).toEqual(['accepted', 'refused code-used']);
    });

    test('two relays hear one Pay at once: one accepts, the other answers from the record', async () => {
      const both = await Promise.all([scene.paid(first, 'A'), scene.paid(first, 'A')]);
      expect(both.sort()).toEqual(['accepted', 'known']);
    });
  });

  describe('two relays hear one Pay and would judge it differently', () => {
    beforeEach(() => scene.hello(first));

    test.each([
      ['stale by now', { scanMs: 79_999 }],
      ['over its cap', { amount: 10_001 }],
    ])('the slower one finds it %s: it tells what the ledger holds', async (_, more) => {
      await scene.pay(first, 'A');
      const answer = await scene.pay(first, 'A', more);
      expect(answer).toMatchObject({ type: 'known', attempt: { state: 'submitted', reason: null } });
      expect(await scene.standing('A')).toBe('submitted');
      const steps = (await ledger.stepsOf([attemptId('A')])).get(attemptId('A'));
      expect(steps?.map((s) => s.name)).toEqual(['accepted']);
    });

    test('the slower one finds its order taken, by the very same attempt', async () => {
      await scene.pay(first, 'A');
      expect(await scene.pay(first, 'A')).toMatchObject({ type: 'known', attempt: { state: 'submitted' } });
    });
  });

  describe('the age of a scan', () => {
    test('is taken from the quickest Hello of the boot', async () => {
      // The kiosk's clock began at 40,000 of ours; its Hello needs 300 ms, then 20 ms, then 4,000 ms to get here.
      const boot = new Boot('a', '', 40_000);
      for (const delay of [300, 20, 4_000]) {
        const frame = boot.hello(scene.now);
        scene.now += delay;
        await scene.hello(new Boot('a', '', scene.now - frame.atMs));
      }
      await scene.pay(boot, 'A');
      expect((await scene.attempt('A')).scannedAt).toBe(scene.now);
      await scene.pay(boot, 'B', { scanMs: scene.now - 40_000 - 1_000 });
      expect((await scene.attempt('B')).scannedAt).toBe(scene.now - 1_000 + 20);
    });

    test('of a new boot owes nothing to the clock of the boot before', async () => {
      await scene.hello(first);
      const later = new Boot('b', 'a', 90_000);
      await scene.hello(later);
      expect(await scene.paid(later, 'A')).toBe('accepted');
      expect((await scene.attempt('A')).scannedAt).toBe(scene.now);
    });

    test('is right at once after relay time has jumped ahead, and after a Hello that took long', async () => {
      const boot = new Boot('a', '', 40_000);
      await scene.hello(boot);
      // Somebody sets the relay's clock: the same kiosk's clock now began an hour later by ours.
      scene.now += 3_600_000;
      const jumped = new Boot('a', '', 40_000 + 3_600_000);
      await scene.hello(jumped);
      expect(await scene.paid(jumped, 'A')).toBe('accepted');
      expect((await scene.attempt('A')).scannedAt).toBe(scene.now);
      // A Hello 30 s on its way: scans seem to lie ahead, so the kiosk says Hello again and is measured well.
      await scene.hello(new Boot('a', '', jumped.bootedAt + 30_000));
      const late = { scanMs: scene.now - jumped.bootedAt };
      expect(await scene.paid(jumped, 'B', late)).toBe('not-greeted');
      await scene.hello(jumped);
      expect(await scene.paid(jumped, 'B', late)).toBe('accepted');
      expect((await scene.attempt('B')).scannedAt).toBe(scene.now);
    });

    test('follows clocks that drift: an old best measure gives way', async () => {
      await scene.hello(first);
      scene.now += 600_001;
      const slow = new Boot('a', '', 25_000);
      await scene.hello(slow);
      expect(await scene.paid(slow, 'A')).toBe('accepted');
    });
  });

  describe('Hello', () => {
    test('greets the first boot, the same again, and each newer one of the journal', async () => {
      for (const boot of [first, first, second, new Boot('d', 'ba')]) expect(await scene.said(boot)).toBe('greet');
    });

    test('a journal may skip boots that never reached us', async () => {
      await scene.hello(first);
      expect(await scene.said(new Boot('f', 'edcba'))).toBe('greet');
      expect(await scene.said(new Boot('e', 'dcba'))).toBe('stale');
    });

    test('another journal is challenged; only the echo of the latest challenge, by the challenged boot, is greeted', async () => {
      await scene.hello(first);
      const { decision } = await scene.hello(stranger);
      const challenge = decision.type === 'challenge' ? decision.challenge : '';
      expect(await scene.said(stranger, {}, 'ff'.repeat(16))).toBe('challenge');
      const other = new Boot('d', '');
      expect(await scene.said(other, {}, challenge)).toBe('challenge');
      // The other one's challenge is the latest now.
      expect(await scene.said(stranger, {}, challenge)).toBe('challenge');
    });

    test('until the echo the old boot stays greeted and may pay', async () => {
      await scene.hello(first);
      await scene.hello(stranger);
      expect(await scene.paid(stranger, 'A')).toBe('not-greeted');
      expect(await scene.paid(first, 'B')).toBe('accepted');
    });

    test('the echo of a used challenge is worth nothing', async () => {
      await scene.hello(first);
      const { decision } = await scene.hello(stranger);
      const challenge = decision.type === 'challenge' ? decision.challenge : '';
      expect(await scene.said(stranger, {}, challenge)).toBe('greet');
      await scene.hello(first);
      expect(await scene.said(first, {}, challenge)).toBe('challenge');
    });

    const takeOver = async (boot: Boot): Promise<string> => {
      const { decision } = await scene.hello(boot);
      return decision.type === 'challenge' ? await scene.said(boot, {}, decision.challenge) : decision.type;
    };

    test('two live journals in turn are a clone: both shut out until the operator allows one (rule 14)', async () => {
      await scene.hello(first);
      expect(await takeOver(stranger)).toBe('greet');
      expect(await takeOver(first)).toBe('clone');
      expect(await scene.said(stranger)).toBe('clone');
      expect(await scene.paid(stranger, 'A')).toBe('not-greeted');
      expect(await scene.paid(first, 'B')).toBe('not-greeted');
      expect(await scene.alarms()).toEqual(['other-journal', 'other-journal', 'clone']);
      expect(await ledger.allow('lobby-1')).toBe(true);
      expect(await ledger.allow('lobby-1')).toBe(false);
      expect(await scene.said(stranger)).toBe('greet');
      expect(await scene.paid(stranger, 'A')).toBe('accepted');
    });

    test('a disk that lost parts of the journal twice shuts out too, and the alarms name the card', async () => {
      /** The seventh or so boot of its journal, which vouches for none before it. */
      class AfterGap extends Boot {
        override hello(...said: Parameters<Boot['hello']>) {
          return { ...super.hello(...said), number: 7 };
        }
      }
      await scene.hello(first);
      expect(await takeOver(new AfterGap('d', ''))).toBe('greet');
      expect(await takeOver(new AfterGap('e', ''))).toBe('clone');
      const details = (await ledger.newestAlarms(9)).map((a) => a.detail).reverse();
      expect(details).toEqual([
        expect.stringMatching(/^a Hello of the same board, whose disk lost parts of its journal; challenged/),
        expect.stringMatching(/^a Hello of the same board/),
        expect.stringMatching(/^its disk lost parts of its journal again, .* replace the kiosk's card$/),
      ]);
      expect(await takeOver(stranger)).toBe('clone');
    });

    test('a journal that is replaced again after a while is no clone', async () => {
      await scene.hello(first);
      await takeOver(stranger);
      scene.now += 600_000;
      expect(await takeOver(new Boot('d', ''))).toBe('greet');
    });
  });

  describe('the sweep (rule 4)', () => {
    beforeEach(() => scene.hello(first));

    test.each([
      ['submitted, not listed', 'submitted', {}, 'reversing kiosk-restarted'],
      ['submitted, not delivered', 'submitted', { A: 'not-delivered' }, 'reversing kiosk-restarted'],
      ['submitted, doubtful', 'submitted', { A: 'doubtful' }, 'reversing kiosk-restarted'],
      ['approved, not listed', 'approved', {}, 'reversing kiosk-restarted'],
      ['approved, not delivered', 'approved', { A: 'not-delivered' }, 'reversing not-delivered'],
      ['approved, failed', 'approved', { A: 'failed' }, 'reversing vend-failed'],
      ['approved, delivered', 'approved', { A: 'delivered' }, 'delivered'],
      ['approved, doubtful', 'approved', { A: 'doubtful' }, 'doubtful vend-doubtful'],
    ] as const)('%s', async (_, state, open, expected) => {
      await scene[state](first, 'A');
      await scene.hello(second, open);
      expect(await scene.standing('A')).toBe(expected);
    });

    test('leaves the attempts of the greeting boot alone, and those of other kiosks', async () => {
      await scene.submitted(first, 'A');
      await scene.hello(first);
      expect(await scene.standing('A')).toBe('submitted');
      const other = new Scene(ledger);
      other.kiosk = 'lobby-2';
      await other.hello(stranger);
      expect(await scene.standing('A')).toBe('submitted');
    });

    test('an approved attempt of a boot that the chain no longer names is a matter for the operator', async () => {
      await scene.approved(first, 'A');
      const eight = new Boot('9', '8765432');
      await scene.greetedOnly(new Boot('8', ''));
      expect(await scene.said(eight)).toBe('greet');
      expect(await scene.standing('A')).toBe('doubtful vend-doubtful');
    });

    test('what is doubtful stays so until somebody knows', async () => {
      await scene.approved(first, 'A');
      await scene.hello(second, { A: 'doubtful' });
      const third = new Boot('d', 'ba');
      await scene.hello(third);
      expect(await scene.standing('A')).toBe('doubtful vend-doubtful');
      await scene.hello(new Boot('e', 'dba'), { A: 'failed' });
      expect(await scene.standing('A')).toBe('reversing vend-failed');
    });
  });

  describe('reports', () => {
    beforeEach(() => scene.hello(first));

    test('are facts from any boot, also one that is not greeted', async () => {
      await scene.approved(first, 'A');
      await scene.vend(stranger, 'A', 'delivered');
      expect(await scene.standing('A')).toBe('delivered');
    });

    test('come again and change nothing: acknowledged each time', async () => {
      await scene.approved(first, 'A');
      for (let i = 0; i < 3; i++) {
        const applied = await scene.vend(first, 'A', 'delivered');
        expect(applied?.effects).toContainEqual({ type: 'ack-vend', delivery: expect.any(String) });
      }
      expect(await scene.standing('A')).toBe('delivered');
      expect(await scene.alarms()).toEqual([]);
    });

    test.each(['delivered', 'failed', 'doubtful'] as const)(
      '"%s" of an attempt nobody knows: an alarm, a tombstone, an Ack',
      async (delivery) => {
        const applied = await scene.vend(first, 'A', delivery);
        expect(applied?.effects).toContainEqual({ type: 'ack-vend', delivery: expect.any(String) });
        expect(await scene.alarms()).toEqual(['unknown-attempt']);
        expect(await scene.pay(first, 'A')).toMatchObject({ type: 'known', attempt: { state: 'refused' } });
      },
    );

    test('of an attempt under another kiosk’s name move nothing and are not acknowledged; one alarm calls a person', async () => {
      await scene.approved(first, 'A');
      const renamed = new Scene(ledger);
      renamed.kiosk = 'lobby-2';
      await renamed.hello(stranger);
      for (let i = 0; i < 3; i++) expect(await renamed.vend(stranger, 'A', 'delivered')).toBeUndefined();
      expect(await renamed.abort(stranger, 'A')).toBeUndefined();
      expect(await scene.standing('A')).toBe('approved');
      expect(await ledger.newestAlarms(9)).toEqual([
        {
          ...{ at: scene.now, kind: 'foreign-report', kiosk: 'lobby-2', attempt: attemptId('A') },
          detail: "kiosk lobby-2 reports delivered for an attempt that the ledger has under another kiosk's name",
        },
      ]);
    });

    test('report and Pay arrive at once: either the tombstone or the reversal, never an open attempt', async () => {
      for (const name of ['A', 'B', 'C', 'D']) {
        await Promise.all([scene.vend(first, name, 'not-delivered'), scene.pay(first, name)]);
        // Accepted first and never sent: declined without a call.
        expect(['refused tombstone', 'declined not-confirmed']).toContain(await scene.standing(name));
      }
    });

    test('an alarm is raised once for an attempt, however often its cause repeats', async () => {
      await scene.submitted(first, 'A');
      await scene.on('A', { type: 'pay-answered', answer: { kind: 'declined', reason: 'risk' } });
      const faults = [];
      for (let i = 0; i < 3; i++) faults.push((await scene.vend(first, 'A', 'delivered'))?.effects.length);
      expect(await scene.alarms()).toEqual(['contradiction']);
      expect(faults).toEqual([4, 3, 3]);
    });
  });
});
