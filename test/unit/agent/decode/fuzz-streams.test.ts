import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FRAME_BUFFER_BYTES,
  Framer,
  type FramingProfile,
  framingProfile,
  QUIET_GAPS,
  type TerminatorName,
  terminatorBytes,
} from '../../../../agent/decode/framer.js';
import { Mutator } from '../../../fuzz/mutate.js';
import { decoderFor } from '../../../fuzz/run.js';
import { loadVectors } from '../../../fuzz/vectors.js';

/** Framer and decoder together: however the bytes arrive, the same codes give the same verdicts. */
const GAP_MS = 50;
const MIN_LENGTH = 8;
const options = { gapMs: GAP_MS, minLength: MIN_LENGTH };
const STX = 0x02;

type Verdicts = readonly string[];
type Piece = { readonly bytes: Uint8Array; readonly afterMs: number };

const decoder = decoderFor('global');
function verdictOf(frame: Uint8Array): string {
  const verdict = decoder.decode(frame);
  if (verdict.kind === 'reject') return verdict.reason;
  return `${verdict.kind} ${decoder.text(frame)}`;
}

/** A rig with a clock of its own: `receive` lets time pass and hands over bytes, `silence` lets the gap come. */
function rig(profile: FramingProfile) {
  const verdicts: string[] = [];
  const framer = new Framer(profile, (frame) => {
    verdicts.push(frame.kind === 'frame' ? verdictOf(frame.bytes) : frame.reason);
  });
  let nowMs = 1_000;
  return {
    verdicts,
    receive({ bytes, afterMs }: Piece): void {
      nowMs += afterMs;
      framer.push(bytes, nowMs);
    },
    silence(): void {
      nowMs = Math.max(nowMs, framer.deadlineMs ?? 0);
      framer.gap(nowMs);
    },
    quiet(): void {
      nowMs += GAP_MS * QUIET_GAPS + 1;
    },
  };
}

const vectors = loadVectors();
const mutator = new Mutator(13, vectors);
const wanted = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...vectors.map((vector) => vector.bytes)) },
  { weight: 5, arbitrary: fc.nat(1e9).map((index) => Uint8Array.from(mutator.input(index))) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: FRAME_BUFFER_BYTES - 2, max: FRAME_BUFFER_BYTES + 2 })
      .map((n) => new Uint8Array(n).fill(0x31)),
  },
);

/** What may stand in a code under this profile: nothing that ends or begins one, and no blank ahead of it. */
function codesFor(profile: FramingProfile): fc.Arbitrary<Uint8Array[]> {
  const blank = (byte: number | undefined): boolean => byte === 0x0d || byte === 0x0a;
  const kept = wanted.map((bytes) => {
    const plain = bytes.filter((byte) => !profile.terminators.includes(byte) && byte !== profile.prefix);
    let start = 0;
    while (blank(plain[start])) start++;
    return plain.subarray(start);
  });
  return fc.array(
    kept.filter((bytes) => bytes.length > 0),
    { minLength: 1, maxLength: 4 },
  );
}

/** Cuts of a stream, as shares of its length, and the time before each piece: never a whole gap. */
const anyCuts = fc.array(
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: GAP_MS - 1 })),
  {
    maxLength: 12,
  },
);
function pieces(bytes: Uint8Array, cuts: readonly (readonly [number, number])[]): Piece[] {
  const made: Piece[] = [];
  let from = 0;
  for (const [share, afterMs] of [...cuts].sort((a, b) => a[0] - b[0])) {
    const to = Math.floor(share * bytes.length);
    made.push({ bytes: bytes.subarray(from, to), afterMs });
    from = to;
  }
  return [...made, { bytes: bytes.subarray(from), afterMs: 0 }];
}
const singly = (bytes: Uint8Array): Piece[] =>
  Array.from(bytes, (byte) => ({ bytes: Uint8Array.of(byte), afterMs: 1 }));

function received(profile: FramingProfile, stream: readonly Piece[]): Verdicts {
  const { verdicts, receive } = rig(profile);
  for (const piece of stream) receive(piece);
  return verdicts;
}

