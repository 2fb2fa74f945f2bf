-- What acquirers have sent by themselves, each piece of news once, verified. No body, no token, no payment code.
CREATE TABLE notification (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account  text NOT NULL,
  -- SHA-256 of what makes it this piece of news: a repeated delivery has the same.
  dedupe   text NOT NULL,
  kind     text NOT NULL CHECK (kind IN ('payment', 'refund', 'other')),
  -- Our id that it names, of a payment or a refund; null where it names none.
  subject  text,
  -- No foreign key: it may name an attempt that is not here, and must never wait for one that is locked.
  attempt  text,
  -- What it says, in the relay's own words; of kind other what it is.
  says     text NOT NULL,
  amount   bigint,
  currency text,
  -- What became of it. Only 'unknown-id' is gone through again when it comes again.
  outcome  text NOT NULL CHECK (outcome IN ('applied', 'hint', 'differs', 'unknown-id', 'ignored')),
  times    integer NOT NULL DEFAULT 1,
  first_at bigint NOT NULL,
  last_at  bigint NOT NULL,
  UNIQUE (account, dedupe),
  CHECK ((amount IS NULL) = (currency IS NULL))
);
CREATE INDEX notification_attempt ON notification (attempt, id) WHERE attempt IS NOT NULL;
