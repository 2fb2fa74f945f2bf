// The loop that keeps a port open, with ports and a path that do as they are told.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepOpen } from '../../../../drivers/line/reconnect.js';
import type { OpenPort } from '../../../../drivers/line/serial-port.js';
import { recorder } from '../../../support/recorder.js';
import { fakeClock } from '../clock.js';

/** What stands at the path. */
let device: string | undefined;
let clock: ReturnType<typeof fakeClock>;
let log: ReturnType<typeof recorder>;
let stop: AbortController;
let ended: Promise<void>;

beforeEach(() => {
  device = undefined;
  clock = fakeClock();
  log = recorder();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await ended;
});

/** A port that closes only when the loop closes it, or through `hangUp`. */
function silentPort() {
  let end: (why: string) => void = () => {};
  const closed = new Promise<string>((resolve) => {
    end = resolve;
  });
  const port: OpenPort = { closed, async write() {}, close: async (why) => end(why) };
  return { port, hangUp: (why: string) => end(why) };
}

function run(open: () => Promise<OpenPort>): void {
  const parts = {
    identify: async () => device,
    clock,
    watchMs: 250,
    retry: { firstMs: 500, maxMs: 30_000, random: () => 0 },
  };
  ended = keepOpen({ ...parts, open, onState: log.handlers.onState }, stop.signal);
}

/** Lets every promise that can go on go on. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
/** Lets time pass in steps of the watch. */
async function pass(ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += 250) {
    clock.pass(250);
    await turn();
  }
}

const node = () => {
  device = 'one';
};

it('closes a port of which the system says nothing, 250 ms after its node is gone', async () => {
  node();
  run(async () => silentPort().port);
  await turn();
  expect(log.last()).toBe('ready');
  device = undefined;
  await pass(250);
  expect(log.states.at(-1)).toEqual({ state: 'absent', detail: 'device node is gone' });
});

it('closes a silent port when another device stands at its path, and opens that', async () => {
  node();
  run(async () => silentPort().port);
  await turn();
  device = 'two';
  await pass(250);
  expect(log.states.at(-1)).toEqual({ state: 'dead', detail: 'another device took its place' });
  await pass(500);
  expect(log.last()).toBe('ready');
});

it('says absent when a dead device goes, and opens the next at once', async () => {
  node();
  run(async () => {
    if (device === 'one') throw new Error('permission');
    return silentPort().port;
  });
  await turn();
  await pass(10_000);
  device = undefined;
  await pass(250);
  expect(log.states.at(-1)).toEqual({ state: 'absent', detail: 'no such device node' });
  device = 'two';
  await pass(250);
  expect(log.states.map((s) => s.state)).toEqual(['opening', 'dead', 'absent', 'opening', 'ready']);
});

it('tries a dead device after 0.5, 1, 2, 4 s, and says that it is dead once', async () => {
  node();
  const tries: number[] = [];
  run(async () => {
    tries.push(clock.now());
    throw new Error('Cannot lock port');
  });
  await turn();
  await pass(8_000);
  expect(tries).toEqual([0, 500, 1_500, 3_500, 7_500]);
  expect(log.states.map((s) => s.state)).toEqual(['opening', 'dead']);
  expect(log.states[1]?.detail).toBe('Cannot lock port');
});

it('a device that opens and falls out at once is no less patiently retried', async () => {
  node();
  const tries: number[] = [];
  run(async () => {
    tries.push(clock.now());
    const { port, hangUp } = silentPort();
    hangUp('hang-up');
    return port;
  });
  await turn();
  await pass(4_000);
  expect(tries).toEqual([0, 500, 1_500, 3_500]);
});

it('a device that was well for a while is retried soon', async () => {
  node();
  const tries: number[] = [];
  let hangUp: (why: string) => void = () => {};
  run(async () => {
    tries.push(clock.now());
    const silent = silentPort();
    hangUp = silent.hangUp;
    if (tries.length < 4) hangUp('hang-up');
    return silent.port;
  });
  await turn();
  await pass(10_000);
  hangUp('hang-up');
  await turn();
  await pass(500);
  expect(tries.slice(0, 4)).toEqual([0, 500, 1_500, 3_500]);
  expect(tries[4]).toBe(10_500);
});

it('opens a new device at once, in the middle of the longest wait', async () => {
  const tries: number[] = [];
  run(async () => {
    tries.push(clock.now());
    return silentPort().port;
  });
  await turn();
  await pass(20_000);
  expect(log.states.map((s) => s.state)).toEqual(['absent']);
  node();
  await pass(250);
  expect(tries).toEqual([20_250]);
  expect(log.last()).toBe('ready');
});

it('begins the back-off anew with each device, and for one that was pulled and put back', async () => {
  node();
  const tries: number[] = [];
  run(async () => {
    tries.push(clock.now());
    throw new Error('Cannot lock port');
  });
  await turn();
  await pass(8_000);
  device = 'two';
  await pass(2_000);
  expect(tries.slice(5)).toEqual([8_250, 8_750, 9_750]);
  device = undefined;
  await pass(250);
  device = 'two';
  await pass(1_000);
  expect(tries.slice(8)).toEqual([10_500, 11_000]);
});

it('a stop in the middle of a wait ends it at once', async () => {
  run(async () => silentPort().port);
  await turn();
  await pass(20_000);
  stop.abort();
  await ended;
  expect(clock.waiting()).toBe(0);
  expect(log.states.map((s) => s.state)).toEqual(['absent']);
});

it('a stop while a port is being opened closes that port, and says nothing more', async () => {
  node();
  let opened: (port: OpenPort) => void = () => {};
  let closedWith = '';
  run(
    () =>
      new Promise((resolve) => {
        opened = resolve;
      }),
  );
  await turn();
  stop.abort();
  const silent = silentPort();
  opened({
    ...silent.port,
    close: async (why) => {
      closedWith ||= why;
      await silent.port.close(why);
    },
  });
  await ended;
  expect(closedWith).toBe('stopping');
  expect(log.states.map((s) => s.state)).toEqual(['opening']);
  expect(clock.waiting()).toBe(0);
});
