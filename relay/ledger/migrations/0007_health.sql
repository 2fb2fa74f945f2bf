-- What a dead relay held is given back by name, at each death and each start: not by a look at every row.
CREATE INDEX attempt_lease ON attempt (lease_owner) WHERE lease_owner IS NOT NULL;
