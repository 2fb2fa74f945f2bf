import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';

type Package = { readonly name: string; readonly version: string };

/** Of PGlite's package, which tells nobody its package.json. */
function packageOf(entry: string): { readonly folder: string; readonly version: string } {
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package;
      if (name === '@electric-sql/pglite') return { folder, version };
    } catch {
      // None here: further up.
    }
  }
  throw new Error('@electric-sql/pglite has no package.json');
}

/** Where a program's derived files go: beside the packages that they were made from, and gone with them. */
export function imageFile(): string {
  const { folder, version } = packageOf(createRequire(import.meta.url).resolve('@electric-sql/pglite'));
  return join(folder, '..', '..', '.cache', 'quietzone', `pglite-${version}.tar`);
}

/**
 * An empty database in memory. To make one (initdb) takes PGlite seconds of the processor, to unpack one that was made
 * before a third of that: so the first one made here is kept, and one that cannot be unpacked is made anew.
 */
export async function emptyDatabase(file: string): Promise<PGlite> {
  const { PGlite } = await import('@electric-sql/pglite');
  const kept = await readFile(file).catch(() => undefined);
  if (kept !== undefined) {
    try {
      const db = await PGlite.create({ dataDir: 'memory://', loadDataDir: new Blob([new Uint8Array(kept)]) });
      await db.query('SELECT 1');
      return db;
    } catch {
      await rm(file, { force: true }).catch(() => {});
    }
  }
  const db = await PGlite.create('memory://');
  await keep(db, file);
  return db;
}

/** Where it cannot be written, or not whole, the next start takes longer; that is all. */
async function keep(db: PGlite, file: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const dump = await db.dumpDataDir('none');
    await writeFile(draft, Buffer.from(await dump.arrayBuffer()), { flush: true });
    await rename(draft, file);
  } catch {
    await rm(draft, { force: true }).catch(() => {});
  }
}
