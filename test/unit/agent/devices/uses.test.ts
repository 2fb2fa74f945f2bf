// What `devices --config` looks for beside the devices: GPIO lines and I2C buses, only where the config needs them.
import { expect, it } from 'vitest';
import { parseConfig } from '../../../../agent/config/load.js';
import { usesOf } from '../../../../agent/devices/uses.js';

const uses = (text: string) =>
  usesOf(
    parseConfig(
      `[kiosk]\nname = "k1"\n[broker]\nurl = "mqtt://127.0.0.1:1883"\n[journal]\ndirectory = "j"\n[scanner]\nkind = "virtual"\n${
        text.includes('[actuator]') ? '' : '[actuator]\nkind = "virtual"\n'
      }${text}`,
      'kiosk.toml',
    ),
  );
const lamp = (place: string) => `[indicator]\nkind = "lamps"\noutputs = [{ name = "green", ${place} }]\n`;
const pulse = (rest: string) => `[actuator]\nkind = "pulse"\n${rest}\n`;

it.each([
  ['', false, false],
  [lamp('back_end = "led", led = "green"'), false, false],
  [lamp('back_end = "gpio", line = 17'), true, false],
  [lamp('back_end = "johnny-five", line = 17'), true, false],
  [lamp('back_end = "johnny-five", expander = "pcf8574", line = 3'), false, true],
  [lamp('back_end = "gpio", line = 17').replace('"lamps"', '"virtual"'), false, false],
  [pulse('output = { back_end = "led", led = "relay" }'), false, false],
  [pulse('output = { back_end = "gpio", line = 4 }'), true, false],
  [pulse('output = { back_end = "led", led = "relay" }\nsensor = { line = 23 }'), true, false],
  ['[buttons]\nkind = "lines"\npay = { line = 6 }\n', true, false],
  ['[display]\nkind = "ssd1306"\n', false, true],
  ['[display]\nkind = "hd44780"\n', false, true],
  ['[display]\nkind = "framebuffer"\n', false, false],
])('%j', (text, gpio, i2c) => {
  expect(uses(text)).toEqual({ gpio, i2c });
});
