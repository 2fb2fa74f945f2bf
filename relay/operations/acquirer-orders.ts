import type { Queries } from '../ledger/database.js';
import type { Account } from '../routing/accounts.js';

/** Why an account cannot be asked, and which can. */
export function noLookUp({ name, acquirer }: Account, all: readonly Account[]): string {
  const able = all.filter((other) => other.acquirer.lookUp).map((other) => other.name);
  const remedy = able.length > 0 ? `expected ${able.join(', ')}` : 'no account in the config can be asked so';
  return `account: "${name}" is with ${acquirer.name}, which is not asked for orders by its own id; ${remedy}`;
}

/**
 * An order by the acquirer's own id, of whatever kind, shown as the acquirer says it is and never misread as ours. Undefined:
 * this acquirer is not asked so.
 */
export async function lookUpOrder(q: Queries, { name, acquirer }: Account, id: string): Promise<object | undefined> {
  if (!acquirer.lookUp) return undefined;
  const nothing = {
    ...{ account: name, id, found: false, kind: null, state: null, number: null, amount: null, currency: null },
    ...{ payment: null, detail: null },
  };
  const answer = await acquirer.lookUp(id);
  switch (answer.kind) {
    case 'not-found':
      return nothing;
    case 'unknown':
    case 'not-sent':
      return { ...nothing, detail: `${acquirer.name} did not tell: ${answer.kind}, ${answer.detail}` };
    case 'order': {
      const { order } = answer;
      // Only where the acquirer's number for it is that of a payment which went to this very account.
      const rows =
        order.requestId === undefined
          ? []
          : await q.query('SELECT id FROM attempt WHERE id = $1 AND account = $2', [order.requestId, name]);
      return {
        ...nothing,
        found: true,
        ...{ kind: order.kind, state: order.state, number: order.number ?? null },
        ...{ amount: order.money?.amount ?? null, currency: order.money?.currency ?? null },
        payment: rows[0] === undefined ? null : String(rows[0]['id']),
      };
    }
  }
}
