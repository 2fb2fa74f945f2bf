// Which actuator a config names, and what it says of itself. That each works is in the drivers' own tests.
import { afterEach, expect, it } from 'vitest';
import { parseConfig } from '../../../../agent/config/load.js';
import { actuatorOf } from '../../../../agent/devices/actuator.js';
import { wantedOf } from '../../../../agent/devices/wanted.js';
import { AppActuator } from '../../../../drivers/actuator/app.js';
import { MdbActuator } from '../../../../drivers/actuator/mdb/mdb.js';
import { PulseActuator } from '../../../../drivers/actuator/pulse.js';
import { VirtualActuator } from '../../../../drivers/actuator/virtual.js';
import { makePlace } from '../../../support/line.js';
import { makeVmc } from '../../../support/vmc.js';
import { until } from '../../../support/wait.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function config(...lines: string[]) {
  const text = `[kiosk]\nname = "k1"\n[broker]\nurl = "mqtt://127.0.0.1:1883"\n[journal]\ndirectory = "j"
[scanner]\nkind = "virtual"\n[actuator]\n${lines.join('\n')}\n`;
  return parseConfig(text, '/etc/quietzone/kiosk.toml');
}

const relay = 'output = { back_end = "led", led = "kiosk-relay" }';
const mdb = ['kind = "mdb"', 'path = "mdb"', 'currency = "HKD"'];

it.each([
  [['kind = "app"'], AppActuator],
  [['kind = "virtual"'], VirtualActuator],
  [['kind = "pulse"', relay], PulseActuator],
  [mdb, MdbActuator],
] as const)('%j is its driver', (lines, driver) => {
  const { actuator, report } = actuatorOf(config(...lines).actuator);
  expect(actuator).toBeInstanceOf(driver);
  expect(report('nothing', 'delivered')).toBe('unknown');
});

it('a relay without a sensor says so; one with a sensor, and others, have nothing to say', () => {
  const note = (...lines: string[]) => actuatorOf(config(...lines).actuator).actuatorNote;
  expect(note('kind = "pulse"', relay)).toMatch(/^actuator\.sensor: none/);
  expect(note('kind = "pulse"', relay, 'sensor = { line = 2 }')).toBeUndefined();
  expect(note('kind = "app"')).toBeUndefined();
});

it('a machine is the kiosk’s order source, and `quietzone devices` looks for its adapter', () => {
  const { machine } = actuatorOf(config(...mdb).actuator);
  expect(machine).toMatchObject({ source: expect.any(MdbActuator), currency: 'HKD' });
  expect(wantedOf(config(...mdb))).toEqual([{ name: 'actuator', driver: 'serial', path: '/etc/quietzone/mdb' }]);
  expect(wantedOf(config('kind = "mdb"', 'usb = "0403:6001"', 'currency = "HKD"'))).toEqual([
    { name: 'actuator', driver: 'serial', usb: { vid: '0403', pid: '6001' } },
  ]);
  expect(wantedOf(config('kind = "app"', 'path = "mdb"'))).toEqual([]);
});

it('a machine tells its currency, its places and its scale, and each fault of its line', async () => {
  const place = makePlace();
  closing.push(() => place.close());
  const vmc = makeVmc(place);
  const told: string[] = [];
  const lines = ['kind = "mdb"', `path = "${place.path}"`, 'currency = "JPY"', 'scale = 5', 'dialect = "hex"'];
  const { actuator, machine } = actuatorOf(config(...lines).actuator, {
    onFault: (detail) => told.push(`fault ${detail}`),
    onWell: (detail) => told.push(`well ${detail}`),
  });
  machine?.source.connect({ onOrder: () => undefined, onDropped() {} });
  closing.push(() => actuator.stop());
  await actuator.start();
  await until('absent', () => told.length > 0);
  await place.plug();
  await until('well', () => told.length > 1);
  expect(told).toEqual(['fault mdb: the line is absent: no such device node', 'well mdb: the line']);
  await vmc.play('> 1010\n< 00\n> 1212\n< 0000\n> 11000300000014');
  // Level 1, 0x1392 for JPY, scale 5, no decimals.
  expect((await vmc.next('SETUP')).slice(0, 12)).toBe('010113920500');
});
