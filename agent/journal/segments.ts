import { type Block, type BlockHead, decodeBlock, type Torn, tornHead } from './block.js';
import type { JournalRecord } from './contract.js';
import { BLOCK_BYTES } from './store.js';

/** What the segment files of a directory hold, pure: for the journal at its start, and for `quietzone journal` beside it. */

export type SegmentFile = { readonly name: string; readonly bytes: Uint8Array };
export type Place = { readonly segment: number; readonly index: number };
export type PlacedBlock = Place & { readonly block: Block };
/** `head`: as it stands there, where it names this very place; it is not proven. */
export type TornPlace = Place & Torn & { readonly head?: BlockHead };

export type Segments = {
  /** Whole blocks that each segment has room for, by its number. */
  readonly rooms: ReadonlyMap<number, number>;
  readonly blocks: readonly PlacedBlock[];
  readonly torn: readonly TornPlace[];
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
  const torn: TornPlace[] = [];
  const misplaced: Place[] = [];
  for (const { name, bytes } of files) {
    const segment = segmentNumber(name);
    if (segment === undefined) continue;
    rooms.set(segment, Math.floor(bytes.length / BLOCK_BYTES));
    for (let index = 0; index * BLOCK_BYTES < bytes.length; index++) {
      const part = bytes.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
      if (BLANK.subarray(0, part.length).equals(part)) continue;
      const block = decodeBlock(part);
      if ('torn' in block) torn.push({ segment, index, ...block, ...headAt(part, segment, index) });
      else if (block.segment !== segment || block.sequence - block.base !== index) misplaced.push({ segment, index });
      else blocks.push({ segment, index, block });
    }
  }
  return { rooms, blocks, torn, misplaced };
}

function headAt(bytes: Uint8Array, segment: number, index: number): Pick<TornPlace, 'head'> {
  const head = tornHead(bytes);
  return head?.segment === segment && head.sequence - head.base === index ? { head } : {};
}

/** What one journal's blocks say. */
export type Past = {
  readonly journal: string;
  /** In the order in which they became true: replay's order. */
  readonly records: readonly JournalRecord[];
  /** Blocks that are still needed, in their order. */
  readonly blocks: readonly PlacedBlock[];
  readonly tail: PlacedBlock;
  /** The newest block that is known to have been begun: the tail, or one that cannot be read and shows that the disk lied. */
  readonly begun: number;
  /** The oldest block that is needed. */
  readonly first: number;
  /** Blocks of which the disk had said that they are durable, and which are not there. */
  readonly gaps: number;
  /** Blocks that cannot be read and that no other vouches for: a write that the power cut. */
  readonly torn: readonly TornPlace[];
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
  const proofs = proofsOf(segments.torn, tail);
  const synced = [...blocks.map((b) => b.block), ...proofs].reduce((most, head) => Math.max(most, head.synced), 0);
  const there = new Set(blocks.map((b) => b.block.sequence).filter((s) => s <= synced));
  const bases = new Map([...proofs, ...blocks.map((b) => b.block)].map((head) => [head.segment, head.base]));
  const isGap = ({ segment, index }: Place): boolean => {
    const sequence = (bases.get(segment) ?? Number.NaN) + index;
    return sequence >= first && sequence <= synced;
  };
  return {
    ...{ journal, blocks, tail, first },
    begun: proofs.reduce((most, head) => Math.max(most, head.sequence), tail.block.sequence),
    records: inOrder(blocks.map((b) => b.block)),
    gaps: Math.max(0, synced - first + 1 - there.size),
    torn: segments.torn.filter((place) => !isGap(place)),
  };
}

/**
 * Of blocks that cannot be read: the heads of those that were begun after a block behind the tail was called durable.
 * A cut leaves one torn block at most, where the next commit goes, and that place proves nothing whatever stands there.
 * What is torn anywhere else must say itself that it is a later block of this journal: old content of the disk, or a block
 * of an earlier turn, does not.
 */
function proofsOf(torn: readonly TornPlace[], tail: PlacedBlock): BlockHead[] {
  const { journal, boot, sequence } = tail.block;
  return torn.flatMap(({ torn: reason, segment, index, head }) => {
    if (reason !== 'checksum' || head?.journal !== journal) return [];
    const isNext = segment === tail.segment ? index <= tail.index + 1 : index === 0;
    const isLater = head.sequence > sequence + 1;
    // A whole head counts on: each block is begun when the one before it is durable, and names it.
    const isWhole = head.synced === head.sequence - 1 && head.first <= head.base && head.boot >= boot;
    return !isNext && isLater && isWhole ? [head] : [];
  });
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
