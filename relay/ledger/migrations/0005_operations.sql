-- What people do: give money back of a delivered payment, settle what only a person can, and who did which of it.

-- One row a refund, or a cancel, that a person asked for. Requested is not confirmed.
CREATE TABLE refund (
  -- Of a refund the id that the acquirer is asked under. Numbers above 1000, so that it is never the machine's own.
  id           text PRIMARY KEY,
  attempt      text NOT NULL REFERENCES attempt (id),
  kind         text NOT NULL CHECK (kind IN ('refund', 'cancel')),
  number       integer NOT NULL CHECK (number > 0),
  amount       bigint NOT NULL CHECK (amount > 0),
  currency     text NOT NULL,
  state        text NOT NULL CHECK (state IN ('requested', 'pending', 'confirmed', 'failed', 'operator')),
  reason       text NOT NULL,
  requested_by text NOT NULL,
  requested_at bigint NOT NULL,
  -- The one that failed, in whose place this is asked, and how many of the same request have failed before.
  replaces     text,
  place        integer NOT NULL DEFAULT 0,
  ended_at     bigint,
  tries        integer NOT NULL DEFAULT 0,
  inquiries    integer NOT NULL DEFAULT 0,
  -- Inquiries since only a person can settle it.
  watches      integer NOT NULL DEFAULT 0,
  -- The acquirer does not cancel; its inquiry tells whether an earlier try was done.
  refused      boolean NOT NULL DEFAULT false,
  -- The acquirer's last code that said something of it.
  code         text,
  -- By whom it was settled, where the acquirer never said.
  settled_by   text,
  next_at      bigint,
  version      bigint NOT NULL DEFAULT 1,
  lease_owner  text,
  lease_until  bigint,
  UNIQUE (attempt, number),
  CHECK ((ended_at IS NULL) = (state IN ('requested', 'pending', 'operator')))
);
CREATE INDEX refund_due ON refund (next_at) WHERE next_at IS NOT NULL;
-- A payment is cancelled whole, once.
CREATE UNIQUE INDEX refund_cancel ON refund (attempt) WHERE kind = 'cancel' AND state <> 'failed';

-- Never more than was charged, whatever the program forgets to add up.
CREATE FUNCTION refund_total_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  charged bigint;
  asked_in text;
  taken bigint;
BEGIN
  SELECT amount, currency INTO charged, asked_in FROM attempt WHERE id = NEW.attempt FOR UPDATE;
  IF NEW.currency IS DISTINCT FROM asked_in THEN
    RAISE EXCEPTION 'refund: in another currency than the payment';
  END IF;
  SELECT coalesce(sum(amount), 0) INTO taken FROM (
    SELECT amount FROM refund WHERE attempt = NEW.attempt AND state <> 'failed'
    UNION ALL
    SELECT amount FROM reversal WHERE attempt = NEW.attempt AND state <> 'failed') AS given;
  IF charged IS NULL OR taken + NEW.amount > charged THEN
    RAISE EXCEPTION 'refund: more than was charged';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refund_total_guard BEFORE INSERT ON refund FOR EACH ROW EXECUTE FUNCTION refund_total_guard();

CREATE FUNCTION refund_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.attempt, NEW.kind, NEW.number, NEW.amount, NEW.currency, NEW.reason, NEW.requested_by, NEW.requested_at)
     IS DISTINCT FROM
     (OLD.id, OLD.attempt, OLD.kind, OLD.number, OLD.amount, OLD.currency, OLD.reason, OLD.requested_by, OLD.requested_at)
  THEN
    RAISE EXCEPTION 'refund: what was asked never changes (S3)';
  END IF;
  IF OLD.state IN ('confirmed', 'failed') AND NEW.state <> OLD.state THEN
    RAISE EXCEPTION 'refund: % is final (S10)', OLD.state;
  END IF;
  IF OLD.state = 'pending' AND NEW.state = 'requested' THEN
    RAISE EXCEPTION 'refund: what the acquirer has in hand is not requested again';
  END IF;
  IF NEW.tries < OLD.tries OR NEW.inquiries < OLD.inquiries OR NEW.watches < OLD.watches THEN
    RAISE EXCEPTION 'refund: tries and inquiries only grow';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refund_guard BEFORE UPDATE ON refund FOR EACH ROW EXECUTE FUNCTION refund_guard();

-- Which refund a call was of; null: of the payment.
ALTER TABLE acquirer_call ADD COLUMN refund text;

-- An attempt raises each kind once, and each of its refunds once more.
ALTER TABLE alarm ADD COLUMN refund text;
DROP INDEX alarm_once;
CREATE UNIQUE INDEX alarm_once ON alarm (attempt, kind, coalesce(refund, '')) WHERE attempt IS NOT NULL;

-- A person's word that ended an attempt, or sent its money back; the newest counts.
CREATE TABLE resolution (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  attempt text NOT NULL REFERENCES attempt (id),
  found   text NOT NULL CHECK (found IN ('delivered', 'give-back', 'not-charged', 'returned')),
  note    text NOT NULL,
  by      text NOT NULL,
  at      bigint NOT NULL
);
CREATE INDEX resolution_attempt ON resolution (attempt, id);

-- Who may use the operations API. Of the token itself only its hash is kept.
CREATE TABLE operations_token (
  id           text PRIMARY KEY,
  name         text NOT NULL,
  scopes       text NOT NULL,
  hash         text NOT NULL UNIQUE,
  created_at   bigint NOT NULL,
  expires_at   bigint NOT NULL,
  revoked_at   bigint,
  last_used_at bigint
);

-- Every act of a person, also those that were refused. Never changed; deleted by nobody but retention.
CREATE TABLE audit (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      bigint NOT NULL,
  who     text NOT NULL,
  origin  text NOT NULL,
  act     text NOT NULL,
  -- What it was done to: an attempt, a refund, a kiosk, a token.
  target  text NOT NULL,
  attempt text,
  detail  text NOT NULL,
  outcome text NOT NULL
);
CREATE INDEX audit_attempt ON audit (attempt, id) WHERE attempt IS NOT NULL;
CREATE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit: a row never changes';
END $$;
CREATE TRIGGER audit_guard BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_guard();

-- Answers to writes, by who asked and their Idempotency-Key.
CREATE TABLE operations_request (
  owner   text NOT NULL,
  key     text NOT NULL,
  -- Hash of what was asked.
  request text NOT NULL,
  status  integer NOT NULL,
  answer  text NOT NULL,
  at      bigint NOT NULL,
  PRIMARY KEY (owner, key)
);
CREATE INDEX operations_request_at ON operations_request (at);
