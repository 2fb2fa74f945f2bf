import { mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPty, type Pty } from './pty.js';

/** A scanner's place on a machine: a path that stays, and a pseudo-terminal that is plugged in there or not. */
export type Place = {
  readonly path: string;
  plug(): Promise<void>;
  /** Right behind what was written; the path goes with it. */
  unplug(): Promise<void>;
  /** Pulls the line and leaves the path, which then leads nowhere. */
  unplugOnly(): Promise<void>;
  /** Leads the path to another place's line, while this one stays plugged in. */
  linkTo(other: Place): Promise<void>;
  write(bytes: Uint8Array | string): Promise<void>;
  /** Tells what is written to the line at its other end, of each line that is plugged in from now on. */
  listen(onBytes: (bytes: Uint8Array) => void): void;
  close(): Promise<void>;
};

export function makePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'quietzone-line-'));
  const path = join(folder, 'scanner');
  let pty: Pty | undefined;
  let onBytes: ((bytes: Uint8Array) => void) | undefined;
  const unplugOnly = async () => {
    const pulled = pty;
    pty = undefined;
    await pulled?.unplug();
  };
  const unplug = async () => {
    const gone = unplugOnly();
    rmSync(path, { force: true });
    await gone;
  };
  return {
    path,
    async plug() {
      pty = await openPty();
      if (onBytes) pty.listen(onBytes);
      rmSync(path, { force: true });
      symlinkSync(pty.path, path);
    },
    listen(heard) {
      onBytes = heard;
    },
    unplug,
    unplugOnly,
    async linkTo(other) {
      // Renamed into place, so that the path is never missing.
      symlinkSync(other.path, `${path}.new`);
      renameSync(`${path}.new`, path);
    },
    async write(bytes) {
      if (!pty) throw new Error('line: found unplugged, expected plugged in');
      await pty.write(bytes);
    },
    async close() {
      await unplug();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
