import { type Fault, type FuzzResult, REACH_ALL_FROM } from './run.js';

/** What a run has to say, as text. */
export function tableOf({ answers, peer, unreached }: FuzzResult): string {
  const rows = [...answers].sort(([a], [b]) => a.localeCompare(b));
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    ...rows.map(([name, count]) => `${name.padEnd(width)} ${String(count).padStart(10)}`),
    `ber-tlv read ${peer.same} accepted EMV codes alike and refused ${peer.refused}`,
    ...(unreached.length > 0 ? [`not reached: ${unreached.join(', ')}`] : []),
  ].join('\n');
}

export function faultText({ seed, index, market, what, hex, smallest }: Fault): string {
  return [
    `fault at seed ${seed}, index ${index}, market ${market}: ${what}`,
    `input ${hex}`,
    `smallest input ${smallest.hex}`,
    `  ${smallest.what}`,
  ].join('\n');
}

/** Faults, and reasons that a run long enough to meet them all has not met. */
export const failed = ({ fault, unreached, inputs }: FuzzResult): boolean =>
  fault !== undefined || (inputs >= REACH_ALL_FROM && unreached.length > 0);

export const summary = (result: FuzzResult): string =>
  `${result.inputs} inputs, ${result.fault ? 1 : 0} faults, seed ${result.seed}`;
