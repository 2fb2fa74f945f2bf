import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { ENTRY, patchedFiles, sourceRoot } from './patch.js';
import type { Part, Sabotage } from './types.js';

/** A folder below the project's root, so that its packages are found from there; ignored by git, spared by the build. */
const FOLDER = '.data/sabotage';

export type Bundle = { readonly file: string; remove(): Promise<void> };

/** The simulator as one file, with this sabotage in it. @throws Error where the sabotage is stale */
export async function bundleSabotaged(sabotage: Sabotage, part: Part = 'all'): Promise<Bundle> {
  const root = sourceRoot();
  const files = await patchedFiles(sabotage, root, part);
  await mkdir(join(root, FOLDER), { recursive: true });
  const folder = await mkdtemp(join(root, FOLDER, `${sabotage.name}-`));
  const file = join(folder, 'child.mjs');
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await build({
      entryPoints: [join(root, ENTRY)],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      sourcemap: 'inline',
      logLevel: 'silent',
      plugins: [patching(files)],
    });
  } catch (error) {
    await remove();
    throw new Error(`sabotage ${sabotage.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { file, remove };
}

function patching(files: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'sabotage',
    setup: (build) => {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = files.get(path);
        return contents === undefined ? undefined : { contents, loader: 'ts' };
      });
    },
  };
}
