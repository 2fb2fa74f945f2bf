import { type Token, tokensOf } from './tokens.js';

export type Import = {
  /** As written; undefined where a dynamic import's name is computed. */
  readonly specifier: string | undefined;
  readonly line: number;
  /** `typeof import('x')`, `import type`, `export type`: gone when the program runs. */
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
};

/** The first `from 'x'` after `start`, before a semicolon. */
function fromAfter(tokens: readonly Token[], start: number): string | undefined {
  for (let i = start; i + 1 < tokens.length; i++) {
    const [word, name] = [tokens[i], tokens[i + 1]];
    if (word?.kind === 'mark' && word.text === ';') return undefined;
    if (word?.kind === 'word' && word.text === 'from' && name?.kind === 'string') return name.text;
  }
  return undefined;
}

/** After the brace at `open`, where its partner stands. */
function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i]?.kind !== 'mark') continue;
    if (tokens[i]?.text === '{') depth += 1;
    if (tokens[i]?.text === '}') depth -= 1;
    if (depth === 0) return i;
  }
  return tokens.length;
}

const is = (token: Token | undefined, kind: Token['kind'], text: string): boolean =>
  token?.kind === kind && token.text === text;

function importAt(tokens: readonly Token[], i: number): Import | undefined {
  const { line } = tokens[i] as Token;
  const next = tokens[i + 1];
  if (next?.kind === 'string') return { specifier: next.text, line, typeOnly: false, dynamic: false };
  if (is(next, 'mark', '(')) {
    const name = tokens[i + 2];
    const specifier = name?.kind === 'string' ? name.text : undefined;
    return { specifier, line, typeOnly: is(tokens[i - 1], 'word', 'typeof') || typePosition(tokens, i), dynamic: true };
  }
  if (next?.kind !== 'word' && !is(next, 'mark', '{') && !is(next, 'mark', '*')) return undefined;
  const specifier = fromAfter(tokens, i + 1);
  if (specifier === undefined) return undefined;
  // `import type from 'x'` imports a value that is called type.
  const typeOnly = is(next, 'word', 'type') && !(is(tokens[i + 2], 'word', 'from') && tokens[i + 3]?.kind === 'string');
  return { specifier, line, typeOnly, dynamic: false };
}

/** `let x: import('y').Z`: a type, by the colon or bar before it. A value there would be a property: `{ a: import('y') }`. */
function typePosition(tokens: readonly Token[], i: number): boolean {
  return is(tokens[i + 3], 'mark', ')') && is(tokens[i + 4], 'mark', '.') && /^[A-Z]/.test(tokens[i + 5]?.text ?? '');
}

function exportAt(tokens: readonly Token[], i: number): Import | undefined {
  const { line } = tokens[i] as Token;
  const typeOnly = is(tokens[i + 1], 'word', 'type');
  const start = typeOnly ? i + 2 : i + 1;
  if (is(tokens[start], 'mark', '*')) {
    const specifier = fromAfter(tokens, start);
    return specifier === undefined ? undefined : { specifier, line, typeOnly, dynamic: false };
  }
  if (!is(tokens[start], 'mark', '{')) return undefined;
  const end = closing(tokens, start);
  const name = tokens[end + 2];
  if (!is(tokens[end + 1], 'word', 'from') || name?.kind !== 'string') return undefined;
  return { specifier: name.text, line, typeOnly, dynamic: false };
}

/** Every import of a TypeScript or JavaScript text: static, re-export, dynamic, `require`, of types and of values. */
export function importsOf(text: string): Import[] {
  const tokens = tokensOf(text);
  const found: Import[] = [];
  tokens.forEach((token, i) => {
    if (token.kind !== 'word' || is(tokens[i - 1], 'mark', '.')) return;
    if (token.text === 'import') found.push(...[importAt(tokens, i) ?? []].flat());
    if (token.text === 'export') found.push(...[exportAt(tokens, i) ?? []].flat());
    if (token.text === 'require' && is(tokens[i + 1], 'mark', '(') && tokens[i + 2]?.kind === 'string')
      found.push({ specifier: tokens[i + 2]?.text, line: token.line, typeOnly: false, dynamic: false });
  });
  return found;
}
