-- The release that the city wants this box to run, until it does; one at most.

CREATE TABLE software (
    version TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
    state TEXT NOT NULL CHECK (state IN ('wanted', 'stored', 'failed')),
    not_before_ms INTEGER,
    updated_at_ms INTEGER NOT NULL
) STRICT;
