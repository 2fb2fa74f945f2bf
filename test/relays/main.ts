import { parseArgs } from 'node:util';
import { findPrograms } from '../support/services.js';
import { type RelaysResult, runRelays } from './run.js';

/** npm run test:relays. What it does and how to read it: test/relays/README.md. */

const WRONG_USE = 2;
const HELP = `npm run -s test:relays -- [flags]

Relays on one PostgreSQL and one broker, killed with -9 at random while kiosks sell; then the books are compared.
Needs Mosquitto and PostgreSQL on this machine, and starts its own.
  --relays N         so many relays (4)
  --payments N       so many payments (5000)
  --kiosks N         at so many kiosks (64)
  --kill-every TIME  one relay dies this often: 300ms, 2s; 0ms: none (300ms)
  --seed N           the same customers and victims again; when each strikes still depends on the machine
  --json             one JSON line at the end and nothing else on stdout
  --help             this

Exit: 0 nothing lost or doubled and the books agree, 1 otherwise, 2 wrong use or a program is missing.
`;

const numbers = ['relays', 'payments', 'kiosks', 'seed'] as const;

function timeOf(text: string): number {
  const [, digits, unit] = /^(\d{1,6})(ms|s)$/.exec(text) ?? [];
  if (digits === undefined) throw new RangeError(`--kill-every: found "${text}", expected a time such as 300ms or 2s`);
  return Number(digits) * (unit === 's' ? 1_000 : 1);
}

function flags(args: readonly string[]) {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ relays: text('4'), payments: text('5000'), kiosks: text('64'), seed: text(String(Date.now() % 2 ** 31)) },
      ...{ 'kill-every': text('300ms'), json: { type: 'boolean', default: false } },
      help: { type: 'boolean', default: false },
    },
  });
  const [relays = 0, payments = 0, kiosks = 0, seed = 0] = numbers.map((name) => {
    const found = values[name];
    if (!/^\d{1,10}$/.test(found)) throw new RangeError(`--${name}: found "${found}", expected a whole number`);
    if (name !== 'seed' && Number(found) < 1) throw new RangeError(`--${name}: found 0, expected at least 1`);
    return Number(found);
  });
  const { json, help } = values;
  return { relays, payments, kiosks, seed, killEveryMs: timeOf(values['kill-every']), json, help };
}

function people(result: RelaysResult): string {
  const { violations, ...rest } = result;
  const lines = Object.entries(rest).map(([name, value]) => `${name.padEnd(12)} ${JSON.stringify(value)}`);
  return lines.join('\n');
}

async function main(): Promise<number> {
  let found: ReturnType<typeof flags>;
  try {
    found = flags(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`test:relays: ${error instanceof Error ? error.message : 'wrong use'}; see --help\n`);
    return WRONG_USE;
  }
  const { help, json, ...options } = found;
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const programs = findPrograms();
  if ('missing' in programs) {
    process.stderr.write(`test:relays: ${programs.missing}\n`);
    return WRONG_USE;
  }
  process.stderr.write(`seed ${options.seed}\n`);
  const onProgress = (text: string): void => void process.stderr.write(`${text}\n`);
  const result = await runRelays({ ...options, programs, onProgress });
  for (const { rule, what, attempt, order } of result.violations) {
    process.stderr.write(`VIOLATION ${rule}: ${what} ${attempt ?? order ?? ''}\n`);
  }
  const { violations, ...told } = result;
  process.stdout.write(
    json ? `${JSON.stringify({ ...told, violations: violations.length })}\n` : `${people(result)}\n`,
  );
  return violations.length === 0 ? 0 : 1;
}

process.exitCode = await main();
