import type { Teller } from './link/teller.js';
import type { Counters } from './runtime/counters.js';
import type { Log } from './runtime/log.js';
import type { Applied } from './worker/apply.js';
import type { Worker } from './worker/worker.js';

export type AftermathParts = {
  readonly log: Log;
  readonly counters: Counters;
  readonly teller: Teller;
  /** An attempt has changed in this relay. */
  readonly onChanged: (attempt: string) => void;
  /** Undefined while the relay is being put together. */
  readonly worker: () => Worker | undefined;
};

/** What follows a commit: tell the kiosk, log, wake the worker. Each of it may be lost; the ledger brings it again. */
export function aftermath({ log, counters, teller, onChanged, worker }: AftermathParts): (applied: Applied) => void {
  return ({ attempt, effects, changed }) => {
    const { id, kiosk } = attempt;
    const named = { kiosk, attempt: id, trace_id: id };
    for (const effect of effects) {
      switch (effect.type) {
        case 'publish':
          teller.tell(attempt);
          break;
        case 'ack-vend':
          teller.send(kiosk, { type: 'vend-ack', attempt: id, delivery: effect.delivery });
          break;
        case 'alarm':
          counters.add(`alarm-${effect.kind}`);
          log.warn({ event: 'alarm', kind: effect.kind, ...named, detail: effect.text });
          break;
        case 'fault':
          counters.add('fault');
          log.warn({ event: 'fault', ...named, what: effect.what });
          break;
        case 'call':
          counters.add(`call-${effect.call}`);
          break;
      }
    }
    if (changed) {
      log.info({ event: 'attempt', ...named, state: attempt.state, reason: attempt.reason });
      onChanged(id);
    }
    if (attempt.nextAt !== null) worker()?.wakeAt(attempt.nextAt);
  };
}
