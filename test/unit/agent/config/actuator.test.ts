// What [actuator] may say, and which lines two devices may not share.
import { expect, it } from 'vitest';
import { ConfigError } from '../../../../agent/config/faults.js';
import { parseConfig } from '../../../../agent/config/load.js';

const relay = 'output = { back_end = "gpio", line = 17 }';

function text(actuator: readonly string[], more = ''): string {
  return `[kiosk]\nname = "k1"\n[broker]\nurl = "mqtt://127.0.0.1:1883"\n[journal]\ndirectory = "j"
[scanner]\nkind = "virtual"\n${more}\n[actuator]\n${actuator.join('\n')}\n`;
}

function faults(actuator: readonly string[], more = '') {
  try {
    parseConfig(text(actuator, more), 'kiosk.toml');
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

it('takes a relay by its line and a sensor by its own, with what silence means', () => {
  const sensor = 'sensor = { chip = "pinctrl-rp1", line = 23, active_low = true }';
  expect(parseConfig(text(['kind = "pulse"', relay, sensor, 'pulse_ms = 50']), 'kiosk.toml').actuator).toMatchObject({
    ...{ kind: 'pulse', pulseMs: 50, toleranceMs: 100 },
    output: { backEnd: 'gpio', line: 17, activeLow: false },
    sensor: {
      ...{ chip: 'pinctrl-rp1', line: 23, activeLow: true },
      ...{ debounceMs: 20, withinMs: 10_000, clearMs: 5_000, silent: 'doubtful' },
    },
  });
});

it.each([
  [['kind = "pulse"'], 'actuator.output', /the relay, such as/],
  [['kind = "pulse"', 'output = { back_end = "led" }'], 'actuator.output.led', /sys\/class\/leds/],
  [['kind = "pulse"', 'output = { back_end = "gpio" }'], 'actuator.output.line', /offset on the chip/],
  [['kind = "pulse"', 'output = { back_end = "pwm" }'], 'actuator.output.back_end', /"led", "gpio"/],
  [
    ['kind = "pulse"', 'output = { back_end = "led", led = "r", active_low = true }'],
    'actuator.output.active_low',
    /false/,
  ],
  [
    ['kind = "pulse"', 'output = { back_end = "led", led = "r", name = "r" }'],
    'actuator.output.name',
    /a table of back_end/,
  ],
  [['kind = "pulse"', relay, 'pulse_ms = 10001'], 'actuator.pulse_ms', /1 to 10000/],
  [['kind = "pulse"', relay, 'sensor = { chip = "c" }'], 'actuator.sensor.line', /a table of line/],
  [
    ['kind = "pulse"', relay, 'sensor = { line = 2, silent = "delivered" }'],
    'actuator.sensor.silent',
    /"failed", "doubtful"/,
  ],
  [['kind = "pulse"', relay, 'sensor = { line = 2, pull = "up" }'], 'actuator.sensor.pull', /a table of line/],
] as [string[], string, RegExp][])('names what is wrong: %j', (lines, key, expected) => {
  const [fault, ...more] = faults(lines);
  expect(more).toEqual([]);
  expect(fault?.key).toBe(key);
  expect(fault?.expected).toMatch(expected);
});

const lamp = (place: string) => `[indicator]\nkind = "lamps"\noutputs = [{ name = "green", ${place} }]`;

it.each([
  ['a sensor on its own relay', lamp('back_end = "pwm"'), relay, 'sensor = { line = 17 }', 'actuator.sensor.line'],
  ['a lamp on the relay', lamp('back_end = "gpio", line = 17'), relay, '', 'actuator.output.line'],
  [
    'one chip named, the other the only one',
    lamp('back_end = "gpio", chip = "c", line = 17'),
    relay,
    '',
    'actuator.output.line',
  ],
  [
    'a lamp by johnny-five',
    lamp('back_end = "johnny-five", line = 17'),
    'output = { back_end = "gpio", line = 17 }',
    '',
    'actuator.output.line',
  ],
  [
    'one LED twice',
    lamp('back_end = "led", led = "r"'),
    'output = { back_end = "led", led = "r" }',
    '',
    'actuator.output.led',
  ],
] as const)('refuses two devices on one line: %s', (_name, indicator, output, sensor, key) => {
  const [fault, ...more] = faults(['kind = "pulse"', output, sensor], indicator);
  expect(more).toEqual([]);
  expect(fault).toMatchObject({ key, expected: expect.stringMatching(/^another line: (indicator|actuator)\./) });
});

it('two lamps are not one either, but lines of another chip, another kind, or of nobody are', () => {
  const twice =
    '[indicator]\nkind = "lamps"\noutputs = [{ name = "amber", back_end = "pwm" }, { name = "red", back_end = "pwm" }]';
  expect(faults(['kind = "app"'], twice).map((f) => f.key)).toEqual(['indicator.outputs[1].channel']);
  const other = ['kind = "pulse"', 'output = { back_end = "gpio", chip = "a", line = 17 }'];
  expect(faults(other, lamp('back_end = "gpio", chip = "b", line = 17'))).toEqual([]);
  expect(
    faults(['kind = "pulse"', 'output = { back_end = "led", led = "17" }'], lamp('back_end = "gpio", line = 17')),
  ).toEqual([]);
  expect(faults(['kind = "app"', relay], lamp('back_end = "gpio", line = 17'))).toEqual([]);
});

const mdb = ['kind = "mdb"', 'path = "/dev/ttyUSB0"', 'currency = "HKD"'];

it('takes a machine by its line, from beside the file', () => {
  const { actuator } = parseConfig(text(['kind = "mdb"', 'path = "mdb"', 'currency = "HKD"']), '/etc/k/kiosk.toml');
  expect(actuator).toMatchObject({
    path: '/etc/k/mdb',
    baudRate: 115_200,
    dialect: 'qibixx',
    session: 'begin',
    scale: 1,
  });
});

const scanner = (...lines: string[]) => ['[scanner]', ...lines].join('\n');

it.each([
  [['kind = "mdb"', 'currency = "HKD"'], '', 'actuator.path', /MDB adapter/],
  [['kind = "mdb"', 'usb_port = "1-1"'], '', 'actuator.currency', /ISO 4217/],
  [[...mdb.slice(0, 2), 'currency = "XXX"'], '', 'actuator.currency', /ISO 4217/],
  [[...mdb, 'dialect = "mdb"'], '', 'actuator.dialect', /"qibixx", "hex"/],
  [[...mdb, 'scale = 256'], '', 'actuator.scale', /1 to 255/],
  [
    mdb,
    '[order]\nmode = "fixed"\namount = "1"\ncurrency = "HKD"\nreference = "A"',
    'order.mode',
    /the machine places the orders/,
  ],
] as [string[], string, string, RegExp][])('names what a machine lacks: %j %s', (lines, more, key, expected) => {
  const [fault, ...others] = faults(lines, more);
  expect(others).toEqual([]);
  expect(fault?.key).toBe(key);
  expect(fault?.expected).toMatch(expected);
});

it.each([
  [mdb, ['path = "/dev/ttyUSB0"'], ['actuator.path']],
  [mdb, ['path = "/dev/ttyUSB1"'], []],
  [[...mdb, 'usb = "0403:6001"'], ['path = "/dev/ttyUSB0"'], []],
  [[...mdb, 'usb = "0C2E:6001"'], ['usb = "0c2e:6001"'], ['actuator.usb_port']],
  [[...mdb, 'usb = "0c2e:6001"', 'usb_port = "1-2"'], ['usb = "0c2e:6001"', 'usb_port = "1-1"'], []],
] as const)('a machine and a scanner are two lines: %j, %j', (lines, scannerLines, keys) => {
  const source = text([...lines]).replace('[scanner]\nkind = "virtual"', scanner('kind = "serial"', ...scannerLines));
  let found: readonly string[] = [];
  try {
    parseConfig(source, 'kiosk.toml');
  } catch (error) {
    found = (error as ConfigError).faults.map((fault) => fault.key);
  }
  expect(found).toEqual(keys);
});
