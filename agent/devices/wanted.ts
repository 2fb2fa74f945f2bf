import type { Wanted } from '../../drivers/discovery/wanted.js';
import type { Config } from '../config/config.js';

/** The devices that the config names, as discovery looks for them. */
export function wantedOf({ scanner: { kind, path } }: Pick<Config, 'scanner'>): readonly Wanted[] {
  return kind === 'virtual' || path === undefined ? [] : [{ name: 'scanner', driver: kind, path }];
}
