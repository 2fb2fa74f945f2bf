// What `devices --config` says of lamps, relay, sensor, buttons and framebuffer, on a tree of files as a Pi 4 has it.
import { afterEach, expect, it } from 'vitest';
import { parseConfig } from '../../../../agent/config/load.js';
import { lineFindings } from '../../../../agent/devices/lines-there.js';
import { pi4, type SysfsTree } from '../../../support/sysfs-tree.js';

let tree: SysfsTree;
afterEach(() => tree.remove());

const configOf = (text: string) =>
  parseConfig(
    `[kiosk]\nname = "k1"\n[broker]\nurl = "mqtt://127.0.0.1:1883"\n[journal]\ndirectory = "j"\n[scanner]\nkind = "virtual"\n${
      text.includes('[actuator]') ? '' : '[actuator]\nkind = "virtual"\n'
    }${text}`,
    'kiosk.toml',
  );
const lamp = (place: string) => `[indicator]\nkind = "lamps"\noutputs = [{ name = "green", ${place} }]\n`;
const pulse = (rest: string) => `[actuator]\nkind = "pulse"\n${rest}\n`;
const pi = 'chip = "pinctrl-bcm2711"';
async function found(text: string) {
  tree = pi4().file('sys/class/leds/lamp-green/brightness', '0\n');
  return lineFindings(configOf(text), tree.roots.sysRoot);
}

it.each([
  ['', 'nothing named'],
  [lamp('back_end = "led", led = "lamp-green"'), 'a LED'],
  [lamp(`back_end = "gpio", line = 17, ${pi}`), 'a line by its chip'],
  [lamp('back_end = "johnny-five", expander = "pcf8574", line = 3'), 'a pin of an expander'],
  [lamp('back_end = "gpio", line = 999').replace('"lamps"', '"virtual"'), 'a lamp that is not used'],
  ['[display]\nkind = "framebuffer"\nframebuffer = "fb0"\n', 'a framebuffer'],
  [pulse(`output = { back_end = "gpio", line = 4, ${pi} }\nsensor = { line = 57, ${pi} }`), 'relay and sensor'],
])('%j is there: %s', async (text) => {
  expect(await found(text)).toEqual([]);
});

it.each([
  [lamp('back_end = "led", led = "lamp-red"'), 'indicator.outputs[0]: no LED "lamp-red" is there', 'lamp-green'],
  [pulse('output = { back_end = "led", led = "relay" }'), 'actuator.output: no LED "relay"', 'dtoverlay=gpio-led'],
  [lamp('back_end = "gpio", line = 17'), 'indicator.outputs[0]: 2 GPIO chips, expected one', 'chip: a label'],
  [lamp(`back_end = "johnny-five", line = 58, ${pi}`), 'indicator.outputs[0]: line 58: "pinctrl-bcm2711" has', 'count'],
  [lamp('back_end = "gpio", line = 1, chip = "gpiochip0"'), '0 GPIO chips "gpiochip0", expected one', 'a label'],
  [lamp('back_end = "pwm", channel = 2'), 'indicator.outputs[0]: found channel 2, the chip has 2', '0 to 1'],
  [lamp('back_end = "pwm", chip = "x.pwm"'), 'indicator.outputs[0]: 0 PWM chips "x.pwm", expected one', 'a device'],
  [
    pulse(`output = { back_end = "gpio", line = 4, ${pi} }\nsensor = { line = 3, chip = "no" }`),
    'actuator.sensor: 0 GPIO chips "no"',
    'chip: a label',
  ],
  [`[buttons]\nkind = "lines"\npay = { line = 60, ${pi} }\n`, 'buttons.pay: line 60', 'line: below its count'],
  ['[display]\nkind = "framebuffer"\n', 'display.framebuffer: no framebuffer "fb1" is there', 'fb0'],
])('%j is not: %s', async (text, what, remedy) => {
  expect(await found(text)).toEqual([
    {
      code: 'no-line',
      severity: 'wrong',
      found: expect.stringContaining(what),
      remedy: expect.stringContaining(remedy),
    },
  ]);
});
