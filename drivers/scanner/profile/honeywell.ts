import { ascii, asked, type Profile, said } from './profile.js';
import { Cutter, type Match } from './reader.js';

/** SYN, what is meant (M: a menu command follows), CR. */
const syn = (letter: string): string => `\x16${letter}\r`;
const TAG = 'CBRENA';
const LONGEST = 24;

/** `CBRENA1`, then ACK, ENQ or NAK before the full stop that the question ended with. */
const answer: Match = (bytes) => {
  for (let i = 0; i < Math.min(bytes.length, TAG.length); i++) if (bytes[i] !== TAG.charCodeAt(i)) return 0;
  for (let i = TAG.length; i < Math.min(bytes.length, LONGEST); i++) {
    const byte = bytes[i] ?? 0;
    if (byte === 0x06 || byte === 0x05 || byte === 0x15) {
      const stop = bytes[i + 1];
      return stop === undefined ? undefined : stop === 0x2e ? i + 2 : 0;
    }
    // Digits, and a question mark that some firmware says again.
    if (byte !== 0x3f && (byte < 0x30 || byte > 0x39)) return 0;
  }
  return bytes.length >= LONGEST ? 0 : undefined;
};

const query = asked(ascii(`${syn('M')}${TAG}?.`));

/**
 * Honeywell and Metrologic imagers. The trigger works in their manual or serial mode and is passed over in others. Asked is
 * for one setting, as the manuals' own example does: its answer is short and names itself, that of REVINF is lines of text.
 */
export const honeywell: Profile = {
  name: 'honeywell',
  words: { enable: said(ascii(syn('T'))), disable: said(ascii(syn('U'))), 'good-read': said(ascii(syn('\x07'))) },
  probe: { enabled: query, disabled: query },
  rearmMs: 5_000,
  answerMs: 1_000,
  holdMs: 30,
  paceMs: 0,
  reader: () => new Cutter(answer),
};
