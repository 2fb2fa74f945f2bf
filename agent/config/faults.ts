/** What is wrong with one key of the config file. */
export type Fault = {
  /** "timers.deadline_ms"; "line 3, column 5" for a file that is not TOML; the path of a file that cannot be read. */
  readonly key: string;
  /** Type and, where it is no secret, value. */
  readonly found: string;
  readonly expected: string;
  /** For an unknown key: the known one that it looks like. */
  readonly nearest?: string;
};

export const faultText = ({ key, found, expected, nearest }: Fault): string =>
  `${key}: found ${found}, expected ${expected}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`;

/** Every fault of the file at once. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly file: string;
  readonly faults: readonly Fault[];

  constructor(file: string, faults: readonly Fault[]) {
    super([`${file}:`, ...faults.map((fault) => `  ${faultText(fault)}`)].join('\n'));
    this.file = file;
    this.faults = faults;
  }
}

const VALUE_MAX_CHARS = 40;
/** Where people put secrets by mistake: a value that holds one is described by its shape alone. */
const secretive = /password|passwd|secret|token|credential|:\/\/[^/\s]*@/i;

/** "text "abc"", "number 5", "a table". The value is left out when key or value could hold a secret. */
export function describe(value: unknown, key: string): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Date) return 'a date';
  if (typeof value === 'string') {
    if (secretive.test(value) || secretive.test(key)) return `a text of ${value.length} characters`;
    return `text ${JSON.stringify(value.length > VALUE_MAX_CHARS ? `${value.slice(0, VALUE_MAX_CHARS)}…` : value)}`;
  }
  return describeScalar(value);
}

function describeScalar(value: unknown): string {
  if (typeof value === 'number') return `number ${value}`;
  if (typeof value === 'boolean') return String(value);
  return 'a table';
}

/** Type alone, for keys that nobody knows: their values may be anything. */
export function describeType(value: unknown): string {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : describe(value, '');
}

const NEAREST_MAX_EDITS = 3;

/** Edits between two short words: insert, delete, replace, swap neighbours. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const above = rows[i - 1] ?? [];
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/** The one of `known` that `word` looks most like; undefined when none does. */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll('-', '_');
  let best: string | undefined;
  let least = Math.min(NEAREST_MAX_EDITS, Math.ceil(word.length / 2) - 1) + 1;
  for (const candidate of known) {
    const edits = distance(plain(word.slice(0, 64)), candidate);
    if (edits < least) {
      best = candidate;
      least = edits;
    }
  }
  return best;
}
