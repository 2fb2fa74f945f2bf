import { defineCommand } from 'citty';
import { idleNotesOf } from '../config/idle.js';
import { issuerNotes } from '../config/issuer-table.js';
import { loadConfig } from '../config/load.js';
import { orRefuse, refuse, refuseUnknownFlags } from './flags.js';

export const check = defineCommand({
  meta: { name: 'check', description: 'Say whether a config is valid, or what is wrong with it.' },
  args: { file: { type: 'positional', required: true, description: 'The config, TOML' } },
  run({ args, rawArgs }) {
    refuseUnknownFlags(rawArgs, []);
    if (args._.length > 1) refuse(`check: found ${args._.length} files, expected one`, 2);
    const notes = orRefuse(() => [...issuerNotes(loadConfig(args.file)), ...idleNotesOf(args.file)]);
    process.stdout.write(`${args.file}: valid\n`);
    for (const note of notes) process.stdout.write(`${note}\n`);
  },
});
