import * as v from 'valibot';

/** The kinds of values a config has. Each rule's message is what a fault prints after "expected". */

const PORT_MAX = 65_535;
export const HOUR_MS = 3_600_000;

export function whole(min: number, max: number, unit = '') {
  const expected = `a whole number${unit} from ${min} to ${max}`;
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected));
}
export const duration = (preset: number, min = 1, max = HOUR_MS) => v.optional(whole(min, max, ' of ms'), preset);
export const port = (preset: number) => v.optional(whole(0, PORT_MAX), preset);

export function oneOf<const T extends readonly string[]>(list: T) {
  return v.picklist(list, `one of ${list.map((word) => `"${word}"`).join(', ')}`);
}

const isOneLine = (text: string): boolean => text.trim() !== '' && !/\p{Cc}/u.test(text);

/** One line of text that is not blank. */
export function line(max: number, what = 'a text') {
  const expected = `${what} of 1 to ${max} characters in one line`;
  return v.pipe(v.string(expected), v.maxLength(max, expected), v.check(isOneLine, expected));
}

export function listOf<const T extends readonly string[]>(list: T, min: number) {
  const expected = `a list of ${min} to ${list.length} different words, each one of ${list.map((w) => `"${w}"`).join(', ')}`;
  return v.pipe(
    v.array(v.picklist(list, expected), expected),
    v.minLength(min, expected),
    v.check((found) => new Set(found).size === found.length, expected),
  );
}

export const flag = (preset: boolean) => v.optional(v.boolean('true or false'), preset);
