/** The value below which the share `at` (0 to 1) of the values lies, between two neighbours in proportion. */
export function quantile(values: readonly number[], at: number): number {
  if (values.length === 0) throw new RangeError('quantile: found no values, expected at least one');
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * at;
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/**
 * How many times `ours` is of `theirs`: the median over the rounds of each round's own ratio. What slowed a round slowed
 * both, so this is steadier than a ratio of medians.
 */
export function ratio(ours: readonly number[], theirs: readonly number[]): number {
  if (ours.length !== theirs.length) {
    throw new RangeError(`ratio: found ${ours.length} and ${theirs.length} rounds, expected as many of both`);
  }
  return median(ours.map((value, i) => value / (theirs[i] ?? Number.NaN)));
}

/** Three significant digits, as more would be noise. */
export const significant = (value: number): number => Number(value.toPrecision(3));
