import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ledger } from '../../../relay/ledger/contract.js';
import { instead, ledgers } from './ledgers.js';
import { attemptId, Boot, Scene } from './scene.js';

/**
 * The counterexamples of reference protocol/findings.md that the relay has a part in, each as the message sequence that
 * would break a rule, on a real ledger. Letters are boots; "ba" is boot b of the journal that began with a.
 */
describe.each(ledgers())('the model checker’s counterexamples on $name', ({ open }) => {
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
    await scene.hello(first);
  });

  /** Another journal gets in only by the echo of its challenge. */
  const echoed = async (boot: Boot): Promise<string> => {
    const { decision } = await scene.hello(boot);
    return decision.type === 'challenge' ? await scene.said(boot, {}, decision.challenge) : decision.type;
  };

  test('C1: the journal is lost after an approval: doubtful and the operator, not reversed', async () => {
    await scene.approved(first, 'A');
    expect(await echoed(stranger)).toBe('greet');
    expect(await scene.standing('A')).toBe('doubtful vend-doubtful');
    expect(await scene.alarms()).toEqual(['other-journal', 'vend-doubtful']);
  });

  test('C1b: a new journal answers a resent approval with "doubtful"; it stays with the operator', async () => {
    await scene.approved(first, 'A');
    await echoed(stranger);
    await scene.vend(stranger, 'A', 'doubtful');
    expect(await scene.standing('A')).toBe('doubtful vend-doubtful');
  });

  test('C2: a cloned card says Hello without the approved attempt: nothing is reversed', async () => {
    await scene.hello(second);
    await scene.approved(second, 'A');
    const copy = new Boot('d', 'a');
    expect(await echoed(copy)).toBe('greet');
    expect(await scene.standing('A')).toBe('doubtful vend-doubtful');
  });

  test('C3: a Hello that lay in the broker while its boot number was used again is stale', async () => {
    const lost = new Boot('b', 'a');
    const now = new Boot('d', 'ba');
    expect(await scene.said(now)).toBe('greet');
    await scene.approved(now, 'A');
    expect(await scene.said(lost)).toBe('stale');
    expect(await scene.standing('A')).toBe('approved');
  });

  test('C4: delivered is reported, the report is late: the attempt is still listed and is not reversed', async () => {
    await scene.approved(first, 'A');
    await scene.hello(second, { A: 'delivered' });
    expect(await scene.standing('A')).toBe('delivered');
  });

  test('doubtful attempts that a Hello has no word for are left to the person, and add nothing to the story', async () => {
    await scene.approved(first, 'A');
    await scene.hello(second, { A: 'doubtful' });
    const told = async () => (await ledger.stepsOf([attemptId('A')])).get(attemptId('A'))?.length;
    const before = await told();
    for (let i = 0; i < 3; i++) expect((await scene.hello(second)).swept).toEqual([]);
    expect(await told()).toBe(before);
    expect((await scene.hello(second, { A: 'delivered' })).swept).toHaveLength(1);
    expect(await scene.standing('A')).toBe('delivered');
  });

  test('C6: begun and not finished is listed as doubtful', async () => {
    await scene.approved(first, 'A');
    await scene.hello(second, { A: 'doubtful' });
    expect(await scene.standing('A')).toBe('doubtful vend-doubtful');
    await scene.vend(second, 'A', 'delivered');
    expect(await scene.standing('A')).toBe('delivered');
  });

  test('C7: not delivered was reported by the boot before: whatever comes later, it is reversed', async () => {
    await scene.submitted(first, 'A');
    await scene.vend(first, 'A', 'not-delivered');
    const money = { amount: 3550, currency: 'HKD' } as const;
    await scene.on('A', { type: 'pay-answered', answer: { kind: 'paid', money } });
    expect(await scene.standing('A')).toBe('reversing not-confirmed');
  });

  test('C8: "no such order" while pay may still land does not decline; afterwards it does', async () => {
    await scene.submitted(first, 'A');
    await scene.hello(second);
    expect(await scene.standing('A')).toBe('reversing kiosk-restarted');
    const { landingUntil } = await scene.attempt('A');
    const answer = { kind: 'not-found' } as const;
    scene.now = landingUntil + 5_000;
    await scene.on('A', { type: 'cancel-answered', answer, askedAt: landingUntil });
    expect(await scene.standing('A')).toBe('reversing kiosk-restarted');
    await scene.on('A', { type: 'cancel-answered', answer, askedAt: landingUntil + 1 });
    expect(await scene.standing('A')).toBe('declined kiosk-restarted');
  });

  test('C9: one relay holds "paid", another has begun to cancel: it is not approved', async () => {
    await scene.submitted(first, 'A');
    const money = { amount: 3550, currency: 'HKD' } as const;
    const paid = { type: 'pay-answered', answer: { kind: 'paid', money } } as const;
    const [aborted, answered] = await Promise.all([scene.abort(first, 'A'), scene.on('A', paid)]);
    const { state } = await scene.attempt('A');
    // Whichever came first won, and the other saw it: never approved after reversing began.
    const order = aborted?.attempt.state === 'reversing' ? 'reversing' : 'approved';
    expect(state).toBe(order);
    expect(answered.attempt.state).toBe(order);
  });

  test('C9b: an approval is in the ledger, and owed to the kiosk, before anybody could publish it', async () => {
    await scene.submitted(first, 'A');
    const money = { amount: 3550, currency: 'HKD' } as const;
    const applied = await scene.on('A', { type: 'pay-answered', answer: { kind: 'paid', money } });
    expect(applied.effects).toContainEqual({ type: 'publish', until: 'answered' });
    const plan = { firstMs: 1_000, mostMs: 4_000, tries: 5 };
    expect(await ledger.takeDue(scene.now + 999, plan, 9)).toEqual([]);
    expect(await ledger.takeDue(scene.now + 1_000, plan, 9)).toEqual([applied.attempt]);
    expect(await ledger.takeOwed(scene.kiosk, scene.now, plan)).toEqual([applied.attempt]);
    expect(applied.attempt.state).toBe('approved');
  });

  test('C10, trap 3: a second attempt for an order that is not yet declined or reversed is refused', async () => {
    await scene.submitted(first, 'A');
    await scene.vend(first, 'A', 'not-delivered');
    expect(await scene.paid(first, 'A2')).toBe('refused order-taken');
    await scene.on('A', { type: 'cancel-answered', answer: { kind: 'cancelled' }, askedAt: scene.now });
    expect(await scene.paid(first, 'A3')).toBe('accepted');
  });

  test('C10b: a code that an attempt has used is refused, on any kiosk, even after that attempt ended', async () => {
    const { code } = scene.payFrame(first, 'A');
    await scene.submitted(first, 'A');
    await scene.on('A', { type: 'pay-answered', answer: { kind: 'declined', reason: 'risk' } });
    expect(await scene.paid(first, 'B', { code })).toBe('refused code-used');
    scene.kiosk = 'lobby-2';
    await scene.hello(stranger);
    expect(await scene.paid(stranger, 'C', { code })).toBe('refused code-used');
  });

  test('C11: no report for an approved attempt: an alarm, and no reversal', async () => {
    await scene.approved(first, 'A');
    scene.now += 3_600_000;
    await scene.on('A', { type: 'due', codeHeld: false });
    expect(await scene.standing('A')).toBe('approved');
    expect(await scene.alarms()).toEqual(['report-late']);
  });

  test('C12: "not delivered" overtakes its Pay: the Pay finds a tombstone and is never sent', async () => {
    const report = await scene.vend(first, 'A', 'not-delivered');
    expect(report?.effects).toContainEqual({ type: 'ack-vend', delivery: expect.any(String) });
    const admitted = await scene.pay(first, 'A');
    expect(admitted).toMatchObject({ type: 'known', attempt: { state: 'refused', reason: 'tombstone' } });
    expect(await ledger.claimDue('relay-1', scene.now + 1e9, scene.now + 2e9, 9)).toEqual([]);
  });

  test('C12b: the relay dies after greeting: greet and sweep are one commit, and a repeated Hello sweeps again', async () => {
    await scene.submitted(first, 'A');
    // The first Hello of the new boot fails in the middle: nothing of it remains.
    const dying = instead(ledger, {
      transaction: (work) =>
        ledger.transaction(async (tx) => {
          await work(tx);
          throw new Error('the relay dies before its commit');
        }),
    });
    await expect(new Scene(dying).hello(second)).rejects.toThrow('dies');
    expect(await scene.standing('A')).toBe('submitted');
    expect(await scene.paid(second, 'B')).toBe('not-greeted');
    expect(await scene.said(second)).toBe('greet');
    expect(await scene.standing('A')).toBe('reversing kiosk-restarted');
    // An approval that slipped in between is met by the next Hello of the same boot.
    scene = new Scene(await opened.fresh());
    await scene.hello(first);
    await scene.approved(first, 'C');
    await scene.greetedOnly(second);
    expect(await scene.said(second)).toBe('greet');
    expect(await scene.standing('C')).toBe('reversing kiosk-restarted');
  });

  test('C12c: a late Hello of the old journal does not lock the live kiosk out', async () => {
    expect(await echoed(stranger)).toBe('greet');
    // The old journal's Hello, from the wire: it cannot echo, so it changes nothing.
    expect(await scene.said(first)).toBe('challenge');
    expect(await scene.said(first)).toBe('challenge');
    expect(await scene.said(stranger)).toBe('greet');
    expect(await scene.paid(stranger, 'A')).toBe('accepted');
  });
});
