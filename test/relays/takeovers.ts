import { quantile } from '../bench/statistics.js';
import type { Death } from './killer.js';

/** From a relay's death to the moment at which others, or its successor, may work on what it held. */
export type Takeovers = {
  /** Attempts that were taken over. */
  readonly attempts: number;
  /** Deaths of relays that held something. */
  readonly deaths: number;
  /** ms */
  readonly p50: number | null;
  readonly p99: number | null;
};

type Line = Readonly<Record<string, unknown>>;

/** From the relays' own `takeover` lines; the first one after each death counts, until the same relay dies again. */
export function takeoversOf(deaths: readonly Death[], lines: readonly Line[]): Takeovers {
  const said = lines.flatMap((line) =>
    line['event'] === 'takeover'
      ? [{ from: String(line['from']), at: Number(line['time']), attempts: Number(line['held']) }]
      : [],
  );
  said.sort((a, b) => a.at - b.at);
  const waits: number[] = [];
  for (const [i, death] of deaths.entries()) {
    const next = deaths.slice(i + 1).find(({ relay }) => relay === death.relay)?.at ?? Number.POSITIVE_INFINITY;
    const first = said.find(({ from, at }) => from === death.relay && at >= death.at && at < next);
    if (first) waits.push(first.at - death.at);
  }
  const share = (at: number): number | null => (waits.length === 0 ? null : Math.round(quantile(waits, at)));
  const attempts = said.reduce((sum, one) => sum + one.attempts, 0);
  return { attempts, deaths: waits.length, p50: share(0.5), p99: share(0.99) };
}
