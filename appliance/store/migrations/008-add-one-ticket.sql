-- One ticket for one matter: which request another tells of the same as, what an officer should know
-- first, by which channel something was added, and alerts for the duty officer.

ALTER TABLE requests ADD COLUMN duplicate_of TEXT CHECK (length(duplicate_of) = 36);
ALTER TABLE requests ADD COLUMN marks TEXT NOT NULL DEFAULT '' CHECK (length(marks) <= 100);

-- The request that an attempt became or joined, so that a device without a phone is known again.
ALTER TABLE intake_attempts ADD COLUMN ticket INTEGER;

ALTER TABLE follow_ups ADD COLUMN channel TEXT NOT NULL DEFAULT 'sms';

-- Who is on duty hears of a request until somebody answers, or `times` are enough.
CREATE TABLE alerts (
    request_id TEXT PRIMARY KEY REFERENCES requests (id),
    times INTEGER NOT NULL DEFAULT 0 CHECK (times >= 0),
    next_at_ms INTEGER,
    answered_at_ms INTEGER
) STRICT;

CREATE INDEX alerts_open ON alerts (next_at_ms) WHERE next_at_ms IS NOT NULL;
