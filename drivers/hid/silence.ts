import { open } from 'node:fs/promises';
import type { HidInput } from './nodes.js';

/** Sets or reads one `inhibited`; it never makes a file where the kernel has none. */
async function inhibitOne(file: string): Promise<string | undefined> {
  try {
    const reading = await open(file, 'r');
    const before = (await reading.readFile('utf8').finally(() => reading.close())).trim();
    if (before === '1') return undefined;
    const writing = await open(file, 'r+');
    await writing.write('1\n', 0).finally(() => writing.close());
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT') return 'the kernel cannot inhibit input devices (Linux 5.11 can)';
    return `the kernel's inhibit was refused (${code}); remedy: install deploy/udev/99-quietzone.rules`;
  }
}

/**
 * Makes the kernel pass over all that these devices type; what their hidraw node reports stays. It outlives the agent and
 * ends with the plug. Resolves with why it could not, or undefined: no character of theirs reaches a console.
 */
export async function inhibit(inputs: readonly HidInput[]): Promise<string | undefined> {
  const faults = await Promise.all(inputs.map((input) => inhibitOne(input.inhibited)));
  return faults.find((fault) => fault !== undefined);
}
