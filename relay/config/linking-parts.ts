import type { FastifyInstance } from 'fastify';
import type { RandomBytes } from '../../protocol/ids.js';
import type { Database } from '../ledger/database.js';
import { Vault } from '../linking/crypto.js';
import { BuyersDesk } from '../linking/desk.js';
import { SqlLinks } from '../linking/store.js';
import { buildLinkPages } from '../linking/web/server.js';
import type { LinkingParts, Office } from '../office.js';
import type { Accounts } from '../routing/accounts.js';
import type { Clock } from '../runtime/clock.js';
import type { Counters } from '../runtime/counters.js';
import type { Log } from '../runtime/log.js';
import { linkingRules, zoneMinutes } from './linking.js';
import { merchantOfKiosk } from './rules.js';
import type { RelayConfig } from './schema.js';
import type { RelaySecrets } from './secrets.js';

type Around = { readonly db: Database; readonly accounts: Accounts; readonly random: RandomBytes };

/** What links and the payments by them need; undefined where the config has no `[linking]`. */
export function linkingParts(config: RelayConfig, secrets: RelaySecrets, around: Around): LinkingParts | undefined {
  if (!config.linking || !secrets.linking) return undefined;
  const { key, previous } = secrets.linking;
  return {
    links: new SqlLinks(around.db),
    vault: new Vault(key, previous, around.random),
    rules: linkingRules(config.linking, around.accounts, merchantOfKiosk(config)),
  };
}

type Surroundings = Omit<Around, 'accounts'> & {
  readonly office: Office;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Log;
};

/** The buyer's pages; they listen on a port of their own. */
export function linkPages(config: RelayConfig, around: Surroundings): FastifyInstance | undefined {
  const { office, db, clock, counters, log, random } = around;
  if (!config.linking || !office.linking) return undefined;
  const { public_url: publicUrl, page_name: shop, proxies } = config.linking;
  const desk = new BuyersDesk({
    ...{ db, office: office.linking },
    ...{ applyContext: office.context, committed: office.committed },
  });
  const shown = { desk, publicUrl, shop, zoneMinutes: zoneMinutes(config.linking), proxies };
  return buildLinkPages({ ...shown, clock, counters, log, random });
}
