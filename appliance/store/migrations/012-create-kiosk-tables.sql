-- Slips to print, each tried once, and residents who called an officer to the kiosk.

CREATE TABLE print_jobs (
    id INTEGER PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES requests (id),
    copy INTEGER NOT NULL CHECK (copy BETWEEN 1 AND 9),
    language TEXT NOT NULL CHECK (length(language) <= 8),
    state TEXT NOT NULL CHECK (state IN ('queued', 'printing', 'printed', 'failed', 'uncertain')),
    reason TEXT NOT NULL DEFAULT '' CHECK (length(reason) <= 20),
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    UNIQUE (request_id, copy)
) STRICT;

CREATE INDEX print_jobs_unsettled ON print_jobs (state) WHERE state IN ('queued', 'printing');

CREATE TABLE help_calls (
    id INTEGER PRIMARY KEY,
    called_at_ms INTEGER NOT NULL,
    answered_at_ms INTEGER
) STRICT;

CREATE UNIQUE INDEX one_open_help_call ON help_calls (answered_at_ms IS NULL)
    WHERE answered_at_ms IS NULL;
