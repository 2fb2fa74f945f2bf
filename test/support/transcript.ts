// Plays a golden transcript: what a host and a scanner say to each other, over the double or over a real line.
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type ScannerWord, scannerWords } from '../../drivers/contract/scanner.js';
import type { SerialScanner } from '../../drivers/scanner/serial.js';
import type { recorder } from './recorder.js';
import { pieces, type Wire } from './scripted-port.js';

export type Stage = {
  readonly wire: Wire;
  readonly scanner: SerialScanner;
  readonly log: ReturnType<typeof recorder>;
  /** Sizes of the pieces in which the scanner's words arrive. */
  readonly chunks: readonly number[];
  /** Lets time pass until it is so. */
  readonly until: (what: string, isSo: () => boolean) => Promise<unknown>;
};

/** Bytes as they stand in a transcript: 7E 00 "text" 0D. */
export function bytesOf(text: string): Buffer {
  const parts = text.match(/"[^"]*"|[0-9A-F]{2}/g) ?? [];
  return Buffer.concat(
    parts.map((part) => (part.startsWith('"') ? Buffer.from(part.slice(1, -1), 'latin1') : Buffer.from(part, 'hex'))),
  );
}

const wordOf = (text: string): ScannerWord => {
  const word = scannerWords.find((known) => known === text);
  if (!word) throw new Error(`transcript: no such word: ${text}`);
  return word;
};

export async function play(file: string, { wire, scanner, log, chunks, until }: Stage): Promise<void> {
  let written = '';
  let data = '';
  const verbs: Readonly<Record<string, (text: string, line: string) => Promise<void>>> = {
    async tell(text) {
      scanner.tell(wordOf(text));
    },
    async plug() {
      await wire.plug();
      await until('ready', () => scanner.state === 'ready');
    },
    async '<'(text) {
      for (const piece of pieces(bytesOf(text), chunks)) await wire.send(piece);
    },
    async '>'(text, line) {
      written += bytesOf(text).toString('hex');
      await until(line, () => wire.written().toString('hex').length >= written.length);
      // What comes next may have been written already.
      expect(wire.written().toString('hex').slice(0, written.length), line).toBe(written);
    },
    async code(text, line) {
      const ends = text.endsWith(' end');
      data += bytesOf(ends ? text.slice(0, -4) : text).toString('latin1');
      await until(line, () => log.text().length >= data.length);
      expect(log.text(), line).toBe(data);
      expect(log.data.at(-1)?.endOfCode, line).toBe(ends);
    },
  };
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [verb = '', ...rest] = line.split(' ');
    if (verb === '' || verb === '#') continue;
    const known = verbs[verb];
    if (!known) throw new Error(`transcript: found "${verb}", expected #, ${Object.keys(verbs).join(', ')}`);
    await known(rest.join(' '), line);
  }
  expect(log.text()).toBe(data);
  expect(wire.written().toString('hex')).toBe(written);
  expect(log.states.every(({ detail }) => !/\d{4}/.test(detail))).toBe(true);
}
