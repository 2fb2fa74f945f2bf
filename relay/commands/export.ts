import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { defineCommand } from 'citty';
import { filters, queryOf, withTransport } from './asking.js';
import { where, whereFlags } from './transport.js';
import { CommandError, refuseMoreWords, refuseOddFlags, WrongUse } from './usage.js';

/** `relay payments export`. */

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');

/** What is written to, and renamed to `path` at the end where that is another; so what is there stays until all has come. */
type Target = { readonly draft: string; readonly path: string; readonly mode: number };

/** @throws WrongUse */
async function targetOf(out: string): Promise<Target> {
  if (out === '') throw new WrongUse('--out: found an empty value, expected the path of a file');
  const found = await stat(out).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new WrongUse(`--out: ${out} cannot be used (${codeOf(error)}), expected the path of a file`);
  });
  if (found?.isDirectory()) throw new WrongUse(`--out: ${out} is a folder, expected the path of a file`);
  // A pipe or a terminal is written to as it is.
  if (found && !found.isFile()) return { draft: out, path: out, mode: 0o600 };
  const folder = dirname(out);
  if (!found && (await stat(folder).catch(() => undefined)) === undefined) {
    throw new WrongUse(`--out: the folder ${folder} is not there, expected one that is: make it first`);
  }
  const path = found ? await realpath(out) : out;
  return { draft: `${path}.${randomUUID()}.new`, path, mode: found ? found.mode & 0o777 : 0o600 };
}

async function toFile(lines: Readable, { draft, path, mode }: Target): Promise<void> {
  const drafted = draft !== path;
  try {
    await pipeline(lines, createWriteStream(draft, { mode }));
    if (drafted) await rename(draft, path);
  } catch (error) {
    if (drafted) await rm(draft, { force: true });
    throw error;
  }
}

export const exportCsv = defineCommand({
  meta: { name: 'export', description: 'Payments as CSV, to standard output or a file' },
  args: { ...where, ...filters, out: { type: 'string', valueHint: 'FILE' } },
  run: ({ args, rawArgs }) => {
    refuseOddFlags(rawArgs, [...whereFlags, ...Object.keys(filters), 'out']);
    refuseMoreWords('payments export', args._);
    return withTransport(args, async (transport) => {
      const to = args.out === undefined ? undefined : await targetOf(args.out);
      const lines = Readable.from(transport.stream(`/v1/payments.csv${queryOf(args, Object.keys(filters))}`));
      const work = to ? toFile(lines, to) : pipeline(lines, process.stdout, { end: false });
      await work.catch((error: unknown) => {
        if (error instanceof CommandError) throw error;
        const why = error instanceof Error ? error.message.replace(to?.draft ?? '\n', args.out ?? '') : 'unknown';
        const kept = to && to.draft !== to.path ? `${args.out} is as it was` : `${args.out ?? 'it'} is not whole`;
        throw new CommandError(`export: broken off before its end (${why}); ${kept}: export again`);
      });
    });
  },
});
