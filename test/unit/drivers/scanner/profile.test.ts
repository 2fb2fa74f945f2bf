// What each family says and is told, byte by byte; the vectors are those of shared/reference/devices/scanners.md.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc16, gm65, readZone, writeZone } from '../../../../drivers/scanner/profile/gm65.js';
import { profileNames } from '../../../../drivers/scanner/profile/profile.js';
import { profiles } from '../../../../drivers/scanner/profile/profiles.js';
import { between, Cutter, type Heard, type Reader } from '../../../../drivers/scanner/profile/reader.js';
import { SsiReader, ssiChecksum, ssiPacket } from '../../../../drivers/scanner/profile/ssi.js';
import { pieces } from '../../../support/scripted-port.js';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const latin = (text: string) => Buffer.from(text, 'latin1');
const shown = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

describe('vectors', () => {
  it.each([
    ['08 01 00 D9 D3', 0x2038],
    ['07 01 00 2A 02', 0xd80f],
    ['09 01 00 00 00', 0xdec8],
    ['0A 01 00 00 00', 0x301a],
    ['00 01 00', 0x3331],
    ['01 01 00', 0x0401],
    ['03 01 00', 0x6a61],
  ])('GM65: the checksum of %s', (body, crc) => {
    expect(crc16(hex(body))).toBe(crc);
  });

  it('GM65: commands as the manuals print them', () => {
    expect(shown(gm65.words.enable?.bytes)).toBe(shown(hex('7E 00 08 01 00 02 01 02 DA')));
    expect(shown(gm65.words.disable?.bytes)).toBe(shown(hex('7E 00 08 01 00 02 00 12 FB')));
    expect(shown(gm65.probe?.enabled.bytes)).toBe(shown(hex('7E 00 0A 01 00 00 00 30 1A')));
    expect(shown(readZone(0).bytes)).toBe(shown(hex('7E 00 07 01 00 00 01 01 41')));
  });

  it('GM65: nothing is ever saved to the flash (09), and a zone is written only with another value', () => {
    const asks = (gm65.configure ?? []).flatMap(({ ask, next }) => [
      ask,
      ...[0, 1, 2, 3, 0xd6].flatMap((value) => {
        const body = [0x00, 0x01, value];
        const crc = crc16(Uint8Array.from(body));
        return next?.(Uint8Array.of(2, 0, ...body, crc >> 8, crc & 0xff)) ?? [];
      }),
    ]);
    expect(asks.every(({ bytes }) => bytes[2] === 0x07 || bytes[2] === 0x08)).toBe(true);
    const [setup, mode] = gm65.configure ?? [];
    expect(mode?.next?.(hex('02 00 00 01 D6 00 00'))?.bytes).toEqual(writeZone(0, 0xd5).bytes);
    expect(mode?.next?.(hex('02 00 00 01 D5 00 00'))).toBeUndefined();
    expect(setup?.next?.(hex('02 00 00 01 02 00 00'))).toBeUndefined();
    // An answer that is no value: an error, or the heartbeat's.
    expect(setup?.next?.(hex('02 00 03 01 00 6A 61'))).toBeUndefined();
    expect(setup?.next?.(hex('03 00 00 01 00 33 31'))).toBeUndefined();
  });

  it('SSI: the checksum of the guide’s example, and of an acknowledgement', () => {
    expect(ssiChecksum(hex('0A 80 04 00 00 06 20 00 00 FF'))).toBe(0xfe4d);
    expect(shown(ssiPacket(0xd0))).toBe('04d00400ff28');
  });

  it('Honeywell, Newland, Datalogic, Opticon, DE2120: as documented', () => {
    const sent = (name: (typeof profileNames)[number]) =>
      Object.values(profiles[name].words).map((command) => Buffer.from(command.bytes).toString('latin1'));
    expect(sent('honeywell')).toEqual(['\x16T\r', '\x16U\r', '\x16\x07\r']);
    expect(sent('newland')).toEqual(['~\x010000#SCNTRG1;\x03', '~\x010000#SCNTRG0;\x03']);
    expect(sent('datalogic')).toEqual(['E', 'D', 'B', 'F']);
    expect(sent('opticon')).toEqual(['\x1bZ\r', '\x1bY\r', '\x1bB\r', '\x1bE\r']);
    expect(sent('de2120')).toEqual(['^_^SCAN.', '^_^SLEEP.']);
    expect(sent('generic')).toEqual([]);
  });
});

