import { GCProfiler, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { decoderFor } from '../../../fuzz/run.js';
import { loadVectors } from '../../../fuzz/vectors.js';

/**
 * Deciding leaves no garbage. Measured as the growth of the heap over a window in which no collection ran: a collection
 * would take away what is to be counted, so such a window is measured anew. A code that allocates has a collection in
 * every window, or grows the heap; a code that does not has neither.
 */
const CODES = 1_000_000;
const WINDOWS = 6;
const BYTES_A_CODE = 1;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Bytes a call, of the first window without a collection; undefined when there was one in every window. */
function allocated(work: (i: number) => void, codes = CODES): number | undefined {
  for (let i = 0; i < 50_000; i++) work(i);
  for (let window = 0; window < WINDOWS; window++) {
    collect();
    const profiler = new GCProfiler();
    profiler.start();
    const before = process.memoryUsage();
    for (let i = 0; i < codes; i++) work(i);
    const after = process.memoryUsage();
    if (profiler.stop().statistics.length > 0) continue;
    return (after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers) / codes;
  }
  return undefined;
}

const decoder = decoderFor('global');
const frames = loadVectors().map((vector) => vector.bytes);
const kinds = (kind: string): Uint8Array[] => loadVectors().flatMap((v) => (v.expected.kind === kind ? [v.bytes] : []));

describe('deciding allocates less than a byte a code', () => {
  let decided = 0;
  const of = (list: readonly Uint8Array[]) => (i: number) => {
    const frame = list[i % list.length];
    if (frame && decoder.decode(frame).kind !== undefined) decided += 1;
  };

  it.each([
    ['numeric codes', kinds('wallet-code')],
    ['EMV codes', kinds('emv-cpm')],
    ['what is refused', kinds('reject')],
    ['all vectors', frames],
  ])(
    '%s',
    (_, list) => {
      expect(allocated(of(list))).toBeLessThan(BYTES_A_CODE);
      expect(decided).toBeGreaterThan(CODES);
    },
    120_000,
  );
});

describe('the measurement can fail', () => {
  const kept: unknown[] = new Array(64);

  it('on one small object a code', () => {
    const bytes = allocated((i) => {
      kept[i % 64] = { verdict: i };
    }, 20_000);
    expect(bytes === undefined || bytes > BYTES_A_CODE).toBe(true);
  });

  it('on the text of a code', () => {
    const frame = frames[0] ?? new Uint8Array();
    decoder.decode(frame);
    const bytes = allocated((i) => {
      kept[i % 64] = decoder.text(frame);
    }, 20_000);
    expect(bytes === undefined || bytes > BYTES_A_CODE).toBe(true);
  });

  it('on one object in twenty codes', () => {
    const bytes = allocated((i) => {
      if (i % 20 === 0) kept[i % 64] = { verdict: i };
    }, CODES);
    expect(bytes === undefined || bytes > BYTES_A_CODE).toBe(true);
  });
});
