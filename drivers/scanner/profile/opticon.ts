import { plain } from './generic.js';
import { ascii, type Command, type Profile, said } from './profile.js';

const command = (text: string): Command => said(ascii(`\x1b${text}\r`));

/** It confirms nothing, and its version comes as text, which cannot be told from a code: so it is not probed. */
export const opticon: Profile = {
  ...plain,
  name: 'opticon',
  words: { enable: command('Z'), disable: command('Y'), 'good-read': command('B'), 'bad-read': command('E') },
  rearmMs: 5_000,
  // It loses bytes that come back to back.
  paceMs: 2,
};
