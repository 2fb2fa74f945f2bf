import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's files as the house rules see them: paths from the root, with forward slashes. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folders of design section 2 that hold source. */
export const sourceFolders = ['agent', 'drivers', 'protocol', 'relay', 'deploy', 'test'] as const;

/** Made by a program, so that no rule of style applies. */
export const isGenerated = (path: string): boolean => path.startsWith('protocol/generated/');

/** What .gitignore names, and git's own. */
export const isIgnored = (name: string): boolean =>
  ['.git', 'node_modules', 'dist', 'coverage', '.data'].includes(name) || name.endsWith('.log');

export function filesUnder(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (isIgnored(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...filesUnder(path));
    else if (entry.isFile()) found.push(path.split(sep).join('/'));
  }
  return found.sort();
}

export const foldersIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((e) => e.isDirectory() && !isIgnored(e.name))
    .map((e) => relative('.', join(folder, e.name)).split(sep).join('/'))
    .sort();

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');
