import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Output } from '../../../../drivers/contract/output.js';
import { defaultRetry } from '../../../../drivers/line/backoff.js';
import { type ExpanderChip, FiveExpander } from '../../../../drivers/output/johnny-five/expander.js';
import { boardOver, loadJohnnyFive, withRemedy } from '../../../../drivers/output/johnny-five/library.js';
import { IoPlugin } from '../../../../drivers/output/johnny-five/plugin.js';
import { type OutputSettings, outputAt } from '../../../../drivers/output/outputs.js';
import { type ExpanderChipDouble, Mcp23017, Pcf8574 } from '../../../support/expander-chips.js';
import { FakeSysfs } from '../../../support/sysfs.js';
import { until } from '../../../support/wait.js';

const soon = { retry: { ...defaultRetry, firstMs: 20, maxMs: 50 }, checkMs: 30 };
const outputs: Output[] = [];
const faults: string[] = [];
let wells = 0;
const handlers = { onFault: (detail: string) => void faults.push(detail), onWell: () => void wells++ };

afterEach(async () => {
  await Promise.all(outputs.splice(0).map((output) => output.stop()));
  faults.length = 0;
  wells = 0;
});

/** Outputs at some pins of one chip, all started at once, as the indicator does. */
function behind(
  chip: ExpanderChip,
  bus: ExpanderChipDouble,
  pins: readonly number[],
  activeLow = false,
  loadFive = loadJohnnyFive,
) {
  const expander = new FiveExpander({ chip, bus, address: bus.address });
  const place = { backEnd: 'johnny-five', component: 'relay', expander, activeLow } as const;
  const made = pins.map((line) => outputAt(`pin ${line}`, { ...place, line }, { ...soon, loadFive }));
  outputs.push(...made);
  return Promise.all(made.map((output) => output.start(handlers))).then(() => made);
}

describe('an expander by johnny-five', () => {
  it.each([
    ['pcf8574', () => new Pcf8574(0x38), [0, 3, 7]],
    ['mcp23017', () => new Mcp23017(0x21), [0, 7, 8, 15]],
  ] as const)(
    '%s: no relay that is active low is pulled while it starts, and the other pins stay',
    async (chip, make, pins) => {
      const bus = make();
      bus.plug();
      const [powerUp = ''] = bus.seen;
      const made = await behind(chip, bus, pins, true);
      for (const levels of bus.seen) for (const pin of pins) expect(levels[pin], levels).not.toBe('L');
      made.forEach((output) => void output.set(true));
      await until('all pulled', () => pins.every((pin) => bus.pin(pin) === 'L'));
      for (const levels of bus.seen) {
        for (const [pin, level] of [...levels].entries()) {
          if (!pins.includes(pin as never)) expect(level, `pin ${pin} of ${levels}`).toBe(powerUp[pin]);
        }
      }
    },
  );

  it.each([
    ['pcf8574', () => new Pcf8574(0x20), 'L'],
    ['mcp23017', () => new Mcp23017(0x20), 'H'],
  ] as const)('%s: each lamp is as it was wished again after the chip was without power', async (chip, make, on) => {
    const bus = make();
    const [lit, dark] = await behind(chip, bus, [1, 6], on === 'L');
    lit?.set(true);
    await until('lit', () => bus.pin(1) === on);
    bus.pull();
    await until('both told', () => faults.length >= 2);
    bus.plug();
    await until('well', () => wells === 2);
    expect([bus.pin(1) === on, bus.pin(6) === on]).toEqual([true, false]);
    dark?.set(true);
    await until('both lit', () => bus.pin(6) === on && bus.pin(1) === on);
  });

  it('an MCP23017 that lost its settings between two looks is told and set again', async () => {
    const bus = new Mcp23017(0x20);
    const [output] = await behind('mcp23017', bus, [9]);
    output?.set(true);
    await until('lit', () => bus.pin(9) === 'H');
    bus.plug();
    expect(bus.pin(9)).toBe('z');
    await until('lit again', () => bus.pin(9) === 'H');
    expect(faults).toEqual([expect.stringContaining('without power')]);
  });

  it('the same address on two buses is two chips', async () => {
    const [a, b] = [new Pcf8574(0x20), new Pcf8574(0x20)];
    const [first] = await behind('pcf8574', a, [2]);
    await behind('pcf8574', b, [2]);
    first?.set(true);
    await until('lit', () => a.pin(2) === 'H');
    expect(b.pin(2)).toBe('L');
  });

  it('a chip that comes and goes for a year makes nothing that stays', async () => {
    const bus = new Pcf8574(0x20);
    const five = await loadJohnnyFive();
    let made = 0;
    class Relay extends five.Relay {
      constructor(options: ConstructorParameters<typeof five.Relay>[0]) {
        super(options);
        made++;
      }
    }
    await behind('pcf8574', bus, [4], false, async () => ({ ...five, Relay }));
    for (let i = 1; i <= 5; i++) {
      bus.pull();
      await until('a fault', () => faults.length === i);
      bus.plug();
      await until('well', () => wells === i);
    }
    expect(made).toBe(1);
  });

  it.each([
    [false, 'H', 'L'],
    [true, 'L', 'H'],
  ])(
    'a LED, active low %s: switched in one transfer, and only looked at while it stays',
    async (activeLow, on, off) => {
      const bus = new Pcf8574(0x20);
      const expander = new FiveExpander({ chip: 'pcf8574', bus, address: 0x20 });
      const place = { backEnd: 'johnny-five', component: 'led', expander, line: 5, activeLow } as const;
      const output = outputAt('lamp', place, { ...soon, checkMs: 10 });
      outputs.push(output);
      await output.start(handlers);
      await until('dark', () => bus.pin(5) === off);
      const before = bus.writes;
      output.set(true);
      await until('lit', () => bus.pin(5) === on);
      const reads = bus.reads;
      await until('looked at', () => bus.reads > reads + 3);
      expect([bus.writes - before, bus.pin(5)]).toEqual([1, on]);
    },
  );
});

