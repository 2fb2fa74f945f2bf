import { BLOCK_ROOM_BYTES } from './block.js';
import type { BootFact, GapFact, JournalFact, JournalRecord } from './contract.js';
import { fromArray, toArray, toJson } from './records.js';

/** How records, as JSON, go into blocks. */

/** A record, and what it is on the disk: made once, as it is copied at every rotation as long as it is needed. */
export type Entry = {
  readonly record: JournalRecord;
  readonly json: string;
  /** In a block, with its comma. */
  readonly bytes: number;
};

/** Of a record that was read back. */
export function entryOf(record: JournalRecord): Entry {
  const json = toJson(record);
  return { record, json, bytes: sizeOf(json) };
}

/** What cannot be read back must not be written: it would take its whole block along. A text: what is wrong with it. */
export function newEntry(fact: JournalFact | BootFact | GapFact, at: number): Entry | string {
  const array = toArray(fact, at);
  const json = JSON.stringify(array);
  const bytes = sizeOf(json);
  if (bytes > BLOCK_ROOM_BYTES) return `found a record of ${bytes} bytes, expected at most ${BLOCK_ROOM_BYTES}`;
  const record = fromArray(array);
  return record
    ? { record, json, bytes }
    : `found a value in "${fact.kind}" that is not of its field, expected finite numbers and words`;
}

const sizeOf = (json: string): number => Buffer.byteLength(json) + 1;

export function totalOf(list: readonly Entry[]): number {
  let bytes = 0;
  for (const entry of list) bytes += entry.bytes;
  return bytes;
}

/** How many of the list's first go into so many bytes. */
export function fitting(list: readonly Entry[], room: number): number {
  let left = room;
  let count = 0;
  for (const { bytes } of list) {
    left -= bytes;
    if (left < 0) break;
    count += 1;
  }
  return count;
}

export function blocksFor(list: readonly Entry[]): number {
  let blocks = 0;
  let left = 0;
  for (const { bytes } of list) {
    if (bytes > left) {
      blocks += 1;
      left = BLOCK_ROOM_BYTES;
    }
    left -= bytes;
  }
  return blocks;
}
