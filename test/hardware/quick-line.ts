import { closeSync, mkdtempSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Native = { open(columns: number, rows: number): { master: number; slave: number; pty: string } };

const native = createRequire(import.meta.url)(`@lydell/node-pty-linux-${process.arch}/pty.node`) as Native;

/**
 * A pseudo-terminal in this process, plugged in at a path that stays. Quicker than `support/line.ts`, which has a process for
 * each: the native `open` leaves its descriptors to programs that are started later, so nothing may be started beside it.
 */
export class QuickLine {
  readonly #folder = mkdtempSync(join(tmpdir(), 'quietzone-quick-'));
  readonly path = join(this.#folder, 'scanner');
  /** The slave's stays open too, so that the line outlives a reader that closes it. */
  #ends: readonly [master: number, slave: number] | undefined;

  plug(): void {
    const { master, slave, pty } = native.open(80, 24);
    this.#ends = [master, slave];
    symlinkSync(pty, this.path);
  }

  /** Less than the line holds, so it never waits. */
  write(text: string): void {
    if (!this.#ends) throw new Error('line: found unplugged, expected plugged in');
    writeSync(this.#ends[0], Buffer.from(text, 'latin1'));
  }

  unplug(): void {
    if (!this.#ends) return;
    rmSync(this.path, { force: true });
    for (const end of this.#ends) closeSync(end);
    this.#ends = undefined;
  }

  close(): void {
    this.unplug();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
