import { encodeDown } from '../../protocol/codec.js';
import { bootTag, receiptOf } from '../../protocol/ids.js';
import type { DownBody, Update } from '../../protocol/messages.js';
import { downTopic } from '../../protocol/topics.js';
import type { Standing } from '../../protocol/words.js';
import type { Ledger, TellPlan } from '../ledger/contract.js';
import { waitsForPress } from '../payment/submitted.js';
import type { Attempt } from '../payment/types.js';
import type { Clock } from '../runtime/clock.js';
import { errorFields, type Log } from '../runtime/log.js';

/** What the kiosk reads of an attempt. Doubtful is a matter for the operator, so the kiosk says that. */
export function standingOf(attempt: Attempt): Standing {
  if (waitsForPress(attempt)) return 'confirm-pending';
  if (attempt.state === 'submitted') return attempt.passwordPending ? 'password-pending' : 'submitted';
  return attempt.state === 'doubtful' ? 'operator' : attempt.state;
}

export function updateOf(attempt: Attempt, now: number): Update {
  const standing = standingOf(attempt);
  return {
    type: 'update',
    attempt: attempt.id,
    boot: bootTag(attempt.boot),
    standing,
    reason: attempt.reason ?? undefined,
    leftMs: Math.max(0, (endOf[standing]?.(attempt) ?? now) - now),
    receipt: receiptOf(attempt.id),
  };
}

/** Until when it is waited for the customer. */
const endOf: Partial<Record<Standing, (attempt: Attempt) => number>> = {
  'password-pending': ({ deadlineAt }) => deadlineAt,
  'confirm-pending': ({ payUntil }) => payUntil,
};

export type TellerParts = {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Log;
  /** This relay's name, in every frame. */
  readonly relay: string;
  readonly plan: TellPlan;
  /** False: not connected. */
  readonly publish: (topic: string, payload: Uint8Array) => boolean;
};

const TICK_MS = 500;
const TOLD_AT_ONCE = 200;
/** Frames of one relay are numbered from its start's time on, so that no two starts share a number (below 2^53). */
const SEQ_PER_MS = 1_000;

/** Sends frames down, and again what a kiosk is owed until it answers (design section 4.4). */
export class Teller {
  readonly #parts: TellerParts;
  #seq: number;
  #cancelTimer: (() => void) | undefined;
  #stopped = true;

  constructor(parts: TellerParts) {
    this.#parts = parts;
    this.#seq = 0;
  }

  start(): void {
    this.#stopped = false;
    this.#seq = this.#parts.clock.now() * SEQ_PER_MS;
    this.#next();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
  }

  send(kiosk: string, body: DownBody): boolean {
    this.#seq += 1;
    const frame = encodeDown({ seq: this.#seq, relay: this.#parts.relay, body });
    return this.#parts.publish(downTopic(kiosk), frame);
  }

  tell(attempt: Attempt): boolean {
    return this.send(attempt.kiosk, updateOf(attempt, this.#parts.clock.now()));
  }

  /** All that a kiosk is owed: it has just been greeted. */
  async tellAll(kiosk: string): Promise<void> {
    const { ledger, clock, plan } = this.#parts;
    for (const attempt of await ledger.takeOwed(kiosk, clock.now(), plan)) this.tell(attempt);
  }

  #next(): void {
    if (this.#stopped) return;
    this.#cancelTimer = this.#parts.clock.after(TICK_MS, () => {
      void this.#tick().then(() => this.#next());
    });
  }

  async #tick(): Promise<void> {
    const { ledger, clock, plan, log } = this.#parts;
    try {
      for (const attempt of await ledger.takeDue(clock.now(), plan, TOLD_AT_ONCE)) this.tell(attempt);
    } catch (error) {
      log.error({ event: 'outbox-failed', ...errorFields(error) });
    }
  }
}
