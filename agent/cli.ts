import { stripVTControlCharacters } from 'node:util';
import { defineCommand, runCommand, runMain } from 'citty';
import { refuse } from './cli/flags.js';
import { version } from './version.js';

/** The technician's command: `quietzone run | check | devices | safe | journal | decode | issuers`, each loaded when it is asked for. */
const main = defineCommand({
  meta: { name: 'quietzone', version, description: 'The agent of an unattended payment kiosk.' },
  subCommands: {
    run: () => import('./cli/run.js').then((room) => room.run),
    check: () => import('./cli/check.js').then((room) => room.check),
    devices: () => import('./cli/devices.js').then((room) => room.devices),
    safe: () => import('./cli/safe.js').then((room) => room.safe),
    journal: () => import('./cli/journal.js').then((room) => room.journal),
    issuers: () => import('./cli/issuers.js').then((room) => room.issuers),
    decode: () => import('./cli/decode.js').then((room) => room.decode),
  },
});

const rawArgs = process.argv.slice(2);
if (rawArgs.some((word) => word === '--help' || word === '-h' || word === '--version')) {
  await runMain(main, { rawArgs });
} else {
  // Not citty's runMain: it ends wrong use with 1 and the whole usage on stdout.
  await runCommand(main, { rawArgs }).catch((error: unknown) => {
    if (!(error instanceof Error && error.name === 'CLIError')) throw error;
    // The unknown word itself is not repeated: it may be a payment code that was pasted here.
    const unknown = 'code' in error && error.code === 'E_UNKNOWN_COMMAND';
    const why = unknown ? 'no such command' : stripVTControlCharacters(error.message).replace(/\.$/, '');
    refuse(`quietzone: ${why}; see npm run quietzone -- --help`, 2);
  });
}
