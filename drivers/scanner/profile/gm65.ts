import { asked, type Command, type ConfigureStep, type Profile } from './profile.js';
import { Cutter, type Match } from './reader.js';

/** CRC-16/XMODEM: polynomial 0x1021, from 0, nothing reflected. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

function frame(body: readonly number[]): Command {
  const crc = crc16(Uint8Array.from(body));
  return asked(Uint8Array.of(0x7e, 0x00, ...body, crc >> 8, crc & 0xff));
}

export const readZone = (address: number): Command => frame([0x07, 0x01, address >> 8, address & 0xff, 0x01]);
/** Into its memory, not its flash: that would be a command of its own (type 09), which is never sent. */
export const writeZone = (address: number, value: number): Command =>
  frame([0x08, 0x01, address >> 8, address & 0xff, value]);
const heartbeat = frame([0x0a, 0x01, 0x00, 0x00, 0x00]);

/** `02 00` or, to a heartbeat, `03 00`; then status, length, data and their CRC. */
const answer: Match = (bytes) => {
  const [first, second, , length] = bytes;
  if (first !== 0x02 && first !== 0x03) return 0;
  if (second === undefined) return undefined;
  if (second !== 0x00) return 0;
  if (length === undefined) return undefined;
  const whole = 4 + length + 2;
  if (bytes.length < whole) return undefined;
  const crc = crc16(bytes.subarray(2, 4 + length));
  return bytes[4 + length] === crc >> 8 && bytes[5 + length] === (crc & 0xff) ? whole : 0;
};

const modeZone = 0x0000;
const triggerZone = 0x0002;
const setupZone = 0x0003;

/** Reads a zone and writes it again with `bits` set under `mask`, if they are not. */
function settle(address: number, mask: number, bits: number): ConfigureStep {
  return {
    ask: readZone(address),
    next: (found) => {
      const [, , status, length, value] = found;
      if (found[0] !== 0x02 || status !== 0 || length !== 1 || value === undefined) return undefined;
      return (value & mask) === bits ? undefined : writeZone(address, (value & ~mask & 0xff) | bits);
    },
  };
}

/** Grow GM60 to GM861, Waveshare, E3000: the family whose commands begin with `7E 00`. */
export const gm65: Profile = {
  name: 'gm65',
  words: { enable: writeZone(triggerZone, 1), disable: writeZone(triggerZone, 0) },
  probe: { enabled: heartbeat, disabled: heartbeat },
  // It reads for 5 s at most, unless told otherwise.
  rearmMs: 5_200,
  // Setting by code switched off (bit 1; Waveshare's examples), so that no customer can; then triggered by command.
  configure: [settle(setupZone, 0x02, 0x02), settle(modeZone, 0x03, 0x01)],
  answerMs: 500,
  // No code has a NUL behind STX or ETX.
  holdMs: 200,
  paceMs: 0,
  reader: () => new Cutter(answer),
};
