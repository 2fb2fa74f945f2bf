-- Giving money back: each cancel and each refund is a record of its own. Requested is not confirmed.
CREATE TABLE reversal (
  -- Of a refund it is the id that the acquirer is asked under.
  id           text PRIMARY KEY,
  attempt      text NOT NULL REFERENCES attempt (id),
  kind         text NOT NULL CHECK (kind IN ('cancel', 'refund')),
  -- Among those of its kind, from 1.
  number       integer NOT NULL CHECK (number > 0),
  amount       bigint NOT NULL CHECK (amount > 0),
  currency     text NOT NULL,
  state        text NOT NULL CHECK (state IN ('requested', 'pending', 'confirmed', 'failed')),
  -- Why the attempt was to be reversed when this was begun.
  reason       text,
  requested_at bigint NOT NULL,
  ended_at     bigint,
  tries        integer NOT NULL,
  inquiries    integer NOT NULL,
  UNIQUE (attempt, kind, number),
  CHECK ((ended_at IS NULL) = (state IN ('requested', 'pending')))
);
-- Never refunded twice: a new record only where all before it have failed.
CREATE UNIQUE INDEX reversal_one ON reversal (attempt) WHERE state <> 'failed';

CREATE FUNCTION reversal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.attempt, NEW.kind, NEW.number, NEW.amount, NEW.currency, NEW.requested_at) IS DISTINCT FROM
     (OLD.id, OLD.attempt, OLD.kind, OLD.number, OLD.amount, OLD.currency, OLD.requested_at) THEN
    RAISE EXCEPTION 'reversal: what was asked never changes (S3)';
  END IF;
  IF OLD.state IN ('confirmed', 'failed') AND NEW IS DISTINCT FROM OLD THEN
    RAISE EXCEPTION 'reversal: % is final (S10)', OLD.state;
  END IF;
  IF OLD.state = 'pending' AND NEW.state = 'requested' THEN
    RAISE EXCEPTION 'reversal: what the acquirer has in hand is not requested again';
  END IF;
  IF NEW.tries < OLD.tries OR NEW.inquiries < OLD.inquiries THEN
    RAISE EXCEPTION 'reversal: tries and inquiries only grow';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reversal_guard BEFORE UPDATE ON reversal FOR EACH ROW EXECUTE FUNCTION reversal_guard();

-- The newest record; null as long as nothing was to be given back.
ALTER TABLE attempt ADD COLUMN reversal text;

ALTER TABLE acquirer_call DROP CONSTRAINT acquirer_call_call_check;
ALTER TABLE acquirer_call ADD CONSTRAINT acquirer_call_call_check
  CHECK (call IN ('pay', 'inquire', 'cancel', 'refund', 'inquire-refund'));
