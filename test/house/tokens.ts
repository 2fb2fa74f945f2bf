/**
 * Just enough of TypeScript's lexical grammar to tell code from comments, strings, templates and regular expressions.
 * TypeScript 7 ships no parser for programs to call, and a search by regular expression alone finds imports in comments.
 */
export type Token = {
  readonly kind: 'word' | 'string' | 'mark';
  /** A word or a mark as written; a string without its quotes. A template with `${}` in it is no string. */
  readonly text: string;
  readonly line: number;
};

/** Words after which a slash opens a regular expression. */
const beforeRegExp = new Set(
  'await case delete do else extends in instanceof new of return throw typeof void yield'.split(' '),
);

const wordStart = /[A-Za-z_$\u0080-\uffff]/;
const wordChars = /[\w$\u0080-\uffff]+/y;
const numberChars = /[\d][\w.]*/y;

class Lexer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  /** For every open brace: whether it is a template's `${`. */
  readonly #braces: boolean[] = [];
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  run(): Token[] {
    while (this.#at < this.#text.length) this.#next();
    return this.#tokens;
  }

  #next(): void {
    const c = this.#text.charAt(this.#at);
    const two = this.#text.slice(this.#at, this.#at + 2);
    if (c === '\n' || c === ' ' || c === '\t' || c === '\r') this.#skip(1);
    else if (two === '//') this.#skipTo('\n', 0);
    else if (two === '/*') this.#skipTo('*/', 2);
    else if (two === '#!' && this.#at === 0) this.#skipTo('\n', 0);
    else if (c === "'" || c === '"') this.#string(c);
    else if (c === '`') this.#template();
    else if (c === '}' && this.#braces.at(-1) === true) this.#template();
    else if (c === '/' && this.#regExpMayStart()) this.#regExp();
    else if (wordStart.test(c)) this.#match(wordChars, 'word');
    else if (/\d/.test(c)) this.#match(numberChars, 'mark');
    else this.#mark(c);
  }

  #skip(count: number): void {
    for (const c of this.#text.slice(this.#at, this.#at + count)) if (c === '\n') this.#line += 1;
    this.#at += count;
  }

  #skipTo(end: string, extra: number): void {
    const found = this.#text.indexOf(end, this.#at + extra);
    this.#skip((found < 0 ? this.#text.length : found + extra) - this.#at);
  }

  #push(kind: Token['kind'], text: string): void {
    this.#tokens.push({ kind, text, line: this.#line });
  }

  #match(pattern: RegExp, kind: 'word' | 'mark'): void {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0] ?? this.#text.charAt(this.#at);
    this.#push(kind, text);
    this.#skip(text.length);
  }

  #mark(c: string): void {
    if (c === '{') this.#braces.push(false);
    if (c === '}') this.#braces.pop();
    this.#push('mark', c);
    this.#skip(1);
  }

  #string(quote: string): void {
    let end = this.#at + 1;
    while (end < this.#text.length && this.#text[end] !== quote) end += this.#text[end] === '\\' ? 2 : 1;
    this.#push('string', this.#text.slice(this.#at + 1, end));
    this.#skip(end + 1 - this.#at);
  }

  /** From a back quote, or from the brace that ends a `${}`, to the next `${` or the closing back quote. */
  #template(): void {
    const opening = this.#text[this.#at] === '`';
    if (!opening) this.#braces.pop();
    let end = this.#at + 1;
    while (end < this.#text.length && this.#text[end] !== '`' && !this.#text.startsWith('${', end)) {
      end += this.#text[end] === '\\' ? 2 : 1;
    }
    const whole = this.#text[end] === '`';
    this.#push(opening && whole ? 'string' : 'mark', this.#text.slice(this.#at + 1, end));
    if (!whole) this.#braces.push(true);
    this.#skip(end + (whole ? 1 : 2) - this.#at);
  }

  #regExpMayStart(): boolean {
    const last = this.#tokens.at(-1);
    if (last === undefined) return true;
    if (last.kind === 'word') return beforeRegExp.has(last.text);
    return last.kind === 'mark' && !/^[\d)\]}]/.test(last.text);
  }

  #regExp(): void {
    let end = this.#at + 1;
    let inClass = false;
    while (end < this.#text.length && this.#text[end] !== '\n' && (inClass || this.#text[end] !== '/')) {
      if (this.#text[end] === '[') inClass = true;
      if (this.#text[end] === ']') inClass = false;
      end += this.#text[end] === '\\' ? 2 : 1;
    }
    this.#push('mark', '0/');
    this.#skip(end + 1 - this.#at);
  }
}

export const tokensOf = (text: string): Token[] => new Lexer(text).run();
