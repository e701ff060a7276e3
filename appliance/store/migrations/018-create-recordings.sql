-- Residents' voices recorded at the kiosk, until staff have written down what they say.

CREATE TABLE recordings (
    request_id TEXT PRIMARY KEY REFERENCES requests (id),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
    seconds INTEGER NOT NULL CHECK (seconds BETWEEN 1 AND 60),
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'transcribed', 'lost')),
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX recordings_state ON recordings (state, created_at_ms);
