import type { DoubtfulPolicy } from '../../relay/payment/types.js';
import { Chance } from './chance.js';
import { type FaultClass, faultNames, swarm } from './faults.js';

/** What one world is made of: all of it follows from the seed. */
export type WorldOptions = {
  readonly seed: number;
  /** Attempts that kiosks begin, in all. */
  readonly payments: number;
  readonly kiosks: number;
  readonly relays: number;
  readonly shares: Readonly<Record<FaultClass, number>>;
  /** For shrinking: only these faults strike. */
  readonly only?: ReadonlySet<string>;
  /** For shrinking: only these kiosks have customers. */
  readonly attended?: ReadonlySet<string>;
  /** For shrinking: the world is over then, ms, and is not healed. */
  readonly until?: number;
  /** Keep the story. */
  readonly told: boolean;
  /** Every statement of the ledger takes its time, so that transactions interleave. */
  readonly interleaved: boolean;
  /** Of each segment of a kiosk's journal. */
  readonly segmentBytes?: number;
  /** Logs, journals and the ledger are read for codes, and journals twice. */
  readonly paranoid: boolean;
  /** What the relays do about a vend of which its kiosk cannot tell; default ask. */
  readonly doubtful?: DoubtfulPolicy;
};

/** Small worlds find as much and are shorter to tell. */
export const WORLD_PAYMENTS = 2_000;

export function worldOptions(seed: number, payments: number): WorldOptions {
  const chance = new Chance(seed, 'options');
  return {
    seed,
    payments,
    // Many kiosks make a short world: little of it is spent waiting. Few give each a long history of boots.
    kiosks: chance.pick([4, 12, 24, 24, 40, 40]),
    relays: chance.pick([1, 1, 1, 1, 2, 2, 2, 3]),
    shares: swarm(chance),
    told: false,
    interleaved: chance.hits(0.15),
    paranoid: chance.hits(0.1),
    doubtful: chance.pick(['ask', 'ask', 'keep', 'reverse'] as const),
  };
}

/** Nothing goes wrong; customers do what customers do. */
export const noFaults = Object.fromEntries(faultNames.map((name) => [name, 0])) as Record<FaultClass, number>;
