// Keyboard scanners: silent or not read, and no code that is not whole.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HidKeyboardOptions, HidKeyboardScanner } from '../../../../drivers/scanner/hid-keyboard.js';
import { bitmapKeyboardDescriptor, keyboardDescriptor, posDescriptor } from '../../../support/hid-descriptors.js';
import { type HidPlace, type HidPlaceOptions, makeHidPlace } from '../../../support/hid-place.js';
import { inputEvent, keyReport, typed, typedEvents } from '../../../support/hid-reports.js';
import { recorder } from '../../../support/recorder.js';
import { sleep, until } from '../../../support/wait.js';

/** A request that any node takes: it plays the grab, which only an input device knows. */
const FIOCLEX = 0x5451;

let place: HidPlace;
let scanner: HidKeyboardScanner;
let log: ReturnType<typeof recorder>;

async function start(options: Partial<HidKeyboardOptions> = {}, of: Partial<HidPlaceOptions> = {}): Promise<void> {
  place = makeHidPlace({ descriptor: keyboardDescriptor, inputs: 2, ...of });
  place.plug();
  scanner = new HidKeyboardScanner({
    find: place.find,
    retry: { firstMs: 10, maxMs: 40 },
    watchMs: 20,
    gapMs: 80,
    ...options,
  });
  await scanner.start(log.handlers);
}
async function ready(options: Partial<HidKeyboardOptions> = {}, of: Partial<HidPlaceOptions> = {}): Promise<void> {
  await start(options, of);
  await until('ready', () => log.last() === 'ready');
}
const send = (text: string) => typed(text).forEach(place.report);
const codes = () => log.data.map((d) => Buffer.from(d.bytes).toString());
const details = () => log.states.map((s) => s.detail);

beforeEach(() => {
  log = recorder();
});
afterEach(async () => {
  await scanner.stop();
  place.close();
});

describe('silence', () => {
  it('every input device is inhibited before a code is read, and stays so after the agent', async () => {
    await ready();
    expect([place.inhibited(0), place.inhibited(1)]).toEqual(['1', '1']);
    await scanner.stop();
    expect(place.inhibited()).toBe('1');
  });

  it('somebody who takes it back has it set again; a device that came back is inhibited again', async () => {
    await ready();
    place.uninhibit();
    await until('inhibited again', () => place.inhibited() === '1');
    place.unplug();
    await until('absent', () => log.last() === 'absent');
    place.plug();
    expect(place.inhibited()).toBe('0');
    await until('ready', () => log.last() === 'ready');
    expect([place.inhibited(0), place.inhibited(1)]).toEqual(['1', '1']);
  });

  it('where neither inhibit nor grab can be had nothing is read: dead, with both reasons and the remedy', async () => {
    await start({}, { inhibit: 'refused' });
    await until('dead', () => log.last() === 'dead');
    expect(details().at(-1)).toMatch(
      /would type into a console: .*refused.*99-quietzone\.rules; and no grab: grab: .*ioctl/,
    );
    send('12345\r');
    place.events(typedEvents('12345\r'));
    await sleep(100);
    expect(log.data).toEqual([]);
    expect(log.states.some((s) => s.state === 'ready')).toBe(false);
  });

  it('without Perl there is no grab, and without an event node neither', async () => {
    await start({ perl: '/nonexistent/perl' }, { inhibit: 'missing' });
    await until('dead', () => log.last() === 'dead');
    expect(details().at(-1)).toMatch(/apt install perl-base/);
    await scanner.stop();
    scanner = new HidKeyboardScanner({
      find: async () => ({ hidraw: place.roots.devRoot, inputs: [{ inhibited: '/nonexistent', events: [] }] }),
      watchMs: 20,
    });
    await scanner.start(log.handlers);
    await until('dead', () => /no event node/.test(details().at(-1) ?? ''));
  });

  it('is dead when its reports cannot be read though it is inhibited, or when it speaks HID-POS', async () => {
    await start({}, { descriptor: bitmapKeyboardDescriptor, inputs: 1 });
    await until('dead', () => log.last() === 'dead');
    expect(details().at(-1)).toMatch(/inhibits it, and its reports cannot be read: .*bit map/);
    await scanner.stop();
    place.close();
    await start({}, { descriptor: posDescriptor });
    await until('dead', () => /set scanner.kind = "hid-pos"/.test(details().at(-1) ?? ''));
  });

  it('a device whose inhibit is lost for good is closed, and not read on', async () => {
    await ready();
    const nodes = await place.find();
    place.unplug();
    await until('absent', () => log.last() === 'absent');
    await scanner.stop();
    place.plug();
    let inputs = nodes?.inputs ?? [];
    scanner = new HidKeyboardScanner({
      find: async () => ({ ...((await place.find()) ?? {}), inputs }),
      ...{ watchMs: 20, retry: { firstMs: 10, maxMs: 20 } },
    });
    log = recorder();
    await scanner.start(log.handlers);
    await until('ready', () => log.last() === 'ready');
    // The array that the driver holds is the one it looks at.
    (inputs as { inhibited: string; events: readonly string[] }[])[0] = { inhibited: place.folder, events: [] };
    inputs = [{ inhibited: place.folder, events: [] }];
    await until('dead', () => log.last() === 'dead');
    expect(details().join()).toMatch(/inhibit was refused \(EISDIR\)/);
  });
});

