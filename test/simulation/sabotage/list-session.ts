import type { Sabotage } from './types.js';

const session = 'agent/link/session.ts';
const books = 'agent/kiosk/books.ts';
const replay = 'agent/journal/replay.ts';
const journal = 'agent/journal/block-journal.ts';

/** Guards of the kiosk's word to the relay: Hello, its reports, and the journal that both are read from. */
export const sessionSabotages: readonly Sabotage[] = [
  {
    name: 'boot-record-not-synced',
    rule: 'rule 1',
    why: 'the kiosk connects before its boot record is durable; it goes with the next commit',
    edits: [
      {
        file: journal,
        find: 'await this.#commit([entryOf(boot)]);',
        replace: 'this.#waiting.push({ entry: entryOf(boot), lazy: false, done: nothing, failed: nothing });',
      },
    ],
    catches: ['L6'],
    world: { shares: { 'kiosk-killed': 20, 'kiosk-power-cut': 20 }, rest: 0, kiosks: 12 },
  },
  {
    name: 'chain-of-one-boot',
    rule: 'rule 2',
    why: 'Hello names its own boot only, not those before it',
    edits: [{ file: 'protocol/ids.ts', find: '.slice(0, CHAIN_MAX_BOOTS)', replace: '.slice(0, 1)' }],
    catches: ['L6'],
    world: { shares: { 'kiosk-killed': 20 }, rest: 0, kiosks: 12 },
  },
  {
    name: 'hello-lists-nothing',
    rule: 'rule 2',
    why: 'Hello does not tell what was open',
    edits: [{ file: 'agent/runtime/loop.ts', find: 'open: listed(this.#kiosk),', replace: 'open: [],' }],
    catches: ['S7'],
    world: { shares: { 'kiosk-killed': 10, 'frame-lost': 8 } },
  },
  {
    name: 'hello-only-once',
    rule: 'rule 2',
    why: "Hello is said at the first connect only; with its partner, the Hello that a relay's own word asks for",
    edits: [
      {
        file: session,
        find: "    case 'connected':",
        replace: `    case 'connected':
      if (state.welcomedAtMs !== null) return { state: { ...state, connected: true }, effects: [] };`,
      },
      {
        file: session,
        find: 'if (online) return state.greetedUntilMs === null ?',
        replace: 'if (online) return false ?',
        partner: true,
      },
    ],
    catches: ['L1'],
    world: { shares: { 'link-cut': 15 }, rest: 0, kiosks: 12, relays: 1, payments: 24 },
  },
  {
    name: 'welcome-of-another-boot',
    rule: 'rule 2',
    why: 'a Welcome arms the kiosk whichever boot it names',
    edits: [
      {
        file: session,
        find: "if (welcome.nonce !== state.nonce) return count(state, 'welcome-not-ours');",
        replace: '',
      },
    ],
    catches: ['L5'],
    world: { shares: { 'kiosk-killed': 25, 'frame-late': 25, 'frame-lost': 8 }, rest: 0, relays: 3 },
  },
  {
    name: 'not-greeted-is-final',
    rule: 'rule 2',
    why: '"not greeted" ends the attempt and the kiosk does not say Hello again',
    edits: [
      {
        file: 'agent/kiosk/update.ts',
        find: "if (update.standing === 'refused' && update.reason === 'not-greeted') {",
        replace: 'if (false) {',
      },
    ],
    catches: ['L3'],
    world: { shares: { 'kiosk-killed': 15, 'frame-twice': 20, 'frame-late': 20 }, rest: 0, payments: 100 },
  },
  {
    name: 'lease-never-ends',
    rule: 'S13',
    why: 'the kiosk believes its Welcome for ever',
    edits: [{ file: session, find: 'state.greetedUntilMs !== null && state.greetedUntilMs <= now', replace: 'false' }],
    catches: ['S13'],
    world: { shares: { 'relay-cut-off': 30, 'frame-lost': 12 }, rest: 0.2, relays: 1 },
  },
  {
    name: 'challenge-not-answered',
    rule: 'rule 3',
    why: 'the kiosk does not prove that it is alive',
    edits: [{ file: session, find: 'nonce !== state.nonce || !state.connected', replace: 'true' }],
    catches: ['L1'],
    world: { shares: { 'journal-lost': 40, 'kiosk-power-cut': 15 }, rest: 0, kiosks: 12, relays: 1, payments: 24 },
  },
  {
    name: 'lose-outbox-on-restart',
    rule: 'rule 7',
    why: 'what was reported and not acknowledged is forgotten at the next start',
    edits: [{ file: 'agent/kiosk/state.ts', find: 'closed: old.closed,', replace: 'closed: true,' }],
    catches: ['S7'],
    world: { shares: { 'kiosk-killed': 10, 'frame-lost': 8 } },
  },
  {
    name: 'closed-without-ack',
    rule: 'rule 7',
    why: 'an attempt is off the list once its report was sent, not once it was acknowledged',
    edits: [
      { file: books, find: '    closed: false,', replace: '    closed: true,' },
      {
        file: books,
        find: "{ type: 'send', body: { type: 'vend', attempt: id, delivery } },",
        replace: `{ type: 'send', body: { type: 'vend', attempt: id, delivery } },
      { type: 'record', record: { kind: 'closed', attempt: id } },`,
      },
    ],
    catches: ['S7'],
    world: { shares: { 'kiosk-killed': 10, 'frame-lost': 8 } },
  },
  {
    name: 'report-not-resent',
    rule: 'rule 7',
    why: 'a report is sent once',
    edits: [
      {
        file: books,
        find: "effects.push({ type: 'send', body: { type: 'vend', attempt: entry.attempt, delivery: entry.delivery } });",
        replace: '',
      },
    ],
    catches: ['L1', 'L3'],
    world: { shares: { 'frame-lost': 10 }, rest: 0, kiosks: 4, relays: 1, payments: 24 },
  },
  {
    name: 'begun-read-as-nothing',
    rule: 'rule 8',
    why: 'a vend that had begun is reported not delivered after a crash',
    edits: [{ file: replay, find: "k.begun ? 'doubtful' : 'not-delivered'", replace: "'not-delivered'" }],
    catches: ['S7'],
    world: { shares: { 'kiosk-killed': 10, 'vend-slow': 10 } },
  },
  {
    name: 'rotation-forgets',
    rule: 'rule 8',
    why: 'what is essential in the old segment is not copied into the new one',
    edits: [{ file: journal, find: 'this.#kept = this.#live.slice();', replace: 'this.#kept = [];' }],
    catches: ['S7', 'L6'],
    world: { shares: { 'kiosk-killed': 10, 'link-cut': 10, 'frame-lost': 8 }, kiosks: 4 },
  },
  {
    name: 'unknown-is-not-delivered',
    rule: 'rule 13',
    why: 'an approval of which the kiosk knows nothing is answered "not delivered", also after a lost journal',
    edits: [
      {
        file: 'agent/kiosk/update.ts',
        find: "proven ? 'not-delivered' : 'doubtful'",
        replace: "'not-delivered'",
      },
    ],
    catches: ['S7'],
    world: { shares: { 'journal-lost': 30, 'kiosk-power-cut': 12, 'frame-late': 15, 'frame-twice': 10 } },
  },
  {
    name: 'forgotten-is-not-delivered',
    rule: 'rule 13',
    why: 'an approval of an attempt that the kiosk has let go in the meantime is answered "not delivered"',
    edits: [
      {
        file: 'agent/kiosk/update.ts',
        find: 'entry !== undefined || state.whole.includes(update.boot)',
        replace: 'entry !== undefined || state.chain.includes(update.boot)',
      },
    ],
    catches: ['S7', 'reconciliation'],
    // Twice, one copy long after: the attempt is over by then, and so are many others of that kiosk.
    world: {
      shares: { 'frame-very-late': 60, 'frame-twice': 10, 'vend-doubtful': 20, 'vend-known-late': 0 },
      kiosks: 2,
    },
  },
  {
    name: 'board-not-checked',
    rule: 'rule 14',
    why: 'a card on another board goes on with the epoch of the first',
    edits: [
      { file: replay, find: 'last !== undefined && last.board === identity.board', replace: 'last !== undefined' },
    ],
    catches: ['S7'],
    world: { shares: { 'card-cloned': 30 } },
  },
];
