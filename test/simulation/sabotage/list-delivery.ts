import type { Sabotage } from './types.js';

/** Guards of design sections 4.4 and 6: what outlives a program, and what never leaves it. */
export const deliverySabotages: readonly Sabotage[] = [
  {
    name: 'relay-outbox-not-kept',
    rule: 'L3',
    why: 'what the kiosk must be told is told once, and not again until it answers',
    edits: [
      {
        file: 'relay/worker/apply.ts',
        find: "if (publish?.until === 'answered') return { owed: true, tellAt: context.now + context.firstTellMs };",
        replace: '',
      },
    ],
    catches: ['L3'],
    world: { shares: { 'frame-lost': 10 }, rest: 0, kiosks: 12, relays: 1, payments: 24 },
  },
  {
    name: 'next-action-forgotten',
    rule: 'L1',
    why: 'an inquiry leaves no next time behind for the case that its relay dies',
    edits: [
      {
        file: 'relay/payment/moves.ts',
        find: 'inquiries: attempt.inquiries + 1, nextAt: now + policy.callTimeoutMs }',
        replace: 'inquiries: attempt.inquiries + 1, nextAt: null }',
      },
    ],
    catches: ['L1', 'L2'],
    world: { shares: { 'relay-killed': 20, 'answer-lost': 10, 'paid-late': 10 }, payments: 200 },
  },
  {
    name: 'code-in-the-log',
    rule: 'S11',
    why: 'the relay logs what it was sent',
    edits: [
      {
        file: 'relay/link/desk.ts',
        find: "log.info({ event: 'pay', ...named, admission: admitted.type });",
        replace: "log.info({ event: 'pay', ...named, ...pay, admission: admitted.type });",
      },
    ],
    catches: ['S11'],
    world: { paranoid: true },
  },
];
