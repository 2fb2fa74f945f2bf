import { describe, expect, test } from 'vitest';
import {
  anyRelayStateTopic,
  anyUpTopic,
  downTopic,
  kioskOfUp,
  kioskStateTopic,
  relayOfState,
  relayStateTopic,
  upTopic,
} from '../../../protocol/topics.js';

const makers = { upTopic, downTopic, kioskStateTopic, relayStateTopic };

test('the names of design section 5', () => {
  expect(upTopic('k1')).toBe('quietzone/v1/k1/up');
  expect(downTopic('k1')).toBe('quietzone/v1/k1/down');
  expect(kioskStateTopic('k1')).toBe('quietzone/v1/k1/state');
  expect(relayStateTopic('r1')).toBe('quietzone/v1/relay/r1/state');
  expect(anyUpTopic).toBe('quietzone/v1/+/up');
  expect(anyRelayStateTopic).toBe('quietzone/v1/relay/+/state');
});

const names = ['k', 'kiosk-1', 'A_b-9', '0', 'k'.repeat(32), 'relays', 'Relay'];

test.each(names)('%s: topic and back', (name) => {
  expect(kioskOfUp(upTopic(name))).toBe(name);
  expect(relayOfState(relayStateTopic(name))).toBe(name);
  expect(kioskOfUp(downTopic(name))).toBeUndefined();
  expect(kioskOfUp(kioskStateTopic(name))).toBeUndefined();
});

/** What would reach another kiosk's topics, all topics, or none. */
const bad = [
  ['a wildcard for one level', '+'],
  ['a wildcard for all', '#'],
  ['a wildcard inside', 'k+1'],
  ['another level', 'k1/up'],
  ['a level up', '..'],
  ['an empty level', '/'],
  ['nothing', ''],
  ['a space', 'k 1'],
  ['a line break', 'k1\n'],
  ['a NUL', 'k\u00001'],
  ['a system topic', '$SYS'],
  ['a shared subscription', '$share'],
  ['other letters', 'kiösk'],
  ['digits of another script', '１'],
  ['a dash first', '-k'],
  ['33 characters', 'k'.repeat(33)],
] as const;

describe.each(Object.entries(makers))('%s', (_name, maker) => {
  test.each(bad)('refuses %s', (_what, name) => {
    expect(() => maker(name)).toThrow(RangeError);
    expect(() => maker(name)).toThrow(`found ${name.length} characters, expected 1 to 32 of A-Z a-z 0-9 _ -`);
  });
});

test.each(bad)('no kiosk and no relay is called %s', (_what, name) => {
  expect(kioskOfUp(`quietzone/v1/${name}/up`)).toBeUndefined();
  expect(relayOfState(`quietzone/v1/relay/${name}/state`)).toBeUndefined();
});

test.each([upTopic, downTopic, kioskStateTopic])('a kiosk is not called relay', (maker) => {
  expect(() => maker('relay')).toThrow('kiosk name: found "relay", expected any other name');
  expect(kioskOfUp('quietzone/v1/relay/up')).toBeUndefined();
  expect(relayStateTopic('relay')).toBe('quietzone/v1/relay/relay/state');
});

test.each([
  '',
  'up',
  'quietzone/v1/k1',
  'quietzone/v1/k1/up/more',
  'quietzone/v1/k1/down',
  'quietzone/v2/k1/up',
  '/quietzone/v1/k1/up',
  'quietzone/v1/relay/k1/up',
  'other/v1/k1/up',
])('%j is no up topic', (topic) => {
  expect(kioskOfUp(topic)).toBeUndefined();
});

test.each(['', 'quietzone/v1/relay/r1', 'quietzone/v1/relay/r1/state/more', 'quietzone/v1/k1/r1/state'])(
  '%j is no relay state topic',
  (topic) => {
    expect(relayOfState(topic)).toBeUndefined();
  },
);
