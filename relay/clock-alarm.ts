import type { Ledger } from './ledger/contract.js';
import type { Clock } from './runtime/clock.js';
import type { ClockWatchParts } from './runtime/clock-watch.js';
import type { Counters } from './runtime/counters.js';
import { errorFields, type Log } from './runtime/log.js';

export type ClockAlarmParts = {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: Counters;
  /** This relay's name. */
  readonly relay: string;
};

/** What people hear when the wall clock was set under a running relay. */
export function clockAlarm(parts: ClockAlarmParts): Pick<ClockWatchParts, 'onApart' | 'onTogether'> {
  const { ledger, clock, log, counters, relay } = parts;
  return {
    onApart(byMs) {
      counters.add('alarm-clock');
      const ahead = byMs > 0 ? 'ahead of' : 'behind';
      const detail =
        `${relay}: the wall clock was set; it is ${Math.round(Math.abs(byMs) / 1_000)} s ${ahead} this relay's time. ` +
        'Restart the relay once the wall clock is right';
      log.error({ event: 'alarm', kind: 'clock', byMs: Math.round(byMs) }, detail);
      const alarm = { at: clock.now(), kind: 'clock', kiosk: '', attempt: null, detail } as const;
      ledger
        .transaction((tx) => tx.raiseAlarm(alarm))
        .catch((error: unknown) => {
          log.error({ event: 'alarm-not-stored', kind: 'clock', ...errorFields(error) });
        });
    },
    onTogether() {
      log.info({ event: 'clock-right' });
    },
  };
}
