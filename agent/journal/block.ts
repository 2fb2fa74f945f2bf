import type { JournalRecord } from './contract.js';
import { crc32c } from './crc32c.js';
import { fromArray } from './records.js';
import { BLOCK_BYTES } from './store.js';

/**
 * One commit on the disk, little-endian:
 *
 *     0  4  "QZJB"         30  6  base      48  4  boot number
 *     4  4  CRC-32C        36  6  first     52  2  segment
 *     8 16  journal id     42  6  synced    54  2  length of the payload
 *    24  6  sequence                        56  2  version, then zeros
 *    64  …  payload: JSON [[kept…],[fresh…]], then anything
 *
 * The sum covers the bytes from 8 to the end of the payload.
 */
export type BlockHead = {
  /** Of the directory's journal, 32 hex digits, made once; boots of all epochs in it share it. */
  readonly journal: string;
  /** The number in the name of the segment it was written to: a copied segment is not taken for another. */
  readonly segment: number;
  /** Of the boot that wrote it. */
  readonly boot: number;
  /** Counts the journal's blocks from 1, without holes. */
  readonly sequence: number;
  /** Of the segment's first block: `sequence - base` is the place in the segment. */
  readonly base: number;
  /** Blocks before this one are not needed any more: what was essential in them is in later ones. */
  readonly first: number;
  /** The disk had said of every block up to this one that it is durable. 0: of none. */
  readonly synced: number;
};

export type Block = BlockHead & {
  /** Copied from an earlier segment: older than any fresh record. */
  readonly kept: readonly JournalRecord[];
  readonly fresh: readonly JournalRecord[];
};

/** `newer`: whole, but of a version that this program does not know. */
export type Torn = { readonly torn: 'no-magic' | 'length' | 'checksum' | 'newer' | 'payload' };

const MAGIC = 'QZJB';
const HEAD_BYTES = 64;
const SUMMED_FROM = 8;
const VERSION = 1;
/** Of a block with a record of a gap: a program from before there were any refuses it by name, and calls nothing torn. */
const GAP_VERSION = 2;
const GAP_BEGINS = '["m",';
/** For `[[` `],[` `]]`. */
const FRAME_BYTES = 7;
/** Of the records' JSON in one block, each with one byte for its comma. */
export const BLOCK_ROOM_BYTES = BLOCK_BYTES - HEAD_BYTES - FRAME_BYTES;

/**
 * @param kept and `fresh`: records as `toJson` gives them, together at most BLOCK_ROOM_BYTES.
 * @param block that is written over: a caller that writes one after the other needs only one.
 * @throws RangeError when they are more.
 */
export function encodeBlock(
  head: BlockHead,
  kept: readonly string[],
  fresh: readonly string[],
  block = Buffer.alloc(BLOCK_BYTES),
): Uint8Array {
  const payload = `[[${kept.join(',')}],[${fresh.join(',')}]]`;
  const length = Buffer.byteLength(payload);
  if (HEAD_BYTES + length > BLOCK_BYTES)
    throw new RangeError(
      `journal block: found ${length} bytes of payload, expected at most ${BLOCK_BYTES - HEAD_BYTES}`,
    );
  block.fill(0);
  block.write(MAGIC, 0, 'latin1');
  block.write(head.journal, 8, 16, 'hex');
  block.writeUIntLE(head.sequence, 24, 6);
  block.writeUIntLE(head.base, 30, 6);
  block.writeUIntLE(head.first, 36, 6);
  block.writeUIntLE(head.synced, 42, 6);
  block.writeUInt32LE(head.boot, 48);
  block.writeUInt16LE(head.segment, 52);
  block.writeUInt16LE(length, 54);
  block.writeUInt16LE(payload.includes(GAP_BEGINS) ? GAP_VERSION : VERSION, 56);
  block.write(payload, HEAD_BYTES, 'utf8');
  block.writeUInt32LE(crc32c(block.subarray(SUMMED_FROM, HEAD_BYTES + length)), 4);
  return block;
}

/** Total: any bytes are a block, or are torn for a reason. */
export function decodeBlock(bytes: Uint8Array): Block | Torn {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (block.length !== BLOCK_BYTES) return { torn: 'length' };
  if (block.toString('latin1', 0, 4) !== MAGIC) return { torn: 'no-magic' };
  const length = block.readUInt16LE(54);
  if (HEAD_BYTES + length > BLOCK_BYTES) return { torn: 'length' };
  if (crc32c(block.subarray(SUMMED_FROM, HEAD_BYTES + length)) !== block.readUInt32LE(4)) return { torn: 'checksum' };
  const version = block.readUInt16LE(56);
  if (version !== VERSION && version !== GAP_VERSION) return { torn: 'newer' };
  const records = fromPayload(block.toString('utf8', HEAD_BYTES, HEAD_BYTES + length));
  if (!records) return { torn: 'payload' };
  return { ...headIn(block), ...records };
}

/**
 * What stands where a block's head does, though its sum is wrong; undefined where none begins. Nothing vouches for it: a
 * write that the power cut may have left the new head before old content, or a mixture.
 */
export function tornHead(bytes: Uint8Array): BlockHead | undefined {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return block.length >= HEAD_BYTES && block.toString('latin1', 0, 4) === MAGIC ? headIn(block) : undefined;
}

const headIn = (block: Buffer): BlockHead => ({
  journal: block.toString('hex', 8, 24),
  sequence: block.readUIntLE(24, 6),
  base: block.readUIntLE(30, 6),
  first: block.readUIntLE(36, 6),
  synced: block.readUIntLE(42, 6),
  boot: block.readUInt32LE(48),
  segment: block.readUInt16LE(52),
});

function fromPayload(json: string): Pick<Block, 'kept' | 'fresh'> | undefined {
  const parsed = parse(json);
  if (!Array.isArray(parsed) || parsed.length !== 2) return undefined;
  const [kept, fresh] = parsed.map(recordsOf);
  return kept && fresh ? { kept, fresh } : undefined;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function recordsOf(list: unknown): JournalRecord[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const records = list.map(fromArray).filter((r) => r !== undefined);
  return records.length === list.length ? records : undefined;
}