/** One answer of each kind, as it comes behind a question. */
const answers: Partial<Record<(typeof profileNames)[number], readonly Buffer[]>> = {
  gm65: [hex('02 00 00 01 00 33 31'), hex('03 00 00 01 00 33 31'), hex('02 00 01 01 00 04 01')],
  de2120: [hex('06'), hex('15')],
  honeywell: [latin('CBRENA1\x06.'), latin('CBRENA?\x05.'), latin('CBRENA\x15.')],
  newland: [latin('\x02\x010000SCNMOD2\x06;\x03'), latin('\x02\x010000#SCNTRG1\x15;\x03')],
  datalogic: [latin('\x01\x02mOK\rhNA\r\x03\x04')],
};

const dataOf = (heard: readonly Heard[]) =>
  Buffer.concat(heard.filter((one) => one.kind === 'data').map((one) => one.bytes)).toString('latin1');

/** Feeds the stream in pieces of these sizes, and at the end says that no more comes. */
function readAll(reader: Reader, stream: Uint8Array, sizes: readonly number[]): Heard[] {
  return [...pieces(stream, sizes).flatMap((piece) => reader.read(piece)), ...reader.release()];
}

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 });

describe.each(Object.entries(answers))('%s: answers and codes', (name, known) => {
  const profile = profiles[name as keyof typeof profiles];
  // What a code may hold: printable characters, GS, and its end. Also what looks like the beginning of an answer.
  const character = fc.constantFrom(...'0123456789ABCENRhQVDUF+/=;.~', '\x1d');
  const code = fc
    .string({ unit: character, minLength: 1, maxLength: 60 })
    .chain((text) => fc.constantFrom(text, `${text}CBREN`, `C${text}`, `CBRENA12${text}`))
    .map((text) => `${text}\r`);

  it('any codes, any pieces, answers anywhere between and within: exactly the codes, and every answer', () => {
    const part = fc.record({ code, answer: fc.constantFrom(...known), at: fc.nat(64) });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), sizes, (parts, cuts) => {
        const reader = profile.reader();
        const stream = Buffer.concat(
          parts.map(({ code: text, answer, at }) => {
            reader.expect();
            const bytes = latin(text);
            return Buffer.concat([bytes.subarray(0, at), answer, bytes.subarray(at)]);
          }),
        );
        const heard = readAll(reader, stream, cuts);
        expect(dataOf(heard)).toBe(parts.map((one) => one.code).join(''));
        expect(heard.filter((one) => one.kind === 'answer').map((one) => shown(one.bytes))).toEqual(
          parts.map((one) => shown(one.answer)),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('with nothing asked every byte is data, whatever it looks like', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(...known), sizes, (bytes, answer, cuts) => {
        const stream = Buffer.concat([bytes, answer, bytes]);
        expect(dataOf(readAll(profile.reader(), stream, cuts))).toBe(stream.toString('latin1'));
      }),
    );
  });

  it('whatever comes, no byte is lost or made up: data and answers together are the stream', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 12 })),
        fc.constantFrom(...known),
        sizes,
        (parts, answer, cuts) => {
          const reader = profile.reader();
          const stream = Buffer.concat(parts.flatMap((part) => [part, answer.subarray(0, part.length)]));
          for (let i = 0; i < 3; i++) reader.expect();
          const heard = readAll(reader, stream, cuts).map((one) => one.bytes);
          expect(Buffer.concat(heard).equals(stream)).toBe(true);
          expect(reader.holding).toBe(false);
        },
      ),
    );
  });

  it('one question takes one answer: the second of two is data', () => {
    const reader = profile.reader();
    const [answer = hex('')] = known;
    reader.expect();
    expect(dataOf(reader.read(Buffer.concat([answer, answer])))).toBe(answer.toString('latin1'));
    reader.expect();
    reader.forget();
    expect(dataOf(reader.read(answer))).toBe(answer.toString('latin1'));
  });
});

it('an answer that never ends is given up at its longest, and is data', () => {
  const reader = new Cutter(between(latin('\x01\x02'), latin('\x03\x04'), 16));
  reader.expect();
  const stream = latin(`\x01\x02${'x'.repeat(40)}`);
  expect(dataOf(reader.read(stream.subarray(0, 10)))).toBe('');
  expect(dataOf(reader.read(stream.subarray(10)))).toBe(stream.toString('latin1'));
  const honeywell = profiles.honeywell.reader();
  honeywell.expect();
  const digits = latin(`CBRENA${'1'.repeat(40)}`);
  expect(dataOf(honeywell.read(digits))).toBe(digits.toString('latin1'));
});

