import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { antomWallets } from '../../../relay/acquirers/antom/wallets.js';
import type { PayAnswer, PaymentNotice, PayRequest, RefundNotice } from '../../../relay/acquirers/contract.js';
import type { ScenarioName } from '../../../relay/sandbox/scenarios.js';
import { sleep, until } from '../../support/wait.js';
import { type LinkedStage, linkedStage } from './linked.js';
import { control, freshRequest, totals } from './stage.js';

/** Payments of linked wallets, over real HTTP: the same calls as for a scanned code, with what is their own. */

const wallets = {
  alipayhk: { amount: 1_200, currency: 'HKD', cancels: true },
  dana: { amount: 5_000_000, currency: 'IDR', cancels: false },
} as const;
type Wallet = keyof typeof wallets;

const by = (wallet: Wallet, code: string, changes: Partial<PayRequest> = {}): PayRequest => {
  const { amount, currency } = wallets[wallet];
  return freshRequest({ wallet, code, money: { amount, currency }, ...changes });
};
const acquirerIdOf = (answer: PayAnswer): { acquirerId?: string } =>
  'acquirerId' in answer && answer.acquirerId !== undefined ? { acquirerId: answer.acquirerId } : {};

describe.each(Object.keys(wallets) as Wallet[])('%s', (wallet) => {
  const { amount, currency, cancels } = wallets[wallet];
  const money = { amount, currency };
  let stage: LinkedStage;
  let token = '';
  let before: [number, number];
  beforeAll(async () => {
    stage = await linkedStage();
    token = (await stage.link(wallet)).accessToken;
  });
  afterAll(() => stage.stop());
  beforeEach(() => {
    before = totals(stage.sandbox);
  });
  const moved = (): [number, number] => {
    const [charged, returned] = totals(stage.sandbox);
    return [charged - before[0], returned - before[1]];
  };
  const playing = (name: ScenarioName) => stage.sandbox.setScenario(name);
  const payments = () => stage.heard().filter((n): n is PaymentNotice => n.kind === 'payment');
  /** Of its end. */
  const noticeOf = (request: PayRequest) =>
    until('its notice', () =>
      payments().find(({ requestId, answer }) => requestId === request.requestId && answer.kind !== 'pending'),
    );

  test('paid: told at once, by inquiry, and by itself', async () => {
    await playing('approve');
    const request = by(wallet, token);
    expect(await stage.acquirer.pay(request)).toMatchObject({ kind: 'paid', money });
    expect(await stage.acquirer.inquire(request.requestId)).toMatchObject({ kind: 'paid', money });
    expect(await noticeOf(request)).toMatchObject({ believed: true, answer: { kind: 'paid', money } });
    expect(moved()).toEqual([amount, 0]);
  });

  test('the same payment asked again is the same, and with other content a conflict', async () => {
    await playing('approve');
    const request = by(wallet, token);
    const first = await stage.acquirer.pay(request);
    expect(await stage.acquirer.pay(request)).toEqual(first);
    const dearer = { ...money, amount: amount + 100 };
    expect(await stage.acquirer.pay({ ...request, money: dearer })).toMatchObject({ kind: 'conflict' });
    expect(moved()).toEqual([amount, 0]);
  });

  test('failed: told by itself too, which is only a hint', async () => {
    await playing('decline');
    const request = by(wallet, token);
    const declined = { kind: 'declined', reason: 'insufficient-funds' };
    expect(await stage.acquirer.pay(request)).toMatchObject(declined);
    expect(await noticeOf(request)).toMatchObject({ believed: false, answer: declined });
    expect(moved()).toEqual([0, 0]);
  });

  test('undecided until its owner has entered a password, then told', async () => {
    await playing('password-timeout');
    const request = by(wallet, token);
    expect(await stage.acquirer.pay(request)).toMatchObject({ kind: 'pending' });
    expect(await stage.acquirer.inquire(request.requestId)).toMatchObject({ kind: 'pending' });
    const first = await until('told', () => payments().find(({ requestId }) => requestId === request.requestId));
    expect(first, 'that it is undecided, which is a hint').toMatchObject({
      believed: false,
      answer: { kind: 'pending' },
    });
    await control(stage.sandbox, 'POST', `dialogs/${request.requestId}`, { action: 'confirm' });
    expect(await noticeOf(request)).toMatchObject({ believed: true, answer: { kind: 'paid' } });
  });

  test('its answer is lost: the inquiry tells', async () => {
    await playing('lost-answer');
    const request = by(wallet, token);
    expect(await stage.acquirer.pay(request)).toEqual({ kind: 'unknown', detail: 'io' });
    expect(await stage.acquirer.inquire(request.requestId)).toMatchObject({ kind: 'paid', money });
  });

  test('a notice that comes before the answer', async () => {
    await playing('approve');
    stage.sandbox.setNotifyManner('before-the-answer');
    const request = by(wallet, token);
    try {
      await stage.acquirer.pay(request);
      expect(payments().map(({ requestId }) => requestId)).toContain(request.requestId);
    } finally {
      stage.sandbox.setNotifyManner('plain');
    }
  });

  test(`a cancel ${cancels ? 'gives it back, and is told nobody' : 'is none of this wallet: it is refunded instead'}`, async () => {
    await playing('approve');
    const request = by(wallet, token);
    const answer = await stage.acquirer.pay(request);
    await noticeOf(request);
    const cancelled = await stage.acquirer.cancel(request.requestId, acquirerIdOf(answer).acquirerId);
    if (cancels) {
      expect(cancelled).toMatchObject({ kind: 'cancelled' });
      expect(moved()).toEqual([amount, amount]);
      await sleep(50);
      expect(payments().filter(({ requestId }) => requestId === request.requestId)).toHaveLength(1);
      return;
    }
    expect(cancelled).toEqual({ kind: 'refund-instead', code: 'PAYMENT_METHOD_NOT_SUPPORTED' });
    const whole = { refundId: `r1${request.requestId}`, requestId: request.requestId, money, wallet };
    expect(await stage.acquirer.refund({ ...whole, ...acquirerIdOf(answer) })).toMatchObject({ kind: 'refunded' });
    expect(moved()).toEqual([amount, amount]);
  });

  test('while it is undecided a cancel closes it, or is refused too and the expiry closes it', async () => {
    await playing('password-timeout');
    const request = by(wallet, token, { expiresAt: new Date(Date.now() + 1_500) });
    await stage.acquirer.pay(request);
    expect(await stage.acquirer.cancel(request.requestId)).toMatchObject({
      kind: cancels ? 'cancelled' : 'refund-instead',
    });
    if (!cancels) await sleep(1_600);
    const end = cancels ? { kind: 'cancelled' } : { kind: 'declined', code: 'ORDER_IS_CLOSED' };
    expect(await stage.acquirer.inquire(request.requestId)).toMatchObject(end);
    expect(moved()).toEqual([0, 0]);
  });

  test('refunded in parts, each told by itself, and never beyond what was paid', async () => {
    await playing('approve');
    const request = by(wallet, token);
    const { requestId } = request;
    const paid = acquirerIdOf(await stage.acquirer.pay(request));
    const half = { ...money, amount: amount / 2 };
    const refund = (n: number, part = half) =>
      stage.acquirer.refund({ refundId: `r${n}${requestId}`, requestId, ...paid, money: part, wallet });
    expect(await refund(1)).toMatchObject({ kind: 'refunded' });
    expect(await refund(2)).toMatchObject({ kind: 'refunded' });
    expect(await refund(3, { ...money, amount: 100 })).toMatchObject({ kind: 'failed', retry: 'never' });
    expect(await stage.acquirer.inquireRefund(`r1${requestId}`, requestId)).toMatchObject({ kind: 'refunded' });
    const told = () =>
      stage.heard().filter((n): n is RefundNotice => n.kind === 'refund' && n.refundId.endsWith(requestId));
    await until('both', () => told().length === 2);
    expect(
      told()
        .map(({ refundId }) => refundId.slice(0, 2))
        .sort(),
    ).toEqual(['r1', 'r2']);
    for (const notice of told()) {
      expect(notice).toMatchObject({ believed: true, money: half, answer: { kind: 'refunded' } });
    }
    expect(moved()).toEqual([amount, amount]);
  });

  test('a refund that failed is told by itself, as a hint', async () => {
    await playing('refund-fails-once');
    const request = by(wallet, token);
    const { requestId } = request;
    const paid = acquirerIdOf(await stage.acquirer.pay(request));
    const refundId = `r1${requestId}`;
    expect(await stage.acquirer.refund({ refundId, requestId, ...paid, money, wallet })).toMatchObject({
      kind: 'failed',
    });
    const notice = await until('told', () => stage.heard().find((n) => n.kind === 'refund' && n.refundId === refundId));
    expect(notice).toMatchObject({ believed: false, answer: { kind: 'failed', retry: 'new-id' } });
  });
});

