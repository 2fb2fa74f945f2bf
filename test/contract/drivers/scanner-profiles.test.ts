// Golden transcripts: each profile's talk with its scanner, the same over the double and over a real pseudo-terminal.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../drivers/clock.js';
import { profileNames } from '../../../drivers/scanner/profile/profile.js';
import { SerialScanner } from '../../../drivers/scanner/serial.js';
import { recorder } from '../../support/recorder.js';
import { disconnects, ptyWire, ScriptedPort, type Wire } from '../../support/scripted-port.js';
import { play, type Stage } from '../../support/transcript.js';
import { until } from '../../support/wait.js';
import { fakeClock } from '../../unit/drivers/clock.js';

const folder = 'test/fixtures/scanners';
const transcripts = readdirSync(folder).filter((name) => name.endsWith('.txt'));
const profileOf = (name: string) => profileNames.find((known) => name.replace(/(-settled)?\.txt$/, '') === known);

let close = async () => {};
afterEach(() => close());

async function stageOf(name: string, wire: Wire, clock: Clock | undefined, chunks: readonly number[]) {
  const profile = profileOf(name);
  if (!profile) throw new Error(`${name}: found no profile of this name`);
  const log = recorder();
  const scanner = new SerialScanner({
    path: wire.path,
    baudRate: 115_200,
    profile,
    probeMs: 60_000,
    retry: { firstMs: 10, maxMs: 40 },
    watchMs: 20,
    ...(clock ? { clock } : {}),
    ...(wire.port ? { port: wire.port } : {}),
  });
  close = async () => {
    await scanner.stop();
    await wire.close();
  };
  await scanner.start(log.handlers);
  return { wire, scanner, log, chunks };
}

it('there is a transcript of each profile', () => {
  expect(new Set(transcripts.map(profileOf))).toEqual(new Set(profileNames));
});

// Each way a line can end, told alike by both.
describe.each([
  ['the double', () => new ScriptedPort()],
  ['a pseudo-terminal', ptyWire],
])('%s', (_name, makeWire) => {
  it.each(disconnects)('%s: said at once, no byte after it, and ready again', async (how) => {
    const wire: Wire = makeWire();
    if (!wire.ends.includes(how)) return wire.close();
    const { scanner, log } = await stageOf('generic.txt', wire, undefined, []);
    await wire.plug();
    await until('ready', () => scanner.state === 'ready');
    await wire.send(Buffer.from('2810060201'));
    await until('half a code', () => log.text() === '2810060201');
    await wire.disconnect(how);
    await until('its end', () => scanner.state !== 'ready');
    if (how === 'busy') await until('that another has it', () => /lock/i.test(log.states.at(-1)?.detail ?? ''));
    await wire.plug();
    await until('ready again', () => scanner.state === 'ready');
    await wire.send(Buffer.from('7777\r'));
    await until('the next code', () => log.text() === '28100602017777\r');
  });
});

describe.each(transcripts)('%s', (name) => {
  it.each([[[1_000]], [[1]], [[2]], [[3]], [[1, 5, 2, 9, 1]]])('over the double, in pieces of %j', async (chunks) => {
    const clock = fakeClock();
    const stage = await stageOf(name, new ScriptedPort(), clock, chunks);
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const passing: Stage['until'] = async (what, isSo) => {
      for (let gone = 0; gone < 10_000 && !isSo(); gone += 1) {
        await turn();
        if (!isSo()) clock.pass(1);
      }
      if (!isSo()) throw new Error(`not within 10 s of the clock: ${what}`);
      await turn();
    };
    await play(join(folder, name), { ...stage, until: passing });
  });

  it.each([[[1_000]], [[2, 1, 7]]])('over a pseudo-terminal, in pieces of %j', async (chunks) => {
    const stage = await stageOf(name, ptyWire(), undefined, chunks);
    await play(join(folder, name), { ...stage, until });
  });
});
