import type { Rule } from '../rule.js';
import { fiveFault } from './johnny-five.js';

const placeOfKind = {
  serial: 'the path of the serial device, such as "/dev/serial/by-id/usb-…"',
  'hid-pos': `the path of the scanner's HID device, such as "/dev/hidraw0"`,
  'hid-keyboard': `the path of the scanner's HID device, such as "/dev/hidraw0"`,
} as const;

const scannerNeedsPlace: Rule = {
  reads: ['scanner.kind', 'scanner.path', 'scanner.usb', 'scanner.usb_serial', 'scanner.usb_port'],
  check({ scanner: { kind, path, usb, usb_serial, usb_port } }) {
    if (kind === 'virtual' || (path ?? usb ?? usb_serial ?? usb_port) !== undefined) return undefined;
    const expected = `${placeOfKind[kind]}, or usb, usb_serial or usb_port, as kind is "${kind}"`;
    return { key: 'scanner.path', found: 'nothing', expected };
  },
};

const keyboardEndsByKey: Rule = {
  reads: ['scanner.kind', 'scanner.terminators'],
  check: ({ scanner }) =>
    scanner.kind !== 'hid-keyboard' || scanner.terminators.length === 0 || scanner.terminators.some((t) => t !== 'etx')
      ? undefined
      : {
          key: 'scanner.terminators',
          found: 'only "etx", which is no key',
          expected: '"cr" for Enter, "tab", or [] when silence ends a code, as kind is "hid-keyboard"',
        },
};

const lampsNeedOutputs: Rule = {
  reads: ['indicator.kind', 'indicator.outputs'],
  check: ({ indicator }) =>
    indicator.kind !== 'lamps' || indicator.outputs !== undefined
      ? undefined
      : {
          key: 'indicator.outputs',
          found: 'nothing',
          expected: 'at least one table [[indicator.outputs]], as kind is "lamps"',
        },
};

/** The key without which a back-end does not know its line. */
const placeOf = { led: 'led', pwm: undefined, gpio: 'line', 'johnny-five': 'line' } as const;

const outputsNeedPlaces: Rule = {
  reads: ['indicator.outputs'],
  check({ indicator: { outputs = [] } }) {
    for (const [i, output] of outputs.entries()) {
      const key = placeOf[output.back_end];
      const at = `indicator.outputs[${i}]`;
      if (key !== undefined && output[key] === undefined) {
        const what = key === 'led' ? 'its name under /sys/class/leds' : 'its offset on the chip, such as 17';
        return { key: `${at}.${key}`, found: 'nothing', expected: `${what}, as back_end is "${output.back_end}"` };
      }
      if (output.active_low && (output.back_end === 'led' || output.back_end === 'pwm')) {
        const expected =
          'false: only "gpio" and "johnny-five" are turned round here; a LED is by active_low=1 of its overlay';
        return { key: `${at}.active_low`, found: 'true', expected };
      }
    }
    return undefined;
  },
};

const fiveNeedsPins: Rule = {
  reads: ['indicator.outputs'],
  check: ({ indicator: { outputs = [] } }) => fiveFault(outputs, (i) => `indicator.outputs[${i}]`),
};

const lcdNeedsEnglish: Rule = {
  reads: ['display.kind', 'display.languages'],
  check: ({ display }) =>
    display.kind !== 'hd44780' || display.languages.includes('en')
      ? undefined
      : {
          key: 'display.languages',
          found: 'no "en"',
          expected: 'a list with "en" in it, as kind "hd44780" has no other letters',
        },
};

/** What the keys of a device's table must fulfil together. */
export const deviceRules: readonly Rule[] = [
  scannerNeedsPlace,
  keyboardEndsByKey,
  lampsNeedOutputs,
  outputsNeedPlaces,
  fiveNeedsPins,
  lcdNeedsEnglish,
];
