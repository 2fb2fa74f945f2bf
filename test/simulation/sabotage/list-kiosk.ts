import type { Sabotage } from './types.js';

const loop = 'agent/runtime/loop.ts';
const attempt = 'agent/kiosk/attempt.ts';
const update = 'agent/kiosk/update.ts';
const step = 'agent/kiosk/step.ts';

/** Guards of the kiosk machine: when it vends, and when it takes money at all. */
export const kioskSabotages: readonly Sabotage[] = [
  {
    name: 'skip-begun-sync',
    rule: 'rule 8',
    why: '"begun" is not waited for: the machine vends while it is being written',
    edits: [
      {
        file: loop,
        find: 'this.#parts.journal.append(record).then(',
        replace: `if (record.kind === 'begun') this.dispatch({ type: 'begun-durable', attempt: record.attempt });
    this.#parts.journal.append(record).then(`,
      },
    ],
    catches: ['S7'],
    world: { shares: { 'disk-slow': 25, 'kiosk-power-cut': 12 } },
  },
  {
    name: 'begun-not-recorded',
    rule: 'rule 8',
    why: 'nothing is written before the vend',
    edits: [
      {
        file: loop,
        find: 'this.#parts.journal.append(record).then(',
        replace: `if (record.kind === 'begun') return this.dispatch({ type: 'begun-durable', attempt: record.attempt });
    this.#parts.journal.append(record).then(`,
      },
    ],
    catches: ['S7'],
    world: { shares: { 'kiosk-killed': 10, 'kiosk-power-cut': 10, 'vend-slow': 10 } },
  },
  {
    name: 'vend-without-approval',
    rule: 'rule 9',
    why: 'any answer of the relay is taken for an approval',
    edits: [
      {
        file: update,
        find: "if (update.standing !== 'password-pending') return { state: { ...state, attempt: answered }, effects: [] };",
        replace: 'return begin(state, answered);',
      },
    ],
    catches: ['S4'],
  },
  {
    name: 'vend-after-giving-up',
    rule: 'rule 9',
    why: 'a vend that became durable after "not delivered" was reported goes on',
    edits: [
      {
        file: attempt,
        find: "return { state, effects: [{ type: 'count', name: 'begun-too-late' }] };",
        replace: "return { state, effects: [{ type: 'vend', job: { attempt: id, order: id.slice(0, 16) } }] };",
      },
    ],
    catches: ['S7'],
    world: { shares: { 'disk-slow': 25, 'frame-late': 15, 'paid-late': 15 } },
  },
  {
    name: 'abort-after-approval',
    rule: 'rule 9',
    why: 'the customer may cancel while the machine vends; asked at the desk and in the machine',
    edits: [
      {
        file: step,
        find: "if (attempt.phase === 'beginning' || attempt.phase === 'vending') {",
        replace: 'if (false) {',
      },
      {
        file: 'agent/runtime/desk.ts',
        find: "attempt?.phase === 'sent' || attempt?.phase === 'password-pending'",
        replace: 'attempt !== null',
        partner: true,
      },
    ],
    catches: ['S7'],
    world: { shares: { 'customer-aborts': 20, 'vend-slow': 20 } },
  },
  {
    name: 'resume-old-attempts',
    rule: 'rule 9',
    why: 'an attempt of an earlier boot is vended on a late approval',
    edits: [
      {
        file: update,
        find: '  const known = entry?.delivery;',
        replace: `  const known = entry?.delivery;
  if (entry && entry.boot !== state.boot && known === 'not-delivered') {
    return { state, effects: [{ type: 'vend', job: { attempt: update.attempt, order: update.attempt.slice(0, 16) } }] };
  }`,
      },
    ],
    catches: ['S7'],
    world: { shares: { 'kiosk-killed': 15, 'frame-late': 15, 'frame-twice': 10 } },
  },
  {
    name: 'no-deadline-at-the-kiosk',
    rule: 'rule 9',
    why: 'the kiosk waits for ever, and vends however late; its timer and both looks at the time go together',
    edits: [
      { file: step, find: 'if (attempt.deadlineMs <= now) {', replace: 'if (false) {' },
      { file: update, find: 'if (now >= open.deadlineMs) return', replace: 'if (false) return' },
      { file: attempt, find: 'if (now >= attempt.deadlineMs) return', replace: 'if (false) return' },
    ],
    catches: ['L4'],
    world: { shares: { 'frame-lost': 10, 'relay-killed': 10, 'link-cut': 10 } },
  },
  {
    name: 'drop-duplicate-detection',
    rule: 'S5',
    why: 'an approval that is heard twice is vended twice; with it its partner, the driver that acts once an attempt',
    edits: [
      {
        file: update,
        find: "if (open.phase === 'beginning' || open.phase === 'vending') return unchanged(state);",
        replace: '',
      },
      { file: 'drivers/actuator/once.ts', find: '    if (known) return known;', replace: '', partner: true },
    ],
    catches: ['S5'],
    world: { shares: { 'frame-twice': 10 } },
  },
  {
    name: 'reuse-attempt-id',
    rule: 'rule 5',
    why: 'the next try of an order has the id of the one before it; with its partner, the kiosk that tries an order once',
    edits: [
      { file: 'agent/runtime/scan-line.ts', find: 'newNonce(random).slice(0, 16)', replace: "'0123456789abcdef'" },
      {
        file: attempt,
        find: '    state: showFinal(reported, attempt, view, now),\n    effects: [\n      ...(why',
        replace:
          '    state: { ...showFinal(reported, attempt, view, now), order: attempt.order },\n    effects: [\n      ...(why',
        partner: true,
      },
    ],
    catches: ['S7', 'S5', 'S4', 'S2'],
    world: { shares: { 'customer-aborts': 20, 'frame-late': 12, 'frame-lost': 8 }, kiosks: 12 },
  },
  {
    name: 'failed-is-called-doubtful',
    rule: 'L1',
    why: 'a vend that is known to have failed is left to a person',
    edits: [
      {
        file: loop,
        find: "this.dispatch({ type: 'vend-ended', attempt: job.attempt, result });",
        replace:
          "this.dispatch({ type: 'vend-ended', attempt: job.attempt, result: result === 'failed' ? 'doubtful' : result });",
      },
    ],
    catches: ['L1'],
    world: { shares: { 'vend-fails': 10 }, payments: 100 },
  },
  {
    name: 'blind-without-journal',
    rule: 'S13',
    why: 'the kiosk sells on when its journal cannot be written',
    edits: [{ file: step, find: "shut(state, 'journal')", replace: 'unchanged(state)' }],
    catches: ['S13'],
    world: { shares: { 'disk-failing': 10, 'disk-full': 10 } },
  },
  {
    name: 'blind-without-relay',
    rule: 'S13',
    why: 'the kiosk sells on when nobody is known to listen',
    edits: [{ file: loop, find: "this.dispatch({ type: 'closed', reason: 'relay' });", replace: '' }],
    catches: ['S13'],
    world: { shares: { 'link-cut': 10 } },
  },
  {
    name: 'count-order-ids',
    rule: 'rule 16',
    why: 'orders are numbered from the start of the agent instead of at random',
    edits: [
      {
        file: 'agent/runtime/desk.ts',
        find: '  readonly #parts: DeskParts;',
        replace: '  readonly #parts: DeskParts;\n  #placed = 0;',
      },
      {
        file: 'agent/runtime/desk.ts',
        find: 'newOrderId(random)',
        replace: 'newOrderId((n) => new Uint8Array(n).fill(++this.#placed))',
      },
    ],
    catches: ['S1', 'S3', 'S5'],
    world: { shares: { 'kiosk-killed': 10 } },
  },
];
