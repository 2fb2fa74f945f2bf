import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type {
  Acquirer,
  CancelAnswer,
  InquiryAnswer,
  PayAnswer,
  PayRequest,
  RefundAnswer,
  RefundRequest,
  Unknown,
} from '../../../relay/acquirers/contract.js';
import { isScenarioName, type ScenarioName, scenarioNames } from '../../../relay/sandbox/scenarios.js';
import type { Sandbox } from '../../../relay/sandbox/server.js';
import { traceOf } from '../../unit/protocol/traces.js';
import {
  codepayStage,
  freshCode,
  freshCpm,
  freshLetters,
  freshRequest,
  type Stage,
  shortCodepayStage,
  stage,
  totals,
} from './stage.js';

/**
 * What every acquirer's adapter must answer in each scenario, over real HTTP: pay, inquire, cancel, inquire again; and pay,
 * inquire, refund, refund again, inquire the refund. A new
 * acquirer adds one line to `acquirers`; its sandbox plays the same scenarios.
 */
const acquirers: {
  name: string;
  open: () => Promise<Stage>;
  /** How long an EMV CPM code its request carries, in bytes before Base64; undefined: every one. */
  cpmMaxBytes: number | undefined;
  openFor: (clientId: string) => Promise<Stage>;
  says: Says;
}[] = [
  {
    ...{ name: 'antom', open: () => stage({}, { callTimeoutMs: 600 }), cpmMaxBytes: 96 },
    ...{ openFor: (clientId) => stage({ clientId }), says: 'all at once' },
  },
  {
    ...{ name: 'codepay', open: () => codepayStage({}, { callTimeoutMs: 1_200 }), cpmMaxBytes: undefined },
    ...{ openFor: (clientId) => codepayStage({ clientId }), says: 'by inquiry' },
  },
  {
    ...{ name: 'codepay, short', open: () => shortCodepayStage({}, { callTimeoutMs: 1_200 }), cpmMaxBytes: undefined },
    ...{ openFor: (clientId) => shortCodepayStage({ clientId }), says: 'by inquiry' },
  },
];

/**
 * What the protocol can say. Antom's answers tell all at once. CodePay's answer to a pay names neither our number nor a
 * currency nor why it failed, and that to a refund not what became of it: its queries tell. It takes a number once, and
 * knows nothing of asking again; what it cannot check the signature of, it refuses unsigned; a cancel that is refused
 * gives no reason, so a payment that is still paid is to be refunded; and a refund needs no id of the acquirer's.
 */
type Says = 'all at once' | 'by inquiry';

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
  /** Of what was charged, under one id asked twice; then its inquiries, in turn. */
  refund: Told<RefundAnswer>;
  refundInquiries: Told<RefundAnswer>[];
  /** [charged, returned] after these. */
  refunded: [number, number];
};

const HKD = 'HKD';
const paid = (amount: number, currency: 'HKD' | 'USD' = HKD) =>
  ({ kind: 'paid', money: { amount, currency } }) as const;
