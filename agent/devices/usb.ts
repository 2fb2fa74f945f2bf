import { lookFor, type WantedUsb } from '../../drivers/discovery/identity.js';

/** How a config means a device on a line of its own. */
export type PlaceOfDevice = {
  readonly path?: string;
  readonly usb?: string;
  readonly usbSerial?: string;
  readonly usbPort?: string;
};

/** The device that is meant on the USB; undefined: none is, it is meant by its path. */
export function usbOf({ usb, usbSerial, usbPort }: PlaceOfDevice): WantedUsb | undefined {
  const [vid, pid] = usb?.split(':') ?? [];
  if (vid === undefined && usbSerial === undefined && usbPort === undefined) return undefined;
  return {
    ...(vid === undefined || pid === undefined ? {} : { vid, pid }),
    ...(usbSerial === undefined ? {} : { serial: usbSerial }),
    ...(usbPort === undefined ? {} : { port: usbPort }),
  };
}

/**
 * Where a serial device is. An identity on the USB comes before a path, which may be another device's after a restart.
 * @param table of the config, for the fault that its rules have passed over
 */
export function serialPlaceOf(table: string, config: PlaceOfDevice): string | (() => Promise<string | undefined>) {
  const usb = usbOf(config);
  if (usb) return lookFor(usb, 'tty');
  if (config.path === undefined) throw new Error(`${table}.path: missing, expected the path of a serial line`);
  return config.path;
}
