import { durabilityWarnings } from '../../../relay/ledger/postgres.js';
import type { Chance } from '../chance.js';
import type { Faults } from '../faults.js';
import type { Gates } from '../gates.js';
import { type Commit, MemoryDatabase } from '../ledger/database.js';
import type { Points } from '../points.js';
import type { Timeline } from '../time.js';

export type LedgerParts = {
  readonly timeline: Timeline;
  readonly faults: Faults;
  readonly points: Points;
  readonly gates: Gates;
  readonly chance: Chance;
  /** Every statement takes its time. */
  readonly interleaved: boolean;
  readonly onCommit: (commit: Commit) => void;
  readonly onLost: (commits: readonly Commit[]) => void;
};

/** The relays' database, and the way to it. */
export function openDatabase(parts: LedgerParts): MemoryDatabase {
  const { timeline, faults, points, gates, chance, interleaved, onLost } = parts;
  const slow = faults.source('ledger-slow', 'ledger');
  const committedNow = new Set<string>();
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      timeline.after(ms, resolve);
    });
  const database = new MemoryDatabase({
    latency: (what, relay) => {
      // Asked on the way back too, where "commit-done" has just been.
      if (what === 'commit' && !committedNow.delete(relay)) points.pass('commit-begins', relay);
      const held = gates.ledger?.(relay, what);
      if (held) return held;
      if (what === 'commit') {
        if (slow.strikes()) return pause(slow.chance.wait(1_500, 8_000));
        // Asked on the way there and on the way back; one of the two takes its time, the other sometimes.
        const there = chance.hits(0.25);
        return there || interleaved ? pause(0.5 + chance.wait(3, 50)) : undefined;
      }
      return interleaved && chance.hits(0.7) ? pause(chance.wait(3, 50)) : undefined;
    },
    onCommit: (commit) => {
      parts.onCommit(commit);
      committedNow.add(commit.relay);
      points.pass('commit-done', commit.relay);
    },
    onLost,
  });
  database.synchronous = isDurable(faults);
  return database;
}

/**
 * Some databases are set up wrongly: the rule by which a relay in production refuses to start on such a one is asked, and
 * then its setting is mended.
 */
function isDurable(faults: Faults): boolean {
  const settings = (commit: string) => ({ synchronous_commit: commit, fsync: 'on', full_page_writes: 'on' });
  if (!faults.source('ledger-unsynced', 'ledger').strikes()) return true;
  try {
    durabilityWarnings(settings('off'), true);
    return false;
  } catch {
    return true;
  }
}
