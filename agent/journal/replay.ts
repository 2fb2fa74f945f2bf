import { type AttemptId, type BootNonce, type BootTag, bootTag, newNonce, nextChain } from '../../protocol/ids.js';
import { CHAIN_MAX_BOOTS } from '../../protocol/limits.js';
import type { Delivery } from '../../protocol/words.js';
import {
  type BootFact,
  CLOSED_KEPT,
  type GapFact,
  type Identity,
  type JournalRecord,
  type Replay,
  type ReplayedAttempt,
} from './contract.js';
import { type Entry, entryOf } from './packing.js';
import { toJson } from './records.js';

/** A card that loses more than that has long told what is to be known of it. */
const GAPS_KEPT = 8;

type Known = {
  opened: boolean;
  begun: boolean;
  boot: BootTag;
  delivery: Delivery | undefined;
  /** What the relay has committed: these words, or that there was none to tell. */
  closedBy: (Delivery | 'end')[];
  /** The place of the last such record: copies in a newer segment are read before what was there first. */
  closedAt: number;
};

type Gathered = {
  readonly boots: Map<BootNonce, BootFact>;
  readonly known: Map<AttemptId, Known>;
  /** By their JSON: copies of one are one. */
  readonly gaps: Map<string, KnownGap>;
};
type KnownGap = GapFact & { readonly at: number };

/** What the records say, whatever was lost among them: order and repetition change nothing (S10). */
export type Past = {
  readonly boots: readonly { epoch: string; number: number; nonce: BootNonce; board: string }[];
  readonly attempts: readonly ReplayedAttempt[];
  /** The newest, oldest first. */
  readonly gaps: readonly KnownGap[];
};

export function readPast(records: readonly JournalRecord[]): Past {
  const { boots, known, gaps } = gather(records);
  const attempts: ReplayedAttempt[] = [];
  for (const [attempt, k] of known) {
    const delivery = deliveryOf(k);
    if (delivery === undefined) continue;
    attempts.push({ attempt, boot: k.boot, delivery, closed: isClosed(k, delivery) });
  }
  return { boots: [...boots.values()], attempts, gaps: newestOf(gaps) };
}

function gather(records: readonly JournalRecord[]): Gathered {
  const boots = new Map<BootNonce, BootFact>();
  const known = new Map<AttemptId, Known>();
  const gaps = new Map<string, KnownGap>();
  for (const [index, r] of records.entries()) {
    switch (r.kind) {
      case 'boot':
        // A record that was copied into a newer segment may be read before those that were there first.
        boots.delete(r.nonce);
        boots.set(r.nonce, r);
        break;
      case 'opened':
        entryFor(known, r.attempt, r.boot).opened = true;
        break;
      case 'begun':
        entryFor(known, r.attempt, r.boot).begun = true;
        break;
      case 'vended':
        heard(entryFor(known, r.attempt, r.boot), r.delivery);
        break;
      case 'closed':
        closedAs(entryFor(known, r.attempt, undefined), r.delivery ?? 'end', index);
        break;
      case 'gap':
        gaps.delete(toJson(r));
        gaps.set(toJson(r), r);
        break;
    }
  }
  return { boots, known, gaps };
}

function entryFor(known: Map<AttemptId, Known>, attempt: AttemptId, boot: BootTag | undefined): Known {
  let k = known.get(attempt);
  if (!k) {
    k = { opened: false, begun: false, boot: '', delivery: undefined, closedBy: [], closedAt: 0 };
    known.set(attempt, k);
  }
  if (boot !== undefined) k.boot = boot;
  return k;
}

/** A definite word overrides doubtful, in whichever order they are read (rule 12). */
function heard(known: Known, delivery: Delivery): void {
  if (known.delivery === undefined || delivery !== 'doubtful') known.delivery = delivery;
}

function closedAs(known: Known, word: Delivery | 'end', index: number): void {
  known.closedBy.push(word);
  known.closedAt = index;
}

const newestOf = (gaps: ReadonlyMap<string, KnownGap>): KnownGap[] => [...gaps.values()].slice(-GAPS_KEPT);

/** Undefined for a `closed` whose other records are torn away: nothing to tell, and nothing known to answer with. */
function deliveryOf(k: Known): Delivery | undefined {
  if (k.delivery === undefined && !k.opened && !k.begun) return undefined;
  return k.delivery ?? (k.begun ? 'doubtful' : 'not-delivered');
}

/** Not if it was closed by its "doubtful", and is known better since: that word is still to be told (rule 7). */
const isClosed = (k: Known, delivery: Delivery): boolean => k.closedBy.includes('end') || k.closedBy.includes(delivery);

/**
 * This start's boot record. A new epoch where there is no journal or another board (rule 14): the chain then names this
 * boot alone, so that no silence of ours is read as "never vended" about another board's attempts.
 */
