-- Outside a transaction, each statement alone: indexes of tables that may hold millions of rows are built while relays of any
-- version go on reading and writing. All else that a version needs is quickly done and stands in the files before.

-- What waits for a person; costs nothing for the others.
CREATE INDEX CONCURRENTLY attempt_waiting ON attempt (created_at DESC, id) WHERE state IN ('doubtful', 'operator');
-- What a dead relay held is given back by name, at each death and each start: not by a look at every row.
CREATE INDEX CONCURRENTLY attempt_lease ON attempt (lease_owner) WHERE lease_owner IS NOT NULL;
-- What is still to be erased, oldest first; a row that was erased leaves them.
CREATE INDEX CONCURRENTLY attempt_hashed ON attempt (created_at) WHERE code_hash IS NOT NULL;
CREATE INDEX CONCURRENTLY attempt_erasable ON attempt (created_at) WHERE erased_at IS NULL;
-- Refunds and cancels are looked up by when they ended, or were asked for where they have not.
CREATE INDEX CONCURRENTLY reversal_at ON reversal ((coalesce(ended_at, requested_at)));
