-- Buyers' data is erased by age; what money went where stays for ever. `hash_erased_at`: when the code's hash went, which is
-- needed for only as long as a code can live; `erased_at`: when the reference and the kiosk's boot went as well.
ALTER TABLE attempt ADD COLUMN hash_erased_at bigint;
ALTER TABLE attempt ADD COLUMN erased_at bigint;
ALTER TABLE attempt DROP CONSTRAINT attempt_check;
ALTER TABLE attempt ADD CONSTRAINT attempt_check CHECK (state = 'refused' OR
  (amount IS NOT NULL AND currency IS NOT NULL AND (code_hash IS NOT NULL OR hash_erased_at IS NOT NULL))) NOT VALID;

-- "What was asked never changes" (S3) holds for every update but an erasure, which has a guard of its own: only of what has
-- ended, and nothing else in the row changes.
DROP TRIGGER attempt_guard ON attempt;
CREATE TRIGGER attempt_guard BEFORE UPDATE ON attempt FOR EACH ROW
  WHEN (OLD.hash_erased_at IS NOT DISTINCT FROM NEW.hash_erased_at AND OLD.erased_at IS NOT DISTINCT FROM NEW.erased_at)
  EXECUTE FUNCTION attempt_guard();

CREATE FUNCTION attempt_erasure_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  erasable text[] := ARRAY['code_hash', 'reference', 'boot', 'hash_erased_at', 'erased_at'];
BEGIN
  IF OLD.state NOT IN ('declined', 'reversed', 'delivered', 'refused') THEN
    RAISE EXCEPTION 'attempt: % is not final, so nothing of it is erased', OLD.state;
  END IF;
  IF to_jsonb(NEW) - erasable IS DISTINCT FROM to_jsonb(OLD) - erasable THEN
    RAISE EXCEPTION 'attempt: an erasure changes nothing else (S3)';
  END IF;
  IF (NEW.hash_erased_at IS NULL) <> (OLD.hash_erased_at IS NULL) AND NEW.code_hash IS NOT NULL
     OR OLD.erased_at IS NOT NULL OR NEW.hash_erased_at IS NULL AND OLD.hash_erased_at IS NOT NULL THEN
    RAISE EXCEPTION 'attempt: what was erased stays erased';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER attempt_erasure_guard BEFORE UPDATE ON attempt FOR EACH ROW
  WHEN (OLD.hash_erased_at IS DISTINCT FROM NEW.hash_erased_at OR OLD.erased_at IS DISTINCT FROM NEW.erased_at)
  EXECUTE FUNCTION attempt_erasure_guard();
