import { Decoder } from '../../agent/decode/decoder.js';
import { compileIssuers } from '../../agent/decode/issuers.js';
import { type RejectReason, rejectReasons } from '../../agent/decode/result.js';
import { builtInTable } from '../../protocol/issuer-table/built-in.js';
import { type Checked, check, type Subject } from './check.js';
import { minimise } from './minimise.js';
import { Mutator } from './mutate.js';
import { type Market, markets } from './oracle.js';
import { loadVectors } from './vectors.js';

export type FuzzOptions = {
  /** 32 bits. The same seed gives the same inputs. */
  readonly seed: number;
  readonly count: number;
  /** Absent: one after the other. */
  readonly market?: Market;
  /** Called every thousand inputs. */
  readonly onProgress?: (done: number) => void;
  /** What is tested instead of the decoder, as to see that the fuzz finds its faults. */
  readonly subjectFor?: (market: Market) => Subject;
};

export type Fault = {
  readonly seed: number;
  readonly index: number;
  readonly market: Market;
  readonly what: string;
  readonly hex: string;
  /** A smaller input with a fault, perhaps another one. */
  readonly smallest: { readonly hex: string; readonly what: string };
};

export type FuzzResult = {
  readonly seed: number;
  /** Inputs that were checked. */
  readonly inputs: number;
  /** The first fault; the run ends with it. */
  readonly fault?: Fault;
  /** How many inputs were what: `wallet-code alipay`, `emv-cpm`, `reject cpm-bad-tag`. */
  readonly answers: ReadonlyMap<string, number>;
  /** Of the accepted EMV codes, those that ber-tlv reads alike, and those it refuses. */
  readonly peer: { readonly same: number; readonly refused: number };
  /** Reasons that no input led to. */
  readonly unreached: readonly RejectReason[];
};

/** `incomplete` is the framer's, and the branch test leaves no way to `cpm-bad-header`. */
const notTheDecoders: ReadonlySet<RejectReason> = new Set(['incomplete', 'cpm-bad-header']);
/** Fewer inputs need not reach every reason. */
export const REACH_ALL_FROM = 100_000;

const ARENA_BYTES = 32_768;
const PROGRESS_EVERY = 1_000;
/** Inputs begin at another place each time; a prime, so that no rule of the mutations keeps step with it. */
const PLACES = 61;
const FORGET_EVERY = 7;

export const decoderFor = (market: Market): Decoder => new Decoder(compileIssuers(builtInTable, market));

export function fuzz(options: FuzzOptions): FuzzResult {
  const { seed, count } = options;
  const mutator = new Mutator(seed, loadVectors());
  const bench = new Bench(options.subjectFor ?? decoderFor);
  const answers = new Map<string, number>();
  const peer = { same: 0, refused: 0 };
  const result = (inputs: number, fault?: Fault): FuzzResult => ({
    seed,
    inputs,
    answers,
    peer,
    unreached: rejectReasons.filter((r) => !notTheDecoders.has(r) && !answers.has(`reject ${r}`)),
    ...(fault ? { fault } : {}),
  });

  for (let index = 0; index < count; index++) {
    const market = options.market ?? markets[index % markets.length] ?? 'global';
    const input = mutator.input(index);
    const checked = bench.check(input, market, index);
    answers.set(checked.answer, (answers.get(checked.answer) ?? 0) + 1);
    if (checked.peer) peer[checked.peer] += 1;
    if (checked.fault !== undefined) return result(index + 1, bench.fault(seed, index, market, input, checked.fault));
    if ((index + 1) % PROGRESS_EVERY === 0) options.onProgress?.(index + 1);
  }
  return result(count);
}

/** Puts inputs before the decoder as it meets them: in the middle of a larger buffer that holds other things too. */
class Bench {
  readonly #subjectFor: (market: Market) => Subject;
  readonly #subjects: Map<Market, Subject>;
  readonly #arena = new ArrayBuffer(ARENA_BYTES);
  readonly #bytes = new Uint8Array(this.#arena);

  constructor(subjectFor: (market: Market) => Subject) {
    this.#subjectFor = subjectFor;
    this.#subjects = new Map(markets.map((market) => [market, subjectFor(market)]));
  }

  check(input: Uint8Array, market: Market, index: number): Checked {
    const subject = this.#subjects.get(market);
    if (!subject) throw new Error(`fuzz: found the market ${market}, expected one of ${markets.join(', ')}`);
    const at = index % PLACES;
    this.#bytes.set(input, at);
    const frame =
      index % 2 === 0 ? Buffer.from(this.#arena, at, input.length) : new Uint8Array(this.#arena, at, input.length);
    const checked = check(subject, market, frame, input);
    if (index % FORGET_EVERY === 0) subject.forget();
    return checked;
  }

  fault(seed: number, index: number, market: Market, input: Uint8Array, what: string): Fault {
    const again = (candidate: Uint8Array) =>
      check(this.#subjectFor(market), market, Uint8Array.from(candidate), candidate);
    // A fault that a fresh decoder does not show comes from what the decoder kept of earlier inputs.
    const alone = again(Uint8Array.from(input)).fault !== undefined;
    const smallest = alone ? minimise(input, (candidate) => again(candidate).fault !== undefined) : input;
    const reason = alone ? again(smallest).fault : 'only after the inputs before it: the decoder keeps something';
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    return { seed, index, market, what, hex: hex(input), smallest: { hex: hex(smallest), what: reason ?? what } };
  }
}
