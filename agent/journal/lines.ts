import type { JournalRecord } from './contract.js';
import { crc32c } from './crc32c.js';
import { fromJson, toJson } from './records.js';

/** The journal of the first versions: taken over once by the block journal, then removed. */
export const LINES_FILE = 'journal.log';

/** One record a line: CRC32C of the JSON in 8 hex digits, a blank, the JSON, a line feed. A torn stretch spoils its line only. */
export function fromLines(content: Buffer): { records: JournalRecord[]; torn: number } {
  const records: JournalRecord[] = [];
  let torn = 0;
  for (const raw of content.toString('utf8').split('\n')) {
    // NULs: blocks the file system had reserved and the power cut left unwritten; a line may start after them.
    const line = raw.replaceAll('\0', '');
    if (line === '') continue;
    const record = fromLine(line);
    if (record) records.push(record);
    else torn += 1;
  }
  return { records, torn };
}

function fromLine(line: string): JournalRecord | undefined {
  const json = line.slice(9);
  const sum = crc32c(Buffer.from(json)).toString(16).padStart(8, '0');
  if (line[8] !== ' ' || line.slice(0, 8) !== sum) return undefined;
  try {
    const record: JournalRecord = JSON.parse(json);
    return fromJson(toJson(record));
  } catch {
    return undefined;
  }
}
