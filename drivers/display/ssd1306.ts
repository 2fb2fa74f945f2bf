import type { Clock } from '../clock.js';
import type { Display, DisplayHandlers, Screen } from '../contract/display.js';
import type { I2cBus } from '../contract/i2c.js';
import { Bitmap } from './bitmap.js';
import { OLED_HEIGHT, OLED_QR_MODULES, OLED_WIDTH, oledFrame } from './oled-frame.js';
import { wideFrame } from './oled-wide.js';
import { type Moment, type Panel, PanelLoop } from './panel.js';

export type OledChip = 'ssd1306' | 'sh1106';

export type OledOptions = {
  readonly chip: OledChip;
  readonly bus: I2cBus;
  readonly address: number;
  readonly clock: Clock;
  readonly qrModulesMost?: number;
  /** Data bytes in one transaction: others on the bus wait no longer than these take. */
  readonly chunk?: number;
};

const PAGES = OLED_HEIGHT / 8;
const CHUNK = 64;
/** Fewer unchanged columns than it costs to address anew. */
const GAP_COLUMNS = 7;
const BRIGHT = 0xcf;
const DIM = 0x10;

/** The first byte of a transaction: what follows are commands, or pixels. */
const COMMANDS = 0x00;
const PIXELS = 0x40;

const setContrast = (value: number): number[] => [0x81, value];

/**
 * Clock, 64 lines, no offset, pump, page addressing, mirrored as the glass is, pins, pre-charge, VCOMH, RAM shown. It does
 * not switch off: each minute's new start would be seen.
 */
const initOf = (chip: OledChip): number[] => [
  ...[0xd5, 0x80, 0xa8, 0x3f, 0xd3, 0x00, 0x40],
  ...(chip === 'ssd1306' ? [0x8d, 0x14, 0x20, 0x02] : [0xad, 0x8b]),
  ...[0xa1, 0xc8, 0xda, 0x12, 0xd9, chip === 'ssd1306' ? 0xf1 : 0x22, 0xdb, 0x40, 0xa4, 0xa6],
  ...setContrast(BRIGHT),
];

/** SH1106 has 132 columns of RAM; the glass stands on those from the third. */
const firstColumn: Readonly<Record<OledChip, number>> = { ssd1306: 0, sh1106: 2 };

/** Pages of eight rows, a byte a column, the highest pixel in the lowest bit. */
export function pagesOf(frame: Bitmap): Uint8Array {
  const bytes = new Uint8Array(PAGES * OLED_WIDTH);
  for (let page = 0; page < PAGES; page++) {
    for (let x = 0; x < OLED_WIDTH; x++) {
      let byte = 0;
      for (let row = 0; row < 8; row++) if (frame.isLit(x, page * 8 + row)) byte |= 1 << row;
      bytes[page * OLED_WIDTH + x] = byte;
    }
  }
  return bytes;
}

/** From and to (not included) of the columns that differ; short gaps are sent along. */
export function changedRuns(before: Uint8Array | undefined, after: Uint8Array): [number, number][] {
  const runs: [number, number][] = [];
  for (const [x, byte] of after.entries()) {
    if (before?.[x] === byte) continue;
    const last = runs.at(-1);
    if (last && x - last[1] < GAP_COLUMNS) last[1] = x + 1;
    else runs.push([x, x + 1]);
  }
  return runs;
}

/** All of it one pixel to the right: the quiet zone of a code moves with it. */
function shifted(frame: Bitmap): Bitmap {
  const moved = new Bitmap(frame.width, frame.height);
  for (let y = 0; y < frame.height; y++) {
    for (let x = 1; x < frame.width; x++) moved.set(x, y, frame.isLit(x - 1, y));
  }
  return moved;
}

/** Pages of text that a code stays in its place. */
const SHIFT_PAGES = 5;

function frameOf({ screen, page }: Moment, modulesMost: number): Bitmap {
  const frame = wideFrame(screen, page) ?? oledFrame(screen, modulesMost);
  const moves = screen.code !== undefined && Math.floor(page / SHIFT_PAGES) % 2 === 1;
  return moves ? shifted(frame) : frame;
}

class OledPanel implements Panel {
  readonly #options: OledOptions;
  readonly #chunk: number;
  /** What the panel holds, page by page; nothing: not known. */
  readonly #sent: (Uint8Array | undefined)[] = [];
  #on = false;
  #dim = false;

  constructor(options: OledOptions) {
    this.#options = options;
    this.#chunk = options.chunk ?? CHUNK;
  }

  async open(): Promise<void> {
    this.#sent.length = 0;
    [this.#on, this.#dim] = [false, false];
    await this.#commands(initOf(this.#options.chip));
  }

  async draw(moment: Moment | undefined): Promise<void> {
    const most = Math.min(this.#options.qrModulesMost ?? OLED_QR_MODULES, OLED_QR_MODULES);
    const frame = pagesOf(moment ? frameOf(moment, most) : new Bitmap(OLED_WIDTH, OLED_HEIGHT));
    for (let page = 0; page < PAGES; page++) {
      await this.#page(page, frame.subarray(page * OLED_WIDTH, (page + 1) * OLED_WIDTH));
    }
    const dim = moment?.resting ?? false;
    if (dim !== this.#dim) await this.#commands(setContrast(dim ? DIM : BRIGHT));
    this.#dim = dim;
    // Only now: what RAM holds at power-up is noise.
    if (!this.#on) await this.#commands([0xaf]);
    this.#on = true;
  }

  /** The bus belongs to whoever made it. */
  async close(): Promise<void> {}

  async #page(page: number, bytes: Uint8Array): Promise<void> {
    const before = this.#sent[page];
    const runs = changedRuns(before, bytes);
    for (const [from, to] of runs) {
      const column = from + firstColumn[this.#options.chip];
      await this.#commands([0xb0 | page, column & 0x0f, 0x10 | (column >> 4)]);
      for (let at = from; at < to; at += this.#chunk) {
        await this.#write(PIXELS, bytes.subarray(at, Math.min(to, at + this.#chunk)));
      }
    }
    this.#sent[page] = bytes;
  }

  #commands(bytes: readonly number[]): Promise<void> {
    return this.#write(COMMANDS, Uint8Array.from(bytes));
  }

  #write(kind: number, bytes: Uint8Array): Promise<void> {
    return this.#options.bus.write(this.#options.address, Uint8Array.from([kind, ...bytes]));
  }
}

/** A display of 128 by 64 pixels on I2C. Sends what changed; opens the display again after an error, and each minute. */
export class OledDisplay implements Display {
  readonly qrModulesMost: number;
  readonly #loop: PanelLoop;

  constructor(options: OledOptions) {
    this.qrModulesMost = Math.min(options.qrModulesMost ?? OLED_QR_MODULES, OLED_QR_MODULES);
    this.#loop = new PanelLoop(new OledPanel(options), options);
  }

  async start(handlers?: DisplayHandlers): Promise<void> {
    this.#loop.start(handlers);
  }

  show(screen: Screen): void {
    this.#loop.show(screen);
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }
}
