import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Acquirer } from '../../../relay/acquirers/contract.js';
import type { Customs, DeclareRequest } from '../../../relay/acquirers/customs.js';
import type { Sandbox } from '../../../relay/sandbox/server.js';
import { startSandbox } from '../../../relay/sandbox/server.js';
import { antomFor, control, freshRequest, keys } from './stage.js';

/** Declaring to customs, over real HTTP, against a sandbox that holds to the rules of reference acquirers/antom.md section 2.9. */

const buyer = { number: '11010519491231002X', name: 'Li Ming' };
const FIVE_MINUTES = 5 * 60_000;

describe('customs', () => {
  let now = Date.now();
  let sandbox: Sandbox;
  let acquirer: Acquirer;
  let customs: Customs;
  const traced: object[] = [];
  beforeEach(async () => {
    now = Date.now();
    traced.length = 0;
    sandbox = await startSandbox({ keys, clockMs: () => now });
    acquirer = antomFor(sandbox, {
      clock: () => new Date(now),
      customs: { place: 'ZONGSHU', statuses: {} },
      onTrace: (trace) => traced.push(trace),
    });
    if (!acquirer.customs) throw new Error('no customs');
    customs = acquirer.customs;
  });
  afterEach(() => sandbox.stop());

  /** Paid in CNY; the acquirer's own id. */
  async function paid(amount = 3_550): Promise<string> {
    const requestId = randomBytes(16).toString('hex');
    const times = { scannedAt: new Date(now), sendUntil: new Date(now + 20_000), expiresAt: new Date(now + 60_000) };
    const answer = await acquirer.pay(freshRequest({ requestId, money: { amount, currency: 'CNY' }, ...times }));
    if (answer.kind !== 'paid' || answer.acquirerId === undefined) throw new Error(answer.kind);
    return answer.acquirerId;
  }
  const asked = (acquirerId: string, more: Partial<DeclareRequest> = {}): DeclareRequest => ({
    ...{ declarationId: `d${randomBytes(15).toString('hex')}`, acquirerId, customs: 'ZONGSHU' },
    ...{ money: { amount: 3_550, currency: 'CNY' }, merchant: { code: '4403961DPF', name: 'Kiosk Co' } },
    ...more,
  });
  const seen = async (id: string) => {
    const answer = await customs.inquire([id]);
    return answer.kind === 'seen' ? (answer.declarations[0]?.means ?? answer.missing) : answer.kind;
  };

  test('a whole order: taken, then in process, then accepted', async () => {
    const request = asked(await paid(), { buyer });
    expect(await customs.declare(request)).toMatchObject({
      ...{ kind: 'taken', identity: 'passed', channel: 'NUCC', registration: '31222699S7' },
    });
    expect(await seen(request.declarationId)).toBe('waiting');
    const answer = await customs.inquire([request.declarationId, 'dnone']);
    expect(answer).toMatchObject({
      ...{ kind: 'seen', missing: ['dnone'] },
      declarations: [
        { declarationId: request.declarationId, means: 'accepted', money: request.money, resultCode: '2' },
      ],
    });
    expect(sandbox.declarations()).toEqual([
      expect.objectContaining({ declarationRequestId: request.declarationId, pushes: 1, buyerNamed: true }),
    ]);
    expect((await control(sandbox, 'GET', 'declarations')).body).toEqual({ declarations: sandbox.declarations() });
    expect(JSON.stringify([sandbox.declarations(), traced])).not.toContain(buyer.number);
    expect(traced).toContainEqual(expect.objectContaining({ api: 'declare', requestId: request.declarationId }));
  });

  test('the buyer who is not the payer is told, customs that refuses too, and a word that no document names', async () => {
    const stranger = asked(await paid(), { buyer: { ...buyer, name: 'A Stranger' } });
    expect(await customs.declare(stranger)).toMatchObject({ kind: 'taken', identity: 'not-passed' });
    for (const [amount, means] of [
      [9921, 'failed'],
      [9922, 'waiting'],
      [9925, 'unclear'],
    ] as const) {
      const request = asked(await paid(10_000), { money: { amount, currency: 'CNY' } });
      expect((await customs.declare(request)).kind).toBe('taken');
      await seen(request.declarationId);
      expect(await seen(request.declarationId)).toBe(means);
    }
  });

  test('split orders: several parts, each once, together no more than was paid', async () => {
    const acquirerId = await paid();
    const part = (subOrder: string, amount: number) =>
      customs.declare(asked(acquirerId, { subOrder, money: { amount, currency: 'CNY' } }));
    expect((await part('S-1', 2_000)).kind).toBe('taken');
    expect(await part('S-1', 500)).toEqual({ kind: 'refused', code: 'DUPLICATED_DECLARATIONS' });
    expect(await part('S-2', 1_551)).toEqual({ kind: 'refused', code: 'TOTAL_DECLARATION_AMOUNT_EXCEED' });
    expect((await part('S-2', 1_550)).kind).toBe('taken');
    // Another place is another register.
    expect((await customs.declare(asked(acquirerId, { customs: 'HENAN' }))).kind).toBe('taken');
  });

  test('the same id again: unchanged it is the same, changed only after five minutes, and never another payment', async () => {
    const request = asked(await paid());
    expect((await customs.declare(request)).kind).toBe('taken');
    expect((await customs.declare(request)).kind).toBe('taken');
    const changed = { ...request, merchant: { code: '4403961DPG', name: 'Kiosk Co' } };
    expect(await customs.declare(changed)).toEqual({ kind: 'conflict', code: 'CONTEXT_INCONSISTENT' });
    now += FIVE_MINUTES - 1;
    expect((await customs.declare(changed)).kind).toBe('conflict');
    now += 1;
    const other = { ...changed, acquirerId: await paid() };
    expect((await customs.declare(other)).kind).toBe('conflict');
    expect((await customs.declare({ ...changed, subOrder: 'S-1' })).kind).toBe('conflict');
    expect((await customs.declare({ ...changed, customs: 'NINGBO', buyer })).kind).toBe('taken');
    expect(sandbox.declarations()).toMatchObject([{ pushes: 2, customs: 'NINGBO', buyerNamed: true }]);
  });

  test('no such payment, and one that was not paid', async () => {
    expect(await customs.declare(asked('2026010100001'))).toEqual({ kind: 'refused', code: 'ORDER_NOT_EXIST' });
    const requestId = randomBytes(16).toString('hex');
    await sandbox.setScenario('password-timeout');
    const times = { scannedAt: new Date(now), sendUntil: new Date(now + 20_000), expiresAt: new Date(now + 60_000) };
    const pending = await acquirer.pay(freshRequest({ requestId, money: { amount: 100, currency: 'CNY' }, ...times }));
    if (pending.kind !== 'pending' || pending.acquirerId === undefined) throw new Error(pending.kind);
    const answer = await customs.declare(asked(pending.acquirerId, { money: { amount: 100, currency: 'CNY' } }));
    expect(answer).toEqual({ kind: 'refused', code: 'ORDER_STATUS_INVALID' });
  });

  test('undecided, whether it was taken or not: the same again is taken, once', async () => {
    for (const amount of [9923, 9924]) {
      const request = asked(await paid(10_000), { money: { amount, currency: 'CNY' } });
      expect(await customs.declare(request)).toMatchObject({ kind: 'unknown', code: 'UNKNOWN_EXCEPTION' });
      expect((await customs.declare(request)).kind).toBe('taken');
    }
    expect(sandbox.declarations().map(({ pushes }) => pushes)).toEqual([1, 1]);
  });

  test('another currency than CNY is no declaration, and is told as our fault', async () => {
    const answer = await customs.declare(asked(await paid(), { money: { amount: 100, currency: 'HKD' } }));
    expect(answer).toEqual({ kind: 'refused', alarm: true, code: 'PARAM_ILLEGAL' });
  });

  test('no answer is no refusal', async () => {
    const request = asked(await paid());
    await sandbox.stop();
    expect((await customs.declare(request)).kind).toBe('not-sent');
    expect((await customs.inquire([request.declarationId])).kind).toBe('not-sent');
    sandbox = await startSandbox({ keys });
  });
});
