import type { Profile } from './profile.js';
import { Cutter } from './reader.js';

/** Never asked, so nothing is ever an answer. */
export const plain = {
  words: {},
  answerMs: 500,
  holdMs: 30,
  paceMs: 0,
  reader: () => new Cutter(() => 0),
} satisfies Omit<Profile, 'name'>;

/** A scanner of which nothing is known: it is listened to. */
export const generic: Profile = { ...plain, name: 'generic' };
