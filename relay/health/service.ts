import type { DownBody } from '../../protocol/messages.js';
import type { Clock } from '../runtime/clock.js';

export type ServiceParts = {
  readonly clock: Clock;
  /** Of this kiosk's merchant at least one account takes payments. */
  readonly open: (kiosk: string) => boolean;
  readonly send: (kiosk: string, body: DownBody) => boolean;
};

/** How long a kiosk believes it, ms: said again well before, and if nobody does, the kiosk tries its luck again. */
const BELIEVED_MS = 30_000;
const AGAIN_MS = 10_000;
/** A kiosk that has not been heard for so long is served by another relay, or is gone. */
const FORGOTTEN_MS = 300_000;

/**
 * Tells kiosks that no payment would be accepted, and when one is again, so that they do not ask a customer for a code. Each
 * relay tells those that it has heard of lately; what it says lapses by itself, so nobody stays closed by a relay that died.
 */
export class Service {
  readonly #parts: ServiceParts;
  readonly #heard = new Map<string, number>();
  readonly #closed = new Set<string>();
  #cancelTimer: (() => void) | undefined;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#cancelTimer = this.#parts.clock.after(AGAIN_MS, () => {
      this.#forget();
      for (const kiosk of this.#heard.keys()) this.#look(kiosk, true);
      this.start();
    });
  }

  stop(): void {
    this.#cancelTimer?.();
  }

  /** Kiosks that this relay has told to sell nothing. */
  get closed(): number {
    return this.#closed.size;
  }

  /** It has been greeted, or its Pay was refused. */
  heard(kiosk: string): void {
    this.#heard.set(kiosk, this.#parts.clock.now());
    this.#look(kiosk, true);
  }

  /** Some account takes payments again, or no longer. */
  changed(): void {
    for (const kiosk of this.#heard.keys()) this.#look(kiosk, false);
  }

  #look(kiosk: string, again: boolean): void {
    const { open, send } = this.#parts;
    const was = this.#closed.has(kiosk);
    if (open(kiosk)) {
      if (!was) return;
      this.#closed.delete(kiosk);
      send(kiosk, { type: 'service', forMs: 0 });
    } else if (!was || again) {
      this.#closed.add(kiosk);
      send(kiosk, { type: 'service', reason: 'acquirer-unavailable', forMs: BELIEVED_MS });
    }
  }

  #forget(): void {
    const before = this.#parts.clock.now() - FORGOTTEN_MS;
    for (const [kiosk, at] of this.#heard) {
      if (at >= before) continue;
      this.#heard.delete(kiosk);
      this.#closed.delete(kiosk);
    }
  }
}
