import { describe, expect, it } from 'vitest';
import { Decoder } from '../../../../agent/decode/decoder.js';
import { compileIssuers } from '../../../../agent/decode/issuers.js';
import { reject, type Verdict } from '../../../../agent/decode/result.js';
import { builtInTable } from '../../../../protocol/issuer-table/built-in.js';
import type { Subject } from '../../../fuzz/check.js';
import { FlagError, parseFlags } from '../../../fuzz/flags.js';
import { minimise } from '../../../fuzz/minimise.js';
import { Mutator } from '../../../fuzz/mutate.js';
import type { Market } from '../../../fuzz/oracle.js';
import { Progress } from '../../../fuzz/progress.js';
import { failed, faultText, summary, tableOf } from '../../../fuzz/report.js';
import { type FuzzResult, fuzz } from '../../../fuzz/run.js';
import { loadVectors } from '../../../fuzz/vectors.js';

/** `npm run fuzz:decode` runs 10^7; these are the ones that every change has to pass. */
const LONG_MS = 240_000;

const story = (result: FuzzResult): string => (result.fault ? faultText(result.fault) : 'no fault');

describe('the decoder and the oracle agree', () => {
  it(
    'on 100,000 inputs, which reach every reason',
    () => {
      const result = fuzz({ seed: 1, count: 100_000 });
      process.stdout.write(`${tableOf(result)}\n${summary(result)}\n`);
      expect(story(result)).toBe('no fault');
      expect(result.inputs).toBe(100_000);
      expect(result.unreached).toEqual([]);
      expect(result.answers.get('emv-cpm')).toBeGreaterThan(5_000);
      expect(result.peer.same).toBeGreaterThan(5_000);
      expect(failed(result)).toBe(false);
    },
    LONG_MS,
  );

  it(
    'on 10,000 inputs that no run had before',
    () => {
      const seed = Date.now() >>> 0;
      process.stdout.write(`fuzz: seed ${seed}\n`);
      expect(story(fuzz({ seed, count: 10_000 }))).toBe('no fault');
    },
    LONG_MS,
  );

  it('asks in one market only when told to', () => {
    const seen: Market[] = [];
    const subjectFor = (market: Market) => new Spy(market, seen);
    fuzz({ seed: 3, count: 40, market: 'jp', subjectFor });
    expect(new Set(seen)).toEqual(new Set(['jp']));
  });
});

class Spy extends Decoder {
  readonly #seen: Market[];
  readonly #market: Market;
  constructor(market: Market, seen: Market[]) {
    super(compileIssuers(builtInTable, market));
    this.#seen = seen;
    this.#market = market;
  }
  override decode(frame: Uint8Array): Verdict {
    this.#seen.push(this.#market);
    return super.decode(frame);
  }
}

type How = (decode: (frame: Uint8Array) => Verdict, frame: Uint8Array) => Verdict;

/** Decoders with one fault each, and how the fuzz tells of it. */
const broken: Record<string, readonly [How, RegExp]> = {
  'throws on a byte': [
    (decode, frame) => {
      if (frame.includes(0x51) && frame.includes(0x58)) throw new RangeError('planted');
      return decode(frame);
    },
    /decoder threw: planted/,
  ],
  'names an issuer that is not told': [
    (decode, frame) => {
      const verdict = decode(frame);
      return verdict.kind === 'wallet-code' && !verdict.issuer ? { kind: 'wallet-code', issuer: 'merpay' } : verdict;
    },
    /oracle: wallet-code; decoder: wallet-code merpay$/,
  ],
  'forgets an issuer': [
    (decode, frame) => {
      const verdict = decode(frame);
      return verdict.kind === 'wallet-code' && verdict.issuer === 'paypay' ? { kind: 'wallet-code' } : verdict;
    },
    /oracle: wallet-code paypay; decoder: wallet-code$/,
  ],
  'gives another reason for one of two': [
    (decode, frame) => {
      const verdict = decode(frame);
      const odd = verdict.kind === 'reject' && verdict.reason === 'cpm-indefinite-length' && frame.length % 8 === 0;
      return odd ? reject('cpm-bad-length') : verdict;
    },
    /oracle: reject cpm-indefinite-length; decoder: reject cpm-bad-length$/,
  ],
  'accepts what it should not': [
    (decode, frame) => {
      const verdict = decode(frame);
      return verdict.kind === 'reject' && verdict.reason === 'cpm-missing-adf' ? { kind: 'emv-cpm' } : verdict;
    },
    /oracle: reject cpm-missing-adf; decoder: emv-cpm$/,
  ],
  'writes into its input': [
    (decode, frame) => {
      const verdict = decode(frame);
      if (verdict.kind === 'emv-cpm') frame[frame.length - 1] = 0;
      return verdict;
    },
    /wrote into its input/,
  ],
  'gives a reason that nobody knows': [
    (decode, frame) => {
      const verdict = decode(frame);
      const gs1 = verdict.kind === 'reject' && verdict.reason === 'gs1-data';
      return gs1 ? ({ kind: 'reject', reason: 'gs1' } as unknown as Verdict) : verdict;
    },
    /found the reason gs1, expected/,
  ],
  'takes its time': [
    (decode, frame) => {
      const until = performance.now() + (frame.length > 7_000 ? 4 : 0);
      while (performance.now() < until);
      return decode(frame);
    },
    /takes over 2 ms, 3 times in a row/,
  ],
};

