// Turns the TypeScript tree into dist/, file by file and with the same layout, so that what a stack trace names is what
// the reader finds, and so that files read at run time (SQL, HTML) sit beside their code in both trees.
import { cpSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'dist');
const folders = [
  'agent',
  'drivers',
  'protocol',
  'relay',
  'deploy',
  'test/support',
  'test/fuzz',
  'test/bench',
  'test/relays',
  'test/simulation',
  'test/system',
  'test/hardware',
];
const assetEndings = ['.sql', '.html', '.css', '.js', '.proto', '.json', '.svg', '.toml'];

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

const all = folders.filter((f) => existsSync(join(root, f))).flatMap((f) => [...files(join(root, f))]);
const sources = all.filter((f) => f.endsWith('.ts') && !f.endsWith('.d.ts'));
const assets = all.filter((f) => assetEndings.some((e) => f.endsWith(e)));

await build({
  entryPoints: sources,
  outdir: out,
  outbase: root,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: 'linked',
  logLevel: 'warning',
});
for (const file of assets) cpSync(file, join(out, relative(root, file)));

// A source that is gone must not live on in dist/ and be imported from there.
const wanted = new Set([
  ...sources.flatMap((f) => [
    relative(root, f).replace(/\.ts$/, '.js'),
    `${relative(root, f).replace(/\.ts$/, '.js')}.map`,
  ]),
  ...assets.map((f) => relative(root, f)),
]);
for (const file of files(out)) {
  if (!wanted.has(relative(out, file)) && statSync(file).isFile()) rmSync(file);
}
