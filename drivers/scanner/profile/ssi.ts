import { createHash } from 'node:crypto';
import type { Heard, Reader } from './reader.js';

const HOST = 0x04;
const opcodes = { ack: 0xd0, nak: 0xd1, decodeData: 0xf3 } as const;
const status = { retransmit: 0x01, continues: 0x02 } as const;
/** Length, opcode, source and status; the length that a packet tells counts these and the data, not the checksum. */
const HEADER = 4;
const CHECKSUM = 2;
const none = new Uint8Array(0);
/** Longer than the largest text that a QR code of letters and digits holds (4296). */
const CODE_BYTES_MOST = 4_400;

/** The two's complement of the sum of all bytes, 16 bits, high byte first. */
export function ssiChecksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return -sum & 0xffff;
}

export function ssiPacket(opcode: number, data: readonly number[] = []): Uint8Array {
  const body = Uint8Array.of(HEADER + data.length, opcode, HOST, 0x00, ...data);
  const sum = ssiChecksum(body);
  return Uint8Array.of(...body, sum >> 8, sum & 0xff);
}

const ACK = ssiPacket(opcodes.ack);
/** Cause 1: the checksum is wrong, send again. */
const NAK_RESEND = ssiPacket(opcodes.nak, [0x01]);

/**
 * Zebra's Simple Serial Interface: each packet of a code is acknowledged, and one that comes again because its
 * acknowledgement was lost is acknowledged again and not read twice.
 */
export class SsiReader implements Reader {
  #held: Uint8Array = none;
  /** Of the packet that was acknowledged last: to know it when it comes again, not to keep what it said. */
  #last = '';
  /** Of a code that goes on in the next packet, which does not tell its kind again: told whole or not at all. */
  #begun: Uint8Array | undefined;
  /** Its next packet did not come in time: what comes may be that one, and is dropped up to its end. */
  #broken = false;

  get holding(): boolean {
    return this.#held.length > 0 || this.#begun !== undefined;
  }

  expect(): void {}

  forget(): void {}

  read(bytes: Uint8Array): readonly Heard[] {
    let rest: Uint8Array = this.holding ? Buffer.concat([this.#held, bytes]) : bytes;
    const heard: Heard[] = [];
    for (;;) {
      // What cannot be a length is noise, or a byte that was to wake somebody.
      while (rest.length > 0 && (rest[0] ?? 0) < HEADER) rest = rest.subarray(1);
      const whole = (rest[0] ?? 0) + CHECKSUM;
      if (rest.length === 0 || rest.length < whole) break;
      const packet = rest.subarray(0, whole);
      if (isWhole(packet)) {
        heard.push(...this.#packet(packet));
        rest = rest.subarray(whole);
      } else {
        // Where the next one begins nobody knows: what came so far goes, and is asked for again.
        heard.push({ kind: 'say', bytes: NAK_RESEND });
        rest = none;
      }
    }
    this.#held = rest.length > 0 ? rest.slice() : none;
    return heard;
  }

  release(): readonly Heard[] {
    this.#held = none;
    this.#broken ||= this.#begun !== undefined;
    this.#begun?.fill(0);
    this.#begun = undefined;
    return [];
  }

  #packet(packet: Uint8Array): Heard[] {
    if (packet[1] !== opcodes.decodeData) return [{ kind: 'answer', bytes: packet }];
    const flags = packet[3] ?? 0;
    const ack: Heard = { kind: 'say', bytes: ACK };
    const content = packet.subarray(HEADER, packet.length - CHECKSUM);
    const digest = createHash('sha256').update(content).digest('base64');
    const again = (flags & status.retransmit) !== 0 && digest === this.#last;
    this.#last = digest;
    const continues = (flags & status.continues) !== 0;
    if (this.#broken) {
      // Sent again as it was not acknowledged: with the first packet it begins anew.
      if (again && continues) this.#broken = false;
      else {
        this.#broken = continues;
        return [ack];
      }
    } else if (again) return [ack];
    const begun = this.#begun;
    const text = begun ? Buffer.concat([begun, content]) : content.subarray(1);
    begun?.fill(0);
    if (!continues) {
      this.#begun = undefined;
      return [ack, { kind: 'data', bytes: text, endOfCode: true }];
    }
    // One that is longer than any code is kept no longer than the framer needs to see that.
    this.#begun = Uint8Array.from(text.subarray(0, CODE_BYTES_MOST + 1));
    return [ack];
  }
}

function isWhole(packet: Uint8Array): boolean {
  const at = packet.length - CHECKSUM;
  return ((packet[at] ?? 0) << 8) + (packet[at + 1] ?? 0) === ssiChecksum(packet.subarray(0, at));
}
