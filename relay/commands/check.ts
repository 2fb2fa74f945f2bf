import { defineCommand } from 'citty';
import { needFaults, needsOf, needsText } from '../config/needs.js';
import { openAccounts } from '../config/parts.js';
import { readSecrets } from '../config/secrets.js';
import { systemClock } from '../runtime/clock.js';
import { orExplain, refuse, refuseMoreWords, refuseOddFlags, settingsOf, WRONG_USE } from './usage.js';

/** `relay config check`: the file, and what is there of the keys and secrets that it names. */

const silent = { info: () => {}, warn: () => {}, error: () => {} };

export const check = defineCommand({
  meta: {
    name: 'check',
    description: 'Check a config file and the keys it names; says what is wrong, or missing here',
  },
  args: {
    file: { type: 'positional', description: 'The relay config, TOML', required: false },
    config: { type: 'string', valueHint: 'FILE', description: 'The same, as the other commands have it' },
  },
  run: ({ args, rawArgs }) =>
    orExplain(async () => {
      refuseOddFlags(rawArgs, ['config']);
      refuseMoreWords('config check', args._, 'file');
      if (args.file !== undefined && args.config !== undefined) refuse('config check: found 2 files, expected one');
      const file = args.file ?? args.config;
      if (file === undefined) refuse('config check: found no file, expected the path of a relay config');
      const settings = await settingsOf(file);
      const needs = await needsOf(settings, process.env);
      const faults = needFaults(needs, file);
      // What a machine without its secrets can check ends here: they are listed, and their want is no fault of the config.
      if (needs.every(({ found, fault }) => !fault && (found === 'present' || found === 'set'))) {
        openAccounts(settings, await readSecrets(settings, process.env), { clock: systemClock, log: silent });
      }
      process.stdout.write(`${faults.length === 0 ? `${file}: valid\n` : ''}${needsText(needs)}`);
      if (faults.length === 0) return;
      process.stderr.write(`${faults.join('\n')}\n`);
      process.exitCode = WRONG_USE;
    }),
});
