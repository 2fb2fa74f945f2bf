-- Wallets that agree once and are then charged by token. One row is one try to link one; in state linked it is the wallet.
-- Secrets are sealed with a key outside of the database (relay/linking/crypto.ts) and found by keyed hashes.
CREATE TABLE wallet_link (
  -- Made by the kiosk.
  id            text PRIMARY KEY,
  kiosk         text NOT NULL,
  merchant      text NOT NULL,
  account       text NOT NULL,
  wallet        text NOT NULL,
  -- What the buyer agrees to pay as soon as it is linked, minor units; null: nothing stood armed.
  amount        bigint CHECK (amount > 0),
  currency      text,
  -- The display shows the wallet's own code, so no page of ours need be opened.
  own_code      boolean NOT NULL,
  -- Of the short link.
  short         text NOT NULL UNIQUE,
  created_at    bigint NOT NULL,
  expires_at    bigint NOT NULL,

  state         text NOT NULL CHECK (state IN ('offered', 'opened', 'authorised', 'linked', 'revoking', 'unlinked',
                  'expired', 'failed')),
  reason        text,
  -- Hash of the cookie of the phone that owns it, and the two digits that phone and kiosk show.
  session       text,
  digits        text NOT NULL DEFAULT '' CHECK (digits ~ '^([0-9]{2})?$'),
  -- Keyed hashes: of the state that the last consult was given, of the code of the first payment, of the access token.
  state_hash    text,
  first_hash    text,
  token_hash    text,
  -- Sealed.
  wallet_url    text,
  wallet_code   text,
  auth_code     text,
  access_token  text,
  refresh_token text,
  access_until  bigint,
  refresh_until bigint,
  -- Who is asked by a member code; of this link alone.
  member        text UNIQUE,
  -- As the wallet masks it.
  user_name     text,
  opened_at     bigint,
  authorised_at bigint,
  linked_at     bigint,
  ended_at      bigint,
  tries         integer NOT NULL DEFAULT 0,
  next_at       bigint,

  version       bigint NOT NULL DEFAULT 1,
  lease_owner   text,
  lease_until   bigint,
  erased_at     bigint,
  CHECK ((amount IS NULL) = (currency IS NULL)),
  CHECK ((ended_at IS NULL) = (state NOT IN ('unlinked', 'expired', 'failed'))),
  CHECK (state <> 'authorised' OR auth_code IS NOT NULL),
  CHECK (state NOT IN ('linked', 'revoking') OR (access_token IS NOT NULL AND token_hash IS NOT NULL)),
  -- What has ended keeps no secret.
  CHECK (ended_at IS NULL OR coalesce(wallet_url, wallet_code, auth_code, access_token, refresh_token, state_hash,
    first_hash, token_hash) IS NULL)
);
CREATE INDEX wallet_link_due ON wallet_link (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX wallet_link_lease ON wallet_link (lease_owner) WHERE lease_owner IS NOT NULL;
CREATE UNIQUE INDEX wallet_link_state ON wallet_link (state_hash) WHERE state_hash IS NOT NULL;
CREATE UNIQUE INDEX wallet_link_first ON wallet_link (first_hash) WHERE first_hash IS NOT NULL;
CREATE UNIQUE INDEX wallet_link_token ON wallet_link (token_hash) WHERE token_hash IS NOT NULL;
CREATE INDEX wallet_link_session ON wallet_link (session) WHERE session IS NOT NULL;
CREATE INDEX wallet_link_offered ON wallet_link (kiosk) WHERE state IN ('offered', 'opened');
CREATE INDEX wallet_link_newest ON wallet_link (created_at DESC, id);
CREATE INDEX wallet_link_erasable ON wallet_link (ended_at) WHERE ended_at IS NOT NULL AND erased_at IS NULL;

CREATE FUNCTION wallet_link_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ways text[] := ARRAY['offered opened', 'offered authorised', 'offered expired', 'offered failed', 'opened authorised',
    'opened expired', 'opened failed', 'authorised linked', 'authorised failed', 'linked revoking', 'linked unlinked',
    'revoking unlinked'];
BEGIN
  IF (NEW.id, NEW.kiosk, NEW.merchant, NEW.account, NEW.wallet, NEW.amount, NEW.currency, NEW.own_code, NEW.created_at,
      NEW.expires_at) IS DISTINCT FROM
     (OLD.id, OLD.kiosk, OLD.merchant, OLD.account, OLD.wallet, OLD.amount, OLD.currency, OLD.own_code, OLD.created_at,
      OLD.expires_at) THEN
    RAISE EXCEPTION 'wallet_link: what was asked never changes (S3)';
  END IF;
  IF NEW.state <> OLD.state AND NOT (OLD.state || ' ' || NEW.state) = ANY (ways) THEN
    RAISE EXCEPTION 'wallet_link: % never leads to %', OLD.state, NEW.state;
  END IF;
  IF OLD.erased_at IS NULL AND NEW.erased_at IS NULL AND
     (OLD.session IS NOT NULL AND NEW.session IS DISTINCT FROM OLD.session
      OR OLD.member IS NOT NULL AND NEW.member IS DISTINCT FROM OLD.member) THEN
    RAISE EXCEPTION 'wallet_link: the first phone that opened it owns it';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER wallet_link_guard BEFORE UPDATE ON wallet_link FOR EACH ROW EXECUTE FUNCTION wallet_link_guard();

-- What happened to a link, for people. No secret is in it.
CREATE TABLE wallet_link_event (
  id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  link   text NOT NULL REFERENCES wallet_link (id),
  at     bigint NOT NULL,
  name   text NOT NULL,
  detail text NOT NULL,
  ms     bigint
);
CREATE INDEX wallet_link_event_link ON wallet_link_event (link, id);

-- A payment by a linked wallet. Null, as in rows of an older relay: a code was scanned. `confirmed_at`: when the buyer
-- pressed; until then nothing is sent.
ALTER TABLE attempt ADD COLUMN link text;
ALTER TABLE attempt ADD COLUMN confirmed_at bigint;

CREATE FUNCTION attempt_link_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.link IS DISTINCT FROM OLD.link OR OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at
  THEN
    RAISE EXCEPTION 'attempt: what was asked never changes (S3)';
  END IF;
  IF NEW.pay_at IS NOT NULL AND NEW.link IS NOT NULL AND NEW.confirmed_at IS NULL THEN
    RAISE EXCEPTION 'attempt: a linked wallet is not charged before its owner has pressed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER attempt_link_guard BEFORE UPDATE ON attempt FOR EACH ROW EXECUTE FUNCTION attempt_link_guard();
