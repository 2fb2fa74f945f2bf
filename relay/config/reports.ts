import * as v from 'valibot';
import { fields, SETTLED_WITHIN_DAYS } from '../acquirers/antom/reports/settings.js';
import { rowTypes } from '../acquirers/report.js';
import { units } from '../acquirers/report-money.js';
import { isZone } from '../runtime/days.js';
import { environment, port, text } from './values.js';

/** Where an account's reports come from, and when they are looked at. */

const zone = v.pipe(v.string('text'), v.check(isZone, 'a time zone such as "Asia/Shanghai" or "UTC"'));
const unit = v.optional(v.picklist(units, '"minor" or "major"'));

const wholeDays = (least: number, most: number) =>
  v.pipe(
    v.number('whole days'),
    v.integer('whole days'),
    v.minValue(least, `at least ${least}`),
    v.maxValue(most, `at most ${most}`),
  );

const sftp = v.strictObject({
  host: text(),
  port: v.optional(port, 22),
  username: text(),
  host_key: v.pipe(
    v.string('text'),
    v.regex(
      /^SHA256:[A-Za-z0-9+/]{43}=?$/,
      'a fingerprint as `ssh-keyscan HOST | ssh-keygen -lf -` shows it: "SHA256:…"',
    ),
  ),
  directory: v.optional(text(1_024), '/'),
  password_file: v.optional(text(1_024)),
  password_env: v.optional(environment),
  private_key_file: v.optional(text(1_024)),
});

export const antomReports = v.optional(
  v.strictObject({
    folder: text(1_024),
    zone: v.optional(zone),
    units: v.optional(v.strictObject({ transactions: unit, settlement: unit, summary: unit }), {}),
    columns: v.optional(
      v.record(
        v.picklist(fields, `one of ${fields.join(', ')}`),
        v.array(text(), 'a list of column names'),
        'a table of field = ["column", …]',
      ),
      {},
    ),
    /** What Antom calls a kind of transaction that the reader does not know. */
    words: v.optional(
      v.record(
        v.pipe(v.string(), v.minLength(1)),
        v.picklist(rowTypes, `one of ${rowTypes.join(', ')}`),
        'a table of WORD = "type"',
      ),
      {},
    ),
    name_days_after: v.optional(wholeDays(0, 2), 0),
    settled_within_days: v.optional(wholeDays(1, 60), SETTLED_WITHIN_DAYS),
    sftp: v.optional(sftp),
  }),
);

export const codepayReports = v.optional(
  v.strictObject({
    details: v.literal(true, 'true, once CodePay has said that your account has reconcile.trans.details'),
    zone: v.optional(zone),
    page_size: v.optional(v.pipe(v.number('a number'), v.integer('a whole number'), v.minValue(1), v.maxValue(200))),
  }),
);

export const reconcile = v.strictObject({
  /** Without it only by hand. */
  at: v.optional(v.pipe(v.string('text'), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "09:30"'))),
  zone: v.optional(zone, 'UTC'),
  slack_minutes: v.optional(
    v.pipe(
      v.number('whole minutes'),
      v.integer('whole minutes'),
      v.minValue(1, 'at least 1'),
      v.maxValue(720, 'at most 720'),
    ),
    15,
  ),
});
