import { ascii, asked, type Command, type Profile } from './profile.js';
import { Cutter } from './reader.js';

const ACK = 0x06;
const NAK = 0x15;
const command = (text: string): Command => asked(ascii(`^_^${text}.`));
const start = command('SCAN');
const stop = command('SLEEP');

/**
 * SparkFun and SB Components. There is no heartbeat, and the version that others ask for comes as text, which cannot be told
 * from a code: what shall be so anyway is said again, and its ACK is the proof.
 */
export const de2120: Profile = {
  name: 'de2120',
  words: { enable: start, disable: stop },
  probe: { enabled: start, disabled: stop },
  rearmMs: 5_200,
  answerMs: 800,
  holdMs: 30,
  paceMs: 0,
  reader: () => new Cutter(([first]) => (first === ACK || first === NAK ? 1 : 0)),
};
