import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defineCommand } from 'citty';
import { makeSafe } from '../devices/safe.js';
import { configOf, refuse, refuseUnknownFlags } from './flags.js';

/** A line that takes longer will not be switched: whoever waits for this wants to start the agent again. */
const MOST_MS = 2_000;

export const safe = defineCommand({
  meta: { name: 'safe', description: "Switch the kiosk's lines off, as after an agent that was killed." },
  args: {
    config: { type: 'string', required: true, valueHint: 'FILE', description: 'The config, TOML' },
    root: { type: 'string', valueHint: 'DIR', default: '/', description: 'Use sys below DIR' },
  },
  async run({ args, rawArgs }) {
    refuseUnknownFlags(rawArgs, ['config', 'root']);
    if (args._.length > 0) refuse('safe takes no words besides its flags', 2);
    const config = configOf(args.config);
    const sysRoot = join(resolve(args.root), 'sys');
    if (!existsSync(sysRoot)) refuse('--root: found no folder there with sys in it, expected one', 2);
    const faults: string[] = [];
    const late = setTimeout(() => refuse([...faults, `safe: not done within ${MOST_MS} ms`].join('\n'), 1), MOST_MS);
    await makeSafe(config, (key, why) => faults.push(`${key}: ${why}`), { sysRoot });
    clearTimeout(late);
    if (faults.length > 0) refuse(faults.join('\n'), 1);
  },
});