class Broken extends Decoder {
  readonly #how: How;
  constructor(market: Market, how: How) {
    super(compileIssuers(builtInTable, market));
    this.#how = how;
  }
  override decode(frame: Uint8Array): Verdict {
    return this.#how((bytes) => super.decode(bytes), frame);
  }
}

describe('the fuzz finds a decoder that', () => {
  it.each(Object.entries(broken))('%s', (_, [how, told]) => {
    const result = fuzz({ seed: 1, count: 30_000, subjectFor: (market) => new Broken(market, how) });
    expect(result.fault?.what).toMatch(told);
    expect(failed(result)).toBe(true);
  });

  it('keeps something of the code before', () => {
    const sticky = (): How => {
      let last: Verdict = reject('empty');
      return (decode, frame) => {
        const verdict = last.kind === 'emv-cpm' && frame.length === 7 ? last : decode(frame);
        last = verdict;
        return verdict;
      };
    };
    const { fault } = fuzz({ seed: 1, count: 30_000, subjectFor: (market) => new Broken(market, sticky()) });
    expect(fault?.smallest.what).toMatch(/keeps something/);
  });

  it('gives another text than the code', () => {
    class OtherText extends Decoder {
      override text(frame: Uint8Array): string {
        return super.text(frame).trimStart().slice(0, 29);
      }
    }
    const subjectFor = (market: Market): Subject => new OtherText(compileIssuers(builtInTable, market));
    expect(fuzz({ seed: 1, count: 1_000, subjectFor }).fault?.what).toMatch(/the code is/);
  });

  it('reads other values than the oracle', () => {
    class OtherValues extends Decoder {
      override decode(frame: Uint8Array): Verdict {
        const verdict = super.decode(frame);
        if (verdict.kind === 'emv-cpm') this.cpm.bytes[12] = (this.cpm.bytes[12] ?? 0) ^ 1;
        return verdict;
      }
    }
    const subjectFor = (market: Market): Subject => new OtherValues(compileIssuers(builtInTable, market));
    expect(fuzz({ seed: 1, count: 1_000, subjectFor }).fault?.what).toMatch(/oracle: .*decoder: /);
  });
});

describe('a fault', () => {
  const shouts: How = (decode, frame) => {
    if (frame.includes(0x58)) throw new Error('planted');
    return decode(frame);
  };
  const { fault } = fuzz({ seed: 5, count: 10_000, subjectFor: (market) => new Broken(market, shouts) });

  it('comes with its place and the smallest input that still shows it', () => {
    expect(fault?.smallest.hex).toBe('58');
    expect(fault && faultText(fault)).toMatch(
      /^fault at seed 5, index \d+, market \w+: .*threw: planted\ninput [0-9a-f]+\n/,
    );
  });

  it('is found again by seed and index alone', () => {
    const input = new Mutator(5, loadVectors()).input(fault?.index ?? 0);
    expect(Buffer.from(input).toString('hex')).toBe(fault?.hex);
  });
});

