import type { JournalRecord } from './contract.js';
import { crc32c } from './crc32c.js';

/**
 * One record a line: CRC32C of the JSON in 8 hex digits, a blank, the JSON, a line feed. A torn or zero-filled stretch
 * spoils the line it is in and no other, so that replay does not stop there (rule 8).
 */
export function toLine(record: JournalRecord): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

const checksum = (json: string): string => crc32c(Buffer.from(json)).toString(16).padStart(8, '0');

const kinds = new Set(['boot', 'opened', 'begun', 'vended', 'closed']);

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
  if (line[8] !== ' ' || line.slice(0, 8) !== checksum(json)) return undefined;
  try {
    const record: JournalRecord = JSON.parse(json);
    return kinds.has(record.kind) ? record : undefined;
  } catch {
    return undefined;
  }
}
