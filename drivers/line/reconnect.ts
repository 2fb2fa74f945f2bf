import { type Clock, pause } from '../clock.js';
import { createBackoff, type RetryOptions } from './backoff.js';
import type { DeviceIdentity } from './device-node.js';
import type { OpenPort } from './serial-port.js';

/** How the device at the other end of a line is; its driver may know more (a scanner that does not answer is suspect). */
export type LineState = 'absent' | 'opening' | 'ready' | 'dead';

export type ReconnectParts = {
  readonly clock: Clock;
  readonly retry: RetryOptions;
  /** How often the device node is compared with the one that was opened, ms. A stuck port costs some 15 MB a second. */
  readonly watchMs: number;
  /** What stands at the path now. */
  identify(): Promise<DeviceIdentity | undefined>;
  open(): Promise<OpenPort>;
  onState(state: LineState, detail: string): void;
};

/** A port that stayed open this long, ms, was well: its next loss is a new one, and is retried soon. */
const settledMs = 5_000;

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Closes the port when its device node goes or is another device's, whether or not the system says anything. */
async function watch(parts: ReconnectParts, port: OpenPort, opened: DeviceIdentity, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await pause(parts.clock, parts.watchMs, ended);
    const found = ended.aborted ? opened : await parts.identify();
    if (found !== opened) await port.close(found ? 'another device took its place' : 'device node is gone');
  }
}

/** From ready to closed; resolves with the reason. */
async function session(parts: ReconnectParts, port: OpenPort, opened: DeviceIdentity, stop: AbortSignal) {
  const ended = new AbortController();
  const onStop = () => void port.close('stopping');
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  else parts.onState('ready', 'open');
  const watching = watch(parts, port, opened, ended.signal);
  const why = await port.closed;
  ended.abort();
  stop.removeEventListener('abort', onStop);
  await Promise.all([watching, port.close(why)]);
  return why;
}

/** Waits `ms`, or less when the device at the path goes, comes or changes. Resolves with whether one did. */
async function waitForChange(
  parts: ReconnectParts,
  ms: number,
  before: DeviceIdentity | undefined,
  stop: AbortSignal,
): Promise<boolean> {
  const until = parts.clock.now() + ms;
  while (!stop.aborted) {
    const left = until - parts.clock.now();
    if (left <= 0) return false;
    await pause(parts.clock, Math.min(left, parts.watchMs), stop);
    if ((await parts.identify()) !== before) return true;
  }
  return false;
}

type Teller = { say(state: LineState, detail: string): void; said(): LineState | undefined };

/** Passes on what is news. A device that stays away or stays dead is tried again without a word. */
function teller(onState: ReconnectParts['onState'], stop: AbortSignal): Teller {
  let last: { state: LineState; detail: string } | undefined;
  return {
    said: () => last?.state,
    say(state, detail) {
      const news = last?.state !== state || last.detail !== detail;
      last = { state, detail };
      if (news && !stop.aborted) onState(state, detail);
    },
  };
}

/** One opening of the device that was found, until its port is closed; resolves with how long that port was open, ms. */
async function useOnce(
  parts: ReconnectParts,
  device: DeviceIdentity,
  { say, said }: Teller,
  stop: AbortSignal,
): Promise<number> {
  if (said() !== 'dead') say('opening', 'found');
  const port = await parts.open().catch(words);
  if (typeof port === 'string') {
    say('dead', port);
    return 0;
  }
  const openedAt = parts.clock.now();
  const why = await session({ ...parts, onState: say }, port, device, stop);
  const openMs = parts.clock.now() - openedAt;
  say((await parts.identify()) === undefined ? 'absent' : 'dead', why);
  return openMs;
}

/**
 * Opens, watches and reopens for as long as `stop` is not aborted; then resolves with the port closed.
 * Absent: nothing at the path. Dead: a device is there and does not open, or did not last.
 */
export async function keepOpen(parts: ReconnectParts, stop: AbortSignal): Promise<void> {
  const backoff = createBackoff(parts.retry);
  const tell = teller(parts.onState, stop);
  while (!stop.aborted) {
    let device = await parts.identify();
    if (stop.aborted) return;
    if (device !== undefined) {
      if ((await useOnce(parts, device, tell, stop)) >= settledMs) backoff.reset();
      // Looked at anew: a device pulled and put back may get the same node, and must not be taken for one that stayed.
      device = await parts.identify();
    } else if (tell.said() !== 'absent') tell.say('absent', 'no such device node');
    if (await waitForChange(parts, backoff.next(), device, stop)) backoff.reset();
  }
}
