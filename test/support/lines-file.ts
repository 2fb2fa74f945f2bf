import type { JournalRecord } from '../../agent/journal/contract.js';
import { crc32c } from '../../agent/journal/crc32c.js';

/** A record as the first versions wrote it. */
export const lineOf = (record: JournalRecord): string => {
  const json = JSON.stringify(record);
  return `${crc32c(Buffer.from(json)).toString(16).padStart(8, '0')} ${json}\n`;
};
