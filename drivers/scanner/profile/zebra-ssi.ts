import { asked, type Command, type Profile } from './profile.js';
import { SsiReader, ssiPacket } from './ssi.js';

const opcodes = { beep: 0xe6, enable: 0xe9, disable: 0xea, revision: 0xa3 } as const;
const command = (opcode: number, ...data: number[]): Command => asked(ssiPacket(opcode, data));

/** Beep codes: one short high, two short low. */
const GOOD = 0x00;
const BAD = 0x06;

/** Zebra and Symbol engines with "SSI host" chosen: everything is a packet, in both directions. */
export const zebraSsi: Profile = {
  name: 'zebra-ssi',
  words: {
    enable: command(opcodes.enable),
    disable: command(opcodes.disable),
    'good-read': command(opcodes.beep, GOOD),
    'bad-read': command(opcodes.beep, BAD),
  },
  probe: { enabled: command(opcodes.revision), disabled: command(opcodes.revision) },
  answerMs: 1_000,
  // Half a packet that long ago will not be whole; it was not acknowledged, so it is sent again.
  holdMs: 500,
  packets: true,
  paceMs: 0,
  reader: () => new SsiReader(),
};