describe('the inputs', () => {
  const made = (seed: number, indexes: readonly number[]): string[] => {
    const mutator = new Mutator(seed, loadVectors());
    return indexes.map((index) => Buffer.from(mutator.input(index)).toString('hex'));
  };
  const indexes = Array.from({ length: 2_000 }, (_, i) => i);

  it('are the same in any order', () => {
    const backwards = made(7, indexes.toReversed()).toReversed();
    expect(made(7, indexes)).toEqual(backwards);
  });

  it('are others with another seed, and seldom the same twice', () => {
    const one = new Set(made(7, indexes));
    expect(one.size).toBeGreaterThan(1_800);
    expect(made(8, indexes).filter((input) => one.has(input)).length).toBeLessThan(200);
  });

  it('differ beyond 2^32', () => {
    expect(made(7, [5])).not.toEqual(made(7, [2 ** 32 + 5]));
  });
});

describe('minimise', () => {
  it('keeps what the fault needs, wherever it stands', () => {
    const input = Buffer.from('....a......b.....c....');
    const has = (bytes: Uint8Array): boolean => ['a', 'b', 'c'].every((letter) => Buffer.from(bytes).includes(letter));
    expect(Buffer.from(minimise(input, has)).toString()).toBe('abc');
  });

  it('leaves an input alone of which nothing can go', () => {
    expect(minimise(Buffer.from('ab'), (bytes) => bytes.length === 2)).toHaveLength(2);
    expect(minimise(Buffer.alloc(0), () => true)).toHaveLength(0);
  });
});

describe('the flags', () => {
  it('have defaults', () => expect(parseFlags([], 12)).toEqual({ count: 10_000_000, seed: 12 }));
  it('take numbers as people write them', () => {
    expect(parseFlags(['--count', '1e5', '--seed', '7', '--market=tw'], 0)).toEqual({
      count: 100_000,
      seed: 7,
      market: 'tw',
    });
  });
  it('ask for help', () => expect(parseFlags(['-h'], 0)).toBeUndefined());

  it.each([
    [['--count', '0'], /--count: found "0", expected a whole number from 1/],
    [['--count', '1.5'], /--count: found "1.5"/],
    [['--count', '-1'], /--count/],
    [['--seed', '4294967296'], /--seed: found "4294967296", expected a whole number from 0 to 4294967295/],
    [['--seed'], /--seed.*without its value/],
    [['--market', 'mars'], /--market: found "mars", expected one of global, th, tw, jp/],
    [['--cuont', '1'], /--cuont: not a flag/],
    [['7'], /7: not a flag/],
  ])('%j is refused', (argv, message) => {
    expect(() => parseFlags(argv, 0)).toThrow(FlagError);
    expect(() => parseFlags(argv, 0)).toThrow(message);
  });
});

describe('the progress', () => {
  function shown(isTTY: boolean): { written: string[]; progress: Progress } {
    const written: string[] = [];
    return { written, progress: new Progress({ isTTY, write: (text) => written.push(text) }, 3_000, 1_000) };
  }

  it('is a line every tenth where nobody looks', () => {
    const { written, progress } = shown(false);
    for (let done = 100; done <= 3_000; done += 100) progress.update(done, 1_000 + done);
    progress.end();
    expect(written).toHaveLength(10);
    expect(written[0]).toBe('10 % 300 of 3000, 1000/s, 0:03 left\n');
    expect(written[9]).toBe('100 % 3000 of 3000, 1000/s, 0:00 left\n');
  });

  it('is a bar on a terminal, drawn ten times a second, and gone at the end', () => {
    const { written, progress } = shown(true);
    progress.update(100, 1_100);
    progress.update(150, 1_150);
    progress.update(1_500, 151_000);
    progress.end();
    expect(written).toHaveLength(3);
    expect(written[1]).toContain(`${'█'.repeat(15)}${'░'.repeat(15)} 50 % 1500 of 3000, 10/s, 2:30 left`);
    expect(written[2]).toBe('\r\x1b[K');
  });
});

describe('the report', () => {
  const result: FuzzResult = {
    seed: 9,
    inputs: 100_000,
    answers: new Map([['reject url', 2]]),
    peer: { same: 1, refused: 0 },
    unreached: ['empty'],
  };

  it('says what was not reached, and a long run fails by it', () => {
    expect(tableOf(result)).toContain('not reached: empty');
    expect(failed(result)).toBe(true);
    expect(failed({ ...result, inputs: 99_999 })).toBe(false);
    expect(failed({ ...result, unreached: [] })).toBe(false);
  });

  it('ends with one line', () => expect(summary(result)).toBe('100000 inputs, 0 faults, seed 9'));
});
