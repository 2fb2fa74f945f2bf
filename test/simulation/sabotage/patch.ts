import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Edit, Sabotage } from './types.js';

/** From the project's root; of a child's bundle it is the entry. */
export const ENTRY = 'test/simulation/sabotage/child.ts';

/** The folder of the sources, from wherever this file runs: beside them, in dist/, or in a bundle. */
export function sourceRoot(from = dirname(fileURLToPath(import.meta.url))): string {
  for (let at = from; ; at = dirname(at)) {
    if (existsSync(join(at, ENTRY))) return at;
    if (dirname(at) === at) throw new Error(`sabotage: no ${ENTRY} in ${from} or above it; run it in the source tree`);
  }
}

/**
 * `text` of the file with these edits.
 * @throws Error "sabotage NAME is stale" where an edit's text is not there exactly once
 */
export function patched(name: string, file: string, text: string, edits: readonly Edit[]): string {
  let now = text;
  for (const { find, replace } of edits) {
    const times = now.split(find).length - 1;
    if (times !== 1) {
      const shown = find.replace(/\s+/g, ' ').slice(0, 80);
      throw new Error(`sabotage ${name} is stale: found "${shown}" ${times} times in ${file}, expected it once`);
    }
    now = now.replace(find, () => replace);
  }
  return now;
}

/** Each file that `sabotage` changes, as changed. @throws Error as `patched`, or where a file cannot be read */
export async function patchedFiles({ name, edits }: Sabotage, root = sourceRoot()): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const file of new Set(edits.map((edit) => edit.file))) {
    const text = await readFile(join(root, file), 'utf8').catch(() => {
      throw new Error(`sabotage ${name} is stale: found no file ${file}`);
    });
    const own = edits.filter((edit) => edit.file === file);
    files.set(join(root, file), patched(name, file, text, own));
  }
  return files;
}
