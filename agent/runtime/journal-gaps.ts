import type { Replay } from '../journal/contract.js';
import type { Counters } from './counters.js';
import type { LoopParts } from './loop-parts.js';

/**
 * Says at each start that the card has lost what it had called durable, also when an earlier start found it: a card that
 * did it once will do it again, and somebody must replace it. Counted as `journal-gap`, one for each such start.
 */
export function tellGaps({ gaps, lost }: Replay, counters: Counters, log: Pick<LoopParts['log'], 'warn'>): void {
  for (const _ of lost) counters.count('journal-gap');
  const remedy = 'the disk lost what it had said was durable: replace the card';
  if (gaps > 0) log.warn({ event: 'journal-gap', blocks: gaps }, remedy);
  const last = lost.at(-1);
  if (gaps === 0 && last) log.warn({ event: 'journal-gap-before', starts: lost.length, ...last }, remedy);
}
