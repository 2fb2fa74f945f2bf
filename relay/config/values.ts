import * as v from 'valibot';
import { NAME_PATTERN } from '../../protocol/limits.js';
import { type Currency, isCurrency } from '../../protocol/money.js';
import { isSource } from '../webhooks/endpoints.js';

/** The values that the relay's TOML file is made of. */

export const HOUR_MS = 3_600_000;

export const ms = (most = HOUR_MS) =>
  v.pipe(
    v.number('a whole number of milliseconds'),
    v.integer('a whole number of milliseconds'),
    v.minValue(1, 'at least 1 ms'),
    v.maxValue(most, `at most ${most} ms`),
  );
export const text = (most = 256) =>
  v.pipe(v.string('text'), v.minLength(1, 'text that is not empty'), v.maxLength(most, `at most ${most} characters`));
export const name = v.pipe(
  v.string('text'),
  v.regex(NAME_PATTERN, '1 to 32 of A-Z a-z 0-9 _ -, beginning with one of A-Z a-z 0-9'),
);
export const currency = v.custom<Currency>(
  (x) => typeof x === 'string' && isCurrency(x),
  'an ISO 4217 code such as HKD',
);
export const url = (...protocols: string[]) =>
  v.pipe(
    v.string('text'),
    v.check(
      (x) => URL.canParse(x) && protocols.includes(new URL(x).protocol.slice(0, -1)),
      `an address beginning with ${protocols.map((p) => `${p}://`).join(' or ')}`,
    ),
    v.check(
      (x) => !URL.canParse(x) || (new URL(x).username === '' && new URL(x).password === ''),
      'an address without user and password, which have keys of their own',
    ),
  );
export const port = v.pipe(
  v.number('a port number'),
  v.integer('a port number'),
  v.minValue(0, 'a port number, or 0 for any free one'),
  v.maxValue(65_535, 'a port number'),
);
export const amount = v.pipe(
  v.string('a decimal as text, such as "35.50"'),
  v.regex(/^\d{1,12}(\.\d{1,3})?$/, 'such as "35.50"'),
);
export const environment = v.pipe(
  v.string('text'),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable'),
);

export const delays = v.pipe(
  v.array(
    v.pipe(
      v.number('a whole number of milliseconds'),
      v.integer('a whole number of milliseconds'),
      v.minValue(0, 'not less than 0 ms'),
      v.maxValue(HOUR_MS, 'at most an hour'),
    ),
    'a list of milliseconds',
  ),
  v.minLength(1, 'at least one'),
  v.maxLength(100, 'at most 100'),
);
/** Its last wait repeats for ever, so a wait of nothing would ask without a pause. */
export const repeatingDelays = v.pipe(
  delays,
  v.check((waits) => (waits.at(-1) ?? 0) > 0, 'a last wait, which repeats, of at least 1 ms'),
);

export const mcc = v.pipe(v.string('text'), v.regex(/^\d{4}$/, 'four digits as text'));

export const source = v.pipe(
  v.string('text'),
  v.check(isSource, 'an address such as "3.135.111.52", or a network such as "10.0.0.0/8"'),
);
