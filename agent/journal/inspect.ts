import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalRecord, Lost } from './contract.js';
import { fromLines, LINES_FILE } from './lines.js';
import { readPast } from './replay.js';
import { pastsOf, readSegments, type SegmentFile, segmentName, segmentNumber } from './segments.js';

/** What is found beside a running agent, or in a copy: nothing is locked, written or synced. */
export type Inspection = {
  readonly segments: number;
  /** That the segments have room for. */
  readonly room: number;
  /** That a start would read. */
  readonly blocks: number;
  /** As a start would read them. */
  readonly records: readonly JournalRecord[];
  readonly torn: number;
  /** Blocks that are missing and that no start has noticed yet. */
  readonly gaps: number;
  /** What earlier starts found missing, oldest first. */
  readonly lost: readonly Lost[];
  /** Attempts that the relay has not acknowledged. */
  readonly open: number;
  /** What a technician should know, each with its remedy; none: all is well. */
  readonly faults: readonly string[];
};

const TRIES = 4;
const RETRY_MS = 40;

/**
 * Reads a directory. An agent that writes meanwhile may have been seen half way: what then looks torn or missing is read again.
 * @throws NodeJS.ErrnoException when it cannot be read.
 */
export async function inspectDirectory(directory: string): Promise<Inspection> {
  for (let tries = 1; ; tries++) {
    const found = inspect(await readFiles(directory));
    if ((found.torn === 0 && found.faults.length === 0) || tries === TRIES) return found;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function readFiles(directory: string): Promise<SegmentFile[]> {
  const names = (await readdir(directory)).filter((name) => name === LINES_FILE || segmentNumber(name) !== undefined);
  const files: SegmentFile[] = [];
  for (const name of names) {
    const bytes = await readFile(join(directory, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (bytes) files.push({ name, bytes });
  }
  return files;
}

/** Total: whatever the files hold. */
export function inspect(files: readonly SegmentFile[]): Inspection {
  const segments = readSegments(files);
  const lines = fromLines(Buffer.from(files.find((f) => f.name === LINES_FILE)?.bytes ?? ''));
  const pasts = pastsOf(segments);
  const records = [...lines.records, ...pasts.flatMap((past) => past.records)];
  const gaps = pasts.reduce((sum, past) => sum + past.gaps, 0);
  const said = readPast(records);
  const lost = said.gaps.map(({ at, blocks }) => ({ at, blocks }));
  const torn = pasts[0]?.torn ?? segments.torn;
  const places = pasts.flatMap((past) => past.blocks.map((b) => segmentName(b.segment)));
  const faults: string[] = [];
  if (gaps > 0)
    faults.push(
      `${blocksOf(gaps)} missing that the disk had said ${gaps === 1 ? 'was' : 'were'} durable: it lies or fails; replace the card`,
    );
  for (const { at, blocks } of lost)
    faults.push(`${blocksOf(blocks)} found missing by the start of ${when(at)}: ${NEW_CARD}`);
  if (pasts.length > 1)
    faults.push(
      `${pasts.length} journals in one directory (${[...new Set(places)].sort().join(', ')}): move away all files but those of one`,
    );
  if (segments.misplaced.length > 0) {
    const names = [...new Set(segments.misplaced.map((p) => segmentName(p.segment)))].sort().join(', ');
    faults.push(
      `${blocksOf(segments.misplaced.length)} in ${names} were written elsewhere and are passed over: a copied file; remove it`,
    );
  }
  if (torn.some((t) => t.torn === 'newer'))
    faults.push('written by a newer version of the agent: use its `quietzone journal`');
  if (segments.rooms.size === 0 && records.length === 0)
    faults.push(`found no ${segmentName(0)} or ${segmentName(1)} here: expected the directory of a journal`);
  else if (records.length === 0) faults.push('no record can be read: the journal is lost');
  return {
    segments: segments.rooms.size,
    room: [...segments.rooms.values()].reduce((sum, blocks) => sum + blocks, 0),
    blocks: places.length,
    ...{ records, gaps, lost, torn: torn.length + lines.torn, faults },
    open: said.attempts.filter((a) => !a.closed).length,
  };
}

/** The journal tells it as long as it lives: it was taken along if the card is another by now. */
const NEW_CARD = 'the disk lies or fails; replace the card, and once `open` is 0 begin anew there without this journal';

const blocksOf = (count: number): string => (count === 1 ? '1 block' : `${count} blocks`);

/** What came from a disk may be any number. */
const when = (at: number): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at));
