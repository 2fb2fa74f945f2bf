// A scanner's line that does as it is told, in the manner of wb-mqtt-serial: one that exists only here, and a real
// pseudo-terminal, behind one contract, so that the same script runs over both.
import type { identify } from '../../drivers/line/device-node.js';
import type { openPort } from '../../drivers/line/serial-port.js';
import { holdLock } from '../unit/drivers/lock-holder.js';
import { makePlace } from './line.js';

/** How a line ends: hung up, a failing read, its node gone, or another program in possession of it. */
export const disconnects = ['eof', 'eio', 'vanish', 'busy'] as const;
export type Disconnect = (typeof disconnects)[number];

/** What becomes of what is written: it is taken, taken after a while, refused, or waits for ever. */
export type Taking = 'at once' | 'slowly' | 'failing' | 'never';

export type Wire = {
  readonly path: string;
  /** How a driver opens it; absent: by its path, as any. */
  readonly port?: { readonly open: typeof openPort; readonly identify: typeof identify };
  /** Which ends it can come to. */
  readonly ends: readonly Disconnect[];
  plug(): Promise<void>;
  /** The device sends. */
  send(bytes: Uint8Array): Promise<void>;
  /** All that was written to the device since it was plugged in. */
  written(): Buffer;
  disconnect(how: Disconnect): Promise<void>;
  close(): Promise<void>;
};

const slowMs = 30;
const systemsWords = { eof: 'hang-up', eio: 'i/o error, read', vanish: 'bad file descriptor' } as const;

/** The double: no kernel, no time of its own. `take` says what becomes of writes. */
export class ScriptedPort implements Wire {
  readonly path = '/scripted/scanner';
  readonly ends = disconnects;
  readonly port = {
    open: (_: unknown, onBytes: (bytes: Uint8Array) => void) => this.#open(onBytes),
    identify: async () => (this.#life === 0 ? undefined : `scripted:${this.#life}`),
  };
  taking: Taking = 'at once';
  /** How often it was opened. */
  openings = 0;
  #lives = 0;
  /** Each plugging in is another device; 0: none. */
  #life = 0;
  #busy = false;
  #written: Uint8Array[] = [];
  #opened: { onBytes(bytes: Uint8Array): void; end(why: string): void } | undefined;

  async plug(): Promise<void> {
    this.#life = ++this.#lives;
    this.#busy = false;
    this.#written = [];
  }

  async send(bytes: Uint8Array): Promise<void> {
    this.#opened?.onBytes(bytes);
  }

  written(): Buffer {
    return Buffer.concat(this.#written);
  }

  async disconnect(how: Disconnect): Promise<void> {
    if (how === 'busy') this.#busy = true;
    if (how === 'vanish') this.#life = 0;
    this.#opened?.end(how === 'busy' ? systemsWords.eof : systemsWords[how]);
  }

  async close(): Promise<void> {
    this.#life = 0;
    this.#opened?.end('test over');
  }

  async #open(onBytes: (bytes: Uint8Array) => void) {
    if (this.#life === 0) throw new Error('No such file or directory');
    if (this.#busy) throw new Error('Cannot lock port');
    this.openings += 1;
    let end: (why: string) => void = () => {};
    const closed = new Promise<string>((resolve) => {
      end = resolve;
    });
    const opened = { onBytes, end };
    this.#opened = opened;
    void closed.then(() => {
      if (this.#opened === opened) this.#opened = undefined;
    });
    const write = async (bytes: Uint8Array) => {
      if (this.taking === 'failing') throw new Error('i/o error, write');
      if (this.taking === 'never') return new Promise<void>((_, reject) => void closed.then(reject));
      if (this.taking === 'slowly') await new Promise((resolve) => setTimeout(resolve, slowMs));
      this.#written.push(bytes);
    };
    return { closed, write, close: async (why: string) => end(why) };
  }
}

/** The same over a real pseudo-terminal. */
export function ptyWire(): Wire {
  const place = makePlace();
  let written: Uint8Array[] = [];
  let holder: Awaited<ReturnType<typeof holdLock>> | undefined;
  place.listen((bytes) => written.push(bytes));
  const letGo = async () => {
    await holder?.end();
    holder = undefined;
  };
  return {
    path: place.path,
    // A real terminal's failing read cannot be had without the device that fails.
    ends: ['eof', 'vanish', 'busy'],
    async plug() {
      await letGo();
      written = [];
      await place.plug();
    },
    send: (bytes) => place.write(bytes),
    written: () => Buffer.concat(written),
    async disconnect(how) {
      if (how === 'eof') await place.unplugOnly();
      else await place.unplug();
      if (how !== 'busy') return;
      // The next line is in another program's hands before anybody finds it at the path.
      const next = makePlace();
      await next.plug();
      holder = await holdLock(next.path);
      const held = holder;
      holder = {
        async end() {
          await held.end();
          await next.close();
        },
      };
      await place.linkTo(next);
    },
    async close() {
      await letGo();
      await place.close();
    },
  };
}

/** Pieces of these sizes in turn, the last one over and over. */
export function pieces(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const cut: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[Math.min(turn, sizes.length - 1)] ?? bytes.length);
    cut.push(bytes.subarray(at, at + size));
    at += size;
  }
  return cut;
}
