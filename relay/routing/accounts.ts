import { anyCapabilities } from '../acquirers/capabilities.js';
import type { Acquirer, NotSent, PollPlan } from '../acquirers/contract.js';
import { noNotifications } from '../acquirers/notifications.js';
import type { Policy } from '../payment/types.js';

/** A merchant's account with an acquirer, ready to be called. */
export type Account = {
  /** Of the config; the ledger keeps it with each attempt. */
  readonly name: string;
  readonly acquirer: Acquirer;
  readonly policy: Policy;
};

/**
 * The accounts of this relay. An attempt names the one it was admitted for and keeps it for ever. One that is no longer
 * in the config cannot be called: `of` answers with an account that never sends anything, so such an attempt ends with
 * the operator and an alarm, and never silently.
 */
export class Accounts {
  readonly #accounts: ReadonlyMap<string, Account>;
  readonly #lost: Account;

  /** At least one. */
  constructor(accounts: readonly Account[]) {
    const [first] = accounts;
    if (!first) throw new RangeError('accounts: found none, expected at least one');
    this.#accounts = new Map(accounts.map((account) => [account.name, account]));
    this.#lost = { ...first, name: '', acquirer: lostAcquirer(first.acquirer.plan) };
  }

  /** Rows of a version that knew one account only name the adapter: then its only account is meant. */
  get(name: string): Account | undefined {
    const found = this.#accounts.get(name);
    if (found) return found;
    const [only, ...others] = this.all().filter(({ acquirer }) => acquirer.name === name);
    return others.length === 0 ? only : undefined;
  }

  of(name: string): Account {
    return this.get(name) ?? this.#lost;
  }

  all(): readonly Account[] {
    return [...this.#accounts.values()];
  }

  get longestCallMs(): number {
    return Math.max(...this.all().map(({ policy }) => policy.callTimeoutMs));
  }
}

function lostAcquirer(plan: PollPlan): Acquirer {
  const notSent = (): Promise<NotSent> => Promise.resolve({ kind: 'not-sent', detail: 'account not in the config' });
  return {
    ...{ name: 'none', plan, capabilities: anyCapabilities, ...noNotifications },
    ...{ pay: notSent, inquire: notSent, cancel: notSent, refund: notSent, inquireRefund: notSent },
  };
}
