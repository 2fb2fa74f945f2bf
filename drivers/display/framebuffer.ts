import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.js';
import type { Display, DisplayHandlers, Screen } from '../contract/display.js';
import { type ColourFrame, colourFrame, colourModulesMost } from './colour-frame.js';
import { type Moment, type Panel, PanelLoop } from './panel.js';

export type FramebufferOptions = {
  /** Its name, such as "fb1". */
  readonly name: string;
  readonly clock: Clock;
  readonly sysRoot?: string;
  readonly devRoot?: string;
  readonly qrModulesMost?: number;
};

/** As the kernel tells it. */
type Shape = { readonly width: number; readonly height: number; readonly depth: 16 | 32; readonly stride: number };

/** What a 240x240 can show: the kernel's answer comes after the kiosk asked what codes there may be. */
const SIDE_LEAST = 240;
const MODULES_MOST = colourModulesMost(SIDE_LEAST, SIDE_LEAST);

async function shapeOf(folder: string): Promise<Shape> {
  const [size, bits, stride] = await Promise.all(
    ['virtual_size', 'bits_per_pixel', 'stride'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  const [width = 0, height = 0] = (size ?? '').split(',').map(Number);
  const depth = Number(bits);
  if (!(width > 0 && height > 0)) throw new Error(`framebuffer: found no size in ${folder}/virtual_size`);
  if (depth !== 16 && depth !== 32) {
    throw new Error(`framebuffer: found ${depth} bits a pixel, expected 16 or 32: choose the panel's overlay for it`);
  }
  return { width, height, depth, stride: Math.max(Number(stride), (width * depth) / 8) };
}

/** Little endian, as every Raspberry Pi is: RGB565, or XRGB8888. */
function rowsOf({ pixels, width, height }: ColourFrame, { depth, stride }: Shape): Buffer {
  const bytes = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = pixels[y * width + x] ?? 0;
      const at = y * stride + x * (depth / 8);
      if (depth === 32) bytes.writeUInt32LE(colour, at);
      else bytes.writeUInt16LE(((colour >> 8) & 0xf800) | ((colour >> 5) & 0x07e0) | ((colour >> 3) & 0x1f), at);
    }
  }
  return bytes;
}

class FramebufferPanel implements Panel {
  readonly #folder: string;
  readonly #node: string;
  readonly #most: number;
  #file: FileHandle | undefined;
  #shape: Shape | undefined;
  #sent: Buffer | undefined;

  constructor({ name, sysRoot = '/sys', devRoot = '/dev' }: FramebufferOptions, most: number) {
    this.#folder = join(sysRoot, 'class/graphics', name);
    this.#node = join(devRoot, name);
    this.#most = most;
  }

  async open(): Promise<void> {
    await this.close();
    this.#shape = await shapeOf(this.#folder);
    this.#file = await open(this.#node, 'r+');
  }

  async draw(moment: Moment | undefined): Promise<void> {
    const [shape, file] = [this.#shape, this.#file];
    if (!shape || !file) throw new Error('framebuffer: not open');
    const rows = rowsOf(colourFrame(moment?.screen, { ...shape, modulesMost: this.#most }), shape);
    for (const [from, to] of changedRows(this.#sent, rows, shape.stride)) {
      await file.write(rows, from * shape.stride, (to - from) * shape.stride, from * shape.stride);
    }
    this.#sent = rows;
  }

  async close(): Promise<void> {
    const file = this.#file;
    [this.#file, this.#sent] = [undefined, undefined];
    await file?.close();
  }
}

/** From and to (not included) of the rows that differ. */
export function changedRows(before: Buffer | undefined, after: Buffer, stride: number): [number, number][] {
  const runs: [number, number][] = [];
  for (let row = 0; (row + 1) * stride <= after.length; row++) {
    const [from, to] = [row * stride, (row + 1) * stride];
    if (before?.length === after.length && before.compare(after, from, to, from, to) === 0) continue;
    const last = runs.at(-1);
    if (last?.[1] === row) last[1] = row + 1;
    else runs.push([row, row + 1]);
  }
  return runs;
}

/** A colour display behind the kernel's framebuffer (ST7789 and others). Only rows that changed are written. */
export class FramebufferDisplay implements Display {
  readonly qrModulesMost: number;
  readonly #loop: PanelLoop;

  constructor(options: FramebufferOptions) {
    this.qrModulesMost = Math.min(options.qrModulesMost ?? MODULES_MOST, MODULES_MOST);
    this.#loop = new PanelLoop(new FramebufferPanel(options, this.qrModulesMost), options);
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
