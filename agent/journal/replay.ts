import { type AttemptId, type BootNonce, type BootTag, bootTag, newNonce, nextChain } from '../../protocol/ids.js';
import { CHAIN_MAX_BOOTS } from '../../protocol/limits.js';
import type { Delivery } from '../../protocol/words.js';
import type { BootFact, Identity, JournalRecord, Replay, ReplayedAttempt } from './contract.js';
import { toJson } from './records.js';

type Known = {
  opened: boolean;
  begun: boolean;
  boot: string;
  delivery?: Delivery;
  /** What the relay has committed: this word, or that there was none to tell. */
  closed: Set<Delivery | 'end'>;
};

/** What the records say, whatever was lost among them: order and repetition change nothing (S10). */
export type Past = {
  readonly boots: readonly { epoch: string; number: number; nonce: BootNonce; board: string }[];
  readonly attempts: readonly ReplayedAttempt[];
};

/** A definite word overrides doubtful, in whichever order they are read (rule 12). */
function heard(known: Known, delivery: Delivery): void {
  if (known.delivery === undefined || delivery !== 'doubtful') known.delivery = delivery;
}

export function readPast(records: readonly JournalRecord[]): Past {
  const boots = new Map<BootNonce, BootFact>();
  const known = new Map<AttemptId, Known>();
  const entry = (attempt: AttemptId, boot?: string): Known => {
    const k = known.get(attempt) ?? { opened: false, begun: false, boot: '', closed: new Set() };
    if (boot !== undefined) k.boot = boot;
    known.set(attempt, k);
    return k;
  };
  for (const r of records) {
    // A record that was copied into a newer segment may be read before those that were there first.
    if (r.kind === 'boot') boots.delete(r.nonce);
    if (r.kind === 'boot') boots.set(r.nonce, r);
    if (r.kind === 'opened') entry(r.attempt, r.boot).opened = true;
    if (r.kind === 'begun') entry(r.attempt, r.boot).begun = true;
    if (r.kind === 'vended') heard(entry(r.attempt, r.boot), r.delivery);
    if (r.kind === 'closed') entry(r.attempt).closed.add(r.delivery ?? 'end');
  }
  const attempts = [...known].flatMap(([attempt, k]): ReplayedAttempt[] => {
    // A `closed` whose other records are torn away: nothing to tell, and nothing known to answer with.
    if (!k.opened && !k.begun && k.delivery === undefined) return [];
    const delivery = k.delivery ?? (k.begun ? 'doubtful' : 'not-delivered');
    // Closed by its "doubtful", and known better since: that word is still to be told (rule 7).
    const closed = k.closed.has('end') || k.closed.has(delivery);
    return [{ attempt, boot: k.boot, delivery, closed }];
  });
  return { boots: [...boots.values()], attempts };
}

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
  const others = tagsOfOthers(past, boot.epoch);
  return {
    epoch: boot.epoch,
    number: boot.number,
    nonce: boot.nonce,
    chain,
    // Another board's attempts are not ours to report on: the relay settles them by their absence (rule 4).
    attempts: past.attempts.filter((a) => !others.has(a.boot)),
    ...unread,
  };
}

/** Boots of other epochs: of another board, or of a journal that this one took over. */
function tagsOfOthers(past: Past, epoch: string | undefined): Set<BootTag> {
  return new Set(past.boots.filter((b) => b.epoch !== epoch).map((b) => bootTag(b.nonce)));
}

/** Closed attempts that a compacted journal still remembers. */
const CLOSED_KEPT = 64;

/**
 * The records that a journal can be cut down to without forgetting anything that may still be asked, each once. Attempts of
 * other epochs go with their boots: without these they would look like our own, and be reported. Of a closed attempt only
 * its end is asked for.
 */
export function essential(records: readonly JournalRecord[]): JournalRecord[] {
  const past = readPast(records);
  const epoch = past.boots.at(-1)?.epoch;
  const own = past.boots.filter((b) => b.epoch === epoch).slice(-CHAIN_MAX_BOOTS);
  const chain = new Set(own.map((b) => b.nonce));
  const others = tagsOfOthers(past, epoch);
  const closed = past.attempts.filter((a) => a.closed).map((a) => a.attempt);
  const forgotten = new Set(closed.slice(0, Math.max(0, closed.length - CLOSED_KEPT)));
  for (const { attempt, boot } of past.attempts) if (others.has(boot)) forgotten.add(attempt);
  const known = new Set(past.attempts.map((a) => a.attempt));
  const told = toldOf(records);
  const ended = new Set(closed.filter((attempt) => told.has(attempt)));
  return onceEach(records).filter((r) => {
    if (r.kind === 'boot') return chain.has(r.nonce);
    if (!known.has(r.attempt) || forgotten.has(r.attempt)) return false;
    return r.kind === 'vended' || r.kind === 'closed' || !ended.has(r.attempt);
  });
}

/** Attempts whose end is known. */
function toldOf(records: readonly JournalRecord[]): Set<AttemptId> {
  return new Set(records.flatMap((r) => (r.kind === 'vended' ? [r.attempt] : [])));
}

/** The last of each: the order in which things became true. */
function onceEach(records: readonly JournalRecord[]): JournalRecord[] {
  const last = new Map<string, JournalRecord>();
  for (const record of records) {
    const key = toJson(record);
    last.delete(key);
    last.set(key, record);
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
  const ended = toldOf(left);
  const unended = readPast(left).attempts.filter((a) => !a.closed && !ended.has(a.attempt));
  const doubts = unended.map((a): JournalRecord => {
    return { kind: 'vended', at: boot.at, attempt: a.attempt, boot: a.boot, delivery: 'doubtful' };
  });
  return [...left, ...doubts];
}
