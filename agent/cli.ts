import { defineCommand, runMain } from 'citty';
import { version } from './version.js';

/** The technician's command on the device: `quietzone run | check | journal | decode`. Each is loaded when it is asked for. */
await runMain(
  defineCommand({
    meta: { name: 'quietzone', version, description: 'The agent of an unattended payment kiosk.' },
    subCommands: {
      run: () => import('./cli/run.js').then((room) => room.run),
      check: () => import('./cli/check.js').then((room) => room.check),
      journal: () => import('./cli/journal.js').then((room) => room.journal),
      decode: () => import('./cli/decode.js').then((room) => room.decode),
    },
  }),
);
