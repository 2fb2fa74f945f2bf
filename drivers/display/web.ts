import type { Display, Screen } from '../contract/display.js';
import type { WebFront } from '../web/front.js';
import { QUIET_MODULES, qrOf } from './qr.js';

/** Version 15: on a screen of 480 pixels a module is 3 of them. */
const WEB_QR_MODULES = 77;

/** As the page draws it: a path of squares of one unit, in a square of `size` with its quiet zone. */
function pictureOf(code: string, modulesMost: number): { size: number; path: string } | undefined {
  const qr = qrOf(code, modulesMost);
  if (!qr) return undefined;
  let path = '';
  for (let row = 0; row < qr.size; row++) {
    for (let column = 0; column < qr.size; column++) {
      if (qr.isDark(row, column)) path += `M${column + QUIET_MODULES} ${row + QUIET_MODULES}h1v1h-1z`;
    }
  }
  return { size: qr.size + 2 * QUIET_MODULES, path };
}

/** The display of the web front. Who made the front starts and stops it; this driver shows and blanks. */
export class WebDisplay implements Display {
  readonly qrModulesMost: number;
  readonly #front: WebFront;

  /** `qrModulesMost`: for a screen that is smaller than most, or further away. */
  constructor(front: WebFront, qrModulesMost = WEB_QR_MODULES) {
    this.#front = front;
    this.qrModulesMost = Math.min(qrModulesMost, WEB_QR_MODULES);
  }

  async start(): Promise<void> {}

  show(screen: Screen): void {
    const qr = screen.code === undefined ? undefined : pictureOf(screen.code, this.qrModulesMost);
    this.#front.showScreen(qr ? { ...screen, qr } : screen);
  }

  async stop(): Promise<void> {
    this.#front.showScreen(undefined);
  }
}
