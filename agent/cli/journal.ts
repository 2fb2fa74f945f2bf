import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { fromLines } from '../journal/lines.js';
import { configOf, refuse, refuseUnknownFlags } from './flags.js';

export const journal = defineCommand({
  meta: { name: 'journal', description: 'Print the journal of a config, one record a line. It holds no codes.' },
  args: { config: { type: 'string', required: true, valueHint: 'FILE', description: 'The config, TOML' } },
  async run({ args, rawArgs }) {
    refuseUnknownFlags(rawArgs, ['config']);
    const path = join(configOf(args.config).journal.directory, 'journal.log');
    const content = await readFile(path).catch((error: NodeJS.ErrnoException) =>
      refuse(`quietzone: ${path}: ${error.code ?? error.message}`, 1),
    );
    const { records, torn } = fromLines(content);
    for (const record of records) process.stdout.write(`${JSON.stringify(record)}\n`);
    if (torn > 0) process.stderr.write(`${torn} lines could not be read\n`);
  },
});
