import { type Clock, pause } from '../clock.js';
import { OutputError, type PulseResult } from '../contract/output.js';
import { SysfsError } from '../sysfs/files.js';
import type { Wire } from './wire.js';

export type PulseOrder = {
  readonly ms: number;
  readonly hz: number;
  readonly clock: Clock;
  /** Ends it at once. */
  readonly stop: AbortSignal;
};

/** A second timer switches off this long after the end, should the first way hang in a write. */
const GUARD_MS = 100;
/** A kernel counts in jiffies, up to 10 ms each, and a busy machine looks late. */
const LATE_MOST_MS = 200;
const LOOK_EACH_MS = 2;

async function untilPassed(clock: Clock, at: number, stop: AbortSignal): Promise<void> {
  // Node's timers may run a fraction early.
  for (let left = at - clock.now(); left > 0 && !stop.aborted; left = at - clock.now()) await pause(clock, left, stop);
}

/** The kernel ends it; resolves when it is seen to have. */
async function seenOff(wire: Wire, { clock, ms }: PulseOrder, began: number): Promise<void> {
  while (await wire.isOn()) {
    if (clock.now() - began > ms + LATE_MOST_MS) throw new OutputError('still on after the pulse', true);
    await pause(clock, LOOK_EACH_MS, new AbortController().signal);
  }
}

/** On for `ms`, then off, whatever happens in between. @throws OutputError */
export async function carryOut(wire: Wire, order: PulseOrder): Promise<PulseResult> {
  const { ms, hz, clock, stop } = order;
  const by = wire.abilities.pulse;
  const off = () => wire.set(false, hz);
  const began = clock.now();
  const cancelGuard = clock.after(ms + GUARD_MS, () => void off().catch(() => {}));
  let begun = false;
  let fault: unknown;
  try {
    await (by === 'kernel' ? wire.pulse(ms) : wire.set(true, hz));
    begun = true;
    await untilPassed(clock, clock.now() + ms, stop);
    if (stop.aborted) throw new OutputError('stopped in the pulse', true);
    if (by === 'kernel') await seenOff(wire, order, began);
  } catch (error) {
    fault = error;
    begun ||= !(error instanceof SysfsError) || error.begun;
  } finally {
    await off().catch((error: unknown) => {
      fault ??= error;
    });
    cancelGuard();
  }
  if (fault !== undefined) throw new OutputError(fault instanceof Error ? fault.message : String(fault), begun);
  return { askedMs: ms, measuredMs: clock.now() - began, by };
}
