import { type Clock, pause } from '../clock.js';
import { OutputError, type PulseResult } from '../contract/output.js';
import { SysfsError } from '../sysfs/files.js';
import type { Wire } from './wire.js';

export type PulseOrder = {
  readonly ms: number;
  readonly hz: number;
  readonly clock: Clock;
  /** A pulse that has not begun by then shall not any more, monotonic ms. */
  readonly beginBefore: number;
  /** Ends it at once. */
  readonly stop: AbortSignal;
};

/** A second timer switches off this long after the end, should the first way hang. */
const GUARD_MS = 100;
/** A kernel counts in jiffies, up to 10 ms each, and a busy machine looks late. */
const LATE_MOST_MS = 200;
const LOOK_EACH_MS = 2;
/** A shorter pulse may be over before anybody has looked, ms. */
const LOOKED_AT_FROM_MS = 20;

const never = new AbortController().signal;

async function untilPassed(clock: Clock, at: number, stop: AbortSignal): Promise<void> {
  // Node's timers may run a fraction early.
  for (let left = at - clock.now(); left > 0 && !stop.aborted; left = at - clock.now()) await pause(clock, left, stop);
}

type Look = { over: boolean; seen: boolean };

/** Beside the pulse, which waits for no look: the kernel switches on a jiffy after the write, and some never do. */
async function lookForOn(wire: Wire, clock: Clock, look: Look): Promise<void> {
  while (!look.over && !look.seen) {
    const on = await wire.isOn().catch(() => false);
    // What was read after the end says nothing.
    look.seen = on && !look.over;
    await pause(clock, LOOK_EACH_MS, never);
  }
}

/** The kernel ends it; resolves when it is seen to have. */
async function seenOff(wire: Wire, { clock, ms }: PulseOrder, began: number): Promise<void> {
  while (await wire.isOn()) {
    if (clock.now() - began > ms + LATE_MOST_MS) throw new OutputError('still on after the pulse', true);
    await pause(clock, LOOK_EACH_MS, never);
  }
}

const isBegun = (error: unknown): boolean =>
  !(error instanceof SysfsError || error instanceof OutputError) || error.begun;

/** On for `ms`, then off, whatever happens in between. @throws OutputError */
export async function carryOut(wire: Wire, order: PulseOrder): Promise<PulseResult> {
  const { ms, hz, clock, stop } = order;
  const by = wire.abilities.pulse;
  const off = () => wire.set(false, hz);
  let began = clock.now();
  let cancelGuard = () => {};
  const begin = () => {
    began = clock.now();
    if (stop.aborted || began > order.beginBefore) throw new OutputError('it could not begin in time', false);
    cancelGuard = clock.after(ms + GUARD_MS, () => void off().catch(() => {}));
  };
  let begun = false;
  const look: Look = { over: false, seen: false };
  let fault: unknown;
  try {
    await (by === 'kernel' ? wire.pulse(ms, begin) : wire.set(true, hz, begin));
    begun = true;
    const end = clock.now() + ms;
    void lookForOn(wire, clock, look);
    await untilPassed(clock, end, stop);
    if (stop.aborted) throw new OutputError('stopped in the pulse', true);
    if (by === 'kernel') await seenOff(wire, order, began);
  } catch (error) {
    fault = error;
    begun ||= isBegun(error);
  } finally {
    look.over = true;
    await off().catch((error: unknown) => {
      fault ??= error;
    });
    cancelGuard();
  }
  const measuredMs = clock.now() - began;
  if (fault !== undefined) throw new OutputError(fault instanceof Error ? fault.message : String(fault), begun);
  return { askedMs: ms, measuredMs, by, ...(ms < LOOKED_AT_FROM_MS ? {} : { seen: look.seen }) };
}
