import { parseArgs } from 'node:util';
import { findPrograms, freePort } from '../support/services.js';
import { Lab, whyNoLab } from './lab.js';
import { headOf, powerCuts, rowOf } from './power-cuts.js';

/** npm run test:power-cuts. What it does and how to read it: test/hardware/README.md. */

const WRONG_USE = 2;
const HELP = `npm run test:power-cuts -- [flags]

Cuts the power of a kiosk in the lab at random moments of payments, then compares the books.
  --cuts N   how many (50)
  --seed N   the same customers and moments again; what is on its way just then still depends on the machine
  --help     this

Exit: 0 all agrees, 1 violations, 2 wrong use, or the lab cannot run here.
`;

function numberOf(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError(`--${name}: found "${text}", expected a whole number`);
  return Number(text);
}

function flags(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cuts: { type: 'string', default: '50' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      help: { type: 'boolean', default: false },
    },
  });
  const { cuts, seed, help } = values;
  return { cuts: numberOf('cuts', cuts), seed: numberOf('seed', seed), help };
}

async function main(): Promise<number> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  let found: ReturnType<typeof flags>;
  try {
    found = flags(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`power-cuts: ${error instanceof Error ? error.message : 'wrong use'}; see --help\n`);
    return WRONG_USE;
  }
  const { help, cuts, seed } = found;
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const programs = findPrograms();
  const missing = whyNoLab() ?? ('missing' in programs ? programs.missing : undefined);
  if (missing !== undefined || 'missing' in programs) {
    process.stderr.write(`power-cuts: ${missing}\n`);
    return WRONG_USE;
  }
  const brokerPort = await freePort();
  const lab = new Lab([brokerPort]);
  say(`seed ${seed}\n${headOf()}`);
  await lab.first();
  try {
    const options = {
      lab,
      programs,
      brokerPort,
      cuts,
      seed,
      onRow: (row: Parameters<typeof rowOf>[0]) => say(rowOf(row)),
    };
    const { violations, gaps, calmMs } = await powerCuts(options);
    say(
      `${cuts} cuts; payments without one take ${Object.values(calmMs).join(', ')} ms; ${gaps} gaps in the journal; ${violations.length} violations`,
    );
    for (const violation of violations) say(JSON.stringify(violation));
    return violations.length === 0 && gaps === 0 ? 0 : 1;
  } finally {
    await lab.down();
  }
}

process.exitCode = await main();
