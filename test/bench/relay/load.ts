import type { Arena } from '../../relays/arena.js';
import { sleep } from '../../support/wait.js';
import { type Rate, rateOf } from './bare.js';
import { cpuSeconds } from './process.js';

/** Whole payments through a running relay: Hello to the last Ack, over a real broker and the sandbox. */

const relayOf = (arena: Arena) => {
  const [relay] = arena.relays;
  if (!relay?.pid || !relay.life) throw new Error('no relay runs');
  return { pid: relay.pid, api: `http://127.0.0.1:${relay.life.ready.ports['api']}` };
};

/** `perSecond`: payments begun a second, over all kiosks; without it as fast as they can. */
export async function load(arena: Arena, seconds: number, perSecond?: number): Promise<Rate> {
  const { pid } = relayOf(arena);
  const [from, cpu, before] = [performance.now(), cpuSeconds(pid), arena.witness.payments];
  const end = from + seconds * 1_000;
  const paceMs = perSecond === undefined ? 0 : (1_000 * arena.kiosks.length) / perSecond;
  const sell = async (kiosk: Arena['kiosks'][number], i: number): Promise<void> => {
    // Not all at the same moment.
    let next = from + (paceMs * i) / arena.kiosks.length;
    while (performance.now() < end) {
      if (paceMs > 0) await sleep(Math.max(0, next - performance.now()));
      next = Math.max(next + paceMs, performance.now());
      await kiosk.serve();
    }
  };
  await Promise.all(arena.kiosks.map(sell));
  const spent = (performance.now() - from) / 1_000;
  return rateOf(arena.witness.payments - before, spent, cpuSeconds(pid) - cpu);
}

type Buckets = ReadonlyMap<number, number>;

/** The histogram of what the relay adds: upper bound in ms → count up to there. */
export async function addedBy(arena: Arena): Promise<Buckets> {
  const response = await fetch(`${relayOf(arena).api}/metrics`);
  const text = await response.text();
  const found = [...text.matchAll(/^quietzone_added_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm)];
  return new Map(found.map(([, le, count]) => [le === '+Inf' ? Infinity : Number(le) * 1_000, Number(count)]));
}

/** The share `at` of what came between the two, in ms: at most this, as finely as the buckets are. */
export function quantileOf(before: Buckets, after: Buckets, at: number): number {
  const counts = [...after].map(([le, count]) => [le, count - (before.get(le) ?? 0)] as const);
  const all = Math.max(...counts.map(([, count]) => count));
  return counts.find(([, count]) => count >= all * at)?.[0] ?? Number.NaN;
}