describe('what a token cannot do', () => {
  let stage: LinkedStage;
  let nowMs: number;
  beforeEach(async () => {
    nowMs = Date.now();
    stage = await linkedStage({ clockMs: () => nowMs }, { clock: () => new Date(nowMs) });
  });
  afterEach(() => stage.stop());
  const times = () => ({ sendUntil: new Date(nowMs + 20_000), expiresAt: new Date(nowMs + 50_000) });
  const pay = (wallet: Wallet, code: string, amount: number) =>
    stage.acquirer.pay(by(wallet, code, { ...times(), money: { amount, currency: wallets[wallet].currency } }));

  test('be cancelled between the press and the pay: declined as unlinked, and nothing charged', async () => {
    const { accessToken } = await stage.link('alipayhk');
    await stage.sandbox.linking?.decide('1', 'cancel');
    expect(await pay('alipayhk', accessToken, 1_200)).toEqual({
      ...{ kind: 'declined', reason: 'unlinked', code: 'INVALID_ACCESS_TOKEN' },
    });
    expect(totals(stage.sandbox)).toEqual([0, 0]);
  });

  test('be cancelled after it: what was paid stays paid, and is refunded as any other', async () => {
    const { accessToken } = await stage.link('alipayhk');
    const request = by('alipayhk', accessToken, times());
    const answer = await stage.acquirer.pay(request);
    await stage.sandbox.linking?.decide('1', 'cancel');
    expect(await stage.acquirer.pay(request), 'the same again is the same').toEqual(answer);
    const { requestId, money } = request;
    const refund = { refundId: `r1${requestId}`, requestId, ...acquirerIdOf(answer), money };
    expect(await stage.acquirer.refund(refund)).toMatchObject({ kind: 'refunded' });
    expect(totals(stage.sandbox)).toEqual([1_200, 1_200]);
  });

  test("be another wallet's, or nobody's", async () => {
    const { accessToken } = await stage.link('alipayhk');
    expect(await pay('dana', accessToken, 5_000_000)).toMatchObject({ kind: 'declined', reason: 'unlinked' });
    expect(await pay('alipayhk', 'nobody', 1_200)).toMatchObject({ kind: 'declined', reason: 'unlinked' });
    expect(await stage.acquirer.pay(freshRequest({ code: accessToken })), 'nor a scanned code').toMatchObject({
      ...{ kind: 'declined', reason: 'code-not-accepted' },
    });
  });

  test('pay less than the least, or more than the most', async () => {
    const { accessToken } = await stage.link('alipayhk');
    const declined = { kind: 'declined', reason: 'limit-exceeded', code: 'PAYMENT_AMOUNT_EXCEED_LIMIT' };
    expect(await pay('alipayhk', accessToken, 5_000_001)).toEqual(declined);
    expect(await pay('alipayhk', accessToken, 5_000_000)).toMatchObject({ kind: 'paid' });
    expect(await pay('alipayhk', accessToken, 1), 'the laxer source is the sandbox’s').toMatchObject({ kind: 'paid' });
    const dana = (await stage.link('dana')).accessToken;
    expect(await pay('dana', dana, 29_900)).toEqual(declined);
    expect(await pay('dana', dana, 30_000)).toMatchObject({ kind: 'paid' });
  });

  test('pay more than a day allows, and may again a day later; what was refunded does not count', async () => {
    const { accessToken } = await stage.link('dana');
    const most = 1_000_000_000;
    const request = by('dana', accessToken, { ...times(), money: { amount: most, currency: 'IDR' } });
    const first = await stage.acquirer.pay(request);
    expect(await pay('dana', accessToken, most)).toMatchObject({ kind: 'paid' });
    const declined = { kind: 'declined', reason: 'limit-exceeded', code: 'USER_AMOUNT_EXCEED_LIMIT' };
    expect(await pay('dana', accessToken, 30_000)).toEqual(declined);
    const { requestId, money } = request;
    await stage.acquirer.refund({ refundId: `r1${requestId}`, requestId, ...acquirerIdOf(first), money });
    expect(await pay('dana', accessToken, most)).toMatchObject({ kind: 'paid' });
    expect(await pay('dana', accessToken, 30_000)).toEqual(declined);
    nowMs += 86_400_001;
    expect(await pay('dana', accessToken, 30_000)).toMatchObject({ kind: 'paid' });
  });

  test('pay more than a year allows', async () => {
    const { accessToken } = await stage.link('alipayhk');
    for (let n = 0; n < 4; n++) expect(await pay('alipayhk', accessToken, 5_000_000)).toMatchObject({ kind: 'paid' });
    expect(await pay('alipayhk', accessToken, 100)).toMatchObject({ kind: 'declined', reason: 'limit-exceeded' });
    nowMs += 366 * 86_400_000;
    expect(await pay('alipayhk', accessToken, 100)).toMatchObject({ kind: 'paid' });
  });

  test('be refunded after its 365 days', async () => {
    const { accessToken } = await stage.link('alipayhk');
    const request = by('alipayhk', accessToken, times());
    const paid = acquirerIdOf(await stage.acquirer.pay(request));
    const { requestId } = request;
    const half = { amount: 600, currency: 'HKD' } as const;
    const refund = (n: number) =>
      stage.acquirer.refund({ refundId: `r${n}${requestId}`, requestId, ...paid, money: half });
    nowMs += 365 * 86_400_000;
    expect(await refund(1)).toMatchObject({ kind: 'refunded' });
    nowMs += 1;
    expect(await refund(2)).toEqual({ kind: 'failed', retry: 'never', code: 'REFUND_WINDOW_EXCEED' });
    expect(await refund(1), 'the same again is the same').toMatchObject({ kind: 'refunded' });
    expect(totals(stage.sandbox)).toEqual([1_200, 600]);
  });

  test('be cancelled after 00:15 of the next day at GMT+8: it is refunded instead', async () => {
    nowMs = Date.UTC(2027, 2, 31, 15, 59, 59);
    const { accessToken } = await stage.link('alipayhk');
    const [late, inTime] = [by('alipayhk', accessToken, times()), by('alipayhk', accessToken, times())];
    const paid = acquirerIdOf(await stage.acquirer.pay(late));
    await stage.acquirer.pay(inTime);
    nowMs = Date.UTC(2027, 2, 31, 16, 15);
    expect(await stage.acquirer.cancel(inTime.requestId)).toMatchObject({ kind: 'cancelled' });
    nowMs += 1;
    expect(await stage.acquirer.cancel(late.requestId)).toEqual({
      kind: 'refund-instead',
      code: 'CANCEL_WINDOW_EXCEED',
    });
    const { requestId, money } = late;
    const refund = { refundId: `r1${requestId}`, requestId, ...paid, money };
    expect(await stage.acquirer.refund(refund)).toMatchObject({ kind: 'refunded' });
    expect(totals(stage.sandbox)).toEqual([2_400, 2_400]);
  });

  test.each([
    ['partialRefund', 600, 'PARTIAL_REFUND_NOT_SUPPORTED', 'refunded'],
    ['refund', 600, 'REFUND_NOT_SUPPORTED', 'failed'],
  ] as const)('be refunded otherwise than its wallet allows: without %s', async (ability, amount, code, whole) => {
    const wallets = antomWallets.map((wallet) => ({ ...wallet, [ability]: false }));
    const own = await linkedStage({ wallets });
    try {
      const { accessToken } = await own.link('alipayhk');
      const request = by('alipayhk', accessToken);
      const { requestId, money } = request;
      const paid = acquirerIdOf(await own.acquirer.pay(request));
      const refund = (n: number, part: number) =>
        own.acquirer.refund({ refundId: `r${n}${requestId}`, requestId, ...paid, money: { ...money, amount: part } });
      expect(await refund(1, amount)).toEqual({ kind: 'failed', retry: 'never', code });
      expect(totals(own.sandbox)).toEqual([1_200, 0]);
      expect((await refund(2, 1_200)).kind).toBe(whole);
    } finally {
      await own.stop();
    }
  });

  test('succeed later than a minute after it was asked, however long the order lives', async () => {
    const { accessToken } = await stage.link('alipayhk');
    await stage.sandbox.setScenario('password-timeout');
    const patient = by('alipayhk', accessToken, { ...times(), expiresAt: new Date(nowMs + 3_600_000) });
    expect(await stage.acquirer.pay(patient)).toMatchObject({ kind: 'pending' });
    nowMs += 60_000;
    expect((await control(stage.sandbox, 'POST', `dialogs/${patient.requestId}`, { action: 'confirm' })).status).toBe(
      409,
    );
    expect(await stage.acquirer.inquire(patient.requestId)).toMatchObject({ kind: 'declined' });
    expect(totals(stage.sandbox)).toEqual([0, 0]);
  });
});
