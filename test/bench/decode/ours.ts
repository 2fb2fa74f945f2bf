import { Decoder } from '../../../agent/decode/decoder.js';
import { Framer, framingProfile } from '../../../agent/decode/framer.js';
import { compileIssuers } from '../../../agent/decode/issuers.js';
import { builtInTable } from '../../../protocol/issuer-table/built-in.js';
import type { Clock, Contender } from '../rounds.js';
import { meets, POOL_CODES, type Pool } from './pools.js';

/** The decoder as a kiosk has it. One for the whole run: it sees everything in turn, as on a kiosk. */
const NEXT = POOL_CODES - 1;
const CR = Buffer.from('\r', 'latin1');

export const newDecoder = (): Decoder => new Decoder(compileIssuers(builtInTable, 'global'));

/** @throws Error when the verdict on a code of the pool is not the one it must get. The code itself is not told. */
export function checkVerdicts(decoder: Decoder, pool: Pool): void {
  for (const code of pool.codes) {
    const found = decoder.decode(code);
    if (!meets(pool.expected, found)) {
      throw new Error(
        `${pool.name}, ${code.length} bytes: found ${JSON.stringify(found)}, expected ${JSON.stringify(pool.expected)}`,
      );
    }
  }
}

/** From the bytes of a frame to the verdict. */
export function verdict(decoder: Decoder, { codes: pool }: Pool, name = 'ours, from bytes'): Contender {
  return {
    name,
    run(codes) {
      let accepted = 0;
      for (let i = 0; i < codes; i++) {
        const code = pool[i & NEXT];
        if (code !== undefined && decoder.decode(code).kind !== 'reject') accepted++;
      }
      return accepted;
    },
  };
}

/** The same, and the code as text, as an attempt carries it. */
export function verdictAndText(decoder: Decoder, { codes: pool }: Pool): Contender {
  return {
    name: 'ours, with the code as text',
    run(codes) {
      let characters = 0;
      for (let i = 0; i < codes; i++) {
        const code = pool[i & NEXT];
        if (code !== undefined && decoder.decode(code).kind !== 'reject') characters += decoder.text(code).length;
      }
      return characters;
    },
  };
}

const profile = () => framingProfile(['cr'], { gapMs: 50, minLength: 8 });

/** The scanner sends a code and its CR at once (USB): framing, verdict, text, and the scratch copy wiped. */
export function wholeChunk(decoder: Decoder, { codes: pool }: Pool): Contender {
  const chunks = pool.map((code) => Buffer.concat([code, CR]));
  let characters = 0;
  const framer = new Framer(profile(), (frame) => {
    if (frame.kind !== 'frame') return;
    if (decoder.decode(frame.bytes).kind !== 'reject') characters += decoder.text(frame.bytes).length;
    decoder.forget();
    frame.bytes.fill(0);
  });
  return {
    name: 'ours, all bytes in one chunk',
    run(codes) {
      for (let i = 0; i < codes; i++) framer.push(chunks[i & NEXT] ?? CR, 0);
      return characters;
    },
  };
}

/** The bytes came one by one (serial line): only what the last one, the CR, sets going counts. */
export function lastByte(decoder: Decoder, { codes: pool }: Pool): Contender {
  let characters = 0;
  const framers = pool.map(
    () =>
      new Framer(profile(), (frame) => {
        if (frame.kind !== 'frame') return;
        if (decoder.decode(frame.bytes).kind !== 'reject') characters += decoder.text(frame.bytes).length;
        decoder.forget();
        frame.bytes.fill(0);
      }),
  );
  const fill = (): void => {
    for (const [i, framer] of framers.entries()) framer.push(pool[i] ?? CR, 0);
  };
  const finish = (): void => {
    for (const framer of framers) framer.push(CR, 0);
  };
  const passes = (codes: number): number => Math.ceil(codes / POOL_CODES);
  return {
    name: 'ours, from the last byte on',
    run(codes) {
      for (let i = 0; i < passes(codes); i++) {
        fill();
        finish();
      }
      return characters;
    },
    time(codes: number, clock: Clock) {
      let spent = 0;
      for (let i = 0; i < passes(codes); i++) {
        fill();
        const from = clock();
        finish();
        spent += clock() - from;
      }
      return (spent * codes) / (passes(codes) * POOL_CODES);
    },
  };
}

/** Framing alone, for how its time grows with the length. What is dropped as too long is read all the same. */
export function framing({ codes: pool }: Pool): Contender {
  const chunks = pool.map((code) => Buffer.concat([code, CR]));
  let frames = 0;
  const framer = new Framer(profile(), () => {
    frames++;
  });
  return {
    name: 'framing alone',
    run(codes) {
      for (let i = 0; i < codes; i++) framer.push(chunks[i & NEXT] ?? CR, 0);
      return frames;
    },
  };
}
