import type { Wanted } from '../../drivers/discovery/wanted.js';
import type { Config } from '../config/config.js';
import { type PlaceOfDevice, usbOf } from './usb.js';

function wanted(name: string, driver: Wanted['driver'], place: PlaceOfDevice): readonly Wanted[] {
  const usb = usbOf(place);
  if (usb) return [{ name, driver, usb }];
  return place.path === undefined ? [] : [{ name, driver, path: place.path }];
}

/** The devices that the config names, as discovery looks for them. */
export function wantedOf({ scanner, actuator }: Pick<Config, 'scanner' | 'actuator'>): readonly Wanted[] {
  return [
    ...(scanner.kind === 'virtual' ? [] : wanted('scanner', scanner.kind, scanner)),
    ...(actuator.kind === 'mdb' ? wanted('actuator', 'serial', actuator) : []),
  ];
}
