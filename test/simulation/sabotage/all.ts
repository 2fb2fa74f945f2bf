import { listSabotages, runSabotaged, type Sabotaged } from './run.js';
import type { Part } from './types.js';

/** Each of them, and a table: `name  predicate  payments`. */

export type TableOptions = {
  readonly seed: number;
  /** At most, of each. */
  readonly payments: number;
  /** Two processes keep two cores busy. Default 2. */
  readonly atOnce?: number;
  readonly names?: readonly string[];
  readonly limitMs?: number;
  readonly part?: Part;
  /** Called with each line of the table as it is known. */
  readonly onLine?: (line: string) => void;
};

export const tableHead = row('sabotage', 'caught by', 'payments');

/** @returns the names of those that nothing noticed */
export async function runAllSabotages(options: TableOptions): Promise<string[]> {
  const { seed, payments, atOnce = 2, names = listSabotages(), limitMs, part = 'all', onLine = () => {} } = options;
  const waiting = [...names];
  const missed: string[] = [];
  const one = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const limit = limitMs === undefined ? {} : { limitMs };
      const result = await runSabotaged(name, { seed, payments, part, ...limit });
      if (!result.caught) missed.push(name);
      onLine(lineOf(name, result));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return missed;
}

export function lineOf(name: string, { caught, predicate, payments, others }: Sabotaged): string {
  const seen = others.length > 0 ? `  (${others.join('; ').slice(0, 200)})` : '';
  return row(name, caught ? `${predicate}` : 'NOT CAUGHT', `${payments}`) + (caught ? '' : seen);
}

function row(name: string, predicate: string, payments: string): string {
  return `${name.padEnd(30)} ${predicate.padEnd(14)} ${payments.padStart(8)}`;
}
