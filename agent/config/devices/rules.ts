import type { Rule } from '../rule.js';

const serialNeedsPath: Rule = {
  reads: ['scanner.kind', 'scanner.path'],
  check: ({ scanner }) =>
    scanner.kind !== 'serial' || scanner.path !== undefined
      ? undefined
      : {
          key: 'scanner.path',
          found: 'nothing',
          expected: 'the path of the serial device, such as "/dev/serial/by-id/usb-…", as kind is "serial"',
        },
};

const hidNeedsPath: Rule = {
  reads: ['scanner.kind', 'scanner.path'],
  check: ({ scanner }) =>
    (scanner.kind !== 'hid-pos' && scanner.kind !== 'hid-keyboard') || scanner.path !== undefined
      ? undefined
      : {
          key: 'scanner.path',
          found: 'nothing',
          expected: `the path of the scanner's HID device, such as "/dev/hidraw0", as kind is "${scanner.kind}"`,
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

/** What the keys of a device's table must fulfil together. */
export const deviceRules: readonly Rule[] = [serialNeedsPath, hidNeedsPath, keyboardEndsByKey];
