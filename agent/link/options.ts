import { readFileSync } from 'node:fs';
import type { BootTag } from '../../protocol/ids.js';
import { anyRelayStateTopic, downTopic, kioskStateTopic } from '../../protocol/topics.js';
import type { Config } from '../config/config.js';
import type { ConnectionOptions } from './connection.js';

export type BrokerSecrets = { readonly password?: string; readonly ca?: string };

/** Read once, at the start: a file that is exchanged later must not end a running agent. @throws the system's error */
export function readBrokerFiles({ broker }: Config): BrokerSecrets {
  return {
    ...(broker.passwordFile === undefined ? {} : { password: readFileSync(broker.passwordFile, 'utf8').trim() }),
    ...(broker.caFile === undefined ? {} : { ca: readFileSync(broker.caFile, 'utf8') }),
  };
}

/** What the config says of the broker, and what this kiosk subscribes to and leaves behind there. */
export function connectionOptions(config: Config, secrets: BrokerSecrets, boot: BootTag): ConnectionOptions {
  const { kiosk, broker } = config;
  return {
    url: broker.url,
    clientId: kiosk.name,
    ...(broker.username === undefined ? {} : { username: broker.username }),
    ...secrets,
    keepaliveSeconds: Math.max(1, Math.round(broker.keepAliveMs / 1000)),
    connectTimeoutMs: broker.connectTimeoutMs,
    reconnectBaseMs: broker.reconnectBaseMs,
    reconnectMaxMs: broker.reconnectMaxMs,
    subscriptions: [downTopic(kiosk.name), anyRelayStateTopic],
    will: { topic: kioskStateTopic(kiosk.name), payload: JSON.stringify({ online: false, boot }) },
    onlinePayload: JSON.stringify({ online: true, boot }),
    random: Math.random,
  };
}
