-- The first schema: service requests, the outbox to the city, its inbox, and SMS in and out.
-- Times are Unix milliseconds UTC. Owners of state columns: docs/schema.md.

CREATE TABLE box (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    site_code TEXT NOT NULL CHECK (length(site_code) = 8),
    epoch TEXT NOT NULL CHECK (length(epoch) = 8),
    block INTEGER NOT NULL CHECK (block BETWEEN 0 AND 99)
) STRICT;

CREATE TABLE used_blocks (
    block INTEGER PRIMARY KEY CHECK (block BETWEEN 0 AND 99)
) STRICT;

-- A ticket is its eight digits as a number, so that a new row comes behind the newest.
CREATE TABLE requests (
    ticket INTEGER PRIMARY KEY CHECK (ticket BETWEEN 0 AND 99999999),
    id TEXT NOT NULL UNIQUE CHECK (length(id) = 36),
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    category TEXT NOT NULL,
    sensitivity TEXT NOT NULL,
    agency TEXT NOT NULL,
    status TEXT NOT NULL,
    text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
    reporter_phone TEXT CHECK (length(reporter_phone) <= 20),
    reporter_name TEXT CHECK (length(reporter_name) <= 80),
    location TEXT CHECK (length(location) <= 200),
    kelurahan TEXT CHECK (length(kelurahan) = 13),
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    event_lane TEXT NOT NULL,
    event_seq INTEGER NOT NULL
) STRICT;

CREATE INDEX requests_by_phone ON requests (reporter_phone)
    WHERE reporter_phone IS NOT NULL;

