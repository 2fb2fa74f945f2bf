import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Acquirer, CancelAnswer, InquiryAnswer, PayAnswer } from '../../../relay/acquirers/contract.js';
import { isScenarioName, type ScenarioName, scenarioNames } from '../../../relay/sandbox/scenarios.js';
import type { Sandbox } from '../../../relay/sandbox/server.js';
import { traceOf } from '../../unit/protocol/traces.js';
import { freshCode, freshCpm, freshLetters, freshRequest, type Stage, stage, totals } from './stage.js';

/**
 * What every acquirer's adapter must answer in each scenario, over real HTTP: pay, inquire, cancel, inquire again. A new
 * acquirer adds one line to `acquirers`; its sandbox plays the same scenarios.
 */
const acquirers: {
  name: string;
  open: () => Promise<Stage>;
  /** How long an EMV CPM code its request carries, in bytes before Base64; undefined: every one. */
  cpmMaxBytes: number | undefined;
}[] = [{ name: 'antom', open: () => stage({}, { callTimeoutMs: 600 }), cpmMaxBytes: 96 }];

type Told<T> = Partial<T> & { kind: string };
type Course = {
  pay: Told<PayAnswer>;
  inquiry: Told<InquiryAnswer>;
  /** [charged, returned] after pay and inquiry. */
  taken: [number, number];
  cancel: Told<CancelAnswer>;
  after: Told<InquiryAnswer>;
  /** [charged, returned] when all is done. */
  settled: [number, number];
};

const HKD = 'HKD';
const paid = (amount: number, currency: 'HKD' | 'USD' = HKD) =>
  ({ kind: 'paid', money: { amount, currency } }) as const;
const pending = { kind: 'pending' } as const;
const cancelled = { kind: 'cancelled' } as const;
const notFound = { kind: 'not-found' } as const;
const unknown = (detail: 'io' | 'timeout' | 'bad-signature' | 'not-json') => ({ kind: 'unknown', detail }) as const;
const none: [number, number] = [0, 0];
const reversed: [number, number] = [3550, 3550];
const approved: Course = {
  pay: paid(3550),
  inquiry: paid(3550),
  taken: [3550, 0],
  cancel: cancelled,
  after: cancelled,
  settled: reversed,
};
const held: Course = { ...approved, pay: pending, inquiry: pending, taken: none, settled: none };
const refused = (reason: 'insufficient-funds' | 'code-expired'): Course => {
  const declined = { kind: 'declined', reason } as const;
  return { ...held, pay: declined, inquiry: declined };
};
const garbled = (detail: 'bad-signature' | 'not-json'): Course => {
  const answer = unknown(detail);
  return { ...approved, pay: answer, inquiry: answer, after: answer };
};
const refusedConnection = { kind: 'not-sent', detail: 'ECONNREFUSED' } as const;

const courses: Record<ScenarioName, Course> = {
  approve: approved,
  'vend-fails': approved,
  password: held,
  'password-timeout': held,
  decline: refused('insufficient-funds'),
  'expired-code': refused('code-expired'),
  'lost-answer': { ...approved, pay: unknown('io') },
  'lost-request': {
    pay: unknown('io'),
    inquiry: notFound,
    taken: none,
    cancel: notFound,
    after: notFound,
    settled: none,
  },
  'acquirer-down': {
    pay: refusedConnection,
    inquiry: refusedConnection,
    taken: none,
    cancel: refusedConnection,
    after: refusedConnection,
    settled: none,
  },
  'acquirer-silent': {
    pay: unknown('timeout'),
    inquiry: unknown('timeout'),
    taken: none,
    cancel: unknown('timeout'),
    after: unknown('timeout'),
    settled: none,
  },
  'late-success': { ...held, settled: reversed },
  'wrong-amount': {
    ...approved,
    pay: paid(3551),
    inquiry: paid(3551),
    taken: [3551, 0],
    settled: [3551, 3551],
  },
  'bad-signature': garbled('bad-signature'),
  html: garbled('not-json'),
  'wrong-currency': { ...approved, pay: paid(3550, 'USD'), inquiry: paid(3550, 'USD') },
};

