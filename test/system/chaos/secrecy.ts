import { readFile } from 'node:fs/promises';

/** S11: no payment code and no key in a log, a journal or a retained topic. */

/** So many digits of a code in a row are as good as the code; a time in ms has 13. */
const TELLING_DIGITS = 14;

export type Leak = { readonly where: string; readonly what: string };

/** `secrets`: whole texts, such as a key in hex. */
export class Search {
  readonly #pieces = new Set<string>();
  readonly #secrets: readonly string[];

  constructor(codes: readonly string[], secrets: readonly string[]) {
    for (const code of codes) {
      for (let at = 0; at + TELLING_DIGITS <= code.length; at++) this.#pieces.add(code.slice(at, at + TELLING_DIGITS));
    }
    this.#secrets = secrets;
  }

  /** What was found is named by its line, never repeated. */
  text(where: string, text: string): Leak[] {
    const leaks: Leak[] = [];
    for (const run of text.matchAll(/\d{14,}/g)) {
      if (this.#isTelling(run[0]))
        leaks.push({ where: lineOf(where, text, run.index), what: 'digits of a payment code' });
    }
    for (const secret of this.#secrets) {
      const at = text.indexOf(secret);
      if (at >= 0) leaks.push({ where: lineOf(where, text, at), what: 'a key' });
    }
    return leaks;
  }

  /** Bytes are read as they are and as hex: a code may be written as text or as packed digits. */
  bytes(where: string, bytes: Buffer): Leak[] {
    return [...this.text(where, bytes.toString('latin1')), ...this.text(`${where} (hex)`, bytes.toString('hex'))];
  }

  async file(path: string): Promise<Leak[]> {
    return this.bytes(path, await readFile(path));
  }

  #isTelling(digits: string): boolean {
    for (let at = 0; at + TELLING_DIGITS <= digits.length; at++) {
      if (this.#pieces.has(digits.slice(at, at + TELLING_DIGITS))) return true;
    }
    return false;
  }
}

const lineOf = (where: string, text: string, at: number): string =>
  `${where}, line ${text.slice(0, at).split('\n').length}`;
