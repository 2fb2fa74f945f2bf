import { formatAmount } from '../../../protocol/money.js';
import { table } from '../../bench/table.js';
import type { ChaosResult } from './run.js';

const money = (amount: number): string => formatAmount({ amount, currency: 'HKD' });
const seconds = (ms: number): string => (ms / 1000).toFixed(1);

function counts(head: string, of: Readonly<Record<string, number>>): string {
  const rows = Object.entries(of).sort(([, a], [, b]) => b - a);
  return table(
    [head, 'count'],
    rows.map(([name, n]) => [name, String(n)]),
  );
}

/** What happened, for people; without anything secret. */
export function reportOf(result: ChaosResult): string {
  const { sums, ms, starts, differences, violations } = result;
  const goods = differences.filter((one) => one.goods === 'went out').length;
  const blows = Object.values(result.faults).reduce((a, b) => a + b, 0);
  return [
    counts('attempt ended', result.ends),
    counts('acquirer played', result.scenarios),
    counts(`fault (${blows} in all)`, result.faults),
    ...(Object.keys(result.unexpected).length > 0 ? [counts('event that no state expects', result.unexpected)] : []),
    table(
      ['money, HKD', 'sum'],
      [
        ['acquirer keeps', money(sums.kept)],
        ['delivered', money(sums.delivered)],
        [`operator (${differences.length} attempts, ${goods} with goods)`, money(sums.operator)],
        ['unexplained', money(Math.abs(sums.kept - sums.delivered - sums.operator))],
      ],
    ),
    `${result.payments} payments, goods out ${result.handedOut} times; agents started ${starts.agents} times, ` +
      `relays ${starts.relays}; storm ${seconds(ms.storm)} s, settled in ${seconds(ms.settle)} s, all ${seconds(ms.all)} s`,
    ...violations.map(({ rule, what, attempt, order }) =>
      `VIOLATION ${rule}: ${what} ${attempt ?? order ?? ''}`.trimEnd(),
    ),
    ...result.stories,
    `seed ${result.seed}: ${violations.length === 0 ? 'no violation' : `${violations.length} violations`}`,
  ].join('\n\n');
}
