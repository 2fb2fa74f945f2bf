import { defineCommand } from 'citty';
import { readSecrets } from '../config/secrets.js';
import { systemClock } from '../runtime/clock.js';
import { commandLine } from './transport.js';
import { config, orExplain, refuse, refuseMoreWords, refuseOddFlags, settingsOf, WRONG_USE } from './usage.js';

const reconcileFlags = ['config', 'account', 'day', 'folder', 'json', 'csv', 'close', 'note'];

type Args = {
  readonly [name in 'day' | 'folder' | 'close' | 'note']?: string | undefined;
} & { readonly [name in 'json' | 'csv']?: boolean | undefined };

function refuseOddUse(args: Args): void {
  if (args.folder === '') refuse("--folder: found an empty value, expected a folder with the acquirer's reports");
  if (args.json && args.csv) refuse('--json, --csv: found both, expected one');
  if (!args.close !== !args.note) refuse('--close, --note: found one, expected both or none');
  if (!args.close) return;
  // It would be dropped in silence.
  const beside = (['day', 'folder', 'json', 'csv'] as const).find((name) => args[name]);
  if (beside) refuse(`--${beside}: found beside --close, which takes --note only; leave it out`);
  if (!/^[1-9]\d{0,14}$/.test(args.close)) {
    refuse(
      `--close: found ${args.close.length} characters that are no such number, expected the number of a difference`,
    );
  }
}

export const reconcile = defineCommand({
  meta: { name: 'reconcile', description: "Compare a day of the ledger with the acquirer's report" },
  args: {
    ...config,
    account: { type: 'string', required: true, valueHint: 'NAME', description: 'An [[account]] of the config' },
    day: { type: 'string', valueHint: 'YYYY-MM-DD', description: "A day of the account's zone, before today" },
    folder: { type: 'string', valueHint: 'DIR', description: 'Read the reports here instead' },
    json: { type: 'boolean', description: 'One line of JSON instead of a table' },
    csv: { type: 'boolean', description: 'CSV instead of a table' },
    close: { type: 'string', valueHint: 'NUMBER', description: 'Close this difference for good; with --note' },
    note: { type: 'string', valueHint: 'TEXT', description: 'Why it is closed' },
  },
  run: ({ args, rawArgs }) =>
    orExplain(async () => {
      refuseOddFlags(rawArgs, reconcileFlags);
      refuseMoreWords('reconcile', args._);
      refuseOddUse(args);
      const { reconcileCommand } = await import('../reconcile-command.js');
      const settings = await settingsOf(args.config);
      const form = args.json ? 'json' : args.csv ? 'csv' : 'table';
      const close =
        args.close && args.note ? { number: Number(args.close), note: args.note, ...commandLine() } : undefined;
      const { account, day, folder } = args;
      const asked = { account, day, folder, form, close } as const;
      const said = await reconcileCommand(settings, await readSecrets(settings, process.env), asked, systemClock);
      process.stdout.write(said.out);
      process.stderr.write(said.error);
      process.exitCode = said.code;
    }, WRONG_USE),
});
