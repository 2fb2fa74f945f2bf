/** What is wrong with one key of a document that people write: a config, an issuer table. */
export type Fault = {
  /** "timers.deadline_ms", "rows[3].issuer"; "line 3, column 5" of a file that is no TOML; a path that cannot be read. */
  readonly key: string;
  /** Type and, where it is no secret, value. */
  readonly found: string;
  readonly expected: string;
  /** For an unknown key: the known one that it looks like. */
  readonly nearest?: string;
};

export const faultText = ({ key, found, expected, nearest }: Fault): string =>
  `${key}: found ${found}, expected ${expected}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`;

const VALUE_MAX_CHARS = 40;
/**
 * Where people put secrets by mistake: a value that could hold one is described by its shape alone. Twelve letters and
 * digits in a row with a digit among them may be a payment code, and so may digits in groups.
 */
const secretive =
  /password|passwd|secret|token|credential|:\/\/[^/\s]*@|(?=[A-Za-z+/=]*[0-9])[0-9A-Za-z+/=]{12}|(?:[0-9][ .-]?){12}/i;
const NUMBER_SHOWN_MAX = 1e11;

/**
 * "text "abc"", "number 5", "a table". The value is left out when key or value could hold a secret.
 * @param group what people call a thing with keys in such documents
 */
export function describe(value: unknown, key: string, group = 'a table'): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Date) return 'a date';
  if (typeof value === 'string') {
    if (secretive.test(value) || secretive.test(key)) return `a text of ${value.length} characters`;
    return `text ${JSON.stringify(value.length > VALUE_MAX_CHARS ? `${value.slice(0, VALUE_MAX_CHARS)}…` : value)}`;
  }
  return describeScalar(value) ?? group;
}

function describeScalar(value: unknown): string | undefined {
  if (typeof value === 'number') return Math.abs(value) < NUMBER_SHOWN_MAX ? `number ${value}` : 'a large number';
  return typeof value === 'boolean' ? String(value) : undefined;
}

/** Type alone, for keys that nobody knows: their values may be anything. */
export function describeType(value: unknown, group?: string): string {
  const type = typeof value;
  if (type === 'string') return 'text';
  return type === 'number' || type === 'boolean' ? type : describe(value, '', group);
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
