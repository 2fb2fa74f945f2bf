import jsqr from 'jsqr';
import type { WebScreen } from '../../drivers/web/front.js';
import { Changes } from './changes.js';
import { namedEvents } from './http.js';

/** The kiosk's display as somebody sees it who stands before it: what its page draws, read back. */
export class DisplayWatch {
  readonly #stop = new AbortController();
  #screen: WebScreen | undefined;
  readonly #changes = new Changes();

  /** `page`: base of the kiosk's own page. */
  constructor(page: string) {
    void this.#follow(`${page}/events`);
  }

  /** The first screen, from now on, in which `find` finds something. @throws Error that names what stands there instead */
  async until<T>(what: string, withinMs: number, find: (screen: WebScreen) => T | undefined): Promise<T> {
    const end = performance.now() + withinMs;
    for (;;) {
      const found = this.#screen && find(this.#screen);
      if (found !== undefined) return found;
      const left = end - performance.now();
      if (left <= 0) {
        const shows = this.#screen ? `"${this.#screen.kind}"` : 'nothing';
        throw new Error(`the kiosk's display: found ${shows} after ${withinMs / 1000} s, expected ${what}`);
      }
      await this.#changes.next(left);
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  async #follow(url: string): Promise<void> {
    try {
      for await (const { name, data } of namedEvents(url, this.#stop.signal)) {
        if (name !== 'screen') continue;
        this.#screen = (data ?? undefined) as WebScreen | undefined;
        this.#changes.tell();
      }
    } catch {
      // The kiosk is gone: whoever waits hears what was to be seen last.
    }
  }
}

/** Of a phone's camera, pixels a module. */
const PIXELS = 4;
const SQUARE = /M(\d+) (\d+)h1v1h-1z/g;

/** What a phone reads from the screen's QR code as it is drawn; undefined: there is none, or it cannot be read. */
export function readCode({ qr }: Pick<WebScreen, 'qr'>): string | undefined {
  if (!qr) return undefined;
  const side = qr.size * PIXELS;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, column = '', row = ''] of qr.path.matchAll(SQUARE)) {
    for (let y = Number(row) * PIXELS; y < (Number(row) + 1) * PIXELS; y++) {
      const start = (y * side + Number(column) * PIXELS) * 4;
      // Black, and as opaque as before.
      for (let at = start; at < start + PIXELS * 4; at += 4) pixels.fill(0, at, at + 3);
    }
  }
  return jsqr.default(pixels, side, side)?.data;
}
