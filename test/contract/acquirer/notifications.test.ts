import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Acquirer, NotificationResult, PayRequest, RawNotification } from '../../../relay/acquirers/contract.js';
import type { NotifyManner } from '../../../relay/sandbox/notifier.js';
import type { Sandbox, SandboxOptions } from '../../../relay/sandbox/server.js';
import { sleep, until } from '../../support/wait.js';
import { type Receiver, receive } from './receiver.js';
import { antomFor, codepayFor, codepayStage, control, freshRequest, keys, stage } from './stage.js';

/** What every acquirer's adapter must make of the notifications that its sandbox sends, over real HTTP. */

const plan = { callTimeoutMs: 5_000 };
const acquirers = [
  {
    name: 'antom',
    path: '/hooks/antom?kiosk=all&x=%20',
    open: (options: Partial<SandboxOptions>, url: string) => stage(options, plan, url),
    /** In-store Antom tells of what was paid, and of nothing else. */
    ...{ failures: false, refunds: false, believed: true, sendsMost: 8, isPathSigned: true },
  },
  {
    name: 'codepay',
    path: '/hooks/codepay',
    open: (options: Partial<SandboxOptions>, url: string) => codepayStage(options, plan, url),
    ...{ failures: true, refunds: true, believed: false, sendsMost: 15, isPathSigned: false },
  },
];

