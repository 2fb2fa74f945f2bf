import { faultNames } from '../faults.js';
import { type WorldOptions, worldOptions } from '../options.js';
import { runWorld } from '../run.js';
import type { Findings, Line, SuitedWorld, Task } from './types.js';

/** The entry of a sabotaged bundle: `child.mjs '{"seed":…}'` runs worlds and prints lines of JSON. */

const WORLD_PAYMENTS = 400;
const REST = 0.5;

function suited(seed: number, payments: number, world: SuitedWorld): WorldOptions {
  const usual = worldOptions(seed, payments);
  const { shares = {}, rest = REST, kiosks, relays, interleaved, paranoid, doubtful = 'ask' } = world;
  const all = Object.fromEntries(faultNames.map((name) => [name, shares[name] ?? rest])) as WorldOptions['shares'];
  return {
    ...usual,
    shares: all,
    kiosks: kiosks ?? usual.kiosks,
    relays: relays ?? usual.relays,
    interleaved: interleaved ?? usual.interleaved,
    paranoid: paranoid ?? usual.paranoid,
    doubtful,
  };
}

const say = (line: Line): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

async function run({ seed, payments, catches, world }: Task): Promise<Findings> {
  const others = new Set<string>();
  let begun = 0;
  for (let at = seed; begun < payments; at++) {
    const most = Math.min(world.payments ?? WORLD_PAYMENTS, payments - begun);
    const before = begun;
    const result = await runWorld(suited(at, most, world), (now) => say({ progress: before + now.payments }));
    begun += result.payments;
    const violation = result.violations.find((v) => catches.includes(v.predicate));
    if (violation) {
      const { predicate, text } = violation;
      return { caught: true, predicate, text, seed: at, payments: Math.max(1, begun), others: [...others] };
    }
    for (const { predicate, text } of result.violations) others.add(`${predicate}: ${text.split('\n')[0]}`);
    // A world in which no kiosk sells does not get us further.
    if (result.payments === 0) begun += 1;
  }
  return { caught: false, payments: begun, others: [...others] };
}

process.stdin.on('end', () => process.exit(1)).resume();
const task: Task = JSON.parse(process.argv[2] ?? '{}');
say({ done: true, ...(await run(task)) });
process.exit(0);
