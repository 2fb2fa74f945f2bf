import * as v from 'valibot';
import { line } from '../values.js';

const usbRule = 'vendor and product id of four hexadecimal digits each, such as "0c2e:0b01"';

/** How a device on a line of its own is meant: by its path, or by what it is on the USB. */
export const placeOfDevice = {
  path: v.exactOptional(line(4_096, 'a path')),
  usb: v.exactOptional(v.pipe(v.string(usbRule), v.regex(/^[0-9a-f]{4}:[0-9a-f]{4}$/i, usbRule))),
  usb_serial: v.exactOptional(line(126)),
  usb_port: v.exactOptional(line(64, 'a port such as "1-1.4"')),
};