const suffixes: readonly (readonly [string, readonly TerminatorName[], readonly number[]])[] = [
  ['cr', ['cr'], terminatorBytes.cr],
  ['lf', ['lf'], terminatorBytes.lf],
  ['crlf', ['crlf'], terminatorBytes.crlf],
  ['etx', ['etx'], terminatorBytes.etx],
  ['tab', ['tab'], terminatorBytes.tab],
  ['any of them, sending CR LF', ['cr', 'lf', 'crlf', 'etx', 'tab'], terminatorBytes.crlf],
  ['cr, sending CR LF', ['cr'], terminatorBytes.crlf],
];

describe.each(suffixes)('codes that end with %s', (_, names, sent) => {
  it.each([
    ['without a prefix', undefined],
    ['after STX', STX],
  ])('%s: any split gives the verdicts of the whole codes', (__, prefix) => {
    const profile = framingProfile(names, prefix === undefined ? options : { ...options, prefix });
    const head = Uint8Array.from(prefix === undefined ? [] : [prefix]);
    fc.assert(
      fc.property(codesFor(profile), anyCuts, (codes, cuts) => {
        const stream = Buffer.concat(codes.flatMap((code) => [head, code, Uint8Array.from(sent)]));
        const expected = codes.map(verdictOf);
        expect(received(profile, [{ bytes: stream, afterMs: 0 }])).toEqual(expected);
        expect(received(profile, pieces(stream, cuts))).toEqual(expected);
        expect(received(profile, singly(stream))).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});

describe('codes that a silence ends', () => {
  const profile = framingProfile([], options);
  // Above the buffer's size the fault comes at once, and its rest is dropped until the silence.
  const expectedOf = (code: Uint8Array): string => (code.length < MIN_LENGTH ? 'incomplete' : verdictOf(code));

  it.each([
    ['the timer comes', true],
    ['nobody calls the timer, and the next code comes much later', false],
  ])('any split gives the verdicts of the whole codes, when %s', (_, timer) => {
    fc.assert(
      fc.property(codesFor(profile), anyCuts, (codes, cuts) => {
        const { verdicts, receive, silence, quiet } = rig(profile);
        for (const code of [...codes, Buffer.from('the last is ended by the timer')]) {
          for (const piece of pieces(code, cuts)) receive(piece);
          if (timer) silence();
          // A code over the buffer's size is dropped until a long silence.
          if (!timer || code.length > FRAME_BUFFER_BYTES) quiet();
        }
        const ended = timer ? ['unrecognised-text'] : [];
        expect(verdicts).toEqual([...codes.map(expectedOf), ...ended]);
      }),
      { numRuns: 300 },
    );
  });

  it('a code cut by a silence is never taken whole', () => {
    const code = Buffer.from('281006020123456789012345');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: code.length - 1 }), (cut) => {
        const { verdicts, receive, silence } = rig(profile);
        for (const bytes of [code.subarray(0, cut), code.subarray(cut)]) {
          receive({ bytes, afterMs: 0 });
          silence();
        }
        expect(verdicts).toEqual([expectedOf(code.subarray(0, cut)), expectedOf(code.subarray(cut))]);
        expect(verdicts).not.toContain(verdictOf(code));
      }),
    );
  });
});

describe('any bytes at all', () => {
  const profiles = [
    ...suffixes.map(([, names]) => framingProfile(names, options)),
    framingProfile(['etx'], { ...options, prefix: STX }),
    framingProfile([], options),
  ];
  const noise = fc.array(
    fc.oneof(
      wanted,
      fc.uint8Array({ maxLength: 30 }),
      fc.constantFrom(...[2, 3, 9, 10, 13].map((b) => Uint8Array.of(b))),
    ),
    {
      maxLength: 10,
    },
  );

  it('any split gives the same verdicts, whatever is in them', () => {
    fc.assert(
      fc.property(fc.constantFrom(...profiles), noise, anyCuts, (profile, parts, cuts) => {
        const stream = Buffer.concat(parts);
        const together = received(profile, [{ bytes: stream, afterMs: 0 }]);
        expect(received(profile, pieces(stream, cuts))).toEqual(together);
        expect(received(profile, singly(stream))).toEqual(together);
      }),
      { numRuns: 500 },
    );
  });
});