const pending = { kind: 'pending' } as const;
const cancelled = { kind: 'cancelled' } as const;
const notFound = { kind: 'not-found' } as const;
const unknown = (detail: 'io' | 'timeout' | 'bad-signature' | 'not-json') => ({ kind: 'unknown', detail }) as const;
const refunded = { kind: 'refunded' } as const;
const none: [number, number] = [0, 0];
const reversed: [number, number] = [3550, 3550];
const approved: Course = {
  pay: paid(3550),
  inquiry: paid(3550),
  taken: [3550, 0],
  cancel: cancelled,
  after: cancelled,
  settled: reversed,
  refund: refunded,
  refundInquiries: [refunded],
  refunded: reversed,
};
/** Nothing is charged, so nothing is there to refund. */
const unrefundable = {
  refund: { kind: 'failed', retry: 'new-id', alarm: true },
  refundInquiries: [notFound],
  refunded: none,
} as const satisfies Partial<Course>;
const held: Course = {
  ...{ ...approved, ...unrefundable, refundInquiries: [notFound] },
  ...{ pay: pending, inquiry: pending, taken: none, settled: none },
};
const paidOnly: Course = {
  ...approved,
  ...{ cancel: { kind: 'refund-instead' }, after: paid(3550), settled: [3550, 0] },
};
const refused = (reason: 'insufficient-funds' | 'code-expired'): Course => {
  const declined = { kind: 'declined', reason } as const;
  return { ...held, pay: declined, inquiry: declined, refund: { kind: 'not-sent' } };
};
const garbled = (detail: 'bad-signature' | 'not-json'): Course => {
  const answer = unknown(detail);
  // Nobody has said what Antom calls the payment, so it cannot be refunded.
  const refund = { kind: 'not-sent' } as const;
  return {
    ...approved,
    pay: answer,
    inquiry: answer,
    after: answer,
    refund,
    refundInquiries: [notFound],
    refunded: [3550, 0],
  };
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
    refund: { kind: 'not-sent', detail: 'no-payment-id' },
    refundInquiries: [notFound],
    refunded: none,
  },
  'acquirer-down': {
    pay: refusedConnection,
    inquiry: refusedConnection,
    taken: none,
    cancel: refusedConnection,
    after: refusedConnection,
    settled: none,
    refund: { kind: 'not-sent' },
    refundInquiries: [refusedConnection],
    refunded: none,
  },
  'acquirer-silent': {
    pay: unknown('timeout'),
    inquiry: unknown('timeout'),
    taken: none,
    cancel: unknown('timeout'),
    after: unknown('timeout'),
    settled: none,
    refund: { kind: 'not-sent' },
    // Of a refund that never was, and so of no payment that is silent.
    refundInquiries: [notFound],
    refunded: none,
  },
  'late-success': { ...held, settled: reversed },
  'wrong-amount': {
    ...approved,
    pay: paid(3551),
    inquiry: paid(3551),
    taken: [3551, 0],
    settled: [3551, 3551],
    refunded: [3551, 3551],
  },
  'cancel-window-over': paidOnly,
  'refund-pending': { ...paidOnly, refund: pending, refundInquiries: [pending, refunded, refunded] },
  'refund-fails-once': {
    ...paidOnly,
    refund: { kind: 'failed', retry: 'new-id', alarm: true, code: 'MERCHANT_BALANCE_NOT_ENOUGH' },
    refundInquiries: [{ kind: 'failed', retry: 'new-id' }],
    refunded: [3550, 0],
  },
  'refund-lost-answer': { ...paidOnly, refund: unknown('io') },
  'bad-signature': garbled('bad-signature'),
  html: garbled('not-json'),
  'wrong-currency': { ...approved, pay: paid(3550, 'USD'), inquiry: paid(3550, 'USD') },
};

/** The same course as an acquirer that tells by inquiry can tell it. */
function byInquiry(name: ScenarioName, course: Course): Course {
  const { pay, refund, after, cancel } = course;
  const told = {
    ...course,
    pay:
      pay.kind === 'paid'
        ? { kind: 'paid' }
        : pay.kind === 'declined'
          ? { kind: 'unknown', detail: 'by-inquiry' }
          : pay,
    refund: refund.kind === 'refunded' || name === 'refund-fails-once' ? pending : refund,
    // What was never paid is closed, which reads as failed.
    after: cancel.kind === 'cancelled' && course.settled[0] === 0 ? { kind: 'declined' } : after,
  } as const satisfies Course;
  switch (name) {
    case 'decline':
    case 'expired-code':
      return { ...told, ...unrefundable };
    case 'lost-request':
      return { ...told, refund: { kind: 'failed', retry: 'never', alarm: true } };
    case 'acquirer-silent':
      return { ...told, refund: unknown('timeout') };
    case 'bad-signature':
    case 'html':
      // The cancel is done, and the inquiry that is to confirm it cannot be believed.
      return {
        ...told,
        cancel: course.inquiry as Unknown,
        refund: pending,
        refundInquiries: [refunded],
        refunded: reversed,
      };
    default:
      return told;
  }
}