describe('johnny-five in this process', () => {
  it('missing, it is a fault of the line with its remedy, and is not looked for again', async () => {
    const sys = new FakeSysfs();
    const gone = () => Promise.reject(Object.assign(new Error('gone'), { code: 'ERR_MODULE_NOT_FOUND' }));
    const settings: Partial<OutputSettings> = { ...soon, sysRoot: sys.root, loadFive: () => withRemedy(gone) };
    const place = { backEnd: 'johnny-five', component: 'led', line: 3, activeLow: false } as const;
    const output = outputAt('lamp', place, settings);
    outputs.push(output);
    await output.start(handlers);
    expect(faults).toEqual([expect.stringMatching(/johnny-five cannot be loaded .* npm install johnny-five@2\.1\.0/)]);
    expect(loadJohnnyFive()).toBe(loadJohnnyFive());
    sys.close();
  });

  it('is loaded within the start, before a scanner is opened, also for a line that is not there', async () => {
    const five = await loadJohnnyFive();
    let loaded = 0;
    const loadFive = () =>
      new Promise<typeof five>((resolve) => {
        setTimeout(() => {
          loaded++;
          resolve(five);
        }, 50);
      });
    const bus = new Pcf8574(0x20);
    bus.pull();
    await behind('pcf8574', bus, [1, 2], false, loadFive);
    expect([loaded, faults.length]).toEqual([2, 2]);
  });

  it('makes no Board without io, takes neither SIGINT nor standard input, and says nothing', async () => {
    const five = await loadJohnnyFive();
    await expect(boardOver(five, undefined as never)).rejects.toThrow('expected an IO plugin');
    const before = [process.listenerCount('SIGINT'), process.stdin.listenerCount('data')];
    const said = vi.spyOn(console, 'log');
    const board = await boardOver(five, new IoPlugin({}));
    expect([process.listenerCount('SIGINT'), process.stdin.listenerCount('data')]).toEqual(before);
    expect(said).not.toHaveBeenCalled();
    said.mockRestore();
    // Unheard, it would end the process.
    board.emit('error', new Error('timeout'));
  });

  it('has one place that makes a Board, and never loads what looks for serial ports', async () => {
    const folder = new URL('../../../../drivers/output/johnny-five/', import.meta.url);
    const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8'));
    expect(sources.join('').match(/new (?:\w+\.)?Boards?\(.*/g)).toEqual([
      'new Board({ io, repl: false, debug: false, sigint: false });',
    ]);
    await behind('pcf8574', new Pcf8574(0x20), [0]);
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    const own = loaded.filter((path) => path.includes('/johnny-five/lib/'));
    expect(own.length).toBeGreaterThan(5);
    expect(
      loaded.filter((path) => /\/(serialport|@serialport|firmata|browser-serialport|usb|nanotimer)\//.test(path)),
    ).toEqual([]);
    expect(own.filter((path) => /\/(piezo|lcd|imu|gps|johnny-five)\.js$/.test(path))).toEqual([]);
  });
});

describe('the IO plugin', () => {
  it('tells "connect", then "ready", after it was made', async () => {
    const plugin = new IoPlugin({});
    const told: unknown[] = [];
    for (const type of ['connect', 'ready']) plugin.on(type, () => void told.push([type, plugin.isReady]));
    expect([plugin.isReady, told]).toEqual([false, []]);
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(told).toEqual([
      ['connect', false],
      ['ready', true],
    ]);
  });

  it('switches its lines at once, and refuses what it does not offer', () => {
    const heard: boolean[] = [];
    const plugin = new IoPlugin({ lines: [(high) => void heard.push(high)] });
    plugin.pinMode(0, plugin.MODES.OUTPUT);
    plugin.digitalWrite(0, plugin.HIGH);
    plugin.digitalWrite(0, plugin.LOW);
    expect(heard).toEqual([true, false]);
    expect(() => plugin.digitalWrite(1, 1)).toThrow('pin 1');
    expect(() => plugin.pinMode(0, plugin.MODES.PWM)).toThrow('mode 3');
    for (const call of ['analogWrite', 'servoWrite', 'i2cRead', 'serialRead'] as const) {
      expect(() => (plugin as unknown as Record<string, () => void>)[call]?.()).toThrow(call);
    }
  });

  it('sends the newest of each register, the higher one first, and answers for them', async () => {
    const bus = new Mcp23017(0x20);
    const plugin = new IoPlugin({ chip: { bus, address: 0x20 } });
    plugin.i2cConfig();
    plugin.i2cWrite(99, [0x00, 0x0f]);
    plugin.i2cWriteReg(99, 0x12, 0xf0);
    plugin.i2cWrite(99, 0x00, [0x00]);
    await plugin.send();
    expect(bus.seen).toEqual(['zzzzzzzzzzzzzzzz', 'LLLLHHHHzzzzzzzz']);
    bus.pull();
    plugin.i2cWrite(99, [0x12, 0]);
    await expect(plugin.send()).rejects.toMatchObject({ code: 'EREMOTEIO' });
    bus.plug();
    await plugin.send();
    expect(bus.seen.at(-1)).toBe('zzzzzzzzzzzzzzzz');
  });

  it('has no chip unless it was given one', async () => {
    await expect(new IoPlugin({}).send()).rejects.toThrow('no I2C chip');
  });
});
