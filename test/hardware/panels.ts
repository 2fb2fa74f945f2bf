import { systemClock } from '../../drivers/clock.js';
import type { Display } from '../../drivers/contract/display.js';
import type { I2cBus } from '../../drivers/contract/i2c.js';
import { Bitmap } from '../../drivers/display/bitmap.js';
import { CELL_HEIGHT, CELL_WIDTH } from '../../drivers/display/font.js';
import { LcdDisplay } from '../../drivers/display/hd44780.js';
import { type OledChip, OledDisplay } from '../../drivers/display/ssd1306.js';
import { LcdModel, type Message, OledModel } from '../support/i2c-displays.js';

/** The displays that the lab's bus answers for: the shipped driver of each, and what its customer sees. */

export type Panel =
  | { readonly kind: 'oled'; readonly chip: OledChip }
  | { readonly kind: 'lcd'; readonly columns: number; readonly rows: number };

export const addressOf = ({ kind }: Panel): number => (kind === 'oled' ? 0x3c : 0x27);

export function panelOn(bus: I2cBus, panel: Panel): Display {
  const wired = { bus, address: addressOf(panel), clock: systemClock };
  return panel.kind === 'oled' ? new OledDisplay({ ...wired, ...panel }) : new LcdDisplay({ ...wired, ...panel });
}

/** The pixels after all messages; an LCD's characters stand one beside the other in the project's own font. */
export function pictureOf(panel: Panel, messages: readonly Message[]): Bitmap {
  const mine = messages.filter(({ address }) => address === addressOf(panel));
  if (panel.kind === 'lcd') return textPicture(panel, mine);
  const model = new OledModel(panel.chip);
  for (const message of mine) model.take(message);
  const frame = new Bitmap(128, 64);
  for (let y = 0; y < 64; y++) for (let x = 0; x < 128; x++) frame.set(x, y, model.isLit(x, y));
  return frame;
}

function textPicture({ columns, rows }: { columns: number; rows: number }, messages: readonly Message[]): Bitmap {
  const model = new LcdModel();
  for (const message of messages) model.take(message);
  const frame = new Bitmap(Math.ceil((columns * CELL_WIDTH) / 8) * 8, rows * CELL_HEIGHT);
  for (let row = 0; row < rows; row++) frame.write(model.line(row, columns), 0, row * CELL_HEIGHT);
  return frame;
}

/** The lab's record: "W 3c 00 ae" is what was written to 0x3c. */
export const messagesOf = (record: readonly string[]): Message[] =>
  record
    .filter((line) => line.startsWith('W '))
    .map((line) => {
      const [address = 0, ...bytes] = line
        .slice(2)
        .split(' ')
        .map((hex) => Number.parseInt(hex, 16));
      return { address, bytes: Uint8Array.from(bytes) };
    });
