import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineCommand, runMain } from 'citty';
import { ConfigError } from './config/faults.js';
import { loadConfig } from './config/load.js';
import { fromLines } from './journal/lines.js';
import { version } from './version.js';

/** The technician's command on the device: `quietzone run | check | journal`. */

function configOf(file: string) {
  try {
    return loadConfig(file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
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

const run = defineCommand({
  meta: { name: 'run', description: 'Run the kiosk until SIGTERM.' },
  args: { config: { type: 'string', required: true, valueHint: 'FILE', description: 'The config, TOML' } },
  async run({ args, rawArgs }) {
    refuseUnknownFlags(rawArgs, ['config']);
    const config = configOf(args.config);
    // Loaded late: the other commands need no broker client and no serial port.
    const { startAgent } = await import('./main.js');
    const agent = await startAgent(config).catch((error: Error) => {
      process.stderr.write(`quietzone: ${error.message}\n`);
      process.exit(1);
    });
    let stopping = false;
    const stop = () => {
      if (stopping) return;
      stopping = true;
      agent.stop().then(
        () => process.exit(0),
        (error: Error) => {
          process.stderr.write(`quietzone: stopped badly: ${error.message}\n`);
          process.exit(1);
        },
      );
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  },
});

const check = defineCommand({
  meta: { name: 'check', description: 'Say whether a config is valid, or what is wrong with it.' },
  args: { file: { type: 'positional', required: true, description: 'The config, TOML' } },
  run({ args, rawArgs }) {
    refuseUnknownFlags(rawArgs, []);
    configOf(args.file);
    process.stdout.write(`${args.file}: valid\n`);
  },
});

const journal = defineCommand({
  meta: { name: 'journal', description: 'Print the journal of a config, one record a line. It holds no codes.' },
  args: { config: { type: 'string', required: true, valueHint: 'FILE', description: 'The config, TOML' } },
  async run({ args, rawArgs }) {
    refuseUnknownFlags(rawArgs, ['config']);
    const path = join(configOf(args.config).journal.directory, 'journal.log');
    const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      process.stderr.write(`quietzone: ${path}: ${error.code ?? error.message}\n`);
      process.exit(1);
    });
    const { records, torn } = fromLines(content);
    for (const record of records) process.stdout.write(`${JSON.stringify(record)}\n`);
    if (torn > 0) process.stderr.write(`${torn} lines could not be read\n`);
  },
});

const main = defineCommand({
  meta: { name: 'quietzone', version, description: 'The agent of an unattended payment kiosk.' },
  subCommands: { run, check, journal },
});

await runMain(main);
