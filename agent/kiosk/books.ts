import type { AttemptId, BootTag } from '../../protocol/ids.js';
import { OPEN_MAX_ATTEMPTS } from '../../protocol/limits.js';
import type { OpenAttempt as Listed } from '../../protocol/messages.js';
import type { Delivery } from '../../protocol/words.js';
import { CLOSED_KEPT, type JournalFact } from '../journal/contract.js';
import type { KioskEffect } from './events.js';
import type { BookEntry, KioskState } from './state.js';

/**
 * The books: what is still to be told to the relay (rules 2, 7), and what was told lately (rule 13). What is settled moves to
 * the memory, so that what every event looks through stays as short as it is on a good day: one entry.
 */

export const entryOf = (state: KioskState, id: AttemptId): BookEntry | undefined =>
  of(state.books, id) ?? of(state.memory, id);

const of = (entries: readonly BookEntry[], id: AttemptId): BookEntry | undefined =>
  entries.find((entry) => entry.attempt === id);

export function withEntry(state: KioskState, entry: BookEntry): KioskState {
  if (entry.closed && entry.ended) return remember(state, entry);
  return { ...state, books: placed(state.books, entry), memory: without(state.memory, entry.attempt) };
}

/** In the place of the one that it follows, so that the oldest stays first. */
function placed(books: readonly BookEntry[], entry: BookEntry): readonly BookEntry[] {
  const at = books.findIndex(({ attempt }) => attempt === entry.attempt);
  return at < 0 ? [...books, entry] : books.with(at, entry);
}

/** The oldest is forgotten. */
function remember(state: KioskState, entry: BookEntry): KioskState {
  const books = without(state.books, entry.attempt);
  const memory = [...without(state.memory, entry.attempt), entry];
  if (memory.length <= CLOSED_KEPT) return { ...state, books, memory };
  const forgotten = memory.splice(0, memory.length - CLOSED_KEPT);
  return { ...state, books, memory, whole: withoutBootsOf(forgotten, state.whole) };
}

const withoutBootsOf = (entries: readonly BookEntry[], boots: readonly BootTag[]): readonly BootTag[] =>
  entries.some((entry) => boots.includes(entry.boot))
    ? boots.filter((boot) => entries.every((entry) => entry.boot !== boot))
    : boots;

const without = (entries: readonly BookEntry[], id: AttemptId): readonly BookEntry[] =>
  of(entries, id) ? entries.filter((entry) => entry.attempt !== id) : entries;

/** Delivery is known: note it, tell the relay, and keep telling until its Ack. */
export function report(state: KioskState, id: AttemptId, delivery: Delivery, now: number): [KioskState, KioskEffect[]] {
  const entry = entryOf(state, id);
  const boot = entry?.boot ?? state.boot;
  const next: BookEntry = {
    attempt: id,
    boot,
    delivery,
    closed: false,
    order: entry?.order,
    ended: entry?.ended ?? true,
    resendAtMs: now + state.timers.resendMs,
    resendWaitMs: state.timers.resendMs,
  };
  return [
    withEntry(state, next),
    [
      { type: 'record', record: { kind: 'vended', attempt: id, boot, delivery } },
      { type: 'send', body: { type: 'vend', attempt: id, delivery } },
    ],
  ];
}

/** The relay knows all there is to know; the entry stays a while as a memory. */
export function close(state: KioskState, id: AttemptId): [KioskState, KioskEffect[]] {
  const entry = entryOf(state, id);
  if (!entry || entry.closed) return [state, []];
  return [withEntry(state, { ...entry, closed: true }), [{ type: 'record', record: closedRecord(entry) }]];
}

const closedRecord = ({ attempt, delivery }: BookEntry): Extract<JournalFact, { kind: 'closed' }> =>
  delivery === undefined ? { kind: 'closed', attempt } : { kind: 'closed', attempt, delivery };

/** For `Hello`: every attempt not acknowledged whose delivery is known. One open in this boot is not swept, so not listed. */
export function listed(state: KioskState): Listed[] {
  return state.books.flatMap((e) =>
    e.closed || e.delivery === undefined ? [] : [{ attempt: e.attempt, delivery: e.delivery }],
  );
}

/** `Hello` can list no more, and one left out would be read as never begun: no new attempt until the relay has caught up. */
export const booksFull = (state: KioskState): boolean =>
  state.books.length >= OPEN_MAX_ATTEMPTS - 1 && listed(state).length >= OPEN_MAX_ATTEMPTS - 1;

/** Reports that are due to be told again. */
export function resendReports(state: KioskState, now: number): [KioskState, KioskEffect[]] {
  let next = state;
  const effects: KioskEffect[] = [];
  for (const entry of state.books) {
    if (entry.closed || entry.delivery === undefined || entry.resendAtMs > now) continue;
    const resendWaitMs = Math.min(entry.resendWaitMs * 2, state.timers.resendMaxMs);
    next = withEntry(next, { ...entry, resendAtMs: now + resendWaitMs, resendWaitMs });
    effects.push({ type: 'send', body: { type: 'vend', attempt: entry.attempt, delivery: entry.delivery } });
  }
  return [next, effects];
}
