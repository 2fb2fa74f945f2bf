-- Outside a transaction, each statement alone, as 0008: what a linked wallet has paid, for its limits and its owner's page.
CREATE INDEX CONCURRENTLY attempt_link ON attempt (link, created_at) WHERE link IS NOT NULL;
