import { readFileSync } from 'node:fs';
import type { BootTag } from '../../protocol/ids.js';
import { anyRelayStateTopic, downTopic, kioskStateTopic } from '../../protocol/topics.js';
import type { Config } from '../config/config.js';
import type { ConnectionOptions } from './connection.js';

export type BrokerSecrets = { readonly password?: string; readonly ca?: string };

/**
 * Read once, at the start: a file that is exchanged later must not end a running agent.
 * @throws Error naming the key and the file
 */
export function readBrokerFiles({ broker }: Config): BrokerSecrets {
  return {
    ...(broker.passwordFile === undefined ? {} : { password: read('password_file', broker.passwordFile).trim() }),
    ...(broker.caFile === undefined ? {} : { ca: read('ca_file', broker.caFile) }),
  };
}

function read(key: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new Error(`broker.${key}: ${file} cannot be read (${code}), expected a file that this user may read`);
  }
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
