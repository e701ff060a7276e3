-- What staff want of requests, until the city has decided, and what it made of it.

CREATE TABLE staff_actions (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    request_id TEXT NOT NULL REFERENCES requests (id),
    act TEXT NOT NULL CHECK (length(act) BETWEEN 1 AND 20),
    changes TEXT NOT NULL CHECK (json_valid(changes)),
    message TEXT NOT NULL CHECK (length(message) <= 1000),
    by TEXT NOT NULL CHECK (length(by) BETWEEN 1 AND 40),
    at_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL DEFAULT '' CHECK (outcome IN ('', 'applied', 'refused')),
    reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 200)
) STRICT;

CREATE INDEX staff_actions_by_request ON staff_actions (request_id);
CREATE INDEX staff_actions_by_author ON staff_actions (by, at_ms);
CREATE INDEX staff_actions_waiting ON staff_actions (request_id) WHERE outcome = '';
