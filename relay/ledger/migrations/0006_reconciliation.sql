-- The acquirer's reports beside the ledger. Amounts in minor units, days as YYYY-MM-DD in the account's zone.

-- A file as it was last issued, or a day's list that an acquirer was asked for.
CREATE TABLE report_file (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account    text NOT NULL,
  name       text NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('transactions', 'settlement', 'summary')),
  day        text,
  -- SHA-256 of its bytes.
  checksum   text NOT NULL,
  -- When the acquirer issued it, by its time of modification.
  issued_at  bigint NOT NULL,
  read_at    bigint NOT NULL,
  -- Its last line was there.
  complete   boolean NOT NULL,
  -- Lines of which nothing could be read.
  lost       integer NOT NULL,
  -- JSON, for people: line, column, shape, remedy.
  faults     text NOT NULL,
  -- The settings that it was read by: with others it is read again.
  read_as    text NOT NULL,
  UNIQUE (account, name)
);
CREATE INDEX report_file_day ON report_file (account, day);

CREATE TABLE report_row (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  file             bigint NOT NULL REFERENCES report_file (id),
  account          text NOT NULL,
  kind             text NOT NULL,
  -- The same transaction reported again, in this file or another, is one row: the newest.
  key              text NOT NULL,
  day              text NOT NULL,
  line             integer NOT NULL,
  issued_at        bigint NOT NULL,
  type             text NOT NULL,
  word             text NOT NULL,
  request_id       text,
  refund_id        text,
  acquirer_id      text,
  original_id      text,
  amount           bigint,
  currency         text,
  settled_amount   bigint,
  settled_currency text,
  fee_amount       bigint,
  fee_currency     text,
  quote            text,
  at               bigint,
  merchant         text,
  batch            text,
  count            integer,
  UNIQUE (account, kind, key)
);
CREATE INDEX report_row_day ON report_row (account, kind, day, id);
CREATE INDEX report_row_file ON report_row (file);
CREATE INDEX report_row_request ON report_row (account, request_id) WHERE request_id IS NOT NULL;
CREATE INDEX report_row_refund ON report_row (account, refund_id) WHERE refund_id IS NOT NULL;
CREATE INDEX report_row_acquirer ON report_row (account, acquirer_id) WHERE acquirer_id IS NOT NULL;
CREATE INDEX report_row_original ON report_row (account, original_id) WHERE original_id IS NOT NULL;
CREATE INDEX report_row_batch ON report_row (account, batch) WHERE batch IS NOT NULL;

CREATE TABLE reconciliation_run (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account     text NOT NULL,
  day         text NOT NULL,
  at          bigint NOT NULL,
  outcome     text NOT NULL CHECK (outcome IN ('clean', 'differences', 'incomplete')),
  rows        integer NOT NULL,
  payments    integer NOT NULL,
  differences integer NOT NULL,
  waiting     integer NOT NULL,
  -- What files it compared: as soon as there are others of that day it is to be done again.
  files       text NOT NULL
);
CREATE INDEX reconciliation_run_day ON reconciliation_run (account, day, id);

CREATE TABLE difference (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account           text NOT NULL,
  key               text NOT NULL,
  type              text NOT NULL,
  day               text NOT NULL,
  -- The day whose run has found it last; when that finds it no more, it is closed.
  run_day           text NOT NULL,
  attempt           text,
  request_id        text,
  refund_id         text,
  acquirer_id       text,
  expected_amount   bigint,
  expected_currency text,
  found_amount      bigint,
  found_currency    text,
  detail            text NOT NULL,
  file              text,
  line              integer,
  opened_at         bigint NOT NULL,
  found_at          bigint NOT NULL,
  closed_at         bigint,
  -- Null as long as it is open; "gone": a later run finds it no more; else a person's note, which closes it for good.
  closed_as         text,
  UNIQUE (account, key),
  CHECK ((closed_at IS NULL) = (closed_as IS NULL))
);
CREATE INDEX difference_open ON difference (account, run_day) WHERE closed_at IS NULL;

-- Refunds and cancels are looked up by when they ended, or were asked for where they have not.
CREATE INDEX refund_at ON refund ((coalesce(ended_at, requested_at)));
