import type { Machine } from '../machine.js';
import { table } from '../table.js';
import type { Growth, Limit, Row, Worst } from './findings.js';

/** The document of --json. */
export type Report = {
  readonly benchmark: 'decode';
  readonly machine: Machine;
  readonly settings: {
    readonly quick: boolean;
    readonly rounds: number;
    /** One contender's turn, ms. */
    readonly turnMs: number;
    readonly seed: number;
    /** Different codes of a kind. */
    readonly pool: number;
  };
  /** Wall time of the whole run, ms. */
  readonly tookMs: number;
  readonly rows: readonly Row[];
  readonly growth: readonly Growth[];
  readonly worst: readonly Worst[];
  readonly limits: readonly Limit[];
};

const titles: Readonly<Record<string, string>> = {
  'numeric-24': 'Numeric wallet code, 24 digits',
  'numeric-all': 'Numeric wallet codes of all issuers, 16 to 24 digits',
  'cpm-120': 'EMV consumer-presented code, 120 bytes (160 characters)',
  'merchant-160': "The shop's own QR code, 160 characters",
  'garbage-24': 'No payment code, 24 characters, all kinds in turn',
  'garbage-160': 'No payment code, 160 characters, all kinds in turn',
  scraps: 'Beginnings of all of these, 0 to 15 characters',
  'whole-path-numeric-24': 'Framing, verdict and text: numeric, 24 digits',
  'whole-path-cpm-120': 'Framing, verdict and text: EMV consumer-presented, 120 bytes',
};

/** Three digits, without an exponent. */
const number = (value: number): string =>
  value >= 100 ? String(Math.round(value)) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
const bytes = (row: Row): string => (row.bytes === null ? '?' : number(row.bytes.heap + row.bytes.buffers));
const count = (value: number | null): string =>
  value === null ? '?' : Number.isInteger(value) ? String(value) : number(value);

function rowsText(rows: readonly Row[]): string {
  const cases = [...new Set(rows.map((row) => row.case))];
  return cases
    .map((name) => {
      const lines = rows
        .filter((row) => row.case === name)
        .map((r) => [
          `  ${r.contender}`,
          number(r.ns),
          `${number(r.low)}–${number(r.high)}`,
          number(r.ratio),
          bytes(r),
        ]);
      return table([titles[name] ?? name, 'ns', 'quartiles', '× ours', 'bytes'], lines);
    })
    .join('\n\n');
}

function growthText(growth: readonly Growth[]): string {
  const lengths = [...new Set(growth.flatMap((g) => g.points.map((p) => p.characters)))].sort((a, b) => a - b);
  const lines = growth.map((g) => [
    `  ${g.kind}`,
    ...lengths.map((n) => g.points.find((p) => p.characters === n)).map((p) => (p ? number(p.ns) : '')),
    number(g.ratio),
  ]);
  const heads = lengths.map((n) => `ns at ${n}`);
  return table(['Time by length in characters; the first ones are accepted', ...heads, 'a byte'], lines);
}

const worstText = (worst: readonly Worst[]): string =>
  table(
    ['Slowest rejection', 'characters', 'ns', 'fastest acceptance', 'ns', 'ratio'],
    worst.map((w) => [
      `  ${w.rejected.kind}`,
      String(w.characters),
      number(w.rejected.ns),
      w.accepted.kind,
      number(w.accepted.ns),
      number(w.ratio),
    ]),
  );

const limitsText = (limits: readonly Limit[]): string =>
  table(
    ['Limits', 'found', 'limit', ''],
    limits.map((l) => [`  ${l.name}`, count(l.found), `≤ ${l.limit}`, l.holds ? 'holds' : 'DOES NOT HOLD']),
  );

export function reportText(report: Report): string {
  const { machine, settings } = report;
  return [
    `Decoder benchmark: ${settings.rounds} rounds, turns of ${settings.turnMs} ms, ${settings.pool} codes a kind, seed ${settings.seed}; ${(report.tookMs / 1000).toFixed(1)} s`,
    `${machine.cpu}, ${machine.cores} cores, load ${machine.load}; Node ${machine.node}, V8 ${machine.v8}, ${machine.system}`,
    'ns and bytes are a code; medians over the rounds; × ours: median of the ratios within a round',
    '',
    rowsText(report.rows),
    '',
    worstText(report.worst),
    '',
    growthText(report.growth),
    '',
    limitsText(report.limits),
    '',
  ].join('\n');
}
