-- Which merchant's account with which acquirer an attempt went to, and why. Null in rows of a relay that knew one account
-- only: then the account's name is the acquirer's. An older relay may go on beside a newer one, so nothing is renamed.
ALTER TABLE attempt ADD COLUMN merchant text;
ALTER TABLE attempt ADD COLUMN account text;
ALTER TABLE attempt ADD COLUMN route text;

CREATE FUNCTION attempt_account_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.merchant, NEW.account, NEW.route) IS DISTINCT FROM (OLD.merchant, OLD.account, OLD.route) THEN
    RAISE EXCEPTION 'attempt: what was asked never changes (S3)';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER attempt_account_guard BEFORE UPDATE ON attempt FOR EACH ROW EXECUTE FUNCTION attempt_account_guard();
