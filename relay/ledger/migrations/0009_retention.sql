-- What people wrote, and what acquirers said and reported, is erased by age as buyers' data is (0007). What money went where
-- stays for ever: `../retention.ts`.

-- Of a refund that has ended: the reason, and who asked for it and settled it.
ALTER TABLE refund ADD COLUMN erased_at bigint;
CREATE INDEX refund_erasable ON refund (ended_at) WHERE erased_at IS NULL;

DROP TRIGGER refund_guard ON refund;
CREATE TRIGGER refund_guard BEFORE UPDATE ON refund FOR EACH ROW
  WHEN (OLD.erased_at IS NOT DISTINCT FROM NEW.erased_at) EXECUTE FUNCTION refund_guard();

CREATE FUNCTION refund_erasure_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  erasable text[] := ARRAY['reason', 'requested_by', 'settled_by', 'erased_at'];
BEGIN
  IF OLD.state NOT IN ('confirmed', 'failed') THEN
    RAISE EXCEPTION 'refund: % is not final, so nothing of it is erased', OLD.state;
  END IF;
  IF OLD.erased_at IS NOT NULL THEN
    RAISE EXCEPTION 'refund: what was erased stays erased';
  END IF;
  IF to_jsonb(NEW) - erasable IS DISTINCT FROM to_jsonb(OLD) - erasable
     OR (NEW.reason, NEW.requested_by, NEW.settled_by) IS DISTINCT FROM ('', '', left(OLD.settled_by, 0)) THEN
    RAISE EXCEPTION 'refund: an erasure changes nothing else (S3)';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refund_erasure_guard BEFORE UPDATE ON refund FOR EACH ROW
  WHEN (OLD.erased_at IS DISTINCT FROM NEW.erased_at) EXECUTE FUNCTION refund_erasure_guard();

CREATE INDEX resolution_erasable ON resolution (at) WHERE by <> '';

-- Of an audit row first who it was, from where and in which words; the row itself, with the act and what came of it, later.
ALTER TABLE audit ADD COLUMN erased_at bigint;
CREATE INDEX audit_erasable ON audit (at) WHERE erased_at IS NULL;
CREATE INDEX audit_at ON audit (at);

CREATE OR REPLACE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  erasable text[] := ARRAY['who', 'origin', 'detail', 'erased_at'];
BEGIN
  IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND (NEW.who, NEW.origin, NEW.detail) = ('', '', '')
     AND to_jsonb(NEW) - erasable = to_jsonb(OLD) - erasable THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'audit: a row never changes';
END $$;

CREATE INDEX notification_last ON notification (last_at);

-- Its rows are gone by age; the file itself stays known, so that it is not read again as if it were new.
ALTER TABLE report_file ADD COLUMN erased_at bigint;
CREATE INDEX report_file_erasable ON report_file (day) WHERE erased_at IS NULL;