describe.each(acquirers)('$name', ({ open, openFor, cpmMaxBytes, says }) => {
  const atOnce = says === 'all at once';
  /** What became of a pay: its answer, or that of the inquiry that follows it. */
  const told = async (request: PayRequest): Promise<PayAnswer | InquiryAnswer> => {
    const answer = await acquirer.pay(request);
    return atOnce || answer.kind === 'conflict' ? answer : acquirer.inquire(request.requestId);
  };
  const toldRefund = async (request: RefundRequest): Promise<RefundAnswer> => {
    const answer = await acquirer.refund(request);
    return atOnce || answer.kind !== 'pending' ? answer : acquirer.inquireRefund(request.refundId, request.requestId);
  };
  const again = (first: object): object => (atOnce ? first : { kind: 'conflict' });
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
    const course = atOnce ? courses[name] : byInquiry(name, courses[name]);
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

    test('pay, inquire, refund, the same refund again, inquire it', async () => {
      const request = freshRequest();
      const { requestId } = request;
      const told = [await acquirer.pay(request), await acquirer.inquire(requestId)];
      const acquirerId = told.map((a) => ('acquirerId' in a ? a.acquirerId : undefined)).find((id) => id !== undefined);
      const [charged] = moved();
      const money = { amount: charged || 3550, currency: HKD } as const;
      const refund = { refundId: `r1${requestId}`, requestId, ...(acquirerId ? { acquirerId } : {}), money };
      expect(await acquirer.refund(refund)).toMatchObject(course.refund);
      expect(await acquirer.refund(refund)).toMatchObject(course.refund);
      for (const expected of course.refundInquiries) {
        expect(await acquirer.inquireRefund(refund.refundId, requestId)).toMatchObject(expected);
      }
      expect(moved()).toEqual(course.refunded);
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
      const first = await told(request);
      expect(first).toMatchObject(paid(3550));
      expect(await acquirer.pay(request)).toMatchObject(again(first));
      expect(await told(freshRequest({ code }))).toMatchObject({ kind: 'declined', reason: 'code-expired' });
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
      const answer = await told(freshRequest({ code }));
      expect(answer).toMatchObject({ kind: 'declined', reason: 'code-not-accepted' });
      expect(answer).not.toHaveProperty('alarm');
      expect(totals(sandbox)).toEqual(before);
    },
  );

  // Where the protocol has a longest code.
  test.each(cpmMaxBytes === undefined ? [] : [cpmMaxBytes + 1, 250])(
    'a code of %i bytes, which the request cannot carry, is declined, and never sent',
    async (bytes) => {
      // Nobody listens: a call would be not-sent.
      await sandbox.setScenario('acquirer-down');
      const answer = await acquirer.pay(freshRequest({ code: freshCpm(bytes) }));
      expect(answer).toEqual({ kind: 'declined', reason: 'code-not-accepted' });
      expect(await acquirer.pay(freshRequest())).toMatchObject({ kind: 'not-sent' });
    },
  );

  test('the id is the idempotency key: the same pay twice is one payment', async () => {
    await sandbox.setScenario('approve');
    const [charged] = totals(sandbox);
    const request = freshRequest();
    const first = await acquirer.pay(request);
    expect(await acquirer.pay(request)).toMatchObject(again(first));
    expect(totals(sandbox)[0] - charged).toBe(3550);
  });

  test('trap 2: the id with other content is a conflict, and the first payment stands', async () => {
    await sandbox.setScenario('approve');
    const request = freshRequest();
    await acquirer.pay(request);
    const { requestId, code, money } = request;
    expect(await acquirer.pay(freshRequest({ requestId, money }))).toMatchObject({ kind: 'conflict' });
    const dearer = freshRequest({ requestId, code, money: { ...money, amount: 3551 } });
    expect(await acquirer.pay(dearer)).toMatchObject({ kind: 'conflict' });
    expect(await acquirer.inquire(requestId)).toMatchObject(paid(3550));
  });

  test('trap 4: a cancel after success gives all of it back, and the id cannot be paid any more', async () => {
    await sandbox.setScenario('approve');
    const [charged, returned] = totals(sandbox);
    const request = freshRequest();
    await acquirer.pay(request);
    await acquirer.cancel(request.requestId);
    expect(await acquirer.pay(request)).toMatchObject(again({ kind: 'declined', reason: 'other' }));
    expect(totals(sandbox)).toEqual([charged + 3550, returned + 3550]);
  });

  describe('a refund', () => {
    const paidFor = async (name: ScenarioName = 'approve') => {
      await sandbox.setScenario(name);
      const request = freshRequest();
      const answer = await acquirer.pay(request);
      const acquirerId = answer.kind === 'paid' ? (answer.acquirerId ?? '') : '';
      const before = totals(sandbox);
      const refund = (n: number, amount = 3550) =>
        toldRefund({
          ...{ refundId: `r${n}${request.requestId}`, requestId: request.requestId, acquirerId },
          money: { amount, currency: HKD },
        });
      const returned = (): number => totals(sandbox)[1] - before[1];
      return { ...request, refund, returned };
    };

    test('trap 6: of what was cancelled is needless, and a cancel of what was refunded is refused', async () => {
      const cancelled = await paidFor();
      await acquirer.cancel(cancelled.requestId);
      expect(await cancelled.refund(1)).toMatchObject({ kind: 'already-returned' });
      expect(cancelled.returned()).toBe(3550);
      const refunded = await paidFor();
      await refunded.refund(1);
      expect(await acquirer.cancel(refunded.requestId)).toMatchObject({ kind: atOnce ? 'refused' : 'refund-instead' });
      expect(refunded.returned()).toBe(3550);
    });

    test('trap 8: under a second id is refused for good once the first is done, or in hand', async () => {
      for (const name of ['approve', 'refund-pending'] as const) {
        const { refund, returned } = await paidFor(name);
        await refund(1);
        expect(await refund(2)).toMatchObject({ kind: 'failed', retry: 'never' });
        expect(returned()).toBe(name === 'approve' ? 3550 : 0);
      }
    });

    test('trap 9: that failed can be made under a new id, and only there', async () => {
      const { refund, returned, requestId } = await paidFor('refund-fails-once');
      expect(await refund(1)).toMatchObject({ kind: 'failed', retry: 'new-id' });
      expect(await refund(1)).toMatchObject({ kind: 'failed', retry: 'new-id' });
      expect(returned()).toBe(0);
      expect(await refund(2)).toMatchObject({ kind: 'refunded' });
      expect(await acquirer.inquireRefund(`r1${requestId}`, requestId)).toMatchObject({ kind: 'failed' });
      expect(returned()).toBe(3550);
    });

    test('trap 7: of parts adds up, each under its own id, and never goes beyond what was paid', async () => {
      const { refund, returned, requestId } = await paidFor();
      for (const [n, amount] of [1_000, 2_000, 500].entries()) {
        expect(await refund(n + 1, amount)).toMatchObject(refunded);
        // The same part asked again is the same part.
        expect(await refund(n + 1, amount)).toMatchObject(refunded);
      }
      expect(returned()).toBe(3_500);
      expect(await refund(4, 51)).toMatchObject({ kind: 'failed', retry: 'never' });
      expect(await refund(5, 50)).toMatchObject(refunded);
      expect(returned()).toBe(3_550);
      expect(await refund(6, 1)).toMatchObject({ kind: 'failed', retry: 'never' });
      expect(await acquirer.inquireRefund(`r2${requestId}`, requestId)).toMatchObject(refunded);
      expect(await acquirer.inquireRefund(`r4${requestId}`, requestId)).toMatchObject(notFound);
    });

    test('trap 7: a part in hand counts as taken', async () => {
      const { refund, returned } = await paidFor('refund-pending');
      await refund(1, 3_000);
      expect(await refund(2, 551)).toMatchObject({ kind: 'failed', retry: 'never' });
      expect(await refund(3, 550)).toMatchObject({ kind: 'pending' });
      expect(returned()).toBeLessThanOrEqual(3_000);
    });

    test('trap 5: without the acquirer’s own id it is made, or not a byte of it is sent: the inquiry tells the id', async () => {
      const { requestId, returned } = await paidFor();
      const asked = { refundId: `r1${requestId}`, requestId, money: { amount: 3550, currency: HKD } } as const;
      const answer = await acquirer.refund(asked);
      if (answer.kind === 'not-sent') {
        expect([answer.detail, returned()]).toEqual(['no-payment-id', 0]);
        const inquiry = await acquirer.inquire(requestId);
        const acquirerId = inquiry.kind === 'paid' ? (inquiry.acquirerId ?? '') : '';
        expect(await acquirer.refund({ ...asked, acquirerId })).toMatchObject(refunded);
      }
      expect(returned()).toBe(3550);
    });

    test('of another amount under the same id decides nothing, and the first stands', async () => {
      const { refund, returned, requestId } = await paidFor();
      await refund(1);
      // CodePay refuses the number, whatever is asked under it: what is told is the first refund.
      expect(await refund(1, 3000)).toMatchObject(atOnce ? { kind: 'unknown' } : refunded);
      expect(await acquirer.inquireRefund(`r1${requestId}`, requestId)).toMatchObject({ kind: 'refunded' });
      expect(returned()).toBe(3550);
    });
  });

  test('keys that do not fit: nothing is charged, and it is told as far as it can be believed', async () => {
    const before = totals(sandbox);
    const stranger = await openFor('SANDBOXANOTHER');
    try {
      const answer = await stranger.acquirer.pay(freshRequest());
      // An unsigned refusal of CodePay's is of the call and not of the payment.
      const configuration = { kind: 'declined', reason: 'configuration', alarm: true, code: 'KEY_NOT_FOUND' };
      expect(answer).toEqual(atOnce ? configuration : { kind: 'unknown', detail: 'unclear', code: 'SANDBOX_APP' });
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
