import type { Accounts } from '../routing/accounts.js';
import type { Endpoint } from '../webhooks/endpoints.js';
import { buildWebhooks, type WebhookParts } from '../webhooks/server.js';
import type { RelayConfig } from './schema.js';

/** Each account listens at its own name, and at the path of its notify_url. */
export const endpointsOf = (config: RelayConfig, accounts: Accounts): Endpoint[] =>
  config.account.map(({ name, notify_url: url, notify_public_path: publicPath, notify_from: from }) => ({
    account: name,
    acquirer: accounts.of(name).acquirer,
    paths: [`/${name}`, ...(url === undefined ? [] : [new URL(url).pathname])],
    ...(publicPath === undefined ? {} : { publicPath }),
    ...(from === undefined ? {} : { from }),
  }));

/** Undefined where the config does not ask for it: then everything is inquired. */
export function openWebhooks(
  config: RelayConfig,
  accounts: Accounts,
  parts: Omit<WebhookParts, 'endpoints' | 'proxies'>,
) {
  if (!config.webhooks) return undefined;
  const { proxies } = config.webhooks;
  return buildWebhooks({ ...parts, endpoints: endpointsOf(config, accounts), proxies });
}
