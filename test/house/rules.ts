import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import type { Import } from './imports.js';

/** Import rules as pure functions over a tree, so that the tests can break each of them on purpose. */
export type Tree = {
  /** Every file of the project, by path from the root. */
  readonly files: ReadonlySet<string>;
  readonly imports: ReadonlyMap<string, readonly Import[]>;
  /** `dependencies` of package.json. */
  readonly packages: ReadonlySet<string>;
};

/** Design section 2: who may know whom. A folder always knows itself. */
const mayKnow: Record<string, readonly string[]> = {
  protocol: [],
  drivers: [],
  agent: ['drivers', 'protocol'],
  relay: ['protocol'],
  deploy: ['agent', 'drivers', 'protocol', 'relay', 'test'],
  test: ['agent', 'drivers', 'protocol', 'relay', 'deploy'],
};
/** What goes to a kiosk or a server; tools such as protocol/generate.mjs stay at home. */
const isShipped = (file: string): boolean =>
  ['agent', 'drivers', 'protocol', 'relay'].includes(topOf(file)) && file.endsWith('.ts');

/** What would cost the other program memory and start-up time without serving it (design section 8). */
const keptFrom: Record<string, readonly string[]> = {
  agent: ['postgres', '@electric-sql/pglite'],
  drivers: ['postgres', '@electric-sql/pglite', 'mqtt'],
  protocol: ['postgres', '@electric-sql/pglite', 'mqtt', 'fastify', 'pino', 'serialport'],
  relay: ['serialport'],
};

/** Rooms that decide and do nothing else: no disk, no network, no clock, no package; a keyed hash is a calculation. */
const pureRooms: Record<string, readonly string[]> = {
  'agent/kiosk': [],
  'agent/decode': ['node:crypto'],
  'relay/payment': [],
};

export const topOf = (path: string): string => path.split('/')[0] ?? '';
export const roomOf = (path: string): string => path.split('/').slice(0, -1).slice(0, 2).join('/');

/** A relative import as a path from the root: the source that will stand there once built. */
export function target(tree: Tree, file: string, specifier: string): string | undefined {
  const path = posix.join(posix.dirname(file), specifier);
  const candidates = path.endsWith('.js') ? [path.replace(/\.js$/, '.ts'), path] : [path];
  return candidates.find((c) => tree.files.has(c));
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

function relativeFault(tree: Tree, file: string, specifier: string): string | undefined {
  if (!/\.m?js$/.test(specifier)) return `imports ${specifier}, which does not end in .js`;
  const to = target(tree, file, specifier);
  if (to === undefined) return `imports ${specifier}, where no file is`;
  const [from, known] = [topOf(file), topOf(to)];
  if (from !== known && !(mayKnow[from] ?? []).includes(known)) return `imports ${to}: ${from} may not know ${known}`;
  return undefined;
}

function packageFault(tree: Tree, file: string, specifier: string): string | undefined {
  const top = topOf(file);
  const room = roomOf(file);
  if (pureRooms[room]?.includes(specifier) === false)
    return `imports ${specifier}: ${room} decides and does nothing else`;
  if (isBuiltin(specifier)) return undefined;
  const name = packageOf(specifier);
  if (isShipped(file) && !tree.packages.has(name)) return `imports ${name}, which is not in "dependencies"`;
  if (keptFrom[top]?.includes(name)) return `imports ${name}: not a package for ${top}`;
  return undefined;
}

/** One line a fault: `file:line imports …`. */
export function faults(tree: Tree): string[] {
  const found: string[] = [];
  for (const [file, list] of tree.imports) {
    for (const { specifier, line } of list) {
      const fault =
        specifier === undefined
          ? isShipped(file) && 'imports a name that is computed, which nothing can check'
          : specifier.startsWith('.')
            ? relativeFault(tree, file, specifier)
            : packageFault(tree, file, specifier);
      if (fault) found.push(`${file}:${line} ${fault}`);
    }
  }
  return found;
}

/** The files that `file` imports. */
function next(tree: Tree, file: string): string[] {
  const relative = (tree.imports.get(file) ?? []).flatMap((i) => (i.specifier?.startsWith('.') ? [i.specifier] : []));
  return relative.flatMap((s) => target(tree, file, s) ?? []);
}

/** Each cycle once, as `a → b → a`. Types count: what cannot be read one file at a time is one file in two pieces. */
export function cycles(tree: Tree): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const to of next(tree, file)) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of tree.imports.keys()) visit(file, []);
  return found;
}

/** Who imports whom, folder by folder; `name` tells a file's folder, undefined leaves the file out. */
export function map(tree: Tree, name: (path: string) => string | undefined): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>();
  for (const file of [...tree.imports.keys()].sort()) {
    const from = name(file);
    if (from === undefined) continue;
    const known = edges.get(from) ?? new Set<string>();
    edges.set(from, known);
    for (const to of next(tree, file)) known.add(name(to) ?? topOf(to));
    known.delete(from);
  }
  return edges;
}

export function renderMap(edges: ReadonlyMap<string, ReadonlySet<string>>): string {
  const width = Math.max(...[...edges.keys()].map((k) => k.length));
  return [...edges]
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([from, to]) => `${from.padEnd(width)}  →  ${[...to].sort().join(', ') || '(nothing of ours)'}`)
    .join('\n');
}
