-- Payments that people declare to customs. The acquirer is asked under the row's id, again and again, until it has it.

CREATE TABLE declaration (
  id            text PRIMARY KEY,
  attempt       text NOT NULL REFERENCES attempt (id),
  number        integer NOT NULL CHECK (number > 0),
  requested_by  text NOT NULL,
  requested_at  bigint NOT NULL,
  -- What is declared; may be changed when a person has it sent again.
  amount        bigint NOT NULL CHECK (amount > 0),
  currency      text NOT NULL CHECK (currency = 'CNY'),
  customs       text NOT NULL,
  merchant_code text NOT NULL,
  merchant_name text NOT NULL,
  -- A part of the order; null: the order as a whole.
  sub_order     text,
  -- Whether a buyer was named, and who: sealed with a key that lies outside the database, and gone as soon as the acquirer has it.
  buyer_named   boolean NOT NULL,
  buyer         text,
  -- How often people had it sent.
  push          integer NOT NULL DEFAULT 1,
  state         text NOT NULL CHECK (state IN ('requested', 'declared', 'accepted', 'failed', 'operator')),
  ended_at      bigint,
  sent_at       bigint,
  tries         integer NOT NULL DEFAULT 0,
  inquiries     integer NOT NULL DEFAULT 0,
  watches       integer NOT NULL DEFAULT 0,
  doubted       boolean NOT NULL DEFAULT false,
  absent        boolean NOT NULL DEFAULT false,
  -- The acquirer's last result code, and its last word of the declaration.
  code          text,
  word          text,
  -- JSON: ids and the like that the acquirer gave it.
  taken         text NOT NULL DEFAULT '{}',
  -- Customs' own.
  result_code   text,
  result_text   text,
  returned_at   text,
  settled_by    text,
  next_at       bigint,
  erased_at     bigint,
  version       bigint NOT NULL DEFAULT 1,
  lease_owner   text,
  lease_until   bigint,
  UNIQUE (attempt, number),
  CHECK ((ended_at IS NULL) = (state IN ('requested', 'declared', 'operator'))),
  CHECK (buyer IS NULL OR (state = 'requested' AND buyer_named AND NOT doubted))
);
CREATE INDEX declaration_due ON declaration (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX declaration_lease ON declaration (lease_owner) WHERE lease_owner IS NOT NULL;
CREATE INDEX declaration_at ON declaration (requested_at DESC, id);
CREATE INDEX declaration_erasable ON declaration (ended_at) WHERE erased_at IS NULL;
-- At each place once as a whole, or each part once.
CREATE UNIQUE INDEX declaration_once ON declaration (attempt, customs, coalesce(sub_order, '')) WHERE state <> 'failed';

-- Never more than was paid at any one place, whatever the program forgets to add up. What a payment in another currency is
-- worth in CNY only the acquirer knows.
CREATE FUNCTION declaration_total_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  paid bigint;
  paid_in text;
  others bigint;
BEGIN
  IF NEW.state = 'failed' THEN
    RETURN NEW;
  END IF;
  SELECT amount, currency INTO paid, paid_in FROM attempt WHERE id = NEW.attempt FOR UPDATE;
  SELECT coalesce(sum(amount), 0) INTO others FROM declaration
    WHERE attempt = NEW.attempt AND customs = NEW.customs AND state <> 'failed' AND id <> NEW.id;
  IF paid IS NULL OR (paid_in = NEW.currency AND others + NEW.amount > paid) THEN
    RAISE EXCEPTION 'declaration: more than was paid';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER declaration_total_guard BEFORE INSERT OR UPDATE OF amount, customs, push ON declaration
  FOR EACH ROW EXECUTE FUNCTION declaration_total_guard();

CREATE FUNCTION declaration_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changeable text[] := ARRAY['amount', 'customs', 'merchant_code', 'merchant_name', 'sub_order', 'buyer_named'];
  erasable text[] := ARRAY['requested_by', 'settled_by', 'result_text', 'erased_at'];
BEGIN
  IF (NEW.id, NEW.attempt, NEW.number, NEW.requested_at, NEW.currency) IS DISTINCT FROM
     (OLD.id, OLD.attempt, OLD.number, OLD.requested_at, OLD.currency)
     OR (NEW.sub_order IS NULL) <> (OLD.sub_order IS NULL) THEN
    RAISE EXCEPTION 'declaration: what it is of never changes';
  END IF;
  IF NEW.erased_at IS DISTINCT FROM OLD.erased_at THEN
    IF OLD.erased_at IS NULL AND OLD.ended_at IS NOT NULL
       AND to_jsonb(NEW) - erasable = to_jsonb(OLD) - erasable
       AND (NEW.requested_by, NEW.settled_by, NEW.result_text)
         IS NOT DISTINCT FROM ('', left(OLD.settled_by, 0), left(OLD.result_text, 0)) THEN
      RETURN NEW;
    END IF;
    IF NEW.erased_at IS NOT NULL OR NEW.push <= OLD.push THEN
      RAISE EXCEPTION 'declaration: an erasure changes nothing else, and only of what has ended';
    END IF;
  ELSIF NEW.requested_by <> OLD.requested_by AND NEW.push <= OLD.push THEN
    RAISE EXCEPTION 'declaration: who asked for it changes only when it is sent again';
  END IF;
  IF NEW.push NOT IN (OLD.push, OLD.push + 1) THEN
    RAISE EXCEPTION 'declaration: it is sent again once at a time';
  END IF;
  IF NEW.push = OLD.push THEN
    IF OLD.state IN ('accepted', 'failed') AND NEW.state <> OLD.state THEN
      RAISE EXCEPTION 'declaration: % is final unless it is sent again', OLD.state;
    END IF;
    IF OLD.state <> 'requested' AND NEW.state = 'requested' THEN
      RAISE EXCEPTION 'declaration: what the acquirer has is not requested again by itself';
    END IF;
    IF EXISTS (SELECT 1 FROM unnest(changeable) AS name
               WHERE to_jsonb(NEW) -> name IS DISTINCT FROM to_jsonb(OLD) -> name) THEN
      RAISE EXCEPTION 'declaration: what is declared changes only when it is sent again';
    END IF;
    IF NEW.tries < OLD.tries OR NEW.inquiries < OLD.inquiries OR NEW.watches < OLD.watches THEN
      RAISE EXCEPTION 'declaration: tries and inquiries only grow';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER declaration_guard BEFORE UPDATE ON declaration FOR EACH ROW EXECUTE FUNCTION declaration_guard();

-- Every call, written before it is made and completed after; one inquiry of several is a row for each.
CREATE TABLE declaration_call (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  declaration text NOT NULL REFERENCES declaration (id),
  push        integer NOT NULL,
  relay       text NOT NULL,
  call        text NOT NULL CHECK (call IN ('declare', 'inquire-declaration')),
  started_at  bigint NOT NULL,
  ended_at    bigint,
  answer      text,
  code        text
);
CREATE INDEX declaration_call_declaration ON declaration_call (declaration, id);
