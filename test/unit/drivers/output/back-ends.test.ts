// What each back-end writes, byte for byte: from outside a lamp only shows that something did.
import { afterEach, expect, it } from 'vitest';
import { type OutputPlace, outputAt } from '../../../../drivers/output/outputs.js';
import { FakeSysfs } from '../../../support/sysfs.js';
import { sleep, until } from '../../../support/wait.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function started(place: OutputPlace, prepare: (sys: FakeSysfs) => void) {
  const sys = new FakeSysfs();
  prepare(sys);
  const output = outputAt('line', place, { sysRoot: sys.root, load: sys.loadOnoff });
  closing.push(
    () => sys.close(),
    () => output.stop(),
  );
  await output.start({ onFault() {}, onWell() {} });
  return { sys, output };
}

it('a LED: the kernel blinks, with both times, and stops at the next wish', async () => {
  const at = 'class/leds/kiosk-green';
  const place: OutputPlace = { backEnd: 'led', led: 'kiosk-green' };
  const { sys, output } = await started(place, (s) => void s.led('kiosk-green'));
  output.blink(200, 1_800);
  await until('blinks', () => sys.read(`${at}/trigger`).includes('[timer]'));
  await until('times', () => sys.read(`${at}/delay_off`) === '1800');
  expect(sys.read(`${at}/delay_on`)).toBe('200');
  output.set(true);
  await until('steady', () => sys.read(`${at}/trigger`).includes('[none]'));
  await until('lit', () => sys.read(`${at}/brightness`) === '255');
});

it('a line without a timer of the kernel blinks in both directions', async () => {
  const place: OutputPlace = { backEnd: 'gpio', line: 17, activeLow: false };
  const { sys, output } = await started(place, (s) => s.gpioChip('pinctrl-bcm2711', 512));
  const on = () => sys.read('class/gpio/gpio529/value') === '1';
  output.blink(20, 20);
  for (let i = 0; i < 3; i++) {
    await until('lit', on, 1_000);
    await until('dark', () => !on(), 1_000);
  }
});

it('a relay that is active low is taken with the wire high, so that it never pulls', async () => {
  const place: OutputPlace = { backEnd: 'gpio', line: 17, activeLow: true };
  const { sys } = await started(place, (s) => s.gpioChip('pinctrl-bcm2711', 512));
  const read = (file: string) => sys.read(`class/gpio/gpio529/${file}`);
  expect([read('direction'), read('active_low'), read('value')]).toEqual(['high', '1', '0']);
});

it('a passive buzzer has half of its period on, at the pitch that was chosen', async () => {
  const at = 'class/pwm/pwmchip2/pwm0';
  const place: OutputPlace = { backEnd: 'pwm', channel: 0 };
  const { sys, output } = await started(place, (s) => void s.pwmChip(2, 'fe20c000.pwm'));
  output.tone(2_000);
  output.set(true);
  await until('on', () => sys.read(`${at}/enable`) === '1');
  await sleep(20);
  expect([sys.read(`${at}/period`), sys.read(`${at}/duty_cycle`)]).toEqual(['500000', '250000']);
});
