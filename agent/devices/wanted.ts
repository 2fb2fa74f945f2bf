import type { Wanted } from '../../drivers/discovery/wanted.js';
import type { Config } from '../config/config.js';
import { usbOf } from './scanner.js';

/** The devices that the config names, as discovery looks for them. */
export function wantedOf({ scanner }: Pick<Config, 'scanner'>): readonly Wanted[] {
  const { kind, path } = scanner;
  const usb = usbOf(scanner);
  if (kind === 'virtual' || (usb === undefined && path === undefined)) return [];
  return [{ name: 'scanner', driver: kind, ...(usb ? { usb } : { path: path ?? '' }) }];
}
