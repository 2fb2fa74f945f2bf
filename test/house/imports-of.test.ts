import { describe, expect, test } from 'vitest';
import { importsOf } from './imports.js';

/** What the house rules stand on: the scanner finds every import, and nothing that only looks like one. */
const names = (text: string) => importsOf(text).map((i) => i.specifier);

describe('finds', () => {
  test.each([
    ["import 'a';", 'a'],
    ['import "a"', 'a'],
    ["import a from 'a';", 'a'],
    ["import a, { b as c } from 'a';", 'a'],
    ["import * as a from 'a';", 'a'],
    ["import {\n  a,\n  b,\n} from 'a';", 'a'],
    ["import { from } from 'a';", 'a'],
    ["import from from 'a';", 'a'],
    ["import{a}from'a';", 'a'],
    ["import/* why */a/* not */from/* here */'a'", 'a'],
    ["import { default as a } from './a/b.js' with { type: 'json' };", './a/b.js'],
    ["export * from 'a';", 'a'],
    ["export * as a from 'a';", 'a'],
    ["export { a, b as default } from 'a';", 'a'],
    ["const a = await import('a');", 'a'],
    ['const a = await import(`a`);', 'a'],
    ["const a = () => import(/* later */ 'a').then((m) => m.b);", 'a'],
    ["const a = `x ${await import('a')} y`;", 'a'],
    ["const a = require('a');", 'a'],
    ["const re = /['\"`]/; import 'a';", 'a'],
    ["const re = /[/]'/g; import 'a';", 'a'],
    ["const half = b / 2; const c = 'x/'; import 'a';", 'a'],
    ["const s = 'it\\'s'; import 'a';", 'a'],
    ["const t = `a ${`b ${'}'} c`} d`; import 'a';", 'a'],
    ["#!/usr/bin/env node\nimport 'a';", 'a'],
    ['// quote " in a comment\nimport "a";', 'a'],
    ["/* it's */ import 'a'; /* ' */", 'a'],
    ["return /it's/.test(x); import 'a';", 'a'],
  ])('%s', (text, expected) => {
    expect(names(text)).toEqual([expected]);
  });

  test('several in one text, with their lines', () => {
    const text = "import a from 'a';\n/*\n*/\nimport type { B } from 'b';\nexport { c } from 'c';\n\nvoid import('d');";
    expect(importsOf(text)).toEqual([
      { specifier: 'a', line: 1, typeOnly: false, dynamic: false },
      { specifier: 'b', line: 4, typeOnly: true, dynamic: false },
      { specifier: 'c', line: 5, typeOnly: false, dynamic: false },
      { specifier: 'd', line: 7, typeOnly: false, dynamic: true },
    ]);
  });

  test('an import whose name is computed', () => {
    expect(names('await import(`./${name}.js`); await import(name);')).toEqual([undefined, undefined]);
  });
});

describe('tells types from values', () => {
  test.each([
    ["import type { A } from 'a';", true],
    ["import type A from 'a';", true],
    ["import type * as A from 'a';", true],
    ["export type { A } from 'a';", true],
    ["export type * from 'a';", true],
    ["let a: typeof import('a');", true],
    ["let a: import('a').A;", true],
    ["import { type A, b } from 'a';", false],
    ["import type from 'a';", false],
    ["export { type A } from 'a';", false],
    ["const a = { b: import('a') };", false],
  ])('%s', (text, typeOnly) => {
    expect(importsOf(text)).toMatchObject([{ specifier: 'a', typeOnly }]);
  });
});

describe('is not taken in by', () => {
  test.each([
    "// import 'a';",
    "/* import 'a'; */",
    "/**\n * import { a } from 'a';\n */",
    `const s = "import 'a';";`,
    "const s = `import 'a'; export * from 'b';`;",
    "const s = `${x} import 'a' ${y} import 'b'`;",
    "const re = /import 'a'/;",
    "const url = import.meta.url; const s = 'a';",
    "thing.import('a'); thing.require('a');",
    "const o = { import: 'a', export: 'b', from: 'c' };",
    "export const from = 'a';",
    "export { a };\nconst b = 'b';",
    "export default 'a';",
    "export function from() { return 'a'; }",
    "export type A = 'a' | 'b';",
    "const u = new URL('./a.js', import.meta.url);",
    '',
  ])('%s', (text) => {
    expect(names(text)).toEqual([]);
  });
});
