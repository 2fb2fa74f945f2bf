/** Lines with the columns under each other: the first column to the left, numbers to the right. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[], left = 1): string {
  const all = [heads, ...rows];
  const widths = heads.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]): string =>
    heads
      .map((_, i) => {
        const cell = row[i] ?? '';
        const width = widths[i] ?? 0;
        return i < left ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}