describe.each(acquirers)('$name', ({ path, open, failures, refunds, believed, sendsMost, isPathSigned }) => {
  let receiver: Receiver;
  let sandbox: Sandbox;
  let acquirer: Acquirer;
  const opened = async (options: Partial<SandboxOptions> = {}) => {
    ({ sandbox, acquirer } = await open({ notifyFactor: 1_000, ...options }, receiver.url));
    receiver.answer = () => acquirer.replies.taken;
  };
  beforeEach(async () => {
    receiver = await receive(path);
  });
  afterEach(async () => {
    await sandbox.stop();
    await receiver.stop();
  });
  const read = (raw: RawNotification | undefined): NotificationResult =>
    raw ? acquirer.verifyNotification(raw) : { kind: 'rejected', why: 'not-expected' };
  const heard = async (n = 1, withinMs?: number): Promise<NotificationResult[]> => {
    await until(`${n} notifications`, () => receiver.heard.length >= n, withinMs);
    return receiver.heard.map(read);
  };
  const paid = async (manner: NotifyManner = 'plain'): Promise<PayRequest> => {
    sandbox.setNotifyManner(manner);
    const request = freshRequest();
    await acquirer.pay(request);
    return request;
  };
  const money = { amount: 3550, currency: 'HKD' };
  const noticeOf = ({ requestId }: PayRequest) => ({
    ...{ kind: 'payment', requestId, believed },
    answer: { kind: 'paid', money },
  });

  test('a payment that was paid is told, once it is', async () => {
    await opened();
    const request = await paid();
    const [notice] = await heard();
    expect(notice).toMatchObject(noticeOf(request));
    const inquiry = await acquirer.inquire(request.requestId);
    expect(notice).toMatchObject({ acquirerId: 'acquirerId' in inquiry ? inquiry.acquirerId : '' });
    await until('taken', () => sandbox.notifications()[0]?.nextAt === null);
    expect(sandbox.notifications()).toMatchObject([
      { kind: 'paid', taken: true, sends: [{ status: 200, taken: true }] },
    ]);
  });

  test('a password that is entered later is told then, by the dialog or by the sandbox’s own clock', async () => {
    await opened({ autoConfirmMs: 150, scenario: 'password' });
    const request = await paid();
    expect(receiver.heard).toEqual([]);
    expect((await heard())[0]).toMatchObject(noticeOf(request));
    await sandbox.setScenario('password-timeout');
    const byHand = await paid();
    await control(sandbox, 'POST', `dialogs/${byHand.requestId}`, { action: 'confirm' });
    expect((await heard(2))[1]).toMatchObject(noticeOf(byHand));
  });

  test('trap 10: of failures and refunds only what the acquirer tells is told', async () => {
    await opened({ scenario: 'decline' });
    await paid();
    if (failures) {
      expect((await heard())[0]).toMatchObject({ kind: 'payment', believed: false, answer: { kind: 'declined' } });
    } else await sleep(100);
    expect(receiver.heard).toHaveLength(failures ? 1 : 0);
    await sandbox.setScenario('approve');
    const request = await paid();
    const before = receiver.heard.length;
    await until('paid', () => receiver.heard.length > 0);
    const { requestId } = request;
    const inquiry = await acquirer.inquire(requestId);
    const acquirerId = inquiry.kind === 'paid' ? (inquiry.acquirerId ?? '') : '';
    const part = { amount: 1000, currency: 'HKD' } as const;
    await acquirer.refund({ refundId: `r1${requestId}`, requestId, acquirerId, money: part });
    await sleep(100);
    const told = receiver.heard
      .slice(before)
      .map(read)
      .filter(({ kind }) => kind === 'refund');
    const notice = {
      kind: 'refund',
      refundId: `r1${requestId}`,
      money: part,
      answer: { kind: 'refunded' },
      believed: false,
    };
    expect(told).toMatchObject(refunds ? [notice] : []);
  });

  test('trap 13: one that comes before the answer to pay is verified as any other', async () => {
    await opened();
    sandbox.setNotifyManner('before-the-answer');
    const request = freshRequest();
    let atAnswer = 0;
    await acquirer.pay(request).then(() => {
      atAnswer = receiver.heard.length;
    });
    expect(atAnswer).toBe(1);
    expect((await heard())[0]).toMatchObject(noticeOf(request));
  });

  test('trap 14: a duplicate has the same key, other news another', async () => {
    await opened();
    const first = await paid('duplicate');
    const copies = await heard(3);
    expect(new Set(copies.map((n) => ('key' in n ? n.key : ''))).size).toBe(1);
    expect(copies[0]).toMatchObject(noticeOf(first));
    await paid();
    const all = await heard(4);
    expect(new Set(all.map((n) => ('key' in n ? n.key : ''))).size).toBe(2);
  });

  test('trap 14: one that comes after what came after it still says what it said', async () => {
    await opened({ notifyFactor: 100 });
    const request = await paid('late');
    await acquirer.cancel(request.requestId);
    expect(await acquirer.inquire(request.requestId)).toMatchObject({ kind: 'cancelled' });
    const notices = await heard(failures ? 2 : 1);
    expect(notices).toContainEqual(expect.objectContaining({ answer: expect.objectContaining({ kind: 'paid' }) }));
  });

  test('trap 15: another amount or currency is told as it is', async () => {
    await opened();
    await paid('wrong-amount');
    await paid('wrong-currency');
    const notices = await heard(2);
    const said = notices.map((n) => (n.kind === 'payment' && n.answer.kind === 'paid' ? n.answer.money : undefined));
    expect(said).toEqual(
      expect.arrayContaining([
        { ...money, amount: 3551 },
        { ...money, currency: 'USD' },
      ]),
    );
  });

  test.each(['tampered', 'strange-key'] as const)(
    'trap 19: %s is rejected for its signature',
    async (manner) => {
      await opened();
      await paid(manner);
      // A strange key is made when first needed, which takes its time.
      expect((await heard(1, 60_000))[0]).toEqual({ kind: 'rejected', why: 'bad-signature' });
    },
    90_000,
  );

  test('trap 16: it is the bytes that are signed: any one that is changed, left out or added is found', async () => {
    await opened();
    await paid();
    await heard();
    const [raw] = receiver.heard;
    if (!raw) throw new Error('nothing heard');
    const { body } = raw;
    for (let at = 0; at < body.length; at += 7) {
      const flipped = Buffer.from(body);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(read({ ...raw, body: flipped }).kind, `byte ${at}`).toBe('rejected');
    }
    expect(read({ ...raw, body: body.subarray(0, -1) }).kind).toBe('rejected');
    const headers = { ...raw.headers, signature: undefined };
    expect(read({ ...raw, headers, body: Buffer.from('{}') })).toMatchObject({ kind: 'rejected', why: 'unsigned' });
    expect(read(raw).kind).toBe('payment');
  });

  test('trap 17: the path that the acquirer called, with its query, is part of what Antom signs', async () => {
    await opened();
    await paid();
    await heard();
    const [raw] = receiver.heard;
    expect(raw?.path).toBe(path);
    for (const other of [path.split('?')[0] ?? '', `${path}&`, '/antom', path.replace('%20', '+')]) {
      if (other === path) continue;
      expect(read(raw && { ...raw, path: other }).kind).toBe(isPathSigned ? 'rejected' : 'payment');
    }
  });

  test("another merchant's is rejected, however well it is signed", async () => {
    await opened({ clientId: 'ANOTHER0001' });
    // The sandbox knows its own client only, so the order is made by an adapter of that name.
    const theirs = isPathSigned
      ? antomFor(sandbox, { clientId: 'ANOTHER0001', notifyUrl: receiver.url })
      : codepayFor(sandbox, { appId: 'ANOTHER0001', shop: { description: 'x', notifyUrl: receiver.url } });
    await theirs.pay(freshRequest());
    expect((await heard())[0]).toEqual({ kind: 'rejected', why: 'another-merchant' });
  });

  test('it is sent again until it is taken, and then no more', async () => {
    await opened({ notifyFactor: 100_000 });
    receiver.answer = (n) => (n < 3 ? acquirer.replies.again : acquirer.replies.taken);
    await paid();
    await until(
      'taken',
      () => sandbox.notifications()[0]?.nextAt === null && sandbox.notifications()[0]?.taken === true,
    );
    expect(sandbox.notifications()[0]?.sends.map(({ taken }) => taken)).toEqual([false, false, false, true]);
    expect(receiver.heard).toHaveLength(4);
  });

  test('one that is never taken is given up after as many sends as the acquirer makes', async () => {
    await opened({ notifyFactor: 100_000 });
    receiver.answer = () => acquirer.replies.again;
    await paid();
    await until('given up', () => sandbox.notifications()[0]?.nextAt === null);
    expect(receiver.heard).toHaveLength(sendsMost);
    expect((await control(sandbox, 'GET', 'notifications')).body).toMatchObject({
      notifications: [{ taken: false, sends: Array(sendsMost).fill({ taken: false }) }],
    });
  });

  test('what is no acknowledgement is none', async () => {
    await opened({ notifyFactor: 100_000 });
    const wrong = ['', 'SUCCESS', 'ok', '{"result":{"resultStatus":"F"}}', '<html>success</html>'];
    receiver.answer = (n) =>
      n < wrong.length ? { ...acquirer.replies.taken, body: wrong[n] ?? '' } : acquirer.replies.taken;
    await paid();
    await until('taken', () => sandbox.notifications()[0]?.taken === true);
    expect(receiver.heard).toHaveLength(wrong.length + 1);
  });

  test('a sandbox that was not asked for notifications sends none', async () => {
    ({ sandbox, acquirer } = await open({}, receiver.url));
    await acquirer.pay(freshRequest());
    await sleep(100);
    expect(receiver.heard).toEqual([]);
    expect((await control(sandbox, 'POST', 'notifications', { manner: 'plain' })).status).toBe(409);
    expect((await control(sandbox, 'POST', 'notifications', { manner: 'nonsense' })).status).toBe(422);
  });
});

describe('codepay', () => {
  test.each(['form', 'nested'] as const)(
    'trap 20: as %s it is read and verified like the flat JSON',
    async (manner) => {
      const receiver = await receive('/codepay');
      const { sandbox, acquirer } = await codepayStage({ notifyFactor: 1_000, keys }, plan, receiver.url);
      try {
        receiver.answer = () => acquirer.replies.taken;
        const heard: NotificationResult[] = [];
        for (const how of ['plain', manner] as const) {
          sandbox.setNotifyManner(how);
          await acquirer.pay(freshRequest());
          await until('heard', () => receiver.heard.length === heard.length + 1);
          const raw = receiver.heard.at(-1);
          if (raw) heard.push(acquirer.verifyNotification(raw));
        }
        expect(heard[1]).toMatchObject({
          kind: 'payment',
          answer: { kind: 'paid', money: { amount: 3550, currency: 'HKD' } },
        });
        expect(Object.keys(heard[1] ?? {})).toEqual(Object.keys(heard[0] ?? {}));
      } finally {
        await sandbox.stop();
        await receiver.stop();
      }
    },
  );
});
