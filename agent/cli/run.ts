import { isatty } from 'node:tty';
import { defineCommand } from 'citty';
import { configOf, refuse, refuseUnknownFlags } from './flags.js';

/**
 * SIGHUP means "read the issuer table again", from the start on: it must not end a kiosk that is not ready yet. From a
 * terminal that was closed it means what it always did: nobody is left there who could end the program.
 * @returns takes what is to be done; it is done at once for a signal that came before
 */
function onHangUp(): (act: () => void) => void {
  const onTerminal = isatty(0);
  let missed = false;
  let then = (): void => {
    missed = true;
  };
  const heard = () => {
    if (!onTerminal || isatty(0)) {
      then();
      return;
    }
    process.off('SIGHUP', heard);
    process.kill(process.pid, 'SIGHUP');
  };
  process.on('SIGHUP', heard);
  return (act) => {
    then = act;
    if (missed) act();
  };
}

export const run = defineCommand({
  meta: { name: 'run', description: 'Run the kiosk until SIGTERM.' },
  args: { config: { type: 'string', required: true, valueHint: 'FILE', description: 'The config, TOML' } },
  async run({ args, rawArgs }) {
    const reload = onHangUp();
    refuseUnknownFlags(rawArgs, ['config']);
    const config = configOf(args.config);
    // Loaded late: a config that is refused needs no broker client and no serial port.
    const { startAgent } = await import('../main.js');
    const agent = await startAgent(config).catch((error: Error) => refuse(`quietzone: ${error.message}`, 1));
    let stopping = false;
    const stop = () => {
      if (stopping) return;
      stopping = true;
      agent.stop().then(
        () => process.exit(0),
        (error: Error) => refuse(`quietzone: stopped badly: ${error.message}`, 1),
      );
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    reload(() => agent.reload());
  },
});
