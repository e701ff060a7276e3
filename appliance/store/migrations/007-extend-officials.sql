-- Officials with their posts, terms of office and quiet hours; requests about which officials are asked
-- until somebody answers; what officials have answered; who moved a request.

CREATE TABLE officials_with_terms (
    agency TEXT NOT NULL CHECK (length(agency) BETWEEN 1 AND 40),
    rank INTEGER NOT NULL CHECK (rank BETWEEN 1 AND 9),
    valid_from TEXT NOT NULL DEFAULT '0001-01-01' CHECK (length(valid_from) = 10),
    valid_until TEXT NOT NULL DEFAULT '9999-12-31' CHECK (length(valid_until) = 10),
    source TEXT NOT NULL DEFAULT 'box' CHECK (source IN ('box', 'city')),
    phone TEXT NOT NULL CHECK (length(phone) BETWEEN 8 AND 20),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    post TEXT NOT NULL DEFAULT '' CHECK (length(post) <= 80),
    quiet_hours TEXT NOT NULL DEFAULT '' CHECK (length(quiet_hours) IN (0, 11)),
    changed_at_ms INTEGER NOT NULL,
    PRIMARY KEY (agency, rank, valid_from, source)
) STRICT, WITHOUT ROWID;

INSERT INTO officials_with_terms (agency, rank, phone, name, changed_at_ms)
SELECT agency, rank, phone, name, changed_at_ms FROM officials;

DROP TABLE officials;

ALTER TABLE officials_with_terms RENAME TO officials;

-- A row lives as long as somebody is to be asked. Its forwards have numbers above `after_text`; the
-- moment is when `since_text` was handed over, or when nobody was there to ask.
CREATE TABLE chases (
    request_id TEXT PRIMARY KEY REFERENCES requests (id),
    after_text INTEGER NOT NULL,
    since_text INTEGER,
    boot_id TEXT NOT NULL,
    mono_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL,
    clock_source TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX texts_forwards ON texts (request_id) WHERE purpose = 'forward';

CREATE TABLE official_replies (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    request_id TEXT NOT NULL REFERENCES requests (id),
    phone TEXT NOT NULL CHECK (length(phone) BETWEEN 8 AND 20),
    status TEXT NOT NULL,
    outcome TEXT NOT NULL DEFAULT '' CHECK (outcome IN ('', 'moved', 'noted', 'refused')),
    at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX official_replies_by_request ON official_replies (request_id);

ALTER TABLE request_history ADD COLUMN source TEXT NOT NULL DEFAULT '';