describe('SSI', () => {
  /** As a decoder sends it. */
  function packet(opcode: number, status: number, data: Uint8Array): Buffer {
    const body = Buffer.from([4 + data.length, opcode, 0x00, status, ...data]);
    const sum = ssiChecksum(body);
    return Buffer.concat([body, Buffer.from([sum >> 8, sum & 0xff])]);
  }
  const decode = (text: string, status = 0) => packet(0xf3, status, latin(`\x1c${text}`));
  const text = fc.string({ unit: fc.constantFrom(...'0123456789hQVDUF=', '\x00', '\xff'), maxLength: 240 });

  it('any codes in any pieces, with answers and wake-up bytes between: exactly the codes, each acknowledged', () => {
    const part = fc.record({ text, again: fc.boolean(), wake: fc.boolean(), answer: fc.boolean() });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), sizes, (parts, cuts) => {
        const stream = parts.flatMap((one) => [
          ...(one.wake ? [hex('00')] : []),
          ...(one.answer ? [packet(0xd0, 0, hex(''))] : []),
          decode(one.text),
          ...(one.again ? [decode(one.text, 1)] : []),
        ]);
        const heard = readAll(new SsiReader(), Buffer.concat(stream), cuts);
        const codes = heard.filter((one) => one.kind === 'data');
        expect(codes.map((one) => Buffer.from(one.bytes).toString('latin1'))).toEqual(parts.map((one) => one.text));
        expect(codes.every((one) => one.endOfCode)).toBe(true);
        const sent = parts.length + parts.filter((one) => one.again).length;
        expect(heard.filter((one) => one.kind === 'say').map((one) => shown(one.bytes))).toEqual(
          Array(sent).fill('04d00400ff28'),
        );
        expect(heard.filter((one) => one.kind === 'answer')).toHaveLength(parts.filter((one) => one.answer).length);
      }),
      { numRuns: 300 },
    );
  });

  const first = (text: string, status: number) => packet(0xf3, status, latin(`\x1c${text}`));
  const next = (text: string, status: number) => packet(0xf3, status, latin(text));
  const codes = (heard: readonly Heard[]) =>
    heard.flatMap((one) => (one.kind === 'data' ? [[Buffer.from(one.bytes).toString('latin1'), one.endOfCode]] : []));

  it('a code of several packets is told once, whole', () => {
    const reader = new SsiReader();
    const parts = ['a'.repeat(240), 'b'.repeat(240), 'c'.repeat(32)] as const;
    const stream = [first(parts[0], 2), next(parts[1], 2), next(parts[1], 3), next(parts[2], 0)];
    const heard = stream.flatMap((bytes) => reader.read(bytes));
    expect(codes(heard)).toEqual([[parts.join(''), true]]);
    expect(heard.filter((one) => one.kind === 'say')).toHaveLength(4);
    expect(reader.holding).toBe(false);
  });

  it('a code whose next packet comes too late is dropped with it, and bends no later one', () => {
    const reader = new SsiReader();
    reader.read(first('FIRSTHALF', 2));
    expect(reader.holding).toBe(true);
    expect(reader.release()).toEqual([]);
    expect(codes(reader.read(next('SECONDHALF', 0)))).toEqual([]);
    expect(codes(reader.read(decode('281006020123456789')))).toEqual([['281006020123456789', true]]);
  });

  it('a first packet that was not acknowledged comes again, and the code is whole', () => {
    const reader = new SsiReader();
    reader.read(first('FIRSTHALF', 2));
    reader.release();
    expect(codes([...reader.read(first('FIRSTHALF', 3)), ...reader.read(next('SECONDHALF', 0))])).toEqual([
      ['FIRSTHALFSECONDHALF', true],
    ]);
  });

  it('half a packet is not delivered: it was not acknowledged, and comes again whole', () => {
    const reader = new SsiReader();
    const whole = decode('281006020123456789012345');
    expect(reader.read(whole.subarray(0, 20))).toEqual([]);
    expect(reader.holding).toBe(true);
    expect(reader.release()).toEqual([]);
    expect(dataOf(reader.read(whole))).toBe('281006020123456789012345');
  });
});

it('each profile is its own name', () => {
  expect(profileNames.map((name) => profiles[name].name)).toEqual(profileNames);
});
