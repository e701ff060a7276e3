-- Staff of the kecamatan at the desk: accounts, sessions, failed log-ins, and what staff saw and did.

CREATE TABLE staff_accounts (
    name TEXT PRIMARY KEY CHECK (length(name) BETWEEN 2 AND 30),
    role TEXT NOT NULL CHECK (role IN ('operator', 'camat', 'admin')),
    password_hash TEXT NOT NULL CHECK (length(password_hash) BETWEEN 40 AND 200),
    is_locked INTEGER NOT NULL DEFAULT 0 CHECK (is_locked IN (0, 1)),
    -- The password was given by somebody else.
    must_change INTEGER NOT NULL DEFAULT 0 CHECK (must_change IN (0, 1)),
    created_at_ms INTEGER NOT NULL
) STRICT;

-- By the hash of what the browser holds; a session ends with the boot it began in.
CREATE TABLE staff_sessions (
    id_hash TEXT PRIMARY KEY CHECK (length(id_hash) = 64),
    account TEXT NOT NULL REFERENCES staff_accounts (name),
    boot_id TEXT NOT NULL,
    opened_mono_ms INTEGER NOT NULL,
    seen_mono_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX staff_sessions_by_account ON staff_sessions (account);

-- Of account names by their hash, whether there is such an account or not, and of addresses.
CREATE TABLE staff_failures (
    subject TEXT PRIMARY KEY CHECK (length(subject) <= 80),
    count INTEGER NOT NULL CHECK (count > 0),
    boot_id TEXT NOT NULL,
    mono_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE staff_setup (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    code_hash TEXT NOT NULL CHECK (length(code_hash) = 64),
    tries_left INTEGER NOT NULL CHECK (tries_left >= 0)
) STRICT;

CREATE TABLE staff_log (
    id INTEGER PRIMARY KEY,
    by TEXT NOT NULL CHECK (length(by) BETWEEN 1 AND 80),
    what TEXT NOT NULL CHECK (length(what) BETWEEN 1 AND 40),
    subject TEXT NOT NULL CHECK (length(subject) <= 80),
    at_ms INTEGER NOT NULL
) STRICT;
CREATE TRIGGER staff_log_is_append_only BEFORE UPDATE ON staff_log
BEGIN
    SELECT RAISE(ABORT, 'staff_log is append-only');
END;
