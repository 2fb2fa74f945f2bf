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
export const deviceRules: readonly Rule[] = [serialNeedsPath, lcdNeedsEnglish];
