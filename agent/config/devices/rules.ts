import type { Rule } from '../rule.js';

const serialNeedsPath: Rule = {
  reads: ['scanner.kind', 'scanner.path', 'scanner.usb', 'scanner.usb_serial', 'scanner.usb_port'],
  check: ({ scanner }) =>
    scanner.kind !== 'serial' || (scanner.path ?? scanner.usb ?? scanner.usb_serial ?? scanner.usb_port) !== undefined
      ? undefined
      : {
          key: 'scanner.path',
          found: 'nothing',
          expected:
            'the path of the serial device, such as "/dev/serial/by-id/usb-…", or usb, usb_serial or usb_port, as kind is "serial"',
        },
};

/** What the keys of a device's table must fulfil together. */
export const deviceRules: readonly Rule[] = [serialNeedsPath];
