import { relayOfState } from '../../protocol/topics.js';
import type { Clock } from '../runtime/clock.js';
import type { Counters } from '../runtime/counters.js';
import { errorFields, type Log } from '../runtime/log.js';

/**
 * What a relay says of itself on its retained state topic. `lost` stands only in the last will, which the broker publishes
 * when it has lost the relay: one that stops by itself finishes what it holds.
 */
export const relayStates = {
  online: JSON.stringify({ online: true }),
  offline: JSON.stringify({ online: false }),
  lost: JSON.stringify({ online: false, lost: true }),
} as const;

export type PeersParts = {
  /** This relay's name. */
  readonly relay: string;
  /** Gives back what a dead relay held; returns how much. */
  readonly release: (peer: string) => Promise<number>;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
  /** Something may be free to be worked on. */
  readonly wake: () => void;
};

/**
 * Hears of other relays' deaths and gives back what they held, so that whoever finds it due takes it at once and not when
 * the lease ends. A relay that is only cut off from the broker may still be at work on it: two at work on one attempt are
 * wasteful, never unsafe, since locks and the machine protect the money and the lease protects nothing.
 */
export class Peers {
  readonly #parts: PeersParts;

  constructor(parts: PeersParts) {
    this.#parts = parts;
  }

  /** True: it was a relay's state. */
  hear(topic: string, payload: Uint8Array): boolean {
    const peer = relayOfState(topic);
    if (peer === undefined) return false;
    if (peer !== this.#parts.relay && isDead(payload)) void this.#takeOver(peer);
    return true;
  }

  async #takeOver(peer: string): Promise<void> {
    const { release, log, counters, wake } = this.#parts;
    try {
      const held = await release(peer);
      if (held === 0) return;
      counters.add('takeover');
      log.info({ event: 'takeover', from: peer, held });
      wake();
    } catch (error) {
      // Its leases end by themselves.
      log.warn({ event: 'takeover-failed', from: peer, ...errorFields(error) });
    }
  }
}

/** Anybody with access to the broker can say so; believed wrongly, it costs work and moves no money. */
function isDead(payload: Uint8Array): boolean {
  try {
    const said: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    return typeof said === 'object' && said !== null && 'lost' in said && said.lost === true;
  } catch {
    return false;
  }
}
