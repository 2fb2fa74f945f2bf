import { ascii, asked, type Command, type Profile } from './profile.js';
import { between, Cutter } from './reader.js';

/** `#`: until the next power cut; `@`, which is never sent, would be for ever and wear the flash. */
const temporary = (text: string): Command => asked(ascii(`~\x010000#${text};\x03`));
const query = temporary('SCNMOD*');

/** Newland NLS, the newer syntax. Whatever the answer says (ACK, NAK, ENQ), somebody is there. */
export const newland: Profile = {
  name: 'newland',
  words: { enable: temporary('SCNTRG1'), disable: temporary('SCNTRG0') },
  probe: { enabled: query, disabled: query },
  rearmMs: 5_000,
  answerMs: 500,
  holdMs: 200,
  paceMs: 0,
  reader: () => new Cutter(between(ascii('\x02\x010000'), ascii(';\x03'), 256)),
};
