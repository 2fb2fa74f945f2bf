import { defineCommand, runMain } from 'citty';
import pino from 'pino';
import { ConfigError, loadConfig } from './config/load.js';
import { openDatabase } from './config/parts.js';
import { readSecrets } from './config/secrets.js';
import { LedgerError } from './ledger/contract.js';
import { migrate, shippedMigrations } from './ledger/migrate.js';

const config = {
  config: { type: 'string', description: 'The relay config, TOML', required: true, valueHint: 'FILE' },
} as const;

/** Faults of the config or the ledger are for a person: their text, and no stack. */
async function orExplain(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const plain = error instanceof ConfigError || error instanceof LedgerError;
    process.stderr.write(`${plain ? error.message : String(error instanceof Error ? error.stack : error)}\n`);
    process.exitCode = 1;
  }
}

/** citty passes over a flag that it does not know; a mistyped one must not be. Exit 2. */
function refuseUnknownFlags(rawArgs: readonly string[], known: readonly string[]): void {
  const expected = [...known, 'help'].map((name) => `--${name}`);
  for (const word of rawArgs) {
    const flag = word.split('=')[0] ?? '';
    if (!flag.startsWith('-') || expected.includes(flag)) continue;
    process.stderr.write(`${flag}: not a flag of this command; expected ${expected.join(', ')}\n`);
    process.exit(2);
  }
}

const stopAsked = (): Promise<string> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM'));
    process.once('SIGINT', () => resolve('SIGINT'));
  });

const run = defineCommand({
  meta: { name: 'run', description: 'Serve kiosks until SIGTERM or SIGINT' },
  args: config,
  run: ({ args, rawArgs }) =>
    orExplain(async () => {
      refuseUnknownFlags(rawArgs, ['config']);
      // Loaded late: --help and config check need none of it.
      const { startRelay } = await import('./main.js');
      const settings = await loadConfig(args.config);
      const log = pino({ name: 'relay' });
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
      refuseUnknownFlags(rawArgs, ['config']);
      const settings = await loadConfig(args.config);
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

const check = defineCommand({
  meta: { name: 'check', description: 'Check a config file; says which key, what was found, what is expected' },
  args: { file: { type: 'positional', description: 'The relay config, TOML', required: true } },
  run: ({ args, rawArgs }) =>
    orExplain(async () => {
      refuseUnknownFlags(rawArgs, []);
      await loadConfig(args.file);
      process.stdout.write(`${args.file}: good\n`);
    }),
});

const sandbox = defineCommand({
  meta: { name: 'sandbox', description: 'Play the payment company, for the demo and tests' },
  // For --help; the sandbox reads its arguments itself.
  args: {
    port: { type: 'string', valueHint: 'N', description: 'Speaks Antom here; 0: any free one' },
    'control-port': { type: 'string', valueHint: 'N', description: 'Scenario and books here; 0: any free one' },
    'key-folder': { type: 'string', valueHint: 'DIR', description: 'Both key pairs; made here when absent' },
    scenario: { type: 'string', valueHint: 'NAME', description: 'What happens to payments that come next' },
    'client-id': { type: 'string', valueHint: 'ID', description: "The relay's client id" },
    'auto-confirm-ms': { type: 'string', valueHint: 'N', description: 'Enters the password by itself' },
    'time-scale': { type: 'string', valueHint: 'N', description: "Divides the sandbox's own times" },
  },
  run: ({ rawArgs }) =>
    orExplain(async () => {
      const { runSandbox } = await import('./sandbox/main.js');
      process.exitCode = await runSandbox(rawArgs);
    }),
});

await runMain(
  defineCommand({
    meta: { name: 'relay', description: 'Quietzone relay: between kiosks and payment companies' },
    subCommands: {
      run,
      migrate: migrateCommand,
      config: defineCommand({ meta: { name: 'config', description: 'The config file' }, subCommands: { check } }),
      sandbox,
    },
  }),
);
