import { parseArgs } from 'node:util';
import { findPrograms } from '../../support/services.js';
import { reportOf } from './report.js';
import { chaos } from './run.js';

/** npm run chaos. What it does and how to read it: test/system/chaos/README.md. */

const WRONG_USE = 2;
const HELP = `npm run chaos -- [flags]

Plays payments on the real programs while parts are killed and connections break, then compares the books. Needs Mosquitto
and PostgreSQL on this machine, and starts its own.
  --payments N   how many (2000)
  --kiosks N     at so many kiosks (8)
  --relays N     with so many relays (2)
  --seed N       the same customers and faults again; when each strikes still depends on the machine
  --database S   a PostgreSQL setting, such as fsync=off; to see what the relay says of it
  --help         this

Exit: 0 all explained, 1 violations, 2 wrong use or a program is missing.
`;

const numbers = ['payments', 'kiosks', 'relays', 'seed'] as const;

function flags(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ payments: { type: 'string', default: '2000' }, kiosks: { type: 'string', default: '8' } },
      ...{ relays: { type: 'string', default: '2' }, seed: { type: 'string', default: String(Date.now() % 2 ** 31) } },
      ...{ database: { type: 'string', multiple: true, default: [] }, help: { type: 'boolean', default: false } },
    },
  });
  const [payments = 0, kiosks = 0, relays = 0, seed = 0] = numbers.map((name) => {
    const text = values[name];
    if (!/^\d{1,10}$/.test(text)) throw new RangeError(`--${name}: found "${text}", expected a whole number`);
    if (name !== 'seed' && Number(text) < 1) throw new RangeError(`--${name}: found 0, expected at least 1`);
    return Number(text);
  });
  return { payments, kiosks, relays, seed, database: values.database, help: values.help };
}

async function main(): Promise<number> {
  let found: ReturnType<typeof flags>;
  try {
    found = flags(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`chaos: ${error instanceof Error ? error.message : 'wrong use'}; see --help\n`);
    return WRONG_USE;
  }
  const { help, ...options } = found;
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const programs = findPrograms();
  if ('missing' in programs) {
    process.stderr.write(`chaos: ${programs.missing}\n`);
    return WRONG_USE;
  }
  process.stdout.write(`seed ${options.seed}\n`);
  const onProgress = (text: string): void => void process.stderr.write(`${text}\n`);
  const result = await chaos({ ...options, programs, onProgress });
  process.stdout.write(`${reportOf(result)}\n`);
  return result.violations.length === 0 ? 0 : 1;
}

process.exitCode = await main();