CREATE TABLE request_history (
    id INTEGER PRIMARY KEY,
    request_id TEXT NOT NULL REFERENCES requests (id),
    status TEXT NOT NULL,
    message TEXT NOT NULL CHECK (length(message) <= 1000),
    agency TEXT,
    at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX request_history_by_request ON request_history (request_id);

-- Few rows: all are forgotten after the window of the quota.
CREATE TABLE intake_attempts (
    origin TEXT NOT NULL CHECK (length(origin) <= 100),
    at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE outbox_lanes (
    lane TEXT PRIMARY KEY CHECK (lane GLOB 'p[0-9]'),
    base INTEGER GENERATED ALWAYS AS (substr(lane, 2) << 40) VIRTUAL,
    acked_seq INTEGER NOT NULL DEFAULT 0 CHECK (acked_seq >= 0)
) STRICT, WITHOUT ROWID;

INSERT INTO outbox_lanes (lane) VALUES ('p0'), ('p1'), ('p2');

-- The place of an event is its lane and its number in one, so that a row needs no other key.
CREATE TABLE outbox (
    place INTEGER PRIMARY KEY CHECK (place >> 40 BETWEEN 0 AND 2 AND seq > 0),
    lane TEXT GENERATED ALWAYS AS ('p' || (place >> 40)) VIRTUAL,
    seq INTEGER GENERATED ALWAYS AS (place & 0xffffffffff) VIRTUAL,
    kind TEXT NOT NULL,
    subject TEXT,
    payload TEXT NOT NULL CHECK (length(payload) <= 65536),
    boot_id TEXT NOT NULL,
    mono_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL,
    clock_source TEXT NOT NULL,
    reject_code TEXT
) STRICT;

-- A number that is acknowledged was given, even where its event is forgotten.
CREATE VIEW outbox_ends AS
SELECT lane, base, acked_seq,
    (SELECT min(place) FROM outbox WHERE place BETWEEN base AND base + 0xffffffffff) - base
        AS first_seq,
    coalesce(
        (SELECT max(place) FROM outbox WHERE place BETWEEN base AND base + 0xffffffffff) - base,
        acked_seq
    ) AS last_seq
FROM outbox_lanes;

-- Events the city has set aside outlive the compaction of the outbox and a new epoch.
CREATE TABLE rejected_events (
    id INTEGER PRIMARY KEY,
    subject TEXT,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    reject_code TEXT NOT NULL,
    lane TEXT NOT NULL,
    seq INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX rejected_events_by_subject ON rejected_events (subject);

CREATE TABLE ack_marks (
    lane TEXT NOT NULL REFERENCES outbox_lanes (lane),
    upto INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (lane, upto)
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox_cursors (
    epoch TEXT PRIMARY KEY CHECK (length(epoch) = 8),
    applied_seq INTEGER NOT NULL CHECK (applied_seq >= 0),
    updated_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
    epoch TEXT NOT NULL REFERENCES inbox_cursors (epoch),
    seq INTEGER NOT NULL CHECK (seq > 0),
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('applied', 'unknown_kind', 'rejected')),
    detail TEXT NOT NULL DEFAULT '',
    received_at_ms INTEGER NOT NULL,
    PRIMARY KEY (epoch, seq)
) STRICT, WITHOUT ROWID;

-- Commands of the city. Kept after their end, so that none is executed twice.
CREATE TABLE commands (
    command_id TEXT PRIMARY KEY CHECK (length(command_id) BETWEEN 1 AND 64),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    args TEXT NOT NULL CHECK (json_valid(args)),
    expires_at_ms INTEGER NOT NULL,
    city_ms INTEGER NOT NULL,
    boot_id TEXT NOT NULL,
    mono_ms INTEGER NOT NULL,
    signed_by TEXT NOT NULL,
    outcome TEXT CHECK (outcome IN ('done', 'failed', 'expired', 'unsupported')),
    received_at_ms INTEGER NOT NULL,
    finished_at_ms INTEGER
) STRICT;

CREATE INDEX commands_waiting ON commands (command_id) WHERE outcome IS NULL;

CREATE TABLE city_keys (
    key TEXT PRIMARY KEY CHECK (length(key) = 72),
    is_trusted INTEGER NOT NULL CHECK (is_trusted IN (0, 1)),
    changed_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE city_tables (
    name TEXT PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 40),
    version INTEGER NOT NULL CHECK (version > 0),
    rows TEXT NOT NULL CHECK (json_valid(rows)),
    received_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE texts (
    id INTEGER PRIMARY KEY,
    recipient TEXT NOT NULL CHECK (length(recipient) BETWEEN 3 AND 20),
    body TEXT NOT NULL CHECK (length(body) BETWEEN 1 AND 1000),
    purpose TEXT NOT NULL,
    request_id TEXT REFERENCES requests (id),
    priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 9),
    state TEXT NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'uncertain', 'failed', 'expired')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    boot_id TEXT NOT NULL,
    expires_mono_ms INTEGER NOT NULL,
    error TEXT NOT NULL DEFAULT '',
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX texts_waiting ON texts (priority, id) WHERE state IN ('queued', 'sending');
CREATE INDEX texts_answers ON texts (recipient, created_at_ms) WHERE purpose = 'answer';

CREATE TABLE text_parts (
    id INTEGER PRIMARY KEY,
    text_id INTEGER NOT NULL REFERENCES texts (id),
    part INTEGER NOT NULL CHECK (part >= 1),
    tpdu BLOB NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'sending', 'sent', 'delivered', 'uncertain', 'failed')),
    message_reference INTEGER CHECK (message_reference BETWEEN 0 AND 255),
    sent_at_ms INTEGER,
    UNIQUE (text_id, part)
) STRICT;

CREATE TABLE sms_inbox (
    id INTEGER PRIMARY KEY,
    sender TEXT NOT NULL,
    body TEXT NOT NULL,
    parts INTEGER NOT NULL CHECK (parts >= 1),
    received_at_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    request_id TEXT REFERENCES requests (id)
) STRICT;

CREATE TABLE sms_parts (
    id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE CHECK (length(fingerprint) = 64),
    tpdu BLOB NOT NULL CHECK (length(tpdu) <= 400),
    sender TEXT,
    concat_key TEXT,
    concat_total INTEGER NOT NULL DEFAULT 1 CHECK (concat_total BETWEEN 1 AND 255),
    concat_part INTEGER NOT NULL DEFAULT 1 CHECK (concat_part BETWEEN 1 AND 255),
    received_at_ms INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'taken', 'quarantined')),
    sms_id INTEGER REFERENCES sms_inbox (id)
) STRICT;

CREATE INDEX sms_parts_waiting ON sms_parts (concat_key) WHERE state = 'waiting';

-- Files beside the database; `sha256` is the name (appliance/store/blob_files.py).
CREATE TABLE photos (
    request_id TEXT PRIMARY KEY REFERENCES requests (id),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
    media_type TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'stored', 'failed', 'lost')),
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX photos_waiting ON photos (sha256) WHERE state = 'waiting';

CREATE TABLE documents (
    document_id TEXT PRIMARY KEY CHECK (length(document_id) BETWEEN 1 AND 64),
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
    media_type TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'wanted' CHECK (state IN ('wanted', 'stored', 'failed')),
    published_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE gauges (
    process TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (process, name)
) STRICT, WITHOUT ROWID;
