-- What residents read beside their own requests: the board, questions with their answers,
-- announcements of the kecamatan and its services.

-- `text` is masked, and what staff let the public read. Its id tells nothing of the ticket.
CREATE TABLE publications (
    id INTEGER PRIMARY KEY,
    request_id TEXT NOT NULL UNIQUE REFERENCES requests (id),
    section TEXT NOT NULL CHECK (section IN ('board', 'questions')),
    state TEXT NOT NULL CHECK (state IN ('shown', 'hidden')),
    text TEXT NOT NULL CHECK (length(text) <= 4000),
    supports INTEGER NOT NULL DEFAULT 0 CHECK (supports >= 0),
    by TEXT NOT NULL CHECK (length(by) BETWEEN 1 AND 80),
    changed_at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX publications_shown ON publications (section, id) WHERE state = 'shown';

-- A device once a day for each, by a hash of its own under the salt of the day.
CREATE TABLE supports (
    publication_id INTEGER NOT NULL REFERENCES publications (id),
    device TEXT NOT NULL CHECK (length(device) = 32),
    day TEXT NOT NULL CHECK (length(day) = 10),
    PRIMARY KEY (publication_id, device)
) STRICT, WITHOUT ROWID;

CREATE INDEX supports_by_day ON supports (day);

CREATE TABLE answers (
    request_id TEXT PRIMARY KEY REFERENCES requests (id),
    text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
    by TEXT NOT NULL CHECK (length(by) BETWEEN 1 AND 80),
    at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE announcements (
    id TEXT PRIMARY KEY CHECK (length(id) = 36),
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 80),
    body TEXT NOT NULL CHECK (length(body) BETWEEN 1 AND 4000),
    from_day TEXT NOT NULL CHECK (length(from_day) = 10),
    until_day TEXT CHECK (length(until_day) = 10),
    by TEXT NOT NULL CHECK (length(by) BETWEEN 1 AND 80),
    changed_at_ms INTEGER NOT NULL
) STRICT;

-- A row replaces the page shipped under the same name; `based_on` is its version then.
CREATE TABLE service_pages (
    slug TEXT PRIMARY KEY CHECK (length(slug) BETWEEN 1 AND 40),
    state TEXT NOT NULL CHECK (state IN ('shown', 'hidden')),
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 80),
    requirements TEXT NOT NULL CHECK (length(requirements) <= 2000),
    fee TEXT NOT NULL CHECK (length(fee) <= 300),
    duration TEXT NOT NULL CHECK (length(duration) <= 300),
    hours TEXT NOT NULL CHECK (length(hours) <= 300),
    place TEXT NOT NULL CHECK (length(place) <= 300),
    note TEXT NOT NULL CHECK (length(note) <= 1000),
    keywords TEXT NOT NULL CHECK (length(keywords) <= 300),
    based_on INTEGER,
    by TEXT NOT NULL CHECK (length(by) BETWEEN 1 AND 80),
    changed_at_ms INTEGER NOT NULL
) STRICT;
