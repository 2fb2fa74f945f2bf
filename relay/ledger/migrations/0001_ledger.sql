-- The relay's ledger. Times are epoch milliseconds by the relay's clock, money is in minor units, ids are hex.

CREATE TABLE kiosk (
  name            text PRIMARY KEY,
  -- The greeted boot (rules 2 and 3); null: nobody is greeted, and no Pay is accepted.
  nonce           text,
  epoch           text,
  number          bigint,
  chain           text NOT NULL DEFAULT '',
  board           text,
  version         text,
  greeted_at      bigint,
  -- The last challenge and the boot it was given to.
  challenge       text,
  challenge_nonce text,
  -- Rule 14: when another journal was last accepted, and since when the kiosk is shut out as a clone.
  switched_at     bigint,
  blocked_at      bigint,
  -- Relay's clock minus kiosk's monotonic clock, and when that was measured.
  clock_offset    bigint,
  clock_at        bigint
);

CREATE TABLE attempt (
  id               text PRIMARY KEY,
  kiosk            text NOT NULL,
  order_id         text NOT NULL,
  boot             text NOT NULL,
  amount           bigint CHECK (amount > 0),
  currency         text,
  issuer           text,
  reference        text NOT NULL,
  acquirer         text NOT NULL,
  -- Keyed hash; the code itself is never stored.
  code_hash        text,
  created_at       bigint NOT NULL,
  scanned_at       bigint NOT NULL,
  pay_until        bigint NOT NULL,
  deadline_at      bigint NOT NULL,
  vend_until       bigint NOT NULL,
  landing_until    bigint NOT NULL,

  state            text NOT NULL CHECK (state IN ('submitted', 'approved', 'declined', 'reversing', 'reversed',
                     'delivered', 'doubtful', 'operator', 'refused')),
  reason           text,
  password_pending boolean NOT NULL DEFAULT false,
  acquirer_id      text,
  pay_at           bigint,
  paid_seen        boolean NOT NULL DEFAULT false,
  inquiries        integer NOT NULL DEFAULT 0,
  cancels          integer NOT NULL DEFAULT 0,
  cancel_refused   boolean NOT NULL DEFAULT false,
  finding          text,
  next_at          bigint,

  -- Counts the changes of the row; every save names the version it read.
  version          bigint NOT NULL DEFAULT 1,
  changed_at       bigint NOT NULL,
  -- Economy, not safety: who works on it now.
  lease_owner      text,
  lease_until      bigint,
  -- Outbox: the kiosk is owed an Update (or has taken note of it); when it is told next.
  owed             boolean NOT NULL DEFAULT false,
  tell_at          bigint,
  tell_tries       integer NOT NULL DEFAULT 0,

  CHECK (state = 'refused' OR (amount IS NOT NULL AND currency IS NOT NULL AND code_hash IS NOT NULL))
);
-- S2, rule 5. A refused attempt has used no code, so it keeps no hash.
CREATE UNIQUE INDEX attempt_code ON attempt (code_hash) WHERE code_hash IS NOT NULL;
-- S1, rule 5.
CREATE UNIQUE INDEX attempt_order ON attempt (kiosk, order_id) WHERE state NOT IN ('declined', 'reversed', 'refused');
CREATE INDEX attempt_due ON attempt (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX attempt_tell ON attempt (tell_at) WHERE tell_at IS NOT NULL;
CREATE INDEX attempt_sweep ON attempt (kiosk) WHERE state IN ('submitted', 'approved', 'doubtful') OR owed;
CREATE INDEX attempt_newest ON attempt (created_at DESC, id);

-- S3 and S10, held by the database as well.
CREATE FUNCTION attempt_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.kiosk, NEW.order_id, NEW.boot, NEW.amount, NEW.currency, NEW.code_hash, NEW.acquirer)
     IS DISTINCT FROM
     (OLD.id, OLD.kiosk, OLD.order_id, OLD.boot, OLD.amount, OLD.currency, OLD.code_hash, OLD.acquirer) THEN
    RAISE EXCEPTION 'attempt: what was asked never changes (S3)';
  END IF;
  IF OLD.state IN ('declined', 'reversed', 'delivered', 'refused') AND NEW.state <> OLD.state THEN
    RAISE EXCEPTION 'attempt: % is final (S10)', OLD.state;
  END IF;
  IF NEW.state = 'approved' AND OLD.state NOT IN ('submitted', 'approved') THEN
    RAISE EXCEPTION 'attempt: approved only from submitted (rule 10)';
  END IF;
  IF OLD.state = 'approved' AND NEW.state NOT IN ('approved', 'delivered', 'reversing', 'doubtful') THEN
    RAISE EXCEPTION 'attempt: approved never leads to % (rule 12)', NEW.state;
  END IF;
  IF OLD.state = 'reversing' AND NEW.state NOT IN ('reversing', 'declined', 'reversed', 'operator') THEN
    RAISE EXCEPTION 'attempt: reversing never leads to % (rule 10)', NEW.state;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER attempt_guard BEFORE UPDATE ON attempt FOR EACH ROW EXECUTE FUNCTION attempt_guard();

-- Every call to the acquirer, written before it is made and completed after.
CREATE TABLE acquirer_call (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  attempt    text NOT NULL REFERENCES attempt (id),
  relay      text NOT NULL,
  call       text NOT NULL CHECK (call IN ('pay', 'inquire', 'cancel')),
  started_at bigint NOT NULL,
  ended_at   bigint,
  answer     text,
  code       text
);
CREATE INDEX acquirer_call_attempt ON acquirer_call (attempt);

-- What happened to an attempt, for people.
CREATE TABLE attempt_event (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  attempt text NOT NULL REFERENCES attempt (id),
  at      bigint NOT NULL,
  name    text NOT NULL,
  detail  text NOT NULL,
  ms      bigint
);
CREATE INDEX attempt_event_attempt ON attempt_event (attempt, id);

CREATE TABLE alarm (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      bigint NOT NULL,
  kind    text NOT NULL,
  kiosk   text NOT NULL,
  attempt text,
  detail  text NOT NULL
);
-- An alarm is raised once for an attempt, however often its cause repeats.
CREATE UNIQUE INDEX alarm_once ON alarm (attempt, kind) WHERE attempt IS NOT NULL;
