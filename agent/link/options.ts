import { readFileSync } from 'node:fs';
import type { BootTag } from '../../protocol/ids.js';
import { anyRelayStateTopic, downTopic, kioskStateTopic } from '../../protocol/topics.js';
import type { Config } from '../config/config.js';
import type { ConnectionOptions } from './connection.js';

/** What the config says of the broker, and what this kiosk subscribes to and leaves behind there. */
export function connectionOptions(config: Config, boot: BootTag): ConnectionOptions {
  const { kiosk, broker } = config;
  return {
    url: broker.url,
    clientId: kiosk.name,
    ...(broker.username === undefined ? {} : { username: broker.username }),
    ...(broker.passwordFile === undefined ? {} : { password: readFileSync(broker.passwordFile, 'utf8').trim() }),
    ...(broker.caFile === undefined ? {} : { caFile: broker.caFile }),
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
