import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Edit, Part, Sabotage } from './types.js';

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
    const found = placesOf(now, find);
    const [place] = found;
    const times = found.length;
    if (!place || times !== 1) {
      const shown = find.replace(/\s+/g, ' ').slice(0, 80);
      throw new Error(`sabotage ${name} is stale: found "${shown}" ${times} times in ${file}, expected it once`);
    }
    now = now.slice(0, place.from) + replace + now.slice(place.to);
  }
  return now;
}

/** Where `find` stands, however the formatter has broken its lines. */
function placesOf(text: string, find: string): { from: number; to: number }[] {
  const inked = text.split('').flatMap((c, i) => (/\s/.test(c) ? [] : [i]));
  const [all, part] = [text.replace(/\s+/g, ''), find.replace(/\s+/g, '')];
  const places: { from: number; to: number }[] = [];
  for (let at = all.indexOf(part); at >= 0; at = all.indexOf(part, at + 1)) {
    const [from, last] = [inked[at], inked[at + part.length - 1]];
    if (from !== undefined && last !== undefined) places.push({ from, to: last + 1 });
  }
  return places;
}

/** Each file that `sabotage` changes, as changed. @throws Error as `patched`, or where a file cannot be read */
export async function patchedFiles(
  { name, edits: all }: Sabotage,
  root = sourceRoot(),
  part: Part = 'all',
): Promise<Map<string, string>> {
  const edits = all.filter(({ partner }) => part === 'all' || (part === 'partners') === (partner === true));
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
