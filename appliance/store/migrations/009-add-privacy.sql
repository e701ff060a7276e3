-- Erasures that must outlive every copy, what residents agreed to, and who processed personal data.

CREATE TABLE erasures (
    request_id TEXT PRIMARY KEY CHECK (length(request_id) = 36),
    reason TEXT NOT NULL CHECK (reason IN ('wish', 'age', 'handed_over')),
    at_ms INTEGER NOT NULL,
    -- Nothing of it is left in free pages, in the WAL and in copies set aside.
    is_scrubbed INTEGER NOT NULL DEFAULT 0 CHECK (is_scrubbed IN (0, 1))
) STRICT;

CREATE INDEX erasures_unscrubbed ON erasures (at_ms) WHERE is_scrubbed = 0;

-- A message of which a part may still come, by a hash; forgotten after two days.
CREATE TABLE erased_messages (
    key TEXT PRIMARY KEY CHECK (length(key) = 64),
    at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE consents (
    id INTEGER PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES requests (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('publish', 'call_back')),
    text_version TEXT NOT NULL CHECK (length(text_version) BETWEEN 1 AND 20),
    language TEXT NOT NULL CHECK (length(language) BETWEEN 2 AND 10),
    channel TEXT NOT NULL,
    given_at_ms INTEGER NOT NULL,
    withdrawn_at_ms INTEGER,
    UNIQUE (request_id, purpose, given_at_ms)
) STRICT;

CREATE TABLE processing_log (
    id INTEGER PRIMARY KEY,
    request_id TEXT,
    act TEXT NOT NULL CHECK (act IN ('export', 'erase', 'withdraw', 'forget')),
    by TEXT NOT NULL CHECK (length(by) BETWEEN 1 AND 80),
    at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX processing_log_by_request ON processing_log (request_id);
