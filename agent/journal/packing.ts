import { BLOCK_ROOM_BYTES } from './block.js';

/** How records, as JSON, go into blocks. */

/** With its comma. */
export const sizeOf = (json: string): number => Buffer.byteLength(json) + 1;
export const totalOf = (list: readonly string[]): number => list.reduce((sum, json) => sum + sizeOf(json), 0);

/** How many of the list's first go into so many bytes. */
export function fitting(list: readonly string[], room: number): number {
  let left = room;
  const over = list.findIndex((json) => {
    left -= sizeOf(json);
    return left < 0;
  });
  return over < 0 ? list.length : over;
}

export function blocksFor(list: readonly string[]): number {
  let blocks = 0;
  let left = 0;
  for (const json of list) {
    if (sizeOf(json) > left) {
      blocks += 1;
      left = BLOCK_ROOM_BYTES;
    }
    left -= sizeOf(json);
  }
  return blocks;
}
