import { anyRelayStateTopic, anyUpTopic, relayProbeTopic, relayStateTopic } from '../../protocol/topics.js';
import type { RelayConfig } from './schema.js';
import type { RelaySecrets } from './secrets.js';

/** Where the relay connects, as whom, and what it hears. */
export function brokerOptions({ broker, instance }: RelayConfig, { brokerPassword, brokerCaPem }: RelaySecrets) {
  return {
    url: broker.url,
    clientId: `quietzone-relay-${instance}`,
    ...(broker.username === undefined ? {} : { username: broker.username }),
    ...(brokerPassword === undefined ? {} : { password: brokerPassword }),
    ...(brokerCaPem === undefined ? {} : { caPem: brokerCaPem }),
    ...{ subscription: anyUpTopic, alsoHear: [anyRelayStateTopic], share: broker.shared },
    ...{ stateTopic: relayStateTopic(instance), probeTopic: relayProbeTopic(instance) },
  };
}
