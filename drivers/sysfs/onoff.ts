import { close } from 'node:fs';
import type { Gpio } from 'onoff';
import { SysfsError } from './files.js';

/** What is used of an `onoff` line. */
export type OnoffLine = Pick<Gpio, 'read' | 'readSync' | 'writeSync' | 'watch' | 'unwatchAll'>;
export type MakeLine = (...args: ConstructorParameters<typeof Gpio>) => OnoffLine;

/** `onoff` is optional: it needs a compiler at install. @throws SysfsError with the remedy where it is not there */
export async function loadOnoff(): Promise<MakeLine> {
  try {
    const { Gpio } = await import('onoff');
    return (...args) => new Gpio(...args);
  } catch (error) {
    throw missing('onoff', error);
  }
}

export function missing(name: string, error: unknown): SysfsError {
  const { code: system, message } = error as NodeJS.ErrnoException;
  const unbuilt = message.startsWith('Could not locate the bindings file');
  const code = system ?? (unbuilt ? 'its native part is not built' : 'an error');
  const build = 'npm rebuild epoll i2c-bus --ignore-scripts=false';
  const remedy = unbuilt ? build : `npm install ${name}, then ${build}`;
  return new SysfsError(`the package ${name} cannot be loaded (${code}); ${remedy}`, code);
}

/**
 * Closes the line and leaves it exported: unexporting makes it an input on Raspberry Pi, and a relay board that is active
 * low then pulls. onoff 6.0.3 has no way to close alone, so its file is closed here; the version is pinned.
 */
export function closeLine(line: OnoffLine): void {
  line.unwatchAll();
  const { _valueFd: fd } = line as { _valueFd?: unknown };
  if (typeof fd === 'number') close(fd, () => {});
}