describe('codes', () => {
  it('ends by Enter; the end alone is no code; Tab is no character', async () => {
    await ready();
    send('281006\r\r\r');
    send('28\t06\r');
    send('Https://x.Y/?a=1&b=~\r');
    await until('two codes', () => log.data.length === 2);
    expect(codes()).toEqual(['281006', 'Https://x.Y/?a=1&b=~']);
    expect(scanner.dropped.invalid).toBe(1);
    expect(log.data.every((d) => d.endOfCode)).toBe(true);
  });

  it('ends by Tab where that is the end, and then Enter is no character', async () => {
    await ready({ ends: ['tab'] });
    send('281006\t28\r06\t77\t');
    await until('two codes', () => log.data.length === 2);
    expect(codes()).toEqual(['281006', '77']);
  });

  it("ends by silence where no key ends it, and does not claim the device's own end", async () => {
    await ready({ ends: [] });
    send('281006');
    await until('the code', () => log.data.length === 1);
    send('130012');
    await until('the next', () => log.data.length === 2);
    expect(codes()).toEqual(['281006', '130012']);
    expect(log.data.some((d) => d.endOfCode)).toBe(false);
  });

  it('a code whose Enter is lost is dropped, not joined; slow typing within the gap is one code', async () => {
    await ready();
    send('111111');
    await until('the drop', () => scanner.dropped.incomplete === 1);
    // Sooner it would be the rest of the first.
    await sleep(400);
    for (const report of typed('2222\r')) {
      place.report(report);
      await sleep(15);
    }
    await until('the next', () => log.data.length === 1);
    expect(codes()).toEqual(['2222']);
    expect(JSON.stringify(log.states)).not.toMatch(/111|222/);
  });

  it('the rest of a code that was broken by a silence is dropped too', async () => {
    await ready();
    send('281006020');
    await until('the drop', () => scanner.dropped.incomplete === 1);
    send('123456789\r');
    await until('the second drop', () => scanner.dropped.incomplete === 2);
    expect(codes()).toEqual([]);
  });

  it('a key whose release was lost does not take the first character off the next code', async () => {
    await ready();
    place.report(keyReport(0, 0x1e));
    await until('the drop', () => scanner.dropped.incomplete === 1);
    await sleep(400);
    send('134\r');
    await until('the code', () => log.data.length === 1);
    expect(codes()).toEqual(['134']);
  });

  it('a Caps Lock that was left on bends no later code, after an end or a silence', async () => {
    await ready();
    const caps = [keyReport(0, 0x39), keyReport(0)];
    caps.forEach(place.report);
    await sleep(160);
    send('a\r');
    caps.forEach(place.report);
    send('b\rc\r');
    await until('three codes', () => log.data.length === 3);
    expect(codes()).toEqual(['a', 'B', 'c']);
  });

  it('a key without a character, Control, or lost keys spoil the whole code', async () => {
    await ready();
    for (const bad of [keyReport(0, 0x3a), keyReport(0x01, 0x06), Uint8Array.of(0, 0, 1, 1, 1, 1, 1, 1)]) {
      send('12345');
      place.report(bad);
      place.report(keyReport(0));
      send('6789\r');
    }
    send('777\r');
    await until('the good one', () => log.data.length === 1);
    expect(codes()).toEqual(['777']);
    expect(scanner.dropped).toEqual({ incomplete: 0, invalid: 3, 'too-long': 0 });
    expect(details().at(-1)).toBe('a code was dropped: it holds what cannot be read (3 since the start)');
  });

  it('grabbed: events lost by the kernel spoil the code', async () => {
    await ready({ grab: FIOCLEX }, { inhibit: 'missing' });
    place.events(Buffer.concat([typedEvents('123'), inputEvent(0, 3, 0), inputEvent(0, 0, 0), typedEvents('456\r')]));
    place.events(typedEvents('Good-1\r'));
    await until('the good one', () => log.data.length === 1);
    expect(codes()).toEqual(['Good-1']);
    expect(scanner.dropped.invalid).toBe(1);
  });
});
