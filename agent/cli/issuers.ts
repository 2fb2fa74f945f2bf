import { defineCommand } from 'citty';
import { builtInTable } from '../../protocol/issuer-table/built-in.js';
import { refuse, refuseUnknownFlags } from './flags.js';

/** To begin a table of one's own with: a pushed table takes the place of this one, it does not add to it. */
export const issuers = defineCommand({
  meta: { name: 'issuers', description: 'Print the built-in issuer table as JSON, to begin one of your own with.' },
  run({ args, rawArgs }) {
    refuseUnknownFlags(rawArgs, []);
    if (args._.length > 0) refuse('issuers takes no words', 2);
    const { rows, ...head } = builtInTable;
    // A row a line, as people edit rows.
    const lines = rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n');
    process.stdout.write(`${JSON.stringify(head, null, 2).slice(0, -2)},\n  "rows": [\n${lines}\n  ]\n}\n`);
  },
});
