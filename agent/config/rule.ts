import type { Fault } from '../../protocol/faults.js';
import type { Tables } from './schema.js';

/** What keys must fulfil together. A rule runs when none of the keys it `reads` has a fault of its own. */
export type Rule = {
  readonly reads: readonly string[];
  readonly check: (tables: Tables) => Fault | undefined;
};
