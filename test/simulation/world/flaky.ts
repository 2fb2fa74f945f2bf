import type { FaultSource } from '../faults.js';

/**
 * The ledger behind a connection that breaks: before the question arrived, or after its commit and before the answer. The
 * relay lives on and cannot know which.
 * @param lost one for all lives of the relay: a new one in each would strike at the same place in each
 */
export function flaky<T extends object>(ledger: T, lost: FaultSource | undefined): T {
  if (!lost) return ledger;
  return new Proxy(ledger, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const breaks = lost.strikes();
        if (breaks && lost.chance.hits(0.5)) throw new Error('ledger: connection lost');
        const result: unknown = await member.apply(target, args);
        if (breaks) throw new Error('ledger: connection lost');
        return result;
      };
    },
  });
}