export function nextBoot(past: Past, identity: Identity): { record: BootFact; chain: BootNonce[] } {
  const last = past.boots.at(-1);
  const same = last !== undefined && last.board === identity.board;
  const nonce = newNonce(identity.random);
  const epoch = same ? last.epoch : newNonce(identity.random);
  const number = same ? Math.max(...past.boots.filter((b) => b.epoch === epoch).map((b) => b.number)) + 1 : 1;
  const earlier = past.boots.filter((b) => b.epoch === epoch).map((b) => b.nonce);
  return {
    record: { kind: 'boot', epoch, number, nonce, board: identity.board },
    chain: nextChain(nonce, earlier.reverse()),
  };
}

export function replayOf(
  past: Past,
  boot: BootFact,
  chain: readonly BootNonce[],
  unread: { readonly torn: number; readonly gaps: number },
): Replay {
  const others = tagsOfOthers(past.boots, boot.epoch);
  return {
    epoch: boot.epoch,
    number: boot.number,
    nonce: boot.nonce,
    chain,
    // Another board's attempts are not ours to report on: the relay settles them by their absence (rule 4).
    attempts: past.attempts.filter((a) => !others.has(a.boot)),
    torn: unread.torn,
    gaps: unread.gaps,
    lost: past.gaps.map(({ at, blocks }) => ({ at, blocks })),
  };
}

/** Boots of other epochs: of another board, or of a journal that this one took over. */
function tagsOfOthers(boots: Past['boots'], epoch: string | undefined): Set<BootTag> {
  return new Set(boots.filter((b) => b.epoch !== epoch).map((b) => bootTag(b.nonce)));
}

/**
 * The records that a journal can be cut down to without forgetting anything that may still be asked, each once. Attempts of
 * other epochs go with their boots: without these they would look like our own, and be reported. Of a closed attempt only
 * its end is asked for. That the card has lost blocks is not forgotten.
 * @param copied attempts of which something stays in any case, so nothing of them is forgotten: a part would look open again.
 */
export function essentialOf(entries: readonly Entry[], copied: ReadonlySet<AttemptId> = new Set()): Entry[] {
  const { boots, known, gaps } = gather(entries.map((e) => e.record));
  const epoch = [...boots.values()].at(-1)?.epoch;
  const own = [...boots.values()].filter((b) => b.epoch === epoch).slice(-CHAIN_MAX_BOOTS);
  const chain = new Set(own.map((b) => b.nonce));
  const attempts = attemptsKept(known, tagsOfOthers([...boots.values()], epoch), copied);
  const lost = new Set(newestOf(gaps));
  const isKept = ({ record: r }: Entry): boolean => {
    if (r.kind === 'boot') return chain.has(r.nonce);
    if (r.kind === 'gap') return lost.has(r);
    const kept = attempts.get(r.attempt);
    return kept === 'whole' || (kept === 'end' && (r.kind === 'vended' || r.kind === 'closed'));
  };
  return onceEach(entries.filter(isKept));
}

export const essential = (records: readonly JournalRecord[]): JournalRecord[] =>
  essentialOf(records.map(entryOf)).map((e) => e.record);

/** What is kept of each attempt; nothing of those that are not named. */
function attemptsKept(
  known: ReadonlyMap<AttemptId, Known>,
  others: ReadonlySet<BootTag>,
  copied: ReadonlySet<AttemptId>,
): Map<AttemptId, 'whole' | 'end'> {
  const kept = new Map<AttemptId, 'whole' | 'end'>();
  const closed: { attempt: AttemptId; at: number }[] = [];
  for (const [attempt, k] of known) {
    const delivery = deliveryOf(k);
    if (delivery === undefined) continue;
    const ended = isClosed(k, delivery);
    if (ended) closed.push({ attempt, at: k.closedAt });
    if (!others.has(k.boot) || copied.has(attempt))
      kept.set(attempt, ended && k.delivery !== undefined ? 'end' : 'whole');
  }
  closed.sort((a, b) => a.at - b.at);
  for (const { attempt } of closed.slice(0, Math.max(0, closed.length - CLOSED_KEPT)))
    if (!copied.has(attempt)) kept.delete(attempt);
  return kept;
}

/** The last of each: the order in which things became true. */
function onceEach(entries: readonly Entry[]): Entry[] {
  const last = new Map<string, Entry>();
  for (const entry of entries) {
    last.delete(entry.json);
    last.set(entry.json, entry);
  }
  return [...last.values()];
}

/**
 * What is left to say when the disk has lost what it had said was durable. What the lost records were cannot be known: a
 * vend may have begun. So no attempt without an end counts as not delivered, and no earlier boot is claimed for the chain, as
 * if the journal were new: the relay then takes no silence of ours as "never vended" (rules 4 and 13).
 * @param boot of this start, which is not among the records.
 */
export function afterGap(records: readonly JournalRecord[], boot: JournalRecord): JournalRecord[] {
  const left = essential([...records, boot]).filter((r) => r.kind !== 'boot');
  // Their end is known.
  const ended = new Set(left.flatMap((r) => (r.kind === 'vended' ? [r.attempt] : [])));
  const unended = readPast(left).attempts.filter((a) => !a.closed && !ended.has(a.attempt));
  const doubts = unended.map((a): JournalRecord => {
    return { kind: 'vended', at: boot.at, attempt: a.attempt, boot: a.boot, delivery: 'doubtful' };
  });
  return [...left, ...doubts];
}
