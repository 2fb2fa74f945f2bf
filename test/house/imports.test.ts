import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsOf } from './imports.js';
import { cycles, faults, map, renderMap, roomOf, type Tree, topOf } from './rules.js';
import { filesUnder, isGenerated, read, root, sourceFolders } from './tree.js';

// The optional ones are loaded when the config asks for them, and may be missing.
const { dependencies: needed, optionalDependencies: optional } = JSON.parse(read('package.json'));
const dependencies = Object.keys(needed);

function realTree(): Tree {
  const files = new Set(sourceFolders.flatMap((f) => filesUnder(f)));
  const sources = [...files].filter((f) => /\.(ts|mjs)$/.test(f) && !isGenerated(f));
  return {
    files,
    imports: new Map(sources.map((f) => [f, importsOf(read(f))])),
    packages: new Set([...dependencies, ...Object.keys(optional)]),
  };
}

/** A tree written in the test: file names with their texts. */
function treeOf(texts: Record<string, string>): Tree {
  return {
    files: new Set(Object.keys(texts)),
    imports: new Map(Object.entries(texts).map(([f, text]) => [f, importsOf(text)])),
    packages: new Set(['mqtt', '@scope/thing', 'postgres', 'serialport']),
  };
}

const tree = realTree();

describe('the tree', () => {
  test('holds to the rules of design section 2', () => {
    expect(tree.imports.size).toBeGreaterThan(20);
    expect(faults(tree)).toEqual([]);
  });

  test('uses every package that it ships, and the README says why', () => {
    const shipped = [...tree.imports].filter(([file]) => !/^(test|deploy)\//.test(file));
    const used = new Set(shipped.flatMap(([, list]) => list.map((i) => i.specifier ?? '')));
    const isUsed = (name: string) => [...used].some((s) => s === name || s.startsWith(`${name}/`));
    // The generated code is the one that needs it.
    const idle = dependencies.filter((name) => name !== 'protobufjs' && !isUsed(name));
    expect(idle).toEqual([]);
    expect(dependencies.filter((name) => !read('README.md').includes(`\`${name}\``))).toEqual([]);
  });

  test('has no import cycle', () => {
    expect(cycles(tree)).toEqual([]);
  });
});

describe('each rule fires', () => {
  test.each([
    ['protocol knows nobody', 'protocol/a.ts', "import '../drivers/a.js';", 'protocol may not know drivers'],
    [
      'drivers know nobody',
      'drivers/x/a.ts',
      "import type { A } from '../../agent/a.js';",
      'drivers may not know agent',
    ],
    ['drivers know no protocol', 'drivers/x/a.ts', "import '../../protocol/a.js';", 'drivers may not know protocol'],
    ['agent knows no relay', 'agent/b.ts', "await import('../relay/a.js');", 'agent may not know relay'],
    ['relay knows no agent', 'relay/b.ts', "export * from '../agent/a.js';", 'relay may not know agent'],
    ['relay knows no drivers', 'relay/b.ts', "let a: typeof import('../drivers/a.js');", 'relay may not know drivers'],
    ['nobody shipped knows deploy', 'relay/b.ts', "import '../deploy/a.js';", 'relay may not know deploy'],
    ['nobody shipped knows test', 'agent/b.ts', "import '../test/a.js';", 'agent may not know test'],
    ['no ending', 'agent/b.ts', "import './a';", 'does not end in .js'],
    ['.ts ending', 'agent/b.ts', "import './a.ts';", 'does not end in .js'],
    ['no such file', 'agent/b.ts', "import './gone.js';", 'no file is'],
    ['no such package', 'agent/b.ts', "import x from 'left-pad/y';", 'left-pad, which is not in "dependencies"'],
    ['no such scoped package', 'relay/b.ts', "import '@scope/other/x';", '@scope/other, which is not'],
    ['database in the kiosk', 'agent/b.ts', "import postgres from 'postgres';", 'not a package for agent'],
    ['serial port in the relay', 'relay/b.ts', "import 'serialport';", 'not a package for relay'],
    ['disk in the kiosk machine', 'agent/kiosk/b.ts', "import 'node:fs';", 'decides and does nothing else'],
    ['random numbers in a decision', 'relay/payment/b.ts', "import 'node:crypto';", 'decides and does nothing else'],
    ['computed name', 'relay/b.ts', 'await import(name);', 'name that is computed'],
  ])('%s', (_name, file, text, fault) => {
    const others = Object.fromEntries(
      ['protocol', 'drivers', 'agent', 'relay', 'deploy', 'test'].map((f) => [`${f}/a.ts`, '']),
    );
    expect(faults(treeOf({ ...others, [file]: text }))).toEqual([expect.stringContaining(fault)]);
  });

  test.each([
    ['agent/b.ts', "import '../drivers/a.js'; import '../protocol/a.js'; import 'node:fs'; import 'mqtt';"],
    ['relay/b.ts', "import '../protocol/a.js'; import './a.js'; import '@scope/thing/deep'; import 'fs';"],
    ['agent/decode/b.ts', "import { createHmac } from 'node:crypto'; import '../a.js';"],
    ['deploy/b.ts', "import '../agent/a.js'; import '../relay/a.js'; import '../drivers/a.js'; import 'aedes';"],
    ['test/b.ts', "import '../agent/a.js'; import '../deploy/a.js'; import 'vitest'; await import(name);"],
  ])('and lets %s pass', (file, text) => {
    const others = Object.fromEntries(
      ['protocol', 'drivers', 'agent', 'relay', 'deploy', 'test'].map((f) => [`${f}/a.ts`, '']),
    );
    expect(faults(treeOf({ ...others, [file]: text }))).toEqual([]);
  });

  test('cycles of two, of three, of one, and of types; none in a diamond', () => {
    const of = (texts: Record<string, string>) => cycles(treeOf(texts));
    expect(of({ 'agent/a.ts': "import './b.js'", 'agent/b.ts': "import './a.js'" })).toEqual([
      'agent/a.ts → agent/b.ts → agent/a.ts',
    ]);
    expect(
      of({
        'agent/a.ts': "import './b.js'",
        'agent/b.ts': "export * from './c.js'",
        'agent/c.ts': "import type { A } from './a.js'",
      }),
    ).toEqual(['agent/a.ts → agent/b.ts → agent/c.ts → agent/a.ts']);
    expect(of({ 'agent/a.ts': "import './a.js'" })).toEqual(['agent/a.ts → agent/a.ts']);
    expect(
      of({
        'agent/a.ts': "import './b.js'; import './c.js'",
        'agent/b.ts': "import './d.js'",
        'agent/c.ts': "import './d.js'",
        'agent/d.ts': '',
      }),
    ).toEqual([]);
  });
});

/** The maps in the READMEs are drawn from the sources, between these two lines. */
const [start, end] = ['<!-- imports: drawn by `npm run map` -->', '<!-- imports: end -->'];

/** The whole house in the first README; room by room in a folder's own, where that has the two lines. */
const drawings: [string, (path: string) => string | undefined][] = [
  ['README.md', (path) => topOf(path)],
  ...['agent', 'relay']
    .filter(
      (top) => top === 'agent' || (tree.files.has(`${top}/README.md`) && read(`${top}/README.md`).includes(start)),
    )
    .map((top): [string, (path: string) => string | undefined] => [
      `${top}/README.md`,
      (path) => (topOf(path) === top ? roomOf(path) : undefined),
    ]),
];

describe('the map', () => {
  test.each(drawings)('in %s is what the sources say', (readme, name) => {
    const text = read(readme);
    const [before, rest] = [text.slice(0, text.indexOf(start)), text.slice(text.indexOf(end))];
    expect(text, `${readme} needs the lines ${start} and ${end}`).toContain(start);
    expect(text.indexOf(end)).toBeGreaterThan(text.indexOf(start));
    const drawn = `${before}${start}\n\`\`\`\n${renderMap(map(tree, name))}\n\`\`\`\n${rest}`;
    if (process.env['UPDATE_MAP'] === '1') writeFileSync(join(root, readme), drawn);
    else expect(text, `${readme}: run \`npm run map\``).toBe(drawn);
  });

  test('of the house is the one of design section 2', () => {
    const house = map(tree, topOf);
    expect([...(house.get('protocol') ?? [])]).toEqual([]);
    expect([...(house.get('drivers') ?? [])]).toEqual([]);
    expect([...(house.get('agent') ?? [])].sort()).toEqual(['drivers', 'protocol']);
    expect([...(house.get('relay') ?? [])]).toEqual(['protocol']);
  });
});
