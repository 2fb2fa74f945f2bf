import type { Ledger } from '../../../relay/ledger/contract.js';
import type { Faults } from '../faults.js';

/**
 * The ledger behind a connection that breaks: before the question arrived, or after its commit and before the answer. The
 * relay lives on and cannot know which.
 */
export function flaky(ledger: Ledger, faults: Faults, relay: string): Ledger {
  if (faults.share('ledger-answer-lost') === 0) return ledger;
  const lost = faults.source('ledger-answer-lost', relay);
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
