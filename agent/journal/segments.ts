import { type Block, decodeBlock, type Torn } from './block.js';
import type { JournalRecord } from './contract.js';
import { BLOCK_BYTES } from './store.js';

/** What the segment files of a directory hold, pure: for the journal at its start, and for `quietzone journal` beside it. */

export type SegmentFile = { readonly name: string; readonly bytes: Uint8Array };
export type Place = { readonly segment: number; readonly index: number };
export type PlacedBlock = Place & { readonly block: Block };

export type Segments = {
  /** Whole blocks that each segment has room for, by its number. */
  readonly rooms: ReadonlyMap<number, number>;
  readonly blocks: readonly PlacedBlock[];
  readonly torn: readonly (Place & Torn)[];
  /** Whole blocks in a segment or at a place that they were not written to: somebody copied a file. */
  readonly misplaced: readonly Place[];
};

const HIGHEST_SEGMENT = 0xffff;
const BLANK = Buffer.alloc(BLOCK_BYTES);

export const segmentName = (number: number): string => `segment-${number}`;

/** Undefined for a file that is no segment. */
export function segmentNumber(name: string): number | undefined {
  const number = /^segment-(0|[1-9]\d{0,4})$/.exec(name)?.[1];
  return number === undefined || Number(number) > HIGHEST_SEGMENT ? undefined : Number(number);
}

/** Total: whatever the bytes are. Files that are no segments are passed over. */
export function readSegments(files: readonly SegmentFile[]): Segments {
  const rooms = new Map<number, number>();
  const blocks: PlacedBlock[] = [];
  const torn: (Place & Torn)[] = [];
  const misplaced: Place[] = [];
  for (const { name, bytes } of files) {
    const segment = segmentNumber(name);
    if (segment === undefined) continue;
    rooms.set(segment, Math.floor(bytes.length / BLOCK_BYTES));
    for (let index = 0; index * BLOCK_BYTES < bytes.length; index++) {
      const part = bytes.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
      if (BLANK.subarray(0, part.length).equals(part)) continue;
      const block = decodeBlock(part);
      if ('torn' in block) torn.push({ segment, index, ...block });
      else if (block.segment !== segment || block.sequence - block.base !== index) misplaced.push({ segment, index });
      else blocks.push({ segment, index, block });
    }
  }
  return { rooms, blocks, torn, misplaced };
}

/** What one journal's blocks say. */
export type Past = {
  readonly journal: string;
  /** In the order in which they became true: replay's order. */
  readonly records: readonly JournalRecord[];
  /** Blocks that are still needed, in their order. */
  readonly blocks: readonly PlacedBlock[];
  readonly tail: PlacedBlock;
  /** The oldest block that is needed. */
  readonly first: number;
  /** Blocks of which the disk had said that they are durable, and which are not there. */
  readonly gaps: number;
  /** Blocks that cannot be read and that no other vouches for: a write that the power cut. */
  readonly torn: readonly (Place & Torn)[];
};

/** One for each journal of which there are blocks; in a healthy directory there is one at most. */
export function pastsOf(segments: Segments): Past[] {
  const journals = new Set(segments.blocks.map((b) => b.block.journal));
  return [...journals].flatMap((journal) => pastOf(segments, journal) ?? []);
}

function pastOf(segments: Segments, journal: string): Past | undefined {
  const own = segments.blocks.filter((b) => b.block.journal === journal);
  const first = own.reduce((most, b) => Math.max(most, b.block.first), 0);
  const blocks = own.filter((b) => b.block.sequence >= first).sort((a, b) => a.block.sequence - b.block.sequence);
  const tail = blocks.at(-1);
  if (!tail) return undefined;
  const synced = blocks.reduce((most, b) => Math.max(most, b.block.synced), 0);
  const there = new Set(blocks.map((b) => b.block.sequence).filter((s) => s <= synced));
  const bases = new Map(blocks.map((b) => [b.segment, b.block.base]));
  const isGap = ({ segment, index }: Place): boolean => {
    const sequence = (bases.get(segment) ?? Number.NaN) + index;
    return sequence >= first && sequence <= synced;
  };
  return {
    ...{ journal, blocks, tail, first },
    records: inOrder(blocks.map((b) => b.block)),
    gaps: Math.max(0, synced - first + 1 - there.size),
    torn: segments.torn.filter((place) => !isGap(place)),
  };
}

/**
 * What was copied into a segment is older than all that was first written there, and than what stands in the segment that
 * it was copied from.
 */
function inOrder(blocks: readonly Block[]): JournalRecord[] {
  const bases = [...new Set(blocks.map((b) => b.base))].sort((a, b) => b - a);
  const kept = bases.flatMap((base) => blocks.filter((b) => b.base === base).flatMap((b) => b.kept));
  return [...kept, ...blocks.flatMap((b) => b.fresh)];
}

/** The board that the newest boot record names; undefined where none can be read. */
function boardOf(past: Past): string | undefined {
  return past.records.findLast((r) => r.kind === 'boot')?.board;
}

/** @throws Error when it cannot be told which journal is this kiosk's, or a newer program wrote it. */
export function ownPast(segments: Segments, board: string): Past | undefined {
  if (segments.torn.some((t) => t.torn === 'newer'))
    throw new Error('journal: written by a newer version of the agent; install that one, or move the journal away');
  const pasts = pastsOf(segments);
  const own = pasts.length > 1 ? pasts.filter((past) => boardOf(past) === board) : pasts;
  if (pasts.length <= 1 || own.length === 1) return own[0];
  const names = [...new Set(pasts.flatMap((p) => p.blocks.map((b) => segmentName(b.segment))))].sort().join(', ');
  throw new Error(
    `journal: found ${pasts.length} journals in one directory (${names}), ${own.length} of them of this board; move away all files but those of one`,
  );
}
