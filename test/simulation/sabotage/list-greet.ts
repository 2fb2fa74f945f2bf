import type { Edit, Sabotage } from './types.js';

const admit = 'relay/greet/admit.ts';
const hello = 'relay/greet/hello.ts';
const report = 'relay/greet/report.ts';
const settled = 'relay/payment/settled.ts';
const statements = 'test/simulation/ledger/statements.ts';

/** The kiosk does not answer for attempts that it does not hold open: rule 13, which either of several guards makes needless. */
const silent: Edit = {
  file: 'agent/kiosk/update.ts',
  find: '  const known = entry?.delivery;',
  replace: '  if (state.boot) return unchanged(state);\n  const known = entry?.delivery;',
  partner: true,
};

/** After the kiosk has given up, the next phone is read for the same order. */
const orderStaysOpen: Edit = {
  file: 'agent/kiosk/attempt.ts',
  find: '    state: showFinal(reported, attempt, view, now),\n    effects: [\n      ...(why',
  replace:
    '    state: { ...showFinal(reported, attempt, view, now), order: attempt.order },\n    effects: [\n      ...(why',
  partner: true,
};

/** Guards of the relay's desk: who is greeted, which Pay is taken, what a report is worth. */
export const greetSabotages: readonly Sabotage[] = [
  {
    name: 'stale-hello-greeted',
    rule: 'rule 3',
    why: 'a late Hello of an older boot makes it the newest again',
    edits: [
      {
        file: 'relay/greet/decide.ts',
        find: 'row.nonce === hello.nonce || hello.chain.includes(row.nonce)',
        replace: 'row.nonce === hello.nonce || hello.chain.includes(row.nonce) || row.chain.includes(hello.nonce)',
      },
    ],
    catches: ['L5'],
    world: { shares: { 'kiosk-killed': 25, 'frame-late': 25, 'frame-twice': 10 }, rest: 0 },
  },
  {
    name: 'greet-without-challenge',
    rule: 'rule 3',
    why: 'another journal is greeted on its first Hello, alive or not',
    edits: [
      {
        file: 'relay/greet/decide.ts',
        find: "  const type = row.chain.includes(hello.nonce) ? 'stale' : 'challenge';",
        replace: `  const type = row.chain.includes(hello.nonce) ? 'stale' : 'challenge';
  if (type === 'challenge') return { type: 'greet', switched: true };`,
      },
    ],
    catches: ['S13'],
    world: { shares: { 'card-cloned': 10, 'journal-lost': 30, 'kiosk-power-cut': 10, 'frame-late': 20 }, rest: 0.2 },
  },
  {
    name: 'greet-and-sweep-apart',
    rule: 'rule 3',
    why: 'greeting and sweep are two commits, and a repeated Hello does not sweep; with rule 13, its partner',
    edits: [
      {
        file: hello,
        find: 'await greet(tx, row, hello, decision.switched, context)',
        replace: 'await greet(tx, row, hello, decision.switched, { ...context, ledger } as any)',
      },
      {
        file: hello,
        find: '  return await sweep(tx, row.name, hello, context);',
        replace: `  if (row.nonce === hello.nonce) return [];
  const { ledger } = context as any;
  ledger.transaction((after: any) => sweep(after, row.name, hello, context)).catch(() => {});
  return [];`,
      },
      silent,
    ],
    catches: ['L1', 'L5'],
    world: {
      shares: { 'disk-slow': 25, 'kiosk-power-cut': 25, 'ledger-answer-lost': 30 },
      rest: 0,
      kiosks: 12,
      relays: 1,
      payments: 24,
    },
  },
  {
    name: 'no-sweep',
    rule: 'rule 4',
    why: 'a new boot moves no attempt of an older one; with rule 13, its partner',
    edits: [
      { file: hello, find: '  return await sweep(tx, row.name, hello, context);', replace: '  return [];' },
      silent,
    ],
    catches: ['L1', 'L5'],
    world: { shares: { 'disk-slow': 25, 'kiosk-power-cut': 25 }, rest: 0, kiosks: 12, relays: 1, payments: 24 },
  },
  {
    name: 'absent-is-never-vended',
    rule: 'rule 4',
    why: 'what Hello does not list is reversed, also after a lost journal',
    edits: [{ file: settled, find: 'if (event.bootInChain) return', replace: 'return' }],
    catches: ['S7'],
    world: { shares: { 'journal-lost': 30, 'kiosk-power-cut': 12, 'frame-lost': 10 } },
  },
  {
    name: 'doubtful-is-reversed',
    rule: 'rule 4',
    why: 'an attempt that the kiosk calls doubtful is reversed without a person',
    edits: [
      { file: settled, find: "attempt.state !== 'approved' || policy.doubtful === 'ask'", replace: 'false' },
      { file: settled, find: "if (policy.doubtful === 'reverse') {", replace: '{' },
    ],
    catches: ['S7'],
    world: { shares: { 'kiosk-killed': 10, 'vend-doubtful': 8, 'vend-slow': 10 } },
  },
  {
    name: 'policy-for-a-lost-journal',
    rule: 'rule 4',
    why: 'the policy for doubtful vends settles also what a lost journal knows nothing of',
    edits: [
      {
        file: settled,
        find: "const asked = (policy: Policy): Policy => ({ ...policy, doubtful: 'ask' });",
        replace: 'const asked = (policy: Policy): Policy => policy;',
      },
    ],
    catches: ['S7'],
    world: {
      shares: { 'journal-lost': 40, 'kiosk-power-cut': 15, 'frame-late': 15, 'frame-twice': 10 },
      rest: 0.2,
      doubtful: 'reverse',
    },
  },
  {
    name: 'forget-boot-fencing',
    rule: 'rule 5',
    why: 'a Pay of any boot is taken; with its partners, the sweep of a repeated Hello and rule 13',
    edits: [
      { file: admit, find: 'row.nonce === null || bootTag(row.nonce) !== tag', replace: 'row.nonce === null' },
      {
        file: hello,
        find: '  return await sweep(tx, row.name, hello, context);',
        replace: '  return row.nonce === hello.nonce ? [] : await sweep(tx, row.name, hello, context);',
        partner: true,
      },
      silent,
    ],
    catches: ['L1', 'L5'],
    world: {
      shares: { 'disk-slow': 25, 'kiosk-power-cut': 25, 'frame-late': 25 },
      rest: 0,
      kiosks: 12,
      relays: 1,
      payments: 24,
    },
  },
  {
    name: 'order-not-unique',
    rule: 'rule 5',
    why: 'two attempts may be open for one order; with its partner, the kiosk that tries an order once',
    edits: [
      {
        file: 'test/simulation/ledger/rows.ts',
        find: "state !== 'declined' && state !== 'reversed' && state !== 'refused';",
        replace: 'state.length > 99;',
      },
      orderStaysOpen,
    ],
    catches: ['S1'],
    world: { shares: { 'customer-aborts': 20, 'cancel-fails': 10, 'answer-lost': 8 }, rest: 0.2 },
  },
  {
    name: 'code-not-unique',
    rule: 'rule 5',
    why: 'a code may be used by two attempts',
    edits: [{ file: statements, find: 'if (sameCode) return sameCode.writtenByOther(writer) ?? true;', replace: '' }],
    catches: ['S2'],
    world: { shares: { 'code-shown-again': 8, 'code-shown-elsewhere': 30 } },
  },
  {
    name: 'no-tombstone',
    rule: 'rule 6',
    why: '"not delivered" of an attempt that has not arrived is acknowledged and forgotten; with rule 13, its partner',
    edits: [
      {
        file: report,
        find: 'const attempt = await insertTombstone(tx, kiosk, id, tag, context);',
        replace: "const attempt: any = { id, kiosk, boot: tag, state: 'refused', nextAt: null };",
      },
      {
        file: report,
        find: "const effects: Effect[] = [{ type: 'publish', until: 'answered' },",
        replace: 'const effects: Effect[] = [',
      },
      silent,
    ],
    catches: ['L1'],
    world: { shares: { 'customer-aborts': 20, 'frame-late': 25 }, rest: 0, kiosks: 12, relays: 1, payments: 24 },
  },
  {
    name: 'reports-of-this-boot-only',
    rule: 'rule 6',
    why: "a report is worth nothing if another boot than the attempt's sends it",
    edits: [
      {
        file: report,
        find: "const known = await ofRecord(tx, report, { type: 'vend-reported'",
        replace:
          "const of = await tx.load(report.attempt);\n    if (of && !of.boot.startsWith(report.tag)) return undefined;\n    const known = await ofRecord(tx, report, { type: 'vend-reported'",
      },
    ],
    catches: ['L1', 'L3'],
    world: { shares: { 'kiosk-killed': 20, 'frame-lost': 10 }, rest: 0, kiosks: 12, relays: 1, payments: 24 },
  },
  {
    name: 'ack-before-commit',
    rule: 'rule 7',
    why: 'the relay acknowledges a report before it has committed it',
    edits: [
      {
        file: 'relay/link/desk.ts',
        find: "        case 'vend': {",
        replace:
          "        case 'vend': {\n          this.#parts.teller.send(kiosk, { type: 'vend-ack', attempt: body.attempt, delivery: body.delivery });",
      },
    ],
    catches: ['S7', 'L1'],
    world: { shares: { 'ledger-answer-lost': 30, 'kiosk-killed': 10 }, rest: 0.2, kiosks: 6, payments: 100 },
  },
  {
    name: 'clone-not-noticed',
    rule: 'rule 14',
    why: 'two journals may take turns under one name for ever',
    edits: [
      {
        file: 'relay/greet/decide.ts',
        find: 'return again || row.chain.includes(hello.nonce)',
        replace: 'return again && false',
      },
    ],
    catches: ['S13'],
    world: { shares: { 'card-cloned': 20 } },
  },
  {
    name: 'clone-not-shut-out',
    rule: 'rule 14',
    why: 'a clone is noticed, and both devices are greeted all the same',
    edits: [
      {
        file: 'relay/greet/decide.ts',
        find: "if (row.blockedAt !== null) return { type: 'clone', fresh: false };",
        replace: '',
      },
    ],
    catches: ['S13'],
    world: { shares: { 'card-cloned': 20 } },
  },
  {
    name: 'commit-without-sync',
    rule: 'rule 16',
    why: 'the relay starts on a database that does not commit durably',
    edits: [
      {
        file: 'relay/ledger/postgres.ts',
        find: "commit !== 'on' && commit !== 'remote_apply' && commit !== 'remote_write'",
        replace: "commit === ''",
      },
    ],
    catches: ['S1', 'S2', 'S4', 'S6', 'S7', 'S9', 'S10', 'L1', 'reconciliation'],
    world: { shares: { 'ledger-unsynced': 4, 'ledger-crashed': 20 }, payments: 200 },
  },
];
