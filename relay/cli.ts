import { stripVTControlCharacters } from 'node:util';
import { defineCommand, runCommand, runMain } from 'citty';
import pino from 'pino';
import { LogOutput } from '../protocol/log-output.js';
import { check } from './commands/check.js';
import { links } from './commands/links.js';
import { payments } from './commands/payments.js';
import { audit, kiosks, tokens } from './commands/people.js';
import { reconcile } from './commands/reconcile.js';
import { openLedger, refuseShared } from './commands/transport.js';
import { config, explain, orExplain, refuse, refuseMoreWords, refuseOddFlags, settingsOf } from './commands/usage.js';
import { openDatabase } from './config/parts.js';
import { readSecrets } from './config/secrets.js';
import { migrate, shippedMigrations } from './ledger/migrate.js';

const stopAsked = (): Promise<string> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM'));
    process.once('SIGINT', () => resolve('SIGINT'));
  });

/** Lines go out in larger pieces, a moment later: a line by itself costs more than what it tells of. */
const LOG_EVERY_MS = 50;

const run = defineCommand({
  meta: { name: 'run', description: 'Serve kiosks until SIGTERM or SIGINT' },
  args: config,
  run: ({ args, rawArgs }) =>
    orExplain(async () => {
      refuseOddFlags(rawArgs, ['config']);
      refuseMoreWords('run', args._);
      // Loaded late: --help and config check need none of it.
      const { startRelay } = await import('./main.js');
      const settings = await settingsOf(args.config);
      const log = pino({ name: 'relay' }, new LogOutput({ gatherMs: LOG_EVERY_MS }));
      const asked = stopAsked();
      const relay = await startRelay(settings, await readSecrets(settings, process.env), { log });
      log.info({ event: 'ready', relay: settings.instance, ports: relay.ports });
      log.info({ event: 'stopping', signal: await asked });
      await relay.stop();
      log.info({ event: 'stopped' });
    }),
});

const migrateCommand = defineCommand({
  meta: { name: 'migrate', description: 'Bring the ledger up to this version (run does it too)' },
  args: config,
  run: ({ args, rawArgs }) =>
    orExplain(async () => {
      refuseOddFlags(rawArgs, ['config']);
      refuseMoreWords('migrate', args._);
      const settings = await settingsOf(args.config);
      await refuseShared(settings);
      const db = openDatabase(settings, await readSecrets(settings, process.env));
      await db.start();
      try {
        const done = await migrate(db, await shippedMigrations(), Date.now());
        process.stdout.write(done.length > 0 ? `applied ${done.join(', ')}\n` : 'nothing to do\n');
      } finally {
        await db.stop();
      }
    }),
});

const retention = defineCommand({
  meta: {
    name: 'retention',
    description: "Erase buyers' data and people's words that are old enough (run does it daily)",
  },
  args: config,
  run: ({ args, rawArgs }) =>
    orExplain(async () => {
      refuseOddFlags(rawArgs, ['config']);
      refuseMoreWords('retention', args._);
      const settings = await settingsOf(args.config);
      const { eraseOld, erasedText } = await import('./retention.js');
      const db = await openLedger(settings);
      try {
        process.stdout.write(erasedText(await eraseOld(db, settings, Date.now())));
      } finally {
        await db.stop();
      }
    }),
});

/** For --help, and to know them; the sandbox reads their values itself. */
const sandboxFlags = {
  acquirer: { type: 'string', valueHint: 'NAME', description: 'Whose protocol: antom (default) or codepay' },
  port: { type: 'string', valueHint: 'N', description: 'Speaks it here; 0: any free one' },
  'control-port': { type: 'string', valueHint: 'N', description: 'Scenario and books here; 0: any free one' },
  'key-folder': { type: 'string', valueHint: 'DIR', description: 'Both key pairs; made here when absent' },
  scenario: { type: 'string', valueHint: 'NAME', description: 'What happens to payments that come next' },
  'by-amount': { type: 'boolean', description: 'Some amounts ask for a scenario: relay/sandbox/README.md' },
  'client-id': { type: 'string', valueHint: 'ID', description: "The relay's client id, or app_id" },
  'auto-confirm-ms': { type: 'string', valueHint: 'N', description: 'Enters the password by itself' },
  'time-scale': { type: 'string', valueHint: 'N', description: "Divides the sandbox's own times" },
  'notify-factor': {
    type: 'string',
    valueHint: 'N',
    description: 'Sends notifications; divides the gaps of their plan',
  },
  'token-life-ms': { type: 'string', valueHint: 'N', description: 'Tokens of linked wallets expire after this' },
  'merchant-name': {
    type: 'string',
    valueHint: 'NAME',
    description: "Whom a wallet's page names as the one who asks",
  },
} as const;

const sandbox = defineCommand({
  meta: { name: 'sandbox', description: 'Play the payment company, for the demo and tests' },
  args: sandboxFlags,
  run: ({ args, rawArgs }) =>
    orExplain(async () => {
      refuseOddFlags(rawArgs, Object.keys(sandboxFlags));
      refuseMoreWords('sandbox', args._);
      const { runSandbox } = await import('./sandbox/main.js');
      process.exitCode = await runSandbox(rawArgs);
    }),
});

const main = defineCommand({
  meta: { name: 'relay', description: 'Quietzone relay: between kiosks and payment companies' },
  subCommands: {
    run,
    migrate: migrateCommand,
    retention,
    config: defineCommand({ meta: { name: 'config', description: 'The config file' }, subCommands: { check } }),
    sandbox,
    ...{ payments, links, reconcile, audit, tokens, kiosks },
  },
});

/** Of the command that was meant, as far as it was said. */
function helpOf(words: readonly string[]): string {
  const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null;
  const path: string[] = [];
  let command: unknown = main;
  for (const word of words) {
    const inside = isTable(command) ? command['subCommands'] : undefined;
    if (!isTable(inside) || !Object.hasOwn(inside, word)) break;
    command = inside[word];
    path.push(word);
  }
  return ['npm run relay --', ...path, '--help'].join(' ');
}

const rawArgs = process.argv.slice(2);
if (rawArgs.some((word) => word === '--help' || word === '-h')) {
  await runMain(main, { rawArgs });
} else {
  // Not citty's runMain: it ends wrong use with 1 and the whole usage on stdout.
  await runCommand(main, { rawArgs }).catch((error: unknown) => {
    if (!(error instanceof Error && error.name === 'CLIError')) return explain(error);
    // The unknown word itself is not repeated: it may be a secret that was pasted here.
    const unknown = 'code' in error && error.code === 'E_UNKNOWN_COMMAND';
    const why = unknown ? 'no such command' : stripVTControlCharacters(error.message).replace(/\.$/, '');
    refuse(`relay: ${why}; see ${helpOf(rawArgs)}`);
  });
}
