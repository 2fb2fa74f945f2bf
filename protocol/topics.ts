import { NAME_PATTERN } from './limits.js';

/** Topic names of protocol version 1 (design §5). State is retained, commands never are. */
const root = 'quietzone/v1';

function named(kind: 'kiosk' | 'relay', name: string): string {
  if (!NAME_PATTERN.test(name)) {
    throw new RangeError(
      `${kind} name: found ${name.length} characters, expected 1 to 32 of A-Z a-z 0-9 _ -, a letter or digit first`,
    );
  }
  // quietzone/v1/relay/… is the relays' own.
  if (kind === 'kiosk' && name === 'relay') throw new RangeError('kiosk name: found "relay", expected any other name');
  return name;
}

export const upTopic = (kiosk: string): string => `${root}/${named('kiosk', kiosk)}/up`;
export const downTopic = (kiosk: string): string => `${root}/${named('kiosk', kiosk)}/down`;
/** Retained, and the kiosk's last will. */
export const kioskStateTopic = (kiosk: string): string => `${root}/${named('kiosk', kiosk)}/state`;
/** Retained, and the relay's last will. */
export const relayStateTopic = (instance: string): string => `${root}/relay/${named('relay', instance)}/state`;
/** Where a relay finds out what its broker can; never retained, of no meaning to anybody else. */
export const relayProbeTopic = (instance: string): string => `${root}/relay/${named('relay', instance)}/probe`;

export const anyUpTopic = `${root}/+/up`;
export const anyRelayStateTopic = `${root}/relay/+/state`;

/** The kiosk that an `up` topic belongs to; undefined for any other topic. */
export function kioskOfUp(topic: string): string | undefined {
  const kiosk = between(`${root}/`, topic, '/up');
  return kiosk === 'relay' ? undefined : kiosk;
}

/** The relay instance that a relay state topic belongs to. */
export function relayOfState(topic: string): string | undefined {
  return between(`${root}/relay/`, topic, '/state');
}

/** A name between two ends of a topic; it has no slash. */
function between(start: string, topic: string, end: string): string | undefined {
  if (!topic.endsWith(end) || !topic.startsWith(start)) return undefined;
  const name = topic.slice(start.length, -end.length);
  return NAME_PATTERN.test(name) ? name : undefined;
}
