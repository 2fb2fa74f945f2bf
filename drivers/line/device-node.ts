import { stat } from 'node:fs/promises';

/** What tells one plugged-in device from the next at the same path. */
export type DeviceIdentity = string;

/**
 * The device behind `path`, links followed; undefined when nothing is there or it may not be looked at.
 * The change time is no part of it: terminals touch it at every write.
 */
export async function identify(path: string): Promise<DeviceIdentity | undefined> {
  try {
    const { dev, ino, rdev } = await stat(path);
    return `${dev}:${ino}:${rdev}`;
  } catch {
    return undefined;
  }
}
