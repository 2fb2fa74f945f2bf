import { defineCommand } from 'citty';
import { configOf, refuse, refuseUnknownFlags } from './flags.js';

export const run = defineCommand({
  meta: { name: 'run', description: 'Run the kiosk until SIGTERM.' },
  args: { config: { type: 'string', required: true, valueHint: 'FILE', description: 'The config, TOML' } },
  async run({ args, rawArgs }) {
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
    process.on('SIGHUP', () => agent.reload());
  },
});
