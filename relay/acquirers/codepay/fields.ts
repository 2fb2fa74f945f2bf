/**
 * The top level of a JSON object as CodePay signs it: texts decoded, every other value as it stands in the message, so
 * that 34.50 stays 34.50 and a nested object keeps its blanks (reference acquirers/codepay.md section 0.3).
 */

const WHITE = /[ \t\n\r]*/y;
const TEXT = /"[^"\\]*(?:\\.[^"\\]*)*"/y;
const SCALAR = /[^\s,}\]]+/y;

class Reader {
  #at = 0;
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }

  take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  sign(): string {
    this.take(WHITE);
    return this.#text[this.#at] ?? '';
  }

  skip(): void {
    this.#at += 1;
  }

  /** An object or a list, to its last bracket. */
  nested(): string {
    const from = this.#at;
    let depth = 0;
    do {
      const sign = this.#text[this.#at] ?? '';
      if (sign === '"') {
        this.take(TEXT);
        continue;
      }
      if (sign === '{' || sign === '[') depth += 1;
      if (sign === '}' || sign === ']') depth -= 1;
      this.skip();
    } while (depth > 0);
    return this.#text.slice(from, this.#at);
  }
}

function valueAt(reader: Reader): string {
  switch (reader.sign()) {
    case '"':
      return JSON.parse(reader.take(TEXT));
    case '{':
    case '[':
      return reader.nested();
    default: {
      const scalar = reader.take(SCALAR);
      return scalar === 'null' ? '' : scalar;
    }
  }
}

const isObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

/** Null is the empty text, which is never signed. Undefined for what is no JSON object, or has a name twice. */
export function topLevelFields(text: string): ReadonlyMap<string, string> | undefined {
  // Parsed first: from here on every sign is where the grammar has it.
  if (!isObject(text)) return undefined;
  const fields = new Map<string, string>();
  const reader = new Reader(text);
  reader.sign();
  reader.skip();
  while (reader.sign() === '"') {
    const name: string = JSON.parse(reader.take(TEXT));
    if (fields.has(name)) return undefined;
    reader.sign();
    reader.skip();
    fields.set(name, valueAt(reader));
    if (reader.sign() === ',') reader.skip();
  }
  return fields;
}
