import type { Edit, Sabotage } from './types.js';

const submitted = 'relay/payment/submitted.ts';
const reversing = 'relay/payment/reversing.ts';
const settled = 'relay/payment/settled.ts';
const moves = 'relay/payment/moves.ts';
const apply = 'relay/worker/apply.ts';
const rows = 'test/simulation/ledger/rows.ts';
const statements = 'test/simulation/ledger/statements.ts';

/** The trigger attempt_guard of the ledger: partner of every guard of the machine that it repeats. */
const noTrigger: Edit = {
  file: rows,
  find: '  if (was !== is && finalStates.has(was))',
  replace: '  if (1) return;\n  if (was !== is && finalStates.has(was))',
  partner: true,
};

/** Guards of the payment machine and of the worker that carries it out. */
export const paymentSabotages: readonly Sabotage[] = [
  {
    name: 'publish-before-commit',
    rule: 'rule 10',
    why: 'the approval is told before it is committed',
    edits: [
      {
        file: apply,
        find: '    return await applyIn(tx, stored, event, context, options.answered);',
        replace: `    const applied = await applyIn(tx, stored, event, context, options.answered);
    context.committed(applied);
    return applied;`,
      },
      {
        file: 'relay/worker/runner.ts',
        find: 'firstTellMs, leaseMs }: RunnerParts): ApplyContext => ({',
        replace: 'firstTellMs, leaseMs, committed }: RunnerParts): ApplyContext => ({ committed,',
      },
    ],
    catches: ['S4'],
    world: { shares: { 'ledger-slow': 10, 'ledger-crashed': 10 } },
  },
  {
    name: 'blind-write',
    rule: 'rule 10',
    why: 'a row is written without its lock and its version',
    edits: [
      {
        file: statements,
        find: 'return locked(store.attempts.get(id), writer, mode.forUpdate, any, stored);',
        replace: 'const seen = store.attempts.get(id)?.seenBy(writer);\n  return seen && stored(seen);',
      },
      { file: statements, find: '=> row.version === saved.version;', replace: '=> row.version > 0;' },
    ],
    catches: ['S6', 'S7', 'S9', 'S10'],
    world: { shares: { 'customer-aborts': 20, 'frame-late': 8, 'ledger-slow': 15 }, interleaved: true },
  },
  {
    name: 'paid-always-approves',
    rule: 'rule 10',
    why: '"paid" approves whatever was committed before it; with its partner, the ledger\'s trigger',
    edits: [
      {
        file: 'relay/payment/step.ts',
        find: '  switch (attempt.state) {',
        replace: `  const asked = event.type === 'pay-answered' || event.type === 'inquiry-answered';
  if (asked && event.answer.kind === 'paid' && attempt.state !== 'submitted')
    return { attempt: { ...attempt, state: 'approved', nextAt: null }, effects: [{ type: 'publish', until: 'answered' }] };
  switch (attempt.state) {`,
      },
      noTrigger,
    ],
    catches: ['S7', 'S10'],
    world: { shares: { 'customer-aborts': 20, 'answer-lost': 8 } },
  },
  {
    name: 'not-found-is-declined',
    rule: 'rule 11',
    why: '"no such order" of an inquiry is believed at any time',
    edits: [
      {
        file: submitted,
        find: 'if (askedAt > attempt.landingUntil && !attempt.paidSeen)',
        replace: 'if (!attempt.paidSeen)',
      },
    ],
    catches: ['S9'],
    world: { shares: { 'request-late': 10, 'found-late': 10 } },
  },
  {
    name: 'cancel-not-found-is-declined',
    rule: 'rule 11',
    why: '"no such order" of a cancel is believed at any time',
    edits: [
      { file: reversing, find: '!attempt.paidSeen && askedAt > attempt.landingUntil', replace: '!attempt.paidSeen' },
    ],
    catches: ['S9'],
    world: { shares: { 'request-late': 10, 'customer-aborts': 15 } },
  },
  {
    name: 'landing-moment-too-early',
    rule: 'rule 11',
    why: 'the last moment at which pay can land leaves out the time on the way and the life of the code',
    edits: [
      {
        file: 'relay/greet/admit.ts',
        find: 'payUntil + landingMs(to, rules)',
        replace: 'payUntil',
      },
    ],
    catches: ['S9'],
    world: { shares: { 'request-late': 15 } },
  },
  {
    name: 'timer-reverses-approved',
    rule: 'rule 12',
    why: 'an approved attempt without a report is reversed after a while',
    edits: [
      {
        file: settled,
        find: "return stay({ ...attempt, nextAt: null }, alarm('report-late', 'approved, and no word of the goods yet'));",
        replace: "return reverse(attempt, 'not-delivered', now);",
      },
    ],
    catches: ['S7'],
    world: { shares: { 'kiosk-power-cut': 15 } },
  },
  {
    name: 'doubtful-for-ever',
    rule: 'rule 12',
    why: 'a definite report does not override doubtful',
    edits: [
      {
        file: settled,
        find: 'export function doubtful(attempt: Attempt, event: MachineEvent, now: number, policy: Policy): StepResult {',
        replace: `export function doubtful(attempt: Attempt, event: MachineEvent, now: number, policy: Policy): StepResult {
  if (event.type === 'vend-reported') return stay(attempt, { type: 'ack-vend', delivery: event.delivery });`,
      },
    ],
    catches: ['L3'],
    world: { shares: { 'card-cloned': 15, 'vend-slow': 10 }, rest: 0.2, payments: 100 },
  },
  {
    name: 'treat-unknown-as-declined',
    rule: 'S9',
    why: 'a pay without an answer is called declined',
    edits: [
      {
        file: submitted,
        find: "    case 'unknown':\n      return wait(attempt, now, policy);",
        replace: "    case 'unknown':\n      return decline(attempt, 'acquirer-unavailable', now);",
      },
    ],
    catches: ['S9'],
    world: { shares: { 'answer-lost': 8 } },
  },
  {
    name: 'cancel-without-last-inquiry',
    rule: 'S9',
    why: 'at the deadline the relay cancels without asking once more',
    edits: [
      {
        file: submitted,
        find: '  return callInquire(attempt, now, policy);',
        replace:
          "  if (now >= attempt.deadlineAt) return reverseNow(attempt, 'not-confirmed', now, policy);\n  return callInquire(attempt, now, policy);",
      },
    ],
    catches: ['S9'],
    world: { shares: { 'paid-late': 10 } },
  },
  {
    name: 'late-success-not-reversed',
    rule: 'S6',
    why: '"paid" that comes too late for a vend ends the attempt, and nothing is given back',
    edits: [
      {
        file: submitted,
        find: "if (now + policy.vendMarginMs > attempt.vendUntil) return reverseNow(attempt, 'not-confirmed', now, policy);",
        replace: "if (now + policy.vendMarginMs > attempt.vendUntil) return decline(attempt, 'not-confirmed', now);",
      },
    ],
    catches: ['S6', 'S9'],
    world: { shares: { 'ledger-slow': 25, 'paid-late': 25, 'answer-lost': 8 }, rest: 0.2 },
  },
  {
    name: 'failed-vend-not-reversed',
    rule: 'S6',
    why: 'the money for goods that did not come out is kept',
    edits: [
      {
        file: settled,
        find: 'return reverse({ ...attempt, paidSeen: true }, reversalReasons[delivery], now, ack);',
        replace: "return stay({ ...attempt, state: 'delivered', reason: null, nextAt: null }, ack);",
      },
    ],
    catches: ['S6'],
    world: { shares: { 'vend-fails': 8 }, payments: 60 },
  },
  {
    name: 'ignore-amount-in-answer',
    rule: 'S8',
    why: 'whatever amount the acquirer names is taken for the right one',
    edits: [{ file: moves, find: "    : 'wrong';", replace: "    : 'right';" }],
    catches: ['S8'],
    world: { shares: { 'wrong-amount': 10 } },
  },
  {
    name: 'unsaid-amount-is-right',
    rule: 'S8',
    why: '"paid" without an amount is approved',
    edits: [{ file: moves, find: "if (!paid.money) return 'unsaid';", replace: "if (!paid.money) return 'right';" }],
    catches: ['S8'],
    world: { shares: { 'wrong-amount': 30, 'amount-unsaid': 30 } },
  },
  {
    name: 'unheard-cancel-is-confirmed',
    rule: 'L2',
    why: 'a cancel without an answer counts as done',
    edits: [
      {
        file: reversing,
        find: "return retry(attempt, 'does not answer', now, policy);",
        replace: 'return reversed(attempt, now);',
      },
    ],
    catches: ['S6'],
    world: { shares: { 'vend-fails': 10, 'request-lost': 10 } },
  },
  {
    name: 'pending-refund-is-confirmed',
    rule: 'L2',
    why: 'a refund that the acquirer has in hand counts as done',
    edits: [
      {
        file: 'relay/payment/refunding.ts',
        find: "return askLater(attempt, { ...record, state: 'pending' }, now, policy);",
        replace: 'return reversed(attempt, now);',
      },
    ],
    catches: ['S6'],
    world: { shares: { 'vend-fails': 15, 'cancel-window-over': 30, 'refund-pending': 4 } },
  },
  {
    name: 'forget-paid-seen',
    rule: 'S9',
    why: '"declined" is believed of a payment that the acquirer has called paid',
    edits: [
      { file: moves, find: "paidSeen: attempt.paidSeen || answer.kind === 'paid',", replace: 'paidSeen: false,' },
    ],
    catches: ['S9'],
    world: { shares: { 'declined-after-paid': 5, 'amount-unsaid': 30, 'cancel-window-over': 20, 'wrong-amount': 10 } },
  },
  {
    name: 'operator-told-of-a-denial',
    rule: 'S9',
    why: 'the operator is told "not charged" as soon as the acquirer says so, also of what it has called paid',
    edits: [
      {
        file: 'relay/payment/ended.ts',
        find: "return attempt.paidSeen ? undefined : 'not-charged';",
        replace: "return 'not-charged';",
      },
    ],
    catches: ['S9'],
    world: { shares: { 'declined-after-paid': 5, 'cancel-fails': 25, 'vend-fails': 15 }, rest: 0.2, payments: 100 },
  },
  {
    name: 'call-not-written-down',
    rule: 'S3',
    why: 'the acquirer is called, and the ledger holds no record that it will be',
    edits: [
      {
        file: apply,
        find: 'call ? tx.callStarted(attempt.id, context.relay, call, now) : null,',
        replace: 'null,',
      },
    ],
    catches: ['reconciliation'],
  },
  {
    name: 'refund-not-written-down',
    rule: 'L2',
    why: 'each try of a refund is sent under an id of its own, and the ledger knows the first one only',
    edits: [
      {
        file: 'relay/worker/call.ts',
        find: '{ refundId: reversal.id, requestId: id,',
        replace: "{ refundId: reversal.id + 'x'.repeat(reversal.tries - 1), requestId: id,",
      },
    ],
    catches: ['reconciliation'],
    world: { shares: { 'vend-fails': 20, 'cancel-window-over': 40, 'request-lost': 15 }, rest: 0.2, payments: 100 },
  },
  {
    name: 'code-of-another-attempt',
    rule: 'S2',
    why: 'pay is sent with the code that has waited longest, whose attempt it may not be',
    edits: [
      {
        file: 'relay/worker/codes.ts',
        find: '    const held = this.#codes.get(attempt);\n    this.#codes.delete(attempt);',
        replace:
          '    const [oldest = attempt] = this.#codes.keys();\n    const held = this.#codes.get(oldest);\n    this.#codes.delete(oldest);',
      },
    ],
    catches: ['S3'],
    world: { shares: { 'ledger-slow': 25 }, kiosks: 24 },
  },
  {
    name: 'wrong-amount-in-silence',
    rule: 'S8',
    why: 'a wrong amount is given back, and nobody is called',
    edits: [
      {
        file: submitted,
        find: "return reverseNow(attempt, 'wrong-amount', now, policy, wrongAmountAlarm(attempt, answer));",
        replace: "return reverseNow(attempt, 'wrong-amount', now, policy);",
      },
    ],
    catches: ['S8'],
    world: { shares: { 'wrong-amount': 10 }, payments: 100 },
  },
  {
    name: 'nobody-is-called',
    rule: 'L2',
    why: 'an attempt goes to the operator without an alarm',
    edits: [{ file: apply, find: 'if (await tx.raiseAlarm(alarm)) kept.push(effect);', replace: 'kept.push(effect);' }],
    catches: ['L2'],
    world: { shares: { 'vend-doubtful': 10 }, payments: 100 },
  },
];
