import { describe } from '../../../protocol/faults.js';
import { isCurrency } from '../../../protocol/money.js';
import type { Rule } from '../rule.js';

/** What a vending machine needs that hands out the goods and takes the orders. */

const place = ['actuator.path', 'actuator.usb', 'actuator.usb_serial', 'actuator.usb_port'];

const mdbNeedsPlace: Rule = {
  reads: ['actuator.kind', ...place],
  check({ actuator: { kind, path, usb, usb_serial, usb_port } }) {
    if (kind !== 'mdb' || (path ?? usb ?? usb_serial ?? usb_port) !== undefined) return undefined;
    const device = 'the path of the MDB adapter, such as "/dev/serial/by-id/usb-…"';
    const expected = `${device}, or usb, usb_serial or usb_port, as kind is "mdb"`;
    return { key: 'actuator.path', found: 'nothing', expected };
  },
};

const mdbNeedsCurrency: Rule = {
  reads: ['actuator.kind', 'actuator.currency'],
  check({ actuator: { kind, currency } }) {
    if (currency === undefined ? kind !== 'mdb' : isCurrency(currency)) return undefined;
    const found = currency === undefined ? 'nothing' : describe(currency, 'actuator.currency');
    const expected = 'the ISO 4217 code of the machine’s prices, in capitals, one that wallets pay in, such as "HKD"';
    return { key: 'actuator.currency', found, expected };
  },
};

const mdbPlacesOrders: Rule = {
  reads: ['actuator.kind', 'order.mode'],
  check: ({ actuator, order }) =>
    actuator.kind !== 'mdb' || order.mode === 'api'
      ? undefined
      : {
          key: 'order.mode',
          found: 'text "fixed"',
          expected: 'to be left out: the machine places the orders, as actuator.kind is "mdb"',
        },
};

const serialLinesDiffer: Rule = {
  reads: [
    'scanner.kind',
    'scanner.path',
    'scanner.usb',
    'scanner.usb_serial',
    'scanner.usb_port',
    'actuator.kind',
    ...place,
  ],
  check({ scanner: s, actuator: a }) {
    if (s.kind !== 'serial' || a.kind !== 'mdb') return undefined;
    const byUsb = (t: typeof s | typeof a) => [t.usb?.toLowerCase(), t.usb_serial, t.usb_port];
    const [usbOfS, usbOfA] = [byUsb(s), byUsb(a)];
    const meant = usbOfA.some((mark) => mark !== undefined);
    // An identity on the USB comes before a path.
    const same =
      meant || usbOfS.some((mark) => mark !== undefined)
        ? usbOfA.every((mark, i) => mark === usbOfS[i])
        : a.path === s.path;
    if (!same) return undefined;
    const key = meant ? 'actuator.usb_port' : 'actuator.path';
    return { key, found: 'the scanner’s own line', expected: 'another one: two devices cannot share a line' };
  },
};

export const mdbRules: readonly Rule[] = [mdbNeedsPlace, mdbNeedsCurrency, mdbPlacesOrders, serialLinesDiffer];
