import type { Decoder } from '../../../agent/decode/decoder.js';
import type { Random } from '../random.js';
import type { Contender, Race } from '../rounds.js';
import { crowdedCode, ordinaryCode, scanned } from './cpm-codes.js';
import { CONTENT_MAX_BYTES, garbage, garbagePool, scrapPool } from './garbage.js';
import { merchantCode } from './merchant-codes.js';
import { checkVerdicts, framing, lastByte, newDecoder, verdict, verdictAndText, wholeChunk } from './ours.js';
import {
  base64OnBytes,
  base64OnText,
  berTlv,
  checkPeers,
  nodeTlv,
  patternsOnBytes,
  patternsOnText,
  promptParse,
} from './peers.js';
import { mixed, POOL_CODES, type Pool, poolOf } from './pools.js';
import { walletNames, walletPool } from './wallet-codes.js';

/** The first one of every main race is ours; the others are told as multiples of it. */
export type Plan = {
  /** Decoder and peers at the same codes. */
  readonly main: readonly Race[];
  /** Framing, verdict and text together. */
  readonly afterLastByte: readonly Race[];
  /** What is accepted and what is not, at one length each. */
  readonly lengths: readonly LengthRace[];
};

export type LengthRace = Race & {
  readonly characters: number;
  /** Names of the contenders whose codes are accepted. */
  readonly accepted: readonly string[];
};

/** The lengths at which verdicts are compared. 160 characters are a CPM code of 120 bytes; over 512 nothing is accepted. */
export const LENGTHS = [24, 128, 160, 512, 4_400] as const;
export const FRAMING = 'framing alone';
/** There are many kinds at many lengths, and none is near its limit. */
const LENGTH_SHARE = 0.4;

const cpmPool = (random: Random, name: string, characters: number, make = ordinaryCode): Pool =>
  poolOf(name, { kind: 'emv-cpm' }, () => scanned(make(random, (characters / 4) * 3)));

function lengthRace(decoder: Decoder, random: Random, characters: number): LengthRace {
  const accepted: Pool[] = [];
  if (characters === 24) accepted.push(walletPool(random, 'alipayplus'));
  if (characters <= CONTENT_MAX_BYTES) {
    accepted.push(cpmPool(random, 'cpm', characters), cpmPool(random, 'cpm, crowded', characters, crowdedCode));
  }
  const rejected = garbage.map((kind) => garbagePool(random, kind, characters));
  const pools = [...accepted, ...rejected];
  for (const pool of pools) checkVerdicts(decoder, pool);
  const letters = rejected.find((pool) => pool.name === 'letters');
  if (letters === undefined) throw new Error('there is no garbage named letters, with which framing is measured');
  return {
    name: `length-${characters}`,
    share: LENGTH_SHARE,
    characters,
    accepted: accepted.map((pool) => pool.name),
    contenders: [...pools.map((pool) => verdict(decoder, pool, pool.name)), { ...framing(letters), name: FRAMING }],
  };
}

function peersOf(pool: Pool, atLeast: number, ...make: readonly ((pool: Pool) => Contender)[]): Contender[] {
  const peers = make.map((one) => one(pool));
  checkPeers(peers.map((of) => ({ of, atLeast })));
  return peers;
}

/** @throws Error when ours or a peer gives a wrong result on a code that it will be timed with */
export function makePlan(random: Random): Plan {
  const decoder = newDecoder();
  const wallets = walletNames.map((name) => walletPool(random, name));
  const whole = [...wallets, cpmPool(random, 'cpm', 160), ...garbage.map((kind) => garbagePool(random, kind, 24))];
  const pools = {
    scraps: scrapPool(
      random,
      whole.flatMap((pool) => pool.codes),
    ),
    'numeric-24': walletPool(random, 'alipayplus'),
    'numeric-all': mixed('numeric', wallets),
    'cpm-120': cpmPool(random, 'cpm', 160),
    'merchant-160': poolOf('merchant', { kind: 'reject', reason: 'merchant-presented' }, () =>
      merchantCode(random, 160),
    ),
    'garbage-24': mixed(
      'garbage',
      garbage.map((kind) => garbagePool(random, kind, 24)),
    ),
    'garbage-160': mixed(
      'garbage',
      garbage.map((kind) => garbagePool(random, kind, 160)),
    ),
  };
  for (const pool of Object.values(pools)) checkVerdicts(decoder, pool);
  const ours = (name: keyof typeof pools): Contender => verdict(decoder, pools[name]);
  const accepted = (name: keyof typeof pools): Contender[] => [ours(name), verdictAndText(decoder, pools[name])];
  const patterns = [patternsOnText, patternsOnBytes] as const;
  const main: Race[] = [
    ...(['numeric-24', 'numeric-all'] as const).map((name) => ({
      name,
      contenders: [...accepted(name), ...peersOf(pools[name], POOL_CODES, ...patterns)],
    })),
    {
      name: 'cpm-120',
      contenders: [
        ...accepted('cpm-120'),
        ...peersOf(pools['cpm-120'], POOL_CODES, base64OnText, base64OnBytes, berTlv, nodeTlv),
      ],
    },
    {
      name: 'merchant-160',
      contenders: [ours('merchant-160'), ...peersOf(pools['merchant-160'], POOL_CODES, promptParse)],
    },
    ...(['garbage-24', 'garbage-160', 'scraps'] as const).map((name) => ({
      name,
      contenders: [ours(name), ...peersOf(pools[name], 0, ...patterns)],
    })),
  ];
  const afterLastByte = (['numeric-24', 'cpm-120'] as const).map((name) => ({
    name: `whole-path-${name}`,
    contenders: [lastByte(decoder, pools[name]), wholeChunk(decoder, pools[name])],
  }));
  return { main, afterLastByte, lengths: LENGTHS.map((characters) => lengthRace(decoder, random, characters)) };
}