describe.each(acquirers)('$name', ({ open, cpmMaxBytes }) => {
  let sandbox: Sandbox;
  let acquirer: Acquirer;
  beforeAll(async () => {
    ({ sandbox, acquirer } = await open());
    // The key of this scenario is made when first needed, which may take longer than a call has time here.
    await sandbox.setScenario('bad-signature');
    await acquirer.pay(freshRequest());
  });
  afterAll(() => sandbox.stop());

  describe.each(scenarioNames)('%s', (name) => {
    const course = courses[name];
    let before: [number, number];
    const moved = (): [number, number] => {
      const [charged, returned] = totals(sandbox);
      return [charged - before[0], returned - before[1]];
    };
    beforeEach(async () => {
      await sandbox.setScenario(name);
      before = totals(sandbox);
    });

    test('pay, inquire, cancel, inquire', async () => {
      const request = freshRequest();
      const answer = await acquirer.pay(request);
      expect(answer).toMatchObject(course.pay);
      const acquirerId = 'acquirerId' in answer ? answer.acquirerId : undefined;
      if (answer.kind === 'paid') expect(acquirerId).toBeTruthy();
      expect(await acquirer.inquire(request.requestId, acquirerId)).toMatchObject(course.inquiry);
      expect(moved()).toEqual(course.taken);
      expect(await acquirer.cancel(request.requestId, acquirerId)).toMatchObject(course.cancel);
      expect(await acquirer.inquire(request.requestId)).toMatchObject(course.after);
      expect(moved()).toEqual(course.settled);
    });

    test('a cancel said twice moves no money twice', async () => {
      const request = freshRequest();
      await acquirer.pay(request);
      expect(await acquirer.cancel(request.requestId)).toMatchObject(course.cancel);
      expect(await acquirer.cancel(request.requestId)).toMatchObject(course.cancel);
      expect(moved()).toEqual(course.settled);
    });
  });

  describe.each([
    ['of digits', freshCode],
    ['of letters and digits', freshLetters],
    ['of EMV CPM', () => freshCpm()],
    ['of EMV CPM, a short one', () => freshCpm(70)],
    ['of EMV CPM, the longest that fits', () => freshCpm(cpmMaxBytes ?? 250)],
  ])('a code %s', (_, fresh) => {
    test('pays once, and the same payment asked again is the same', async () => {
      await sandbox.setScenario('approve');
      const [charged, returned] = totals(sandbox);
      const code = fresh();
      const request = freshRequest({ code });
      const first = await acquirer.pay(request);
      expect(first).toMatchObject(paid(3550));
      expect(await acquirer.pay(request)).toEqual(first);
      expect(await acquirer.pay(freshRequest({ code }))).toMatchObject({ kind: 'declined', reason: 'code-expired' });
      expect(await acquirer.inquire(request.requestId)).toMatchObject(paid(3550));
      expect(totals(sandbox)).toEqual([charged + 3550, returned]);
      expect(await acquirer.cancel(request.requestId)).toMatchObject(cancelled);
      expect(totals(sandbox)).toEqual([charged + 3550, returned + 3550]);
    });

    test('is part of what was asked: the same id with another one is a conflict', async () => {
      await sandbox.setScenario('approve');
      const request = freshRequest({ code: fresh() });
      await acquirer.pay(request);
      expect(await acquirer.pay({ ...request, code: fresh() })).toMatchObject({ kind: 'conflict' });
    });

    test('is nowhere in the answers', async () => {
      for (const name of ['approve', 'decline', 'lost-answer', 'html'] as const) {
        await sandbox.setScenario(name);
        const request = freshRequest({ code: fresh() });
        const { requestId } = request;
        const answers = [
          ...[await acquirer.pay(request), await acquirer.inquire(requestId), await acquirer.cancel(requestId)],
          sandbox.ledger(),
        ];
        expect(traceOf(request.code, JSON.stringify(answers))).toBeUndefined();
      }
    });
  });

  test.each(['no payment code at all', 'hQVDUFYwMg==', 'https://example.com/pay', '4006381333931'])(
    'what is no payment code, such as %j, is declined for that reason',
    async (code) => {
      await sandbox.setScenario('approve');
      const before = totals(sandbox);
      const answer = await acquirer.pay(freshRequest({ code }));
      expect(answer).toMatchObject({ kind: 'declined', reason: 'code-not-accepted' });
      expect(answer).not.toHaveProperty('alarm');
      expect(totals(sandbox)).toEqual(before);
    },
  );

  test.skipIf(cpmMaxBytes === undefined)(
    'a code that the request cannot carry is declined, and never sent',
    async () => {
      // Nobody listens: a call would be not-sent.
      await sandbox.setScenario('acquirer-down');
      for (const bytes of [(cpmMaxBytes ?? 0) + 1, 250]) {
        const answer = await acquirer.pay(freshRequest({ code: freshCpm(bytes) }));
        expect(answer).toEqual({ kind: 'declined', reason: 'code-not-accepted' });
      }
      expect(await acquirer.pay(freshRequest())).toMatchObject({ kind: 'not-sent' });
    },
  );

  test('the id is the idempotency key: the same pay twice is one payment', async () => {
    await sandbox.setScenario('approve');
    const [charged] = totals(sandbox);
    const request = freshRequest();
    const first = await acquirer.pay(request);
    expect(await acquirer.pay(request)).toEqual(first);
    expect(totals(sandbox)[0] - charged).toBe(3550);
  });

  test('the id with other content is a conflict, and the first payment stands', async () => {
    await sandbox.setScenario('approve');
    const request = freshRequest();
    await acquirer.pay(request);
    const { requestId, code, money } = request;
    expect(await acquirer.pay(freshRequest({ requestId, money }))).toMatchObject({ kind: 'conflict' });
    const dearer = freshRequest({ requestId, code, money: { ...money, amount: 3551 } });
    expect(await acquirer.pay(dearer)).toMatchObject({ kind: 'conflict' });
    expect(await acquirer.inquire(requestId)).toMatchObject(paid(3550));
  });

  test('a cancelled id cannot be paid any more', async () => {
    await sandbox.setScenario('approve');
    const [charged, returned] = totals(sandbox);
    const request = freshRequest();
    await acquirer.pay(request);
    await acquirer.cancel(request.requestId);
    expect(await acquirer.pay(request)).toMatchObject({ kind: 'declined', reason: 'other' });
    expect(totals(sandbox)).toEqual([charged + 3550, returned + 3550]);
  });

  test('keys that do not fit: declined with an alarm, and nothing charged', async () => {
    const before = totals(sandbox);
    const stranger = await stage({ clientId: 'SANDBOX_ANOTHER' });
    try {
      const answer = await stranger.acquirer.pay(freshRequest());
      expect(answer).toEqual({ kind: 'declined', reason: 'configuration', alarm: true, code: 'KEY_NOT_FOUND' });
      expect(totals(stranger.sandbox)).toEqual([0, 0]);
    } finally {
      await stranger.sandbox.stop();
    }
    expect(totals(sandbox)).toEqual(before);
  });
});

test('every scenario has its course', () => {
  expect(Object.keys(courses).filter(isScenarioName).sort()).toEqual([...scenarioNames].sort());
});
